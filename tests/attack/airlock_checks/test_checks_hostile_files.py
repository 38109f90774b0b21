"""Hostile files against the checks: bombs, lies, hiding places, endless work. None comes out clear."""

import io
import json
import os
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName

from airlock.checks import panel
from airlock.checks.examine import examine
from airlock.checks.panel import Candidate
from airlock.domain.finding import FileReport, Verdict
from airlock.domain.outputs import report
from airlock.intake.limits import ProcessLimits
from disclosure.profiles import ACRO

CLEAN = [["age", "F", "M"], ["18-39", 20, 30], ["40-64", 14, 40]]


def check(data: bytes, name: str) -> FileReport:
    examined = examine(io.BytesIO(data), name, ACRO)
    return report(name, examined.kind, examined.findings)


def rules(result: FileReport) -> set[str]:
    return {finding.rule for finding in result.findings}


def workbook(change=None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in CLEAN:
        sheet.append(row)
    if change:
        change(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    """A clean workbook with one more part in its archive."""
    out = io.BytesIO(workbook())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def test_a_clean_workbook_is_clear():
    assert check(workbook(), "t.xlsx").verdict is Verdict.CLEAR


def hidden_sheet(book, _sheet):
    book.create_sheet("rows").append(["x", 1])
    book["rows"].sheet_state = "hidden"


def very_hidden_sheet(book, _sheet):
    book.create_sheet("rows").append(["x", 1])
    book["rows"].sheet_state = "veryHidden"


def hidden_column(_book, sheet):
    sheet.column_dimensions["C"].hidden = True


def narrow_column(_book, sheet):
    sheet.column_dimensions["C"].width = 0.1


def hidden_row(_book, sheet):
    sheet.row_dimensions[2].hidden = True


def comment(_book, sheet):
    sheet["B2"].comment = Comment("for you", "me")


def defined_name(book, _sheet):
    book.defined_names["k"] = DefinedName("k", attr_text="1234")


def formula(_book, sheet):
    sheet["D2"] = "=B2+C2"


HIDING = [
    (hidden_sheet, "hidden.hidden-sheet", Verdict.REFUSE),
    (very_hidden_sheet, "hidden.very-hidden-sheet", Verdict.REFUSE),
    (hidden_column, "hidden.hidden-column", Verdict.REFUSE),
    (narrow_column, "hidden.hidden-column", Verdict.REFUSE),
    (hidden_row, "hidden.hidden-row", Verdict.REFUSE),
    (comment, "hidden.comment", Verdict.REVIEW),
    (defined_name, "hidden.defined-name", Verdict.REVIEW),
    (formula, "hidden.formula", Verdict.REVIEW),
]


@pytest.mark.parametrize(("hide", "rule", "verdict"), HIDING, ids=[case[0].__name__ for case in HIDING])
def test_what_hides_in_a_workbook_is_found(hide, rule, verdict):
    result = check(workbook(hide), "t.xlsx")
    assert rule in rules(result)
    assert result.verdict is verdict


PARTS = [
    ("xl/pivotCache/pivotCacheRecords1.xml", "hidden.pivot-cache"),
    ("xl/vbaProject.bin", "hidden.macro"),
    ("xl/embeddings/oleObject1.bin", "hidden.embedded-file"),
    ("xl/externalLinks/externalLink1.xml", "hidden.external-link"),
    ("xl/model/item.data", "hidden.data-model"),
    ("customXml/item1.xml", "hidden.custom-xml"),
    ("xl/connections.xml", "hidden.connection"),
    ("xl/charts/chart1.xml", "hidden.picture-or-chart"),
    ("xl/threadedComments/threadedComment1.xml", "hidden.comment"),
]


@pytest.mark.parametrize(("part", "rule"), PARTS)
def test_parts_of_the_archive_that_carry_more_are_found(part, rule):
    result = check(with_part(part, b"<x/>"), "t.xlsx")
    assert rule in rules(result)
    assert result.verdict > Verdict.CLEAR


def test_a_zip_bomb_is_not_unpacked():
    result = check(with_part("xl/worksheets/sheet9.xml", b"\0" * 30_000_000), "t.xlsx")
    assert rules(result) & {"xlsx.bomb", "xlsx.too-large"}
    assert result.verdict is Verdict.REVIEW


def test_entities_are_not_expanded():
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>'
    assert "xlsx.entities" in rules(check(with_part("xl/worksheets/sheet9.xml", laughs), "t.xlsx"))


def test_a_sheet_that_spans_a_billion_cells_is_held():
    def far(_book, sheet):
        sheet["XFD1048576"] = 1

    assert "xlsx.too-large" in rules(check(workbook(far), "t.xlsx"))


@pytest.mark.parametrize("cut", [3, 30, 300, 3000, -1])
def test_a_damaged_workbook_is_held(cut):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert check(workbook()[:cut], "t.xlsx").verdict is Verdict.REVIEW


def parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def test_parquet_is_read_as_the_table_it_is():
    assert check(parquet(pa.table({"x": ["a", "b"], "n": [20, 30]})), "t.parquet").verdict is Verdict.CLEAR
    assert check(parquet(pa.table({"x": ["a", "b"], "n": [20, 3]})), "t.parquet").verdict is Verdict.REFUSE


def test_metadata_in_parquet_is_found():
    table = pa.table({"x": ["a", "b"], "n": [20, 30]}).replace_schema_metadata({"note": "row 1: Ana"})
    assert "hidden.metadata" in rules(check(parquet(table), "t.parquet"))
    attributes = {b"pandas": json.dumps({"attributes": {"rows": [1, 2]}}).encode()}
    table = pa.table({"x": ["a", "b"], "n": [20, 30]}).replace_schema_metadata(attributes)
    assert "hidden.metadata" in rules(check(parquet(table), "t.parquet"))


def test_a_name_that_lies_is_held_even_over_a_clean_table():
    assert check(workbook(), "t.csv").verdict is Verdict.REVIEW
    assert check(b"age,n\n<40,20\n40+,30\n", "t.xlsx").verdict is Verdict.REVIEW


@pytest.mark.parametrize(
    "magic", [b"\x80\x04\x95", b"\x1f\x8b\x08", b"%PDF-1.4", b"\x89PNG\r\n", b"MZ\0\0", b"\x7fELF\0"]
)
@pytest.mark.parametrize("suffix", ["csv", "pkl", "pdf", "png", "gz", "exe"])
def test_what_no_check_knows_is_held_under_any_name(magic, suffix):
    assert check(magic + b"x" * 50, f"t.{suffix}").verdict is Verdict.REVIEW


SECRET = 7


@pytest.mark.parametrize(
    "table",
    [
        f"age,F,M,Total\n18-39,20,30,50\n40-64,{SECRET},40,47\n",
        "age,F,M,Total\n18-39,20,30,50\n40-64,*,40,47\nTotal,27,70,97\n",
    ],
)
def test_no_message_says_the_count_it_is_about(table):
    result = check(table.encode(), "t.csv")
    assert result.verdict is Verdict.REFUSE
    assert all(str(SECRET) not in finding.message for finding in result.findings)


def test_no_message_repeats_an_identifier():
    result = check(b"site,n\nHospital 12345678Z,40\nana@example.org,50\n", "t.csv")
    assert "identifiers.direct" in rules(result)
    assert not any("12345678" in f.message or "ana@" in f.message for f in result.findings)


@pytest.fixture
def clean_file(tmp_path: Path) -> Path:
    path = tmp_path / "t.csv"
    path.write_text("age,F,M\n18-39,20,30\n40-64,14,40\n")
    return path


def test_the_panel_checks_each_file_in_a_child_and_answers_in_order(clean_file, tmp_path):
    small = tmp_path / "small.csv"
    small.write_text("age,n\n<40,4\n40+,60\n")
    results = panel.run([clean_file, small, clean_file])
    assert [one.verdict for one in results] == [Verdict.CLEAR, Verdict.REFUSE, Verdict.CLEAR]
    assert [one.path for one in results] == [str(clean_file), str(small), str(clean_file)]


def test_a_copy_named_by_its_hash_is_checked_under_its_own_name(clean_file, tmp_path):
    copy = tmp_path / "0a1b2c"
    copy.write_bytes(clean_file.read_bytes())
    assert panel.run([Candidate(copy, "t.csv")])[0].verdict is Verdict.CLEAR
    assert panel.run([copy])[0].verdict is Verdict.REVIEW


def test_a_child_that_takes_too_long_holds_the_file(clean_file):
    result = panel.run([clean_file], limits=ProcessLimits(seconds=0))[0]
    assert (result.verdict, rules(result)) == (Verdict.REVIEW, {"panel.timeout", "kind.held"} & rules(result))
    assert "panel.timeout" in rules(result)


@pytest.mark.parametrize(
    "code", ["raise SystemExit(3)", "print('{}')", "print('no json')", "import os; os.abort()", "pass"]
)
def test_a_child_that_dies_or_answers_nonsense_holds_the_file(clean_file, monkeypatch, code):
    import sys

    monkeypatch.setattr(panel, "command", lambda: [sys.executable, "-c", code])
    result = panel.run([clean_file])[0]
    assert result.verdict is Verdict.REVIEW
    assert "panel.broken" in rules(result)


def test_what_cannot_be_opened_is_held(tmp_path, clean_file):
    os.mkfifo(tmp_path / "pipe.csv")
    results = panel.run([tmp_path / "none.csv", tmp_path, tmp_path / "pipe.csv", clean_file])
    assert [one.verdict for one in results] == [Verdict.REVIEW] * 3 + [Verdict.CLEAR]
    assert all("panel.unreadable" in rules(one) for one in results[:3])


def test_the_child_knows_nothing_of_the_service(monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "secret")
    assert set(panel.environment()) == {"PATH", "LANG", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}


def test_a_table_wider_than_the_limit_and_a_giant_csv_are_never_clear(tmp_path):
    wide = ",".join(f"c{i}" for i in range(600)) + "\n" + ",".join(["20"] * 600) + "\n"
    assert check(wide.encode(), "t.csv").verdict > Verdict.CLEAR
    giant = tmp_path / "giant.csv"
    with giant.open("wb") as file:
        file.write(b"code,n\n")
        file.truncate(2 * 1024**3)
    assert panel.run([giant])[0].verdict > Verdict.CLEAR
