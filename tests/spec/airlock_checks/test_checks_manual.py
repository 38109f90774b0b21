"""The automatic checks as a manual: a table as a researcher writes it, and what the checks say about it.

Each case is one rule: its title says the claim, the table breaks or keeps it. `C4 rule` is a finding on cell
C4; a rule alone is a finding on the whole file. Profile `acro` unless the case names another.
"""

import io
from dataclasses import dataclass

import pytest

from airlock.checks.examine import examine
from airlock.domain.finding import FileReport
from airlock.domain.outputs import report
from disclosure.profiles import get


@dataclass(frozen=True)
class Case:
    title: str
    table: str
    verdict: str
    findings: tuple[str, ...] = ()
    profile: str = "acro"
    name: str = "table.csv"


def check(text: str | bytes, name: str, profile: str = "acro", released: tuple[str, ...] = ()) -> FileReport:
    data = text.encode() if isinstance(text, str) else text
    earlier = [(io.BytesIO(one.encode()), "earlier.csv") for one in released]
    examined = examine(io.BytesIO(data), name, get(profile), earlier)
    return report(name, examined.kind, examined.findings)


def told(result: FileReport) -> set[str]:
    return {f"{finding.where.get('cell', '')} {finding.rule}".strip() for finding in result.findings}


FREQUENCY = [
    Case("Ten passes.", "age,n\n<40,10\n40+,60\n", "clear"),
    Case("Nine does not.", "age,n\n<40,9\n40+,60\n", "refuse", ("B2 frequency.small-count",)),
    Case("Zero is held for a person.", "age,n\n<40,0\n40+,60\n", "review", ("B2 frequency.zero",)),
    Case("A cross table without totals.", "age,F,M\n18-39,20,30\n40-64,14,40\n", "clear"),
    Case(
        "A small count in a cross table.",
        "age,F,M\n18-39,20,30\n40-64,4,40\n",
        "refuse",
        ("B3 frequency.small-count",),
    ),
    Case(
        "A count with holes above it is written 4.0 and is still a count.",
        "age,F,M\n18-39,20.0,30.0\n40-64,,4.0\n",
        "refuse",
        ("C3 frequency.small-count",),
    ),
    Case(
        "A count with its percentage in the same cell is a count.",
        "group,Cases\nYes,4 (4.0%)\nNo,96 (96.0%)\n",
        "refuse",
        ("B2 frequency.small-count",),
    ),
    Case(
        "Four of twenty is four.",
        "arm,responders\nA,4/20\nB,12/30\n",
        "refuse",
        ("B2 frequency.small-count",),
    ),
    Case(
        "A count stated in a heading is a count.",
        "arm,Treated (n=4),Control (n=20)\nimproved,12,15\n",
        "refuse",
        ("B1 frequency.small-count",),
    ),
    Case(
        "Measures as rows: the row says that it counts.",
        "metric,F,M\nn,120,4\nmean age,54.2,61.0\n",
        "refuse",
        ("C2 frequency.small-count",),
    ),
    Case(
        "Two levels of heading.",
        "sex,F,F,M,M\nsmoker,no,yes,no,yes\nregion,,,,\nNorth,20,30,40,12\nSouth,22,33,44,5\n",
        "refuse",
        ("E5 frequency.small-count",),
    ),
    Case(
        "Two tables in one file.",
        "age,n\n<40,50\n40+,60\n\nsex,n\nF,50\nM,4\n",
        "refuse",
        ("B7 frequency.small-count",),
    ),
    Case(
        "Spanish, semicolons, decimal commas; percentages that the counts explain.",
        "sexo;grupo;n;porcentaje\nMujer;A;120;60,0\nMujer;B;80;40,0\nHombre;A;100;50,0\nHombre;B;100;50,0\n",
        "clear",
    ),
    Case("Thousands separators.", 'region,n\nA,"1,204"\nB,"3,400"\n', "clear"),
    Case("Codes, years and ages are no counts.", "year,icd10,age,n\n2020,E11,5,44\n2021,I10,6,55\n", "clear"),
    Case(
        "Whole numbers under an unknown heading, left of the counts, may be counts too.",
        "ward,young,n\nA,4,40\nB,5,50\n",
        "review",
        ("B2 frequency.unclear-number", "B3 frequency.unclear-number"),
    ),
    Case(
        "Unless rows need them to differ: then they are labels.",
        "sex,d,n\nF,0,40\nF,1,50\nM,0,30\nM,1,20\n",
        "clear",
    ),
    Case("Codes as headings.", "outcome,0,1\nA,20,30\nB,40,50\n", "clear"),
    Case(
        "Two levels of headings, one of codes, as pandas writes them.",
        "sex,F,F,M,M,All\nd,0,1,0,1,\nage,,,,,\n40-64,35,40,46,36,157\n65+,45,4,50,49,148\n",
        "refuse",
        ("C5 frequency.small-count",),
    ),
    Case(
        "A first row of numbers may be counts without a heading.",
        "Madrid,20,30\nSoria,15,20\n",
        "review",
        ("B1 frequency.numeric-heading", "C1 frequency.numeric-heading"),
    ),
    Case(
        "What a whole leaves over is a count too.",
        "group,total,events\nA,100,95\nB,100,50\n",
        "review",
        ("C2 frequency.complement",),
    ),
    Case(
        "Totals that do not add up are held.",
        "sex,n\nF,20\nM,30\nTotal,60\n",
        "review",
        ("B4 frequency.totals",),
    ),
]

SUPPRESSION = [
    Case(
        "One hole in a table with totals is no hole.",
        "age,F,M,Total\n18-39,20,30,50\n40-64,*,40,44\n65+,12,33,45\nTotal,36,103,139\n",
        "refuse",
        ("B3 frequency.recoverable",),
    ),
    Case(
        "Four holes protect each other.",
        "age,F,M,Total\n18-39,20,30,50\n40-64,*,*,44\n65+,*,*,45\nTotal,36,103,139\n",
        "clear",
    ),
    Case(
        "A long table is the same table.",
        "sex,region,n\nF,N,20\nF,S,*\nF,All,24\nM,N,30\nM,S,40\nM,All,70\n",
        "refuse",
        ("C3 frequency.recoverable",),
    ),
    Case(
        "A blank where a database writes its totals.",
        "sex,region,n\nF,N,20\nF,S,*\nF,,24\nM,N,30\nM,S,40\nM,,70\n",
        "refuse",
        ("C3 frequency.recoverable",),
    ),
    Case(
        "A total by another name adds up as well.",
        "region,north,south,everywhere\nA,*,20,24\nB,30,40,70\nC,15,25,40\n",
        "refuse",
        ("B2 frequency.recoverable",),
    ),
    Case(
        "Subtotals give back as totals do.",
        "region,n\nA 1,*\nA 2,30\nA total,34\nB 1,40\nB 2,60\nB total,100\nTotal,134\n",
        "refuse",
        ("B2 frequency.recoverable",),
    ),
    Case(
        "A mark may not say more than that a count is small.",
        "age,n\n<40,1-4\n40+,60\n50+,55\n",
        "review",
        ("B2 frequency.narrow-mark",),
    ),
    Case(
        "Marks that say below ten and a total of eighteen: nine and nine.",
        "age,n\na,<10\nb,<10\nTotal,18\n",
        "refuse",
        ("B2 frequency.recoverable", "B3 frequency.recoverable"),
    ),
    Case(
        "A percentage gives a suppressed count away.",
        "group,n,pct\nA,120,60.0\nB,*,2.0\nC,76,38.0\nAll,200,100\n",
        "refuse",
        ("B3 frequency.recoverable", "C3 percentages.gives-count"),
    ),
    Case(
        "Percentage times whole is a count.",
        "group,N,pct\nA,120,60.0\nB,40,5.0\n",
        "refuse",
        ("C3 percentages.small-count",),
    ),
    Case("And may be a large one.", "group,N,pct\nA,120,60.0\nB,40,50.0\n", "clear"),
    Case(
        "Percentages of nothing that is printed are held.",
        "group,pct\nA,61.3\nB,38.7\n",
        "review",
        ("B2 percentages.unexplained",),
    ),
]

SMALL, UNROUNDED = "B2 frequency.small-count", "B2 frequency.unrounded"
PROFILES = [
    Case("Seven is too few.", "age,n\n<40,7\n40+,60\n", "refuse", (SMALL, UNROUNDED), "opensafely"),
    Case("Rounded to five passes.", "age,n\n<40,10\n40+,60\n", "clear", (), "opensafely"),
    Case("Twelve was not rounded.", "age,n\n<40,12\n40+,60\n", "refuse", (UNROUNDED,), "opensafely"),
    Case("Zero stands for up to seven.", "age,n\n<40,0\n40+,60\n", "clear", (), "opensafely"),
    Case("Rounded totals need not add up.", "sex,n\nF,15\nM,20\nTotal,40\n", "clear", (), "opensafely"),
    Case("Midpoint six prints 3, 9, 15.", "age,n\n<40,3\n40+,9\n", "clear", (), "opensafely-midpoint6"),
    Case("Ten is no midpoint.", "age,n\n<40,10\n40+,9\n", "refuse", (UNROUNDED,), "opensafely-midpoint6"),
    Case("Three pass.", "age,n\n<40,3\n40+,60\n", "clear", (), "handbook"),
    Case("Two do not.", "age,n\n<40,2\n40+,60\n", "refuse", (SMALL,), "datashield"),
    Case("Nine contributors are too few.", "age,n\n<40,9\n40+,60\n", "refuse", (SMALL,), "abs"),
]  # fmt: skip

PERSONS = "".join(f"{'FM'[i % 2]},{30 + i},{160 + i},{60 + i}\n" for i in range(20))
RECORDS = [
    Case(
        "A column of person numbers.",
        "person_id,visits\n101,20\n102,30\n",
        "refuse",
        ("A1 records.person-column",),
    ),
    Case(
        "Few rows, each a subject.",
        "subject,arm,n\ns1,A,20\ns2,B,30\n",
        "review",
        ("A1 records.person-column",),
    ),
    Case("Rows that repeat their labels.", f"sex,age,height,weight\n{PERSONS}", "refuse", ("records.rows",)),
    Case(
        "A measured value a row.",
        "sodium,potassium\n" + "".join(f"{140 + i * 0.13:.2f},{4 + i * 0.07:.2f}\n" for i in range(30)),
        "refuse",
        ("records.rows",),
    ),
    Case(
        "More rows than a result has.",
        "code,n\n" + "".join(f"X{i},{20 + i}\n" for i in range(5001)),
        "refuse",
        ("records.too-many-rows",),
    ),
    Case(
        "An identity number in a label.",
        "site,n\nHospital 12345678Z,40\nOther,50\n",
        "refuse",
        ("A2 identifiers.direct",),
    ),
    Case(
        "An e-mail address under the table.",
        "age,n\n<40,50\n40+,60\n\nContact: ana@example.org\n",
        "refuse",
        ("A5 identifiers.direct",),
    ),
]

B3_SMALL = "B3 frequency.small-count"
KINDS = [
    Case("Regressions are held.", "term,coef,se\nage,0.12,0.03\nsex,1.3,0.2\n", "review", ("kind.held",)),
    Case("Words are held.", "hello\n", "review", ("kind.held",), name="note.txt"),
    Case(
        "A table printed in text is a table.",
        "age    F   M\n<40   20   4\n40+   30  40\n",
        "refuse",
        ("C2 frequency.small-count",),
        name="out.log",
    ),
    Case(
        "So is one in Markdown.",
        "| a | n |\n|---|---|\n| x | 4 |\n",
        "refuse",
        ("B3 frequency.small-count",),
        name="t.md",
    ),
    Case("JSON rows.", '[{"sex":"F","n":40},{"sex":"M","n":3}]', "refuse", (B3_SMALL,), name="t.json"),
    Case("JSON columns.", '{"n":{"F":40,"M":3}}', "refuse", (B3_SMALL,), name="t.json"),
    Case("JSON that is no table.", '{"a":{"b":{"c":1}}}', "review", ("json.no-table",), name="t.json"),
    Case(
        "One key twice: which value would a reader see?",
        '[{"sex":"F","n":40,"n":3}]',
        "review",
        ("json.duplicate-key",),
        name="t.json",
    ),
    Case("An unknown suffix.", "age,n\n<40,20\n40+,60\n", "review", ("intake.unknown-suffix",), name="t.dat"),
    Case("A name that lies.", "%PDF-1.7\n", "review", ("intake.mislabelled",), name="t.csv"),
    Case("An empty file.", "", "review", ("intake.empty",)),
    Case("Rows of unequal length.", "a,n\nx,40\ny,50,60\n", "review", ("csv.ragged",)),
]  # fmt: skip


@pytest.mark.parametrize(
    "case",
    [*FREQUENCY, *SUPPRESSION, *PROFILES, *RECORDS, *KINDS],
    ids=lambda case: f"{case.profile}: {case.title}",
)
def test_manual(case: Case):
    result = check(case.table, case.name, case.profile)
    assert result.verdict.value == case.verdict
    assert set(case.findings) <= told(result)
    if case.verdict == "clear":
        assert result.findings == ()


def test_a_file_that_is_not_utf8_is_read_and_held():
    result = check("región,n\nLeón,4\nÁvila,50\n".encode("latin-1"), "t.csv")
    assert told(result) == {"csv.not-utf8", "B2 frequency.small-count"}


FEW = "differencing.small-difference"
FIRST = "age,F,M\n18-39,20,30\n40-64,24,40\n"
RELEASES = [
    ("The same table again changes nothing.", FIRST, FIRST, set()),
    ("Three more are three people.", "age,F,M\n18-39,20,30\n40-64,27,40\n", FIRST, {f"B3 {FEW}"}),
    ("Ten people more are ten people.", "age,F,M\n18-39,20,30\n40-64,34,40\n", FIRST, set()),
    ("Another layout is the same table.", "sex,age,n\nF,18-39,22\nM,18-39,30\n", FIRST, {f"C2 {FEW}"}),
    (
        "What the earlier release hid, this one gives back.",
        "age,F,M\n18-39,20,30\n40-64,40,50\nTotal,60,80\n",
        "age,F,M\n18-39,*,30\n40-64,40,50\n",
        set(),
    ),
    (
        "Totals added later give earlier holes back.",
        "age,F\n18-39,*\n40-64,40\nTotal,44\n",
        "age,F\n40-64,40\nTotal,44\n",
        {"B2 frequency.recoverable"},
    ),
    (
        "A companion printed later uncovers what it protected.",
        "age,F,M\n65+,50,60\n40-64,24,41\n",
        "age,F,M,Total\n18-39,*,*,50\n40-64,*,*,65\n65+,50,60,110\nTotal,78,147,225\n",
        {"differencing.reveals-earlier"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "new", "earlier", "expected"), RELEASES, ids=[case[0] for case in RELEASES]
)
def test_against_earlier_releases(title, new, earlier, expected):
    assert told(check(new, "t.csv", released=(earlier,))) == expected
