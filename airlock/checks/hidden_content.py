"""Content that a reader of the file does not see. What can hold records is refused, the rest is held.

Source: ICO and Cabinet Office guidance after leaks through spreadsheets; sdc.md, fact 10.
"""

from collections.abc import Iterator

from airlock.domain.finding import Finding, Verdict
from airlock.intake.parsed import Hidden, HiddenKind

RULES = {
    HiddenKind.HIDDEN_SHEET: (Verdict.REFUSE, "A hidden sheet."),
    HiddenKind.VERY_HIDDEN_SHEET: (Verdict.REFUSE, "A sheet hidden so that the menu does not show it."),
    HiddenKind.HIDDEN_ROW: (Verdict.REFUSE, "A hidden row that holds something."),
    HiddenKind.HIDDEN_COLUMN: (Verdict.REFUSE, "A hidden column that holds something."),
    HiddenKind.PIVOT_CACHE: (Verdict.REFUSE, "A pivot table keeps a copy of the data it was made from."),
    HiddenKind.MACRO: (Verdict.REFUSE, "The file holds macros or controls."),
    HiddenKind.EMBEDDED_FILE: (Verdict.REFUSE, "Another file is embedded in this one."),
    HiddenKind.DATA_MODEL: (Verdict.REFUSE, "The workbook holds a data model: the data behind its tables."),
    HiddenKind.EXTERNAL_LINK: (
        Verdict.REFUSE,
        "A link to another workbook keeps a copy of that workbook's cells.",
    ),
    HiddenKind.COMMENT: (Verdict.REVIEW, "A comment."),
    HiddenKind.DEFINED_NAME: (Verdict.REVIEW, "Defined names, which can hold values that no cell shows."),
    HiddenKind.CUSTOM_XML: (Verdict.REVIEW, "Custom properties or XML that no cell shows."),
    HiddenKind.CONNECTION: (Verdict.REVIEW, "A connection to a data source."),
    HiddenKind.FORMULA: (Verdict.REVIEW, "Formulas: what was computed and from what is not what is shown."),
    HiddenKind.PICTURE_OR_CHART: (Verdict.REVIEW, "Pictures or charts, which carry data of their own."),
    HiddenKind.METADATA: (Verdict.REVIEW, "Metadata beyond the description of the columns."),
}


def check(hidden: tuple[Hidden, ...]) -> Iterator[Finding]:
    """A finding for each hiding place that holds something."""
    for one in hidden:
        verdict, message = RULES[one.kind]
        remedy = " Save the visible table alone, as CSV or in a new workbook."
        yield Finding(f"hidden.{one.kind.value}", verdict, message + remedy, one.where)
