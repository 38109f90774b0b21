"""The last good day of a permission, as a person would say it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hub_config.window import Window

MADRID = Window("sqlite://", ZoneInfo("Europe/Madrid"))


def test_a_permission_until_midnight_ends_with_the_day_before() -> None:
    assert MADRID.last_day(datetime(2027, 12, 31, 23, 0, tzinfo=UTC)) == "31/12/2027"


def test_a_permission_until_noon_ends_on_that_day() -> None:
    assert MADRID.last_day(datetime(2027, 12, 31, 11, 0, tzinfo=UTC)) == "31/12/2027"


def test_no_permission_has_no_last_day() -> None:
    assert MADRID.last_day(None) == ""
