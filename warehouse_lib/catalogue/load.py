"""Reads the catalogue's data files once per process; a malformed line stops the program, never a default."""

import csv
import hashlib
import io
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from warehouse_lib.catalogue.model import (
    Catalogue,
    Coarsening,
    Column,
    ConceptScope,
    Group,
    Rule,
    Sensitivity,
    Severity,
    Table,
)

DATA_FILES = ("cdm54_tables.csv", "cdm54_columns.csv", "cdm53_renames.csv", "rules.csv")


@cache
def catalogue() -> Catalogue:
    """Return the catalogue; `digest` is the SHA-256 of its data files, part of every snapshot's identity."""
    texts = {name: _read(name) for name in DATA_FILES}
    columns = [_column(line) for line in _lines(texts["cdm54_columns.csv"])]
    tables = [_table(line, columns) for line in _lines(texts["cdm54_tables.csv"])]
    rules = [_rule(line) for line in _lines(texts["rules.csv"])]
    return Catalogue(
        tables={table.name: table for table in tables},
        renames={(r["table"], r["old"]): r["new"] for r in _lines(texts["cdm53_renames.csv"])},
        rules={(rule.name, rule.table): rule for rule in rules},
        digest=hashlib.sha256("".join(texts.values()).encode()).hexdigest(),
    )


def _read(name: str) -> str:
    return files("warehouse_lib.catalogue").joinpath(name).read_text(encoding="utf-8")


def _lines(text: str) -> Iterator[dict[str, str]]:
    return iter(csv.DictReader(io.StringIO(text)))


def _column(line: dict[str, str]) -> Column:
    return Column(
        table=line["table"],
        name=line["column"],
        type=line["type"],
        required=line["required"] == "yes",
        domain=line["domain"],
        sensitivity=Sensitivity(line["sensitivity"]),
        coarsening=Coarsening(line["coarsening"]) if line["coarsening"] else None,
    )


def _table(line: dict[str, str], columns: list[Column]) -> Table:
    return Table(
        name=line["table"],
        group=Group(line["group"]),
        key=line["key"],
        start=line["start"],
        end=line["end"],
        concept=line["concept"],
        concept_scope=ConceptScope(line["concept_scope"]),
        excluded_because=line["excluded_because"],
        columns=tuple(column for column in columns if column.table == line["table"]),
    )


def _rule(line: dict[str, str]) -> Rule:
    return Rule(line["rule"], line["table"], Severity(line["severity"]), line["meaning"])
