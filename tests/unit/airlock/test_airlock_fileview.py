"""Findings lie on the cells they name, in the right window and sheet; unknown content shows nothing."""

import re
from pathlib import Path

import pytest

from airlock.domain.finding import FileReport, Finding, Verdict, cell_place
from airlock.domain.outputs import OutputKind
from airlock.domain.request import RequestFile
from airlock.intake_wording import SPANISH as REFUSALS
from airlock.previews import Preview, SheetView, parse, preview
from airlock.store.content import ending
from airlock.web.fileview import ROWS, Window, lay_over
from airlock.web.finding_words import SPANISH, said
from airlock.web.words import WORDS
from tests.support.airlock_house import SMALL

SOURCE = Path(__file__).parents[3] / "airlock"


def sheet(name=None, rows=3):
    return SheetView(name, tuple((f"r{number}", "5") for number in range(1, rows + 1)), False)


def file(*findings):
    return RequestFile(2, "t.csv", "a" * 64, 1, FileReport("t.csv", "table", Verdict.REFUSE, findings))


def on(place, verdict=Verdict.REFUSE):
    return Finding("x.y", verdict, "Words.", place)


def marked(grid):
    return {
        (number, column): cell.findings
        for number, cells in grid.rows
        for column, cell in enumerate(cells, 1)
        if cell.mark
    }


def test_a_finding_marks_its_cell_and_leads_to_it():
    view = lay_over(file(on(cell_place(2, 2))), Preview((sheet(),)))
    assert marked(view.grids[0]) == {(2, 2): (1,)}
    assert view.findings[0].address == "?file=2&sheet=1&row=1#cell-1-2-2"


def test_a_row_or_a_column_marks_all_its_cells_and_the_worst_colours():
    view = lay_over(file(on({"row": 3}, Verdict.REVIEW), on({"column": 2})), Preview((sheet(),)))
    cells = dict(view.grids[0].rows)[3]
    assert [cell.mark for cell in cells] == ["cell--hold", "cell--stop"]
    assert [cell.findings for cell in cells] == [(1,), (1, 2)]


def test_a_finding_stays_on_its_sheet():
    view = lay_over(file(on(cell_place(1, 1, "B")), on(cell_place(1, 1))), Preview((sheet("A"), sheet("B"))))
    assert marked(view.grids[0]) == {}
    assert marked(view.grids[1]) == {(1, 1): (1,)}
    assert view.findings[1].address is None


def test_a_long_table_is_shown_in_windows_with_its_header():
    long = Preview((sheet(rows=2 * ROWS + 10),))
    view = lay_over(file(on(cell_place(ROWS + 5, 1))), long)
    assert view.findings[0].address == f"?file=2&sheet=1&row={ROWS + 1}#cell-1-{ROWS + 5}-1"
    second = lay_over(file(on(cell_place(ROWS + 5, 1))), long, Window(2, 1, ROWS + 1))
    numbers = [number for number, _ in second.grids[0].rows]
    assert (numbers[0], numbers[1], numbers[-1]) == (1, ROWS + 1, 2 * ROWS)
    assert marked(second.grids[0]) == {(ROWS + 5, 1): (1,)}
    assert [address is None for _, address in second.grids[0].pages] == [False, True, False]


@pytest.mark.parametrize("row", [-5, 0, 10**9])
def test_an_absurd_window_shows_something(row):
    assert lay_over(file(), Preview((sheet(),)), Window(2, 1, row)).grids[0].rows


def test_an_empty_sheet_shows_no_rows():
    assert lay_over(file(), Preview((SheetView("A", (), False),))).grids[0].rows == ()


@pytest.mark.parametrize(
    ("name", "content", "texts", "sheets"),
    [
        ("a.csv", b"x,count\nF,20\n", "", 1),
        ("a.txt", "señal\n".encode(), "señal\n", 0),
        ("a.json", b'[{"x": "F", "count": 20}]', "", 1),
        ("a.bin", b"\x00\x01", "", 0),
        ("a.xlsx", b"PK\x03\x04broken", "", 0),
        ("a.svg", b"<svg onload='alert(1)'/>", "", 0),
    ],
)
def test_what_a_stored_file_shows(house, name, content, texts, sheets):
    request = house.submitted(house.put(name, content))
    shown = preview(house.airlock.content, request.current.files[0].stored)
    assert (shown.text, len(shown.sheets)) == (texts, sheets)
    assert shown == preview(house.airlock.content, request.current.files[0].stored)


@pytest.mark.parametrize(
    "answer", [b"", b"{}", b"[]", b'{"grids": [7], "text": "", "truncated": false}', b"\xff"]
)
def test_an_answer_that_makes_no_sense_shows_nothing(answer):
    assert parse(answer).is_empty


@pytest.mark.parametrize(
    ("name", "kept"), [("a.CSV", ".csv"), ("a", ""), ("a.b c", ""), ("a." + "x" * 30, ""), ("a.ñ", "")]
)
def test_only_a_plain_short_ending_is_kept(name, kept):
    assert ending(name) == kept


def test_findings_speak_spanish_with_the_rules_own_number():
    assert said(SMALL, "es") == "Un recuento menor que 10: tan pocas personas se pueden reconocer."
    assert said(SMALL, "en") == SMALL.message
    assert said(Finding("new.rule", Verdict.REVIEW, "As it came."), "es") == "As it came."


def test_every_rule_of_the_checks_has_words_in_spanish():
    source = "".join(
        f.read_text("utf-8") for room in ("checks", "intake") for f in (SOURCE / room).glob("*.py")
    )
    families = "csv|differencing|frequency|identifiers|intake|json|panel|parquet|percentages|records|xlsx"
    found = set(re.findall(rf'"((?:{families})\.[a-z0-9-]+)"', source))
    refusals = set(re.findall(r'"((?:name|staging)\.[a-z0-9-]+)"', source))
    assert len(found) > 30 and len(refusals) > 10
    assert sorted(found - SPANISH.keys()) == []
    assert sorted(refusals - REFUSALS.keys()) == []


@pytest.mark.parametrize("kind", list(OutputKind))
def test_every_kind_of_output_has_its_words(kind):
    assert f"kind_{kind}" in WORDS
