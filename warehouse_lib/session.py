"""The researcher's one door: `open` checks the extract and gives its tables, questions and frames."""

import warnings
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from governance.decisions import Refused
from governance.errors import RefusedError, UsageError
from warehouse_lib.catalogue import Table, catalogue
from warehouse_lib.deidentify.dates import CalendarRule
from warehouse_lib.extracts import CURRENT, SCHEMA
from warehouse_lib.frames.buckets import Bucket, Client, map_buckets
from warehouse_lib.manifests import MANIFEST, read_manifest, verify
from warehouse_lib.questions import Cohort, Concepts
from warehouse_lib.reading import Reader
from warehouse_lib.shown import ExtractCatalogue, TableShown

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_FOLDER = "/workspace/data"
Result = TypeVar("Result")


class HierarchyMissingWarning(UserWarning):
    """The extract has no concept hierarchy, so a concept stands for itself and not for its descendants."""


def open(folder: str | Path | None = None) -> "Warehouse":  # noqa: A001  (wl.open() is the stable name)
    """Open an extract, by default the one of this workspace, and check that not a byte of it changed.

    Raises:
        BrokenError: there is no extract, it was altered, or it holds a link.
    """
    place = Path(folder or DEFAULT_FOLDER)
    if not (place / MANIFEST).exists() and (place / CURRENT).is_symlink():
        place = place / CURRENT
    place = place.resolve()
    manifest = read_manifest(place, SCHEMA)
    verify(place, manifest)
    return Warehouse(place, manifest)


class Warehouse:
    """One project's view of one snapshot."""

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self._folder = folder
        self._manifest = manifest
        self._reader = Reader(
            {name: sorted((folder / name).glob("*.parquet")) for name in manifest["tables"]}
        )

    def __repr__(self) -> str:
        project = self._manifest["project"]
        return f"Warehouse(project={project!r}, extract={self.id!r}, tables={len(self.tables())})"

    @property
    def id(self) -> str:
        """The extract's id; cite it with results."""
        return str(self._manifest["id"])

    @property
    def catalogue(self) -> ExtractCatalogue:
        """Tables, columns and what was done to them; shows itself as HTML in a notebook."""
        tables = tuple(
            TableShown(catalogue().tables[name], tuple(entry["columns"]), entry["rows"])
            for name, entry in self._manifest["tables"].items()
        )
        return ExtractCatalogue(
            str(self._manifest["project"]), self.id, tables, self._manifest["dates"]["shifted"]
        )

    @property
    def buckets(self) -> tuple[Bucket, ...]:
        """The person buckets, the units of work for `map_buckets` and Dask."""
        count, width = self._manifest["buckets"]["count"], self._manifest["buckets"]["width"]
        return tuple(Bucket(str(self._folder), number, width) for number in range(count))

    def tables(self) -> list[str]:
        """Return the names of the granted tables."""
        return sorted(self._manifest["tables"])

    def columns(self, table: str) -> list[str]:
        """Return the granted columns of a table.

        Raises:
            UsageError: the extract has no such table.
        """
        entry = self._manifest["tables"].get(table)
        if entry is None:
            raise UsageError(f"This extract has no table {table!r}. It has: {', '.join(self.tables())}.")
        return list(entry["columns"])

    def cohort(
        self,
        *concepts: int | Cohort,
        descendants: bool = True,
        exclude: Sequence[int] = (),
        tables: Sequence[str] = (),
        between: tuple[date, date] | None = None,
    ) -> "BoundCohort":
        """Ask for the people with an event of these concepts (or for a `Cohort` written before).

        Raises:
            RefusedError: a calendar criterion, and this extract's dates are shifted.
            UsageError: no concept, or a table that has no events here.
        """
        if len(concepts) == 1 and isinstance(concepts[0], Cohort):
            return BoundCohort(self, concepts[0])
        codes = tuple(code for code in concepts if isinstance(code, int))
        entry = Concepts(codes, descendants, tuple(exclude))
        return BoundCohort(self, Cohort(entry, tuple(tables), between))

    def find(self, text: str) -> "pd.DataFrame":
        """Find concepts by a part of their name or synonym, whatever case and accents.

        Returns:
            concept_id, concept_name, domain_id; shortest names first.
        """
        return self._frame(_search(text, synonyms="concept_synonym" in self.tables()))

    def sql(self, query: str) -> "pd.DataFrame":
        """Run a single SELECT over the extract's tables.

        Raises:
            UsageError: it is something else than a SELECT.
        """
        from warehouse_lib.frames.pandas_frame import from_arrow

        return from_arrow(self._reader.select(query))

    def to_pandas(
        self, table: str, columns: Sequence[str] | None = None, cohort: "BoundCohort | None" = None
    ) -> "pd.DataFrame":
        """Return a table, or chosen columns of it, for everybody or for a cohort's people.

        Raises:
            UsageError: the extract has no such table or column.
        """
        names = ", ".join(f'"{name}"' for name in self._checked(table, columns))
        where = f" WHERE person_id IN (SELECT person_id FROM ({cohort.sql()}) c)" if cohort else ""  # noqa: S608
        return self._frame(f'SELECT {names} FROM "{table}"{where}')  # noqa: S608  (names were checked)

    def to_dask(self, table: str, columns: Sequence[str] | None = None) -> Any:  # noqa: ANN401  (Dask ships no types)
        """Return a table as a Dask frame indexed by person, one partition per bucket, divisions known.

        Raises:
            UsageError: the extract has no such table or column, or it is not about persons.
        """
        from warehouse_lib.frames.dask_frame import to_dask

        chosen = self._checked(table, columns)
        if not catalogue().tables[table].has_person:
            raise UsageError(f"{table} is not split by person: use to_pandas.")
        return to_dask(table, chosen, self.buckets)

    def map_buckets(self, function: Callable[[Bucket], Result], client: Client | None = None) -> list[Result]:
        """Apply a function to every bucket, here or on the workers of a Dask client."""
        return map_buckets(function, self.buckets, client)

    def _checked(self, table: str, columns: Sequence[str] | None) -> list[str]:
        known = self.columns(table)
        unknown = [name for name in columns or () if name not in known]
        if unknown:
            raise UsageError(f"{table} has no column {unknown[0]!r} here. It has: {', '.join(known)}.")
        return list(columns) if columns else known

    def _frame(self, sql: str) -> "pd.DataFrame":
        from warehouse_lib.frames.pandas_frame import from_arrow

        return from_arrow(self._reader.arrow(sql))

    def _number(self, sql: str) -> int:
        return self._reader.number(sql)

    def _has_hierarchy(self) -> bool:
        entry = self._manifest["tables"].get("concept_ancestor")
        return bool(entry and entry["rows"])

    def _why_not(self, question: Cohort) -> Refused | None:
        return CalendarRule(self._manifest["dates"]["shifted"]).why_not(question.between)

    def _event_tables(self, question: Cohort) -> dict[str, Table]:
        usable = {name: catalogue().tables[name] for name in self.tables()}
        usable = {
            name: table
            for name, table in usable.items()
            if table.concept and table.start and {table.concept, table.start} <= set(self.columns(name))
        }
        missing = [name for name in question.tables if name not in usable]
        if missing or not (question.tables or any(table.is_clinical for table in usable.values())):
            wanted = missing[0] if missing else "any table"
            raise UsageError(f"This extract has no events in {wanted!r}. It has: {', '.join(usable)}.")
        # Eras and causes of death repeat what events say: only those who name them get them.
        default = [name for name, table in usable.items() if table.is_clinical]
        return {name: usable[name] for name in question.tables or default}


class BoundCohort:
    """A cohort question put to one extract; it is compiled when asked, not before."""

    def __init__(self, warehouse: Warehouse, question: Cohort) -> None:
        refusal = warehouse._why_not(question)
        if refusal is not None:
            raise RefusedError(refusal)
        self._warehouse = warehouse
        self._tables = warehouse._event_tables(question)
        self.question = question
        self._hierarchy = warehouse._has_hierarchy()
        if question.entry.descendants and not self._hierarchy:
            message = "This extract has no concept hierarchy: only the named concepts count, no descendants."
            warnings.warn(message, HierarchyMissingWarning, stacklevel=3)

    def __repr__(self) -> str:
        return f"BoundCohort({self.question.canonical})"

    def count(self) -> int:
        """Return how many people are in the cohort (true count; rounding is the airlock's business)."""
        from warehouse_lib import compile as to

        query = to.persons(self.question, self._tables, hierarchy=self._hierarchy)
        return self._warehouse._number(to.to_sql(to.count(query)))

    def entries(self) -> int:
        """Return how many entry events the people have."""
        from warehouse_lib import compile as to

        query = to.entries(self.question, self._tables, hierarchy=self._hierarchy)
        return self._warehouse._number(to.to_sql(to.count(query)))

    def sql(self) -> str:
        """Return the query that yields ``person_id`` and first ``entry``."""
        from warehouse_lib import compile as to

        return to.to_sql(to.persons(self.question, self._tables, hierarchy=self._hierarchy))

    def persons(self) -> "pd.DataFrame":
        """Return ``person_id`` and first ``entry`` of everybody in the cohort."""
        return self._warehouse._frame(self.sql())

    def to_pandas(self, table: str, columns: Sequence[str] | None = None) -> "pd.DataFrame":
        """Return a table for the cohort's people."""
        return self._warehouse.to_pandas(table, columns, self)


def _search(text: str, *, synonyms: bool) -> str:
    pattern = "'%" + text.replace("'", "''").replace("%", "").replace("_", " ") + "%'"
    like = f"LIKE lower(strip_accents({pattern}))"
    hit = f"lower(strip_accents(concept_name)) {like}"
    if synonyms:
        said = (
            f"SELECT concept_id FROM concept_synonym WHERE lower(strip_accents(concept_synonym_name)) {like}"  # noqa: S608
        )
        hit = f"{hit} OR concept_id IN ({said})"
    return (
        f"SELECT concept_id, concept_name, domain_id FROM concept WHERE {hit} "  # noqa: S608
        "ORDER BY length(concept_name), concept_id LIMIT 50"
    )
