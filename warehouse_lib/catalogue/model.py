"""The OMOP Common Data Model 5.4 as typed data: what each table and column is, and how far it may travel.

Everything that reads, validates, de-identifies or grants goes by this catalogue, so a column that is not in
it goes nowhere. Source of names and types: OHDSI CommonDataModel v5.4; sensitivity is our classification.
"""

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """What kind of rows a table holds; decides partitioning, validation and date shifting."""

    PERSON = "person"
    EVENT = "event"
    DERIVED = "derived"
    PLACE = "place"
    ABOUT = "about"
    VOCABULARY = "vocabulary"
    EXCLUDED = "excluded"


class Sensitivity(StrEnum):
    """How far a column may travel: everywhere, coarsened into an extract, or not even into a snapshot."""

    KEEP = "keep"
    COARSEN = "coarsen"
    DROP = "drop"


class Severity(StrEnum):
    """What a broken rule does: stop the ingest, set the rows aside, or be told."""

    ERROR = "error"
    QUARANTINE = "quarantine"
    REPORT = "report"


class Coarsening(StrEnum):
    """What an extract makes of a column that may not leave the snapshot as it is."""

    AGE_CAP = "age_cap"
    WITHHOLD = "withhold"
    AREA_PREFIX = "area_prefix"


class ConceptScope(StrEnum):
    """What a grant's concept list does to a table: remove rows, empty the concept, or nothing."""

    ROW = "row"
    VALUE = "value"
    NONE = "none"


DOMAIN_TABLES = {
    "person": "person",
    "visit": "visit_occurrence",
    "visit_detail": "visit_detail",
    "provider": "provider",
    "care_site": "care_site",
    "location": "location",
    "episode": "episode",
}
"""Pseudonym domains and the table whose key defines each; a reference to nothing becomes empty."""

DUCKDB_TYPES = {
    "bigint": "BIGINT",
    "integer": "INTEGER",
    "double": "DOUBLE",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "text": "VARCHAR",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `domain` names the pseudonym domain of an id, or ``event`` for a renumbered key."""

    table: str
    name: str
    type: str
    required: bool
    domain: str
    sensitivity: Sensitivity
    coarsening: Coarsening | None

    @property
    def sql_type(self) -> str:
        """The column's type in DuckDB."""
        return DUCKDB_TYPES[self.type]

    @property
    def is_moment(self) -> bool:
        """Whether the column is a date or a date with time, hence shifted in an extract."""
        return self.type in {"date", "datetime"}


@dataclass(frozen=True, slots=True)
class Table:
    """One table with its columns in CDM order; empty strings where the CDM gives it no such column."""

    name: str
    group: Group
    key: str
    start: str
    end: str
    concept: str
    concept_scope: ConceptScope
    excluded_because: str
    columns: tuple[Column, ...]

    @property
    def has_person(self) -> bool:
        """Whether rows belong to persons: the table is split into buckets and its dates are shifted."""
        return self.group in {Group.PERSON, Group.EVENT, Group.DERIVED}

    @property
    def is_clinical(self) -> bool:
        """Whether rows are events of care, to which the validation of events applies."""
        return self.group is Group.EVENT

    @property
    def carried(self) -> tuple[Column, ...]:
        """The columns that enter a snapshot."""
        return tuple(column for column in self.columns if column.sensitivity is not Sensitivity.DROP)

    def column(self, name: str) -> Column | None:
        """Return the column called `name`, or None."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True)
class Rule:
    """One validation rule for one table (or ``*``) with what breaking it does."""

    name: str
    table: str
    severity: Severity
    meaning: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All tables, the 5.3 names of columns that 5.4 renamed, and the validation rules."""

    tables: dict[str, Table]
    renames: dict[tuple[str, str], str]
    rules: dict[tuple[str, str], Rule]
    digest: str

    def rule(self, name: str, table: str) -> Rule:
        """Return the rule `name` as it applies to `table`: its own line, else the general one.

        Raises:
            KeyError: no such rule is in the catalogue, so nothing may pass by default.
        """
        return self.rules.get((name, table)) or self.rules[(name, "*")]

    def current_name(self, table: str, column: str) -> str:
        """Return a column's CDM 5.4 name, given its name in 5.3 or 5.4."""
        return self.renames.get((table, column), column)
