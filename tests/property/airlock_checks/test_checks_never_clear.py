"""What must hold for all inputs: unknown is never clear, nor is a planted small count, and nothing raises."""

import csv
import io
import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from airlock.checks.examine import examine
from airlock.domain.finding import Finding, Verdict, combine
from airlock.domain.outputs import MAY_BE_CLEAR, OutputKind, report
from airlock.intake import parse_csv, parse_json, parse_text
from disclosure.profiles import ACRO

VERDICTS = st.sampled_from(Verdict)
SAFE = st.integers(10, 5_000)
SMALL = st.integers(1, 9)
CATEGORIES = ["Madrid", "Soria", "León", "Ávila", "Teruel", "Cádiz"]
SEXES = ["Female", "Male", "Other"]


def verdict(data: bytes, name: str) -> Verdict:
    examined = examine(io.BytesIO(data), name, ACRO)
    return report(name, examined.kind, examined.findings).verdict


@given(VERDICTS, VERDICTS, VERDICTS)
def test_verdicts_combine_like_a_maximum(a, b, c):
    assert combine([a, b]) is combine([b, a])
    assert combine([a, combine([b, c])]) is combine([combine([a, b]), c])
    assert combine([a, a]) is a
    assert combine([a, b]) >= a
    assert combine([a, Verdict.CLEAR]) is a


@given(st.sampled_from(OutputKind), st.lists(VERDICTS, max_size=4))
def test_a_kind_that_is_not_listed_never_comes_out_clear(kind, verdicts):
    result = report("x", kind, tuple(Finding("a.b", one, "m") for one in verdicts))
    assert result.verdict >= combine([Verdict.CLEAR, *verdicts])
    if kind not in MAY_BE_CLEAR:
        assert result.verdict > Verdict.CLEAR
        assert result.findings


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(["a.csv", "a.json", "a.xlsx", "a.parquet", "a.txt", "a.pdf", "a", "a.exe"]),
)
@example(b"PK\x03\x04", "a.xlsx")
@example(b"PAR1PAR1", "a.parquet")
@example(b"[" * 5000, "a.json")
@example(b'"' * 300, "a.csv")
def test_bytes_of_any_kind_are_answered_and_never_clear_unless_they_are_a_table(data, name):
    result = verdict(data, name)
    if not name.endswith((".csv", ".json")):
        assert result > Verdict.CLEAR


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_the_parsers_answer_any_text(text):
    for parse in (parse_csv.parse, parse_json.parse, parse_text.parse):
        parsed = parse(text.encode("utf-8", "surrogatepass"))
        assert all(len({len(row) for row in grid.rows}) <= 1 for grid in parsed.grids)


@st.composite
def tables(draw, small: bool):
    """A cross table with headings, as rows; one cell is small when asked for."""
    rows = draw(st.lists(st.sampled_from(CATEGORIES), min_size=2, max_size=5, unique=True))
    columns = draw(st.lists(st.sampled_from(SEXES), min_size=2, max_size=3, unique=True))
    counts = [[draw(SAFE) for _ in columns] for _ in rows]
    if small:
        i, j = draw(st.integers(0, len(rows) - 1)), draw(st.integers(0, len(columns) - 1))
        counts[i][j] = draw(SMALL)
    if draw(st.booleans()):
        columns.append("Total")
        counts = [[*row, sum(row)] for row in counts]
    return [["region", *columns], *([name, *row] for name, row in zip(rows, counts, strict=True))]


def crosswise(table):
    return [list(column) for column in zip(*table, strict=True)]


def lengthwise(table):
    (_, *columns), *body = table
    cells = [[row[0], column, count] for row in body for column, count in zip(columns, row[1:], strict=True)]
    return [["region", "sex", "n"], *cells]


def as_csv(table, delimiter=","):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(table)
    return out.getvalue().encode()


def as_json(table):
    head, *body = table
    return json.dumps([dict(zip(head, row, strict=True)) for row in body]).encode()


def as_floats(table):
    return [[float(cell) if isinstance(cell, int) else cell for cell in row] for row in table]


LAYOUTS = st.sampled_from([lambda table: table, crosswise, lengthwise, as_floats])
WRITERS = st.sampled_from(
    [
        (as_csv, "t.csv"),
        (lambda t: as_csv(t, ";"), "t.csv"),
        (lambda t: as_csv(t, "\t"), "t.tsv"),
        (as_json, "t.json"),
    ]
)


@settings(max_examples=250, deadline=None)
@given(tables(small=True), LAYOUTS, WRITERS)
def test_a_planted_small_count_is_never_clear_in_any_layout_and_format(table, layout, writer):
    write, name = writer
    assert verdict(write(layout(table)), name) is Verdict.REFUSE


@settings(max_examples=150, deadline=None)
@given(tables(small=False), LAYOUTS, WRITERS)
def test_a_clean_table_is_clear_in_any_layout_and_format(table, layout, writer):
    write, name = writer
    assert verdict(write(layout(table)), name) is Verdict.CLEAR


@settings(max_examples=100, deadline=None)
@given(tables(small=True), st.data())
def test_a_planted_small_count_without_header_is_never_clear(table, data):
    body = data.draw(st.permutations(table[1:]))
    assert verdict(as_csv(body), "t.csv") > Verdict.CLEAR
