"""`tre check`: exit codes, the JSON contract, and a report for a person."""

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from airlock.check_command import check, place
from airlock.domain.finding import Place, cell_place

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/schemas/finding.schema.json").read_text())
SMALL = "age,F,M\n18-39,20,30\n40-64,4,40\n"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.csv"
    path.write_text(SMALL)
    return path


def run(*arguments: object):
    return CliRunner().invoke(check, [str(argument) for argument in arguments])


def test_json_fits_the_schema_and_it_exits_0_whatever_the_verdict(small):
    result = run("--json", small)
    assert result.exit_code == 0
    answer = json.loads(result.output)
    jsonschema.validate(answer, SCHEMA)
    (file,) = answer["files"]
    assert (file["path"], file["kind"], file["verdict"]) == (str(small), "frequency_table", "refuse")
    assert file["findings"][0]["where"] == {"row": 3, "column": 2, "cell": "B3"}


def test_a_missing_file_is_wrong_usage(tmp_path, small):
    assert run("--json", small, tmp_path / "none.csv").exit_code == 2
    assert run("--json", "--released", tmp_path / "none.csv", small).exit_code == 2
    assert run("--json").exit_code == 2


def test_an_unknown_profile_is_wrong_usage_and_names_those_that_exist(small):
    result = run("--profile", "none", small)
    assert result.exit_code == 2
    assert "opensafely" in result.output


def test_the_profile_decides(tmp_path):
    path = tmp_path / "nine.csv"
    path.write_text("age,n\n<40,9\n40+,61\n")
    verdicts = [
        json.loads(run("--json", "--profile", p, path).output)["files"][0]["verdict"]
        for p in ("acro", "handbook")
    ]
    assert verdicts == ["refuse", "clear"]


def test_several_earlier_releases_are_compared(tmp_path, small):
    new, other = tmp_path / "new.csv", tmp_path / "other.csv"
    new.write_text("age,F,M\n18-39,20,30\n40-64,24,40\n")
    other.write_text("age,F,M\n18-39,23,30\n40-64,54,40\n")
    result = run("--json", "--released", small, "--released", other, new)
    findings = json.loads(result.output)["files"][0]["findings"]
    assert [(one["rule"], one["where"]["cell"]) for one in findings] == [
        ("differencing.small-difference", "B2")
    ]


def test_a_person_reads_verdict_place_and_reason(small):
    result = run(small)
    assert result.exit_code == 0
    assert "REFUSE" in result.output
    assert "B3" in result.output
    assert "A count below 10" in result.output


def test_a_hostile_name_cannot_write_to_the_terminal(tmp_path):
    path = tmp_path / "x\x1b[2J.csv"
    path.write_text(SMALL)
    assert "\x1b[2J" not in run(path).output


def test_places_in_words():
    assert place(cell_place(3, 2, "Sheet 1")) == "Sheet 1 B3"
    assert place(Place(line=12)) == "line 12"
    assert place(Place()) == ""
