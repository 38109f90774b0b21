import pytest

from tre.tour.probes import judge
from tre.tour.steps import StepFailedError

GOOD = {"blocked": 80, "escaped": 0, "wrong": []}


def test_walls_that_hold_are_counted() -> None:
    assert judge([GOOD, GOOD]) == "160 acts blocked in 2 sandbox(es), none escaped"


@pytest.mark.parametrize("found", [[], [GOOD, {"blocked": 79, "escaped": 1, "wrong": ["network.tcp"]}]])
def test_a_missing_or_wrong_probe_fails_the_step(found: list[dict[str, object]]) -> None:
    with pytest.raises(StepFailedError):
        judge(found)
