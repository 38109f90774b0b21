"""Periods: inclusive local days, in any zone and across any change of clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from governance.decisions import Allowed, Refused
from governance.periods import CLOCK_TOLERANCE, FOREVER, Period
from governance.rules import combine

days = st.dates(date(2000, 1, 1), date(2199, 12, 30))
zones = st.sampled_from(
    [ZoneInfo(name) for name in ("Europe/Madrid", "Atlantic/Canary", "America/Havana", "UTC")]
)
moments = st.datetimes(datetime(2000, 1, 2), datetime(2199, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


@given(days, days, zones, moments)
def test_a_moment_holds_exactly_when_its_local_day_is_within(
    start: date, end: date, zone: ZoneInfo, at: datetime
):
    assume(start <= end)
    period = Period(start, end)
    within = start <= at.astimezone(zone).date() <= end
    tolerated = period.begins_at(zone) - CLOCK_TOLERANCE <= at < period.begins_at(zone)
    assert period.holds(at, zone) == (within or tolerated)


@given(days, zones)
def test_one_day_ends_where_the_next_begins(day: date, zone: ZoneInfo):
    tomorrow = day + timedelta(days=1)
    assert Period(day, day).ends_at(zone) == Period(tomorrow, tomorrow).begins_at(zone)


@given(days, days)
def test_an_inverted_period_cannot_exist(start: date, end: date):
    assume(end < start)
    with pytest.raises(ValueError, match="before the start"):
        Period(start, end)


@given(st.lists(moments.map(Allowed)))
def test_a_lease_is_the_minimum(allowed: list[Allowed]):
    decision = combine(allowed)
    assert decision == Allowed(min([one.until for one in allowed], default=FOREVER))


@given(st.lists(moments.map(Allowed)), st.integers(0, 100), st.lists(st.just(Refused("later"))))
def test_one_refusal_refuses(allowed: list[Allowed], place: int, later: list[Refused]):
    refusal = Refused("first")
    place = min(place, len(allowed))
    assert combine([*allowed[:place], refusal, *allowed[place:], *later]) is refusal
