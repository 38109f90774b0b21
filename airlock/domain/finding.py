"""What a check has to say: a finding with its verdict and place, and the report on one file.

The JSON of both is a stable interface (docs/schemas/finding.schema.json): `tre check --json`, the review
pages and the notebook read it. A message names the rule that was broken in words a checker can act on, and
never the secret itself: "a count below 10", not the count.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import total_ordering
from typing import Any, TypedDict, cast


@total_ordering
class Verdict(Enum):
    """How far a file may go, ordered ``clear < review < refuse``; several verdicts combine by `max`.

    clear: the checks know this kind and found nothing. review: a person must look, and is told why.
    refuse: the request goes back to its author at once (docs/adr/0006).
    """

    CLEAR = "clear"
    REVIEW = "review"
    REFUSE = "refuse"

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Verdict):
            return NotImplemented
        return _RANK[self] < _RANK[other]


_RANK = {verdict: rank for rank, verdict in enumerate(Verdict)}


def combine(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the strictest of `verdicts`. No verdict at all is `REVIEW`: no evidence never means clear."""
    return max(verdicts, default=Verdict.REVIEW)


class Place(TypedDict, total=False):
    """Where in a file a finding is; only the keys that apply are present.

    Rows, columns, pages and lines count from 1. Row 1 of a table is its header, in every format, as a
    spreadsheet shows it; `cell` is the same place in spreadsheet notation (``C4``).
    """

    sheet: str
    row: int
    column: int
    cell: str
    page: int
    line: int


def cell_place(row: int, column: int, sheet: str | None = None) -> Place:
    """Place of one cell, `row` and `column` counted from 1, with its spreadsheet name."""
    place = Place(row=row, column=column, cell=f"{column_letters(column)}{row}")
    if sheet is not None:
        place["sheet"] = sheet
    return place


def column_letters(column: int) -> str:
    """Spreadsheet letters of a column counted from 1: 1 is ``A``, 27 is ``AA``."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check has to say about one place.

    `rule` is the stable name of the rule (``frequency.small-count``), for tests, translations and the manual.
    """

    rule: str
    verdict: Verdict
    message: str
    where: Place = field(default_factory=Place)

    def to_json(self) -> dict[str, Any]:
        """The finding as plain values, as docs/schemas/finding.schema.json describes it."""
        return {
            "rule": self.rule,
            "verdict": self.verdict.value,
            "where": dict(self.where),
            "message": self.message,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Finding":
        """Read what `to_json` wrote; raises `KeyError` or `ValueError` on anything else."""
        where = cast(Place, dict(value["where"]))
        return cls(str(value["rule"]), Verdict(value["verdict"]), str(value["message"]), where)


@dataclass(frozen=True, slots=True)
class FileReport:
    """Everything the checks say about one file.

    `path` is the path as it was asked for; `kind` is a value of `airlock.domain.outputs.OutputKind`.
    The verdict is given, not derived: `report` is the way to make one that agrees with its findings.
    """

    path: str
    kind: str
    verdict: Verdict
    findings: tuple[Finding, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The report as plain values: one entry of ``files`` in `tre check --json`."""
        return {
            "path": self.path,
            "kind": self.kind,
            "verdict": self.verdict.value,
            "findings": [finding.to_json() for finding in self.findings],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "FileReport":
        """Read what `to_json` wrote; raises `KeyError` or `ValueError` on anything else."""
        findings = tuple(Finding.from_json(one) for one in value["findings"])
        return cls(str(value["path"]), str(value["kind"]), Verdict(value["verdict"]), findings)
