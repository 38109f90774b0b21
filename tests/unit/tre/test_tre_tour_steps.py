from tre.tour.exercise import base36
from tre.tour.steps import Outcome, Step, StepFailedError, walk


def test_the_tour_stops_at_the_first_step_that_fails() -> None:
    def fails(_: None) -> str:
        raise StepFailedError("The door is shut.")

    told: list[Outcome] = []
    steps = (Step[None]("a", lambda _: "fine"), Step[None]("b", fails), Step[None]("c", lambda _: "never"))
    outcomes = walk(steps, None, told.append)
    assert [(one.name, one.ok) for one in outcomes] == [("a", True), ("b", False)]
    assert outcomes[1].detail == "StepFailedError: The door is shut."
    assert told == outcomes
    assert set(outcomes[0].as_dict()) == {"name", "ok", "seconds", "detail"}


def test_base36_is_read_back_by_int() -> None:
    assert base36(0) == "0"
    assert all(int(base36(n), 36) == n for n in (1, 35, 36, 1295, 1_795_000_000))
