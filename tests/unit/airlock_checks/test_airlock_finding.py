"""The vocabulary of the checks: order of verdicts, JSON that survives a round trip and fits its schema."""

import json
from pathlib import Path

import jsonschema
import pytest

from airlock.domain.finding import FileReport, Finding, Place, Verdict, cell_place, column_letters, combine
from airlock.domain.outputs import MAY_BE_CLEAR, OutputKind, report

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/schemas/finding.schema.json").read_text())
SMALL = Finding("frequency.small-count", Verdict.REFUSE, "A count below 10.", cell_place(4, 3, "Table 1"))


def test_verdicts_are_ordered_and_combine_to_the_strictest():
    assert Verdict.CLEAR < Verdict.REVIEW < Verdict.REFUSE
    assert combine([Verdict.REVIEW, Verdict.REFUSE, Verdict.CLEAR]) is Verdict.REFUSE


def test_no_verdict_at_all_is_review():
    assert combine([]) is Verdict.REVIEW


@pytest.mark.parametrize(("column", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA")])
def test_columns_are_named_as_a_spreadsheet_names_them(column, letters):
    assert column_letters(column) == letters


def test_a_report_survives_json_and_fits_the_schema():
    original = report("a.xlsx", OutputKind.FREQUENCY_TABLE, (SMALL,))
    written = json.loads(json.dumps(original.to_json()))
    jsonschema.validate({"files": [written]}, SCHEMA)
    assert FileReport.from_json(written) == original
    assert written["findings"][0]["where"] == {"sheet": "Table 1", "row": 4, "column": 3, "cell": "C4"}


@pytest.mark.parametrize("kind", OutputKind)
def test_only_the_listed_kinds_can_be_clear_and_the_others_say_why(kind):
    result = report("x", kind, ())
    jsonschema.validate({"files": [result.to_json()]}, SCHEMA)
    if kind in MAY_BE_CLEAR:
        assert result.verdict is Verdict.CLEAR
    else:
        assert result.verdict is Verdict.REVIEW
        assert [finding.rule for finding in result.findings] == ["kind.held"]


def test_a_finding_without_a_place_has_an_empty_one():
    assert Finding("x.y", Verdict.REVIEW, "m").where == Place()
