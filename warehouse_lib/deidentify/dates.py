"""The date shift of extracts: constant per person, whole weeks, up to a year back (docs/adr/0004).

Intervals and weekdays survive; the calendar date does not. A shift is derived from the project's key and
the person, never stored, and differs between projects.
"""

import hashlib
import struct
from dataclasses import dataclass
from datetime import date

from governance.decisions import Refused

DAYS_PER_STEP = 7
LONGEST_STEPS = 52


def shift_days(person: int, key: bytes) -> int:
    """Return how many days a person's dates move back: 7, 14, … 364; never 0."""
    digest = hashlib.blake2b(struct.pack(">q", person), key=key, digest_size=8).digest()
    return DAYS_PER_STEP * (1 + int.from_bytes(digest, "big") % LONGEST_STEPS)


@dataclass(frozen=True, slots=True)
class CalendarRule:
    """Whether a question may name calendar dates in this extract."""

    shifted: bool

    def why_not(self, between: tuple[date, date] | None) -> Refused | None:
        """Return the refusal of a calendar criterion, or None when it can be answered truly."""
        if between is None or not self.shifted:
            return None
        return Refused(
            "Dates in this extract are shifted by person: a calendar criterion would find wrong people.",
            "Ask the data custodian to apply it before shifting (a row filter in the project's grant).",
            "calendar-in-shifted-extract",
        )
