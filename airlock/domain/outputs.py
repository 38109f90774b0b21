"""The kinds of output the airlock knows, and which of them may ever come out of the checks as clear.

A kind says what a file *means* (a frequency table); its format says how it is written (CSV). Which kinds
can be cleared by a machine is data here, so that a new kind is held for a person until someone decides.
"""

from enum import StrEnum

from airlock.domain.finding import FileReport, Finding, Verdict, combine


class OutputKind(StrEnum):
    """What a file means, as far as the checks could tell."""

    FREQUENCY_TABLE = "frequency_table"
    TABLE = "table"  # a table, but not known to be one of counts
    RECORDS = "records"  # one row a person
    TEXT = "text"
    DOCUMENT = "document"  # word processor, slides, PDF
    FIGURE = "figure"
    NOTEBOOK = "notebook"
    MODEL = "model"
    ARCHIVE = "archive"
    UNKNOWN = "unknown"


class FileFormat(StrEnum):
    """How a file is written, by its content and by its name (`airlock.intake.sniff`)."""

    CSV = "csv"
    TSV = "tsv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    JSON = "json"
    NOTEBOOK = "ipynb"
    TEXT = "text"
    PDF = "pdf"
    IMAGE = "image"
    SVG = "svg"
    OFFICE = "office"
    PICKLE = "pickle"
    ARCHIVE = "archive"
    EMPTY = "empty"
    UNKNOWN = "unknown"


MAY_BE_CLEAR = frozenset({OutputKind.FREQUENCY_TABLE})
"""Kinds whose rules are complete enough that "nothing found" may mean clear. All others are held."""


def report(path: str, kind: OutputKind, findings: tuple[Finding, ...]) -> FileReport:
    """The report on one file: the strictest finding decides, and an unknown kind is never clear.

    When nothing was found on a kind outside `MAY_BE_CLEAR`, the report says so in a finding of its own.
    """
    if kind not in MAY_BE_CLEAR and combine((Verdict.CLEAR, *(f.verdict for f in findings))) is Verdict.CLEAR:
        findings = (*findings, _held(kind))
    verdict = combine((Verdict.CLEAR, *(finding.verdict for finding in findings)))
    return FileReport(path, kind.value, verdict, findings)


def _held(kind: OutputKind) -> Finding:
    name = kind.value.replace("_", " ")
    return Finding(
        "kind.held",
        Verdict.REVIEW,
        f"No automatic check can clear this kind of file ({name}): a person must look.",
    )
