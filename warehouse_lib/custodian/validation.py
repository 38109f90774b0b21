"""The validation rules of the catalogue as SQL predicates over one staged table.

What breaking a rule does (stop, set aside, report) is data in ``rules.csv``; here is only how to notice it.
"""
# ruff: noqa: S608  (names come from the catalogue and are quoted, values pass through `literal`)

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from governance.decisions import Refused
from governance.errors import RefusedError
from warehouse_lib.catalogue import Catalogue, Severity, Table
from warehouse_lib.catalogue.model import Group
from warehouse_lib.custodian.engine import Engine, quoted

GRACE_AFTER_DEATH_DAYS = 60  # reports and billing arrive after a death


@dataclass(frozen=True, slots=True)
class Context:
    """What predicates need to know besides the row: the day of the ingest and what the source offers."""

    today: date
    has_concepts: bool
    has_periods: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that rows, columns or tables of the source break. Counts and names only, never a value."""

    rule: str
    table: str
    severity: Severity
    count: int
    meaning: str
    columns: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """Table and, where known, columns."""
        return f"{self.table} ({', '.join(self.columns)})" if self.columns else self.table

    def as_json(self) -> dict[str, Any]:
        """Return the finding as it stands in ``quality.json``."""
        return {**asdict(self), "severity": self.severity.value, "columns": list(self.columns)}


Predicate = Callable[[Table, Context], str | None]


def _person_missing(table: Table, _context: Context) -> str | None:
    return None if table.group is Group.PERSON and table.name == "person" else "p.id IS NULL"


def _unreadable(_table: Table, _context: Context) -> str:
    return "t._unreadable"


def _required_missing(table: Table, _context: Context) -> str | None:
    required = [f"t.{quoted(column.name)} IS NULL" for column in table.carried if column.required]
    return f"NOT t._unreadable AND ({' OR '.join(required)})" if required else None


def _in_future(table: Table, context: Context) -> str | None:
    return f"t.{table.start} > DATE '{context.today}'" if table.start else None


def _end_before_start(table: Table, _context: Context) -> str | None:
    return f"t.{table.end} < t.{table.start}" if table.end else None


def _before_birth(table: Table, _context: Context) -> str | None:
    return f"year(t.{table.start}) < p.year_of_birth" if table.is_clinical else None


def _after_death(table: Table, _context: Context) -> str | None:
    return f"t.{table.start} > p.death + {GRACE_AFTER_DEATH_DAYS}" if table.is_clinical else None


def _outside_observation(table: Table, context: Context) -> str | None:
    if not (table.is_clinical and context.has_periods):
        return None
    inside = f"o.id = t.person_id AND t.{table.start} BETWEEN o.first AND o.last"
    return f"p.id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM periods o WHERE {inside})"


def _visit_unknown(table: Table, _context: Context) -> str | None:
    if table.name == "visit_occurrence" or table.column("visit_occurrence_id") is None:
        return None
    return "t.visit_occurrence_id IS NOT NULL AND j_visit_occurrence_id.id IS NULL"


def _concept_unmapped(table: Table, _context: Context) -> str | None:
    return f"t.{table.concept} = 0" if table.concept else None


def _concept_unknown(table: Table, context: Context) -> str | None:
    if not (table.concept and context.has_concepts):
        return None
    return f"t.{table.concept} <> 0 AND k.concept_id IS NULL"


PREDICATES: dict[str, Predicate] = {
    "person_missing": _person_missing,
    "unreadable_value": _unreadable,
    "required_missing": _required_missing,
    "in_future": _in_future,
    "end_before_start": _end_before_start,
    "before_birth": _before_birth,
    "after_death": _after_death,
    "outside_observation": _outside_observation,
    "visit_unknown": _visit_unknown,
    "concept_unmapped": _concept_unmapped,
    "concept_unknown": _concept_unknown,
}
ROW_RULES = ("unreadable_value", "required_missing")
"""The rules that apply to tables without persons, too."""


def predicates(table: Table, context: Context) -> dict[str, str]:
    """Return the SQL predicate of every rule that applies to a table's rows; NULL counts as not broken."""
    rules = PREDICATES if table.has_person else ROW_RULES
    built = {name: PREDICATES[name](table, context) for name in rules}
    return {name: f"coalesce({sql}, false)" for name, sql in built.items() if sql is not None}


def quarantine_predicate(table: Table, context: Context, catalogue: Catalogue) -> str:
    """Return SQL that is true for rows of the staged table that must be set aside."""
    aside = [
        f"_{name}"
        for name in predicates(table, context)
        if catalogue.rule(name, table.name).severity is Severity.QUARANTINE
    ]
    return " OR ".join(aside) or "false"


def count_findings(
    engine: Engine, staged: str, table: Table, context: Context, catalogue: Catalogue
) -> list[Finding]:
    """Count how many staged rows break each rule, in one pass."""
    names = list(predicates(table, context))
    counts = ", ".join(f"count(*) FILTER (WHERE _{name})" for name in names)
    key = f", count(*) - count(DISTINCT _order) FROM {staged}" if table.key else f", 0 FROM {staged}"
    row = engine.row(f"SELECT {counts}{key}", f"validating {table.name}")
    return [
        finding(catalogue, name, table.name, count)
        for name, count in zip([*names, "duplicate_key"], row, strict=True)
        if count
    ]


def finding(
    catalogue: Catalogue, rule: str, table: str, count: int, columns: list[str] | None = None
) -> Finding:
    """Return a finding with the severity that the catalogue gives it."""
    known = catalogue.rule(rule, table)
    return Finding(rule, table, known.severity, count, known.meaning, tuple(columns or ()))


def stop_on_errors(findings: list[Finding]) -> None:
    """Refuse the source when a finding is an error.

    Raises:
        RefusedError: names rule, table, columns and count of every error.
    """
    errors = [found for found in findings if found.severity is Severity.ERROR]
    if errors:
        told = "; ".join(f"{found.where}: {found.meaning} [{found.count}]" for found in errors)
        raise RefusedError(Refused(told + ".", "Correct the source and ingest it again.", errors[0].rule))
