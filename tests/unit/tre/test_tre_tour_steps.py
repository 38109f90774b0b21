from datetime import date

from governance import project_files
from tre.tour.exercise import Exercise, _documents, base36, written
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


def test_the_tours_file_is_one_that_the_register_takes() -> None:
    exercise = Exercise("tourabc", "overabc", {})
    file = project_files.load(written(_documents(exercise, date(2026, 11, 24))))
    assert [project.id for project in file.projects] == ["tourabc", "overabc"]
    assert all(project.exercise for project in file.projects)
    assert all(person.exercise for person in file.people)
