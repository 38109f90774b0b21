"""Validity in days as people write them: both ends included, in the institution's local calendar.

An approval "until 30 June" permits all of 30 June in Madrid, whatever UTC says and however long that day is.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# What has no end of its own; a lease is always the minimum over several ends, so this one never wins alone.
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)

# Machines' clocks may differ by this much: a right begins this much early, so that a node whose clock lags
# does not refuse at midnight. Its end is never stretched (docs/adr/0002).
CLOCK_TOLERANCE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, both included.

    Raises:
        ValueError: the end lies before the start.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("The end lies before the start.")

    def begins_at(self, zone: ZoneInfo) -> datetime:
        """Return the first moment of the first day, in UTC."""
        return datetime.combine(self.start, time.min, zone).astimezone(UTC)

    def ends_at(self, zone: ZoneInfo) -> datetime:
        """Return the moment (UTC) at which the last day is over: the first one that is not permitted."""
        return datetime.combine(self.end + timedelta(days=1), time.min, zone).astimezone(UTC)

    def is_early(self, at: datetime, zone: ZoneInfo) -> bool:
        """Tell whether `at` lies before the period, clock tolerance granted."""
        return at < self.begins_at(zone) - CLOCK_TOLERANCE

    def is_over(self, at: datetime, zone: ZoneInfo) -> bool:
        """Tell whether the last day is over at `at`."""
        return at >= self.ends_at(zone)

    def holds(self, at: datetime, zone: ZoneInfo) -> bool:
        """Tell whether `at` lies within the period."""
        return not self.is_early(at, zone) and not self.is_over(at, zone)
