"""Who: the people with an event of some concepts. No windows or exits yet."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from governance.errors import UsageError
from warehouse_lib.manifests import canonical

SCHEMA = "tre.cohort/1"


@dataclass(frozen=True, slots=True)
class Concepts:
    """A set of concepts: the named ones, their descendants unless said otherwise, less the excluded ones.

    Raises:
        UsageError: it names no concept, or something that is no concept id.
    """

    include: tuple[int, ...]
    descendants: bool = True
    exclude: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not self.include:
            raise UsageError("A concept set needs at least one concept id.")
        if not all(isinstance(code, int) and code > 0 for code in (*self.include, *self.exclude)):
            raise UsageError("Concept ids are positive whole numbers, as in the table concept.")
        object.__setattr__(self, "include", tuple(sorted(set(self.include))))
        object.__setattr__(self, "exclude", tuple(sorted(set(self.exclude))))


@dataclass(frozen=True, slots=True)
class Cohort:
    """The people with at least one event of `entry`; the event's start is when they enter.

    `tables` narrows where events are looked for (empty: every granted table of events). `between` is a
    calendar criterion, both days included, which only an extract with true dates can answer.
    """

    entry: Concepts
    tables: tuple[str, ...] = ()
    between: tuple[date, date] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", tuple(sorted(set(self.tables))))
        if self.between is not None and self.between[1] < self.between[0]:
            raise UsageError("A period's end lies before its start.")

    def as_json(self) -> dict[str, Any]:
        """Return the question as plain JSON values."""
        return {
            "schema": SCHEMA,
            "entry": {
                "include": list(self.entry.include),
                "descendants": self.entry.descendants,
                "exclude": list(self.entry.exclude),
            },
            "tables": list(self.tables),
            "between": None if self.between is None else [day.isoformat() for day in self.between],
        }

    @property
    def canonical(self) -> str:
        """The one text of this question: equal questions have equal texts, however they were written."""
        return canonical(self.as_json())

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical text."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()
