"""Records instead of results: a table in which each row is a person, however it is called.

Claim: results are aggregated, so their label combinations are unique and few, and nothing in them names a
person. A table that breaks this is refused when it has enough rows to be sure, and held otherwise.
"""

from collections import Counter
from collections.abc import Iterator

from airlock.checks import vocabulary as vocab
from airlock.checks.cells import Item, Nothing, Number
from airlock.checks.counts import row_labels
from airlock.checks.layout import Block, Column, Role
from airlock.domain.finding import Finding, Place, Verdict, cell_place
from disclosure.profiles import DisclosureProfile
from disclosure.tables import plain, words

SURE_ROWS = 10  # rows from which repeated or unaggregated rows are taken for persons
MOST_REPEATED = 0.1  # share of rows whose labels another row has too, in a table of results
UNIQUE_SHARE = 0.95  # of different values, in a column that tells persons apart


def check(block: Block, profile: DisclosureProfile) -> Iterator[Finding]:
    """What says that the rows of a block are persons."""
    yield from person_columns(block)
    if len(block.body) > profile.most_rows or block.grid.truncated:
        message = f"More than {profile.most_rows} rows: this is data, not a result."
        yield Finding("records.too-many-rows", Verdict.REFUSE, message, _sheet(block))
    elif reason := _unaggregated(block):
        sure = len(block.body) >= SURE_ROWS
        yield Finding("records.rows", Verdict.REFUSE if sure else Verdict.REVIEW, reason, _sheet(block))


def person_columns(block: Block) -> Iterator[Finding]:
    """The columns whose heading says that each row is a person."""
    for column in block.columns:
        where = _heading_place(block, column)
        if reason := _names_persons(block, column):
            yield Finding("records.person-column", Verdict.REFUSE, reason, where)
        elif _may_list_persons(block, column):
            message = "A column seems to list persons, one a row: a person must say what it lists."
            yield Finding("records.person-column", Verdict.REVIEW, message, where)


def _sheet(block: Block) -> Place:
    return Place() if block.grid.sheet is None else Place(sheet=block.grid.sheet)


def _heading_place(block: Block, column: Column) -> Place:
    row = block.header[0] if block.header else 0
    return cell_place(row + 1, column.index + 1, block.grid.sheet)


def _names_persons(block: Block, column: Column) -> str | None:
    """The reason why a column identifies persons, by its heading; None when it does not."""
    heading = words(column.name)
    found = set(heading)
    text = " ".join(heading)
    if not block.body or column.role is Role.EMPTY:
        return None
    if found & vocab.PERSON_WORDS and found & vocab.KEY_WORDS and _distinct(block, column):
        return "A column holds an identifier of persons, one a row."
    if found & vocab.PERSON_KEYS or any(phrase in plain(text) for phrase in vocab.PERSON_PHRASES):
        return "A column names persons or their numbers."
    long_enough = len(block.body) >= SURE_ROWS
    if found == {"id"} and long_enough and _distinct(block, column):
        return "A column of unique keys: each row stands for one record."
    return None


def _may_list_persons(block: Block, column: Column) -> bool:
    """Whether a heading only says "subject" or the like over labels that are all different."""
    found = set(words(column.name))
    labels = column.role in (Role.LABEL, Role.MIXED, Role.UNCLEAR)
    return labels and bool(found) and found <= vocab.PERSON_WORDS and _distinct(block, column)


def _distinct(block: Block, column: Column) -> bool:
    values = [_value(block.items[row][column.index]) for row in block.body]
    filled = [value for value in values if value]
    return bool(filled) and len(set(filled)) >= UNIQUE_SHARE * len(filled)


def _value(item: Item) -> str:
    if isinstance(item, Nothing):
        return ""
    return str(getattr(item, "text", getattr(item, "value", "*")))


def _unaggregated(block: Block) -> str | None:
    """The reason why rows look like persons although no column says so."""
    if len(block.body) < 2:
        return None
    if _repeated(block) > MOST_REPEATED:
        return "Many rows have the same labels: the table is not aggregated, each row may be a person."
    if any(column.named for column in block.having(Role.COUNT)):
        return None
    if _attributes_alone(block):
        return "A table of personal attributes without any count: each row may be a person."
    if len(block.body) >= SURE_ROWS and _one_value_a_row(block):
        return "A column of measured values, nearly all different: each row may be a person."
    return None


def _repeated(block: Block) -> float:
    """The share of rows whose labels appear in an earlier row as well; rows without labels aside."""
    if not block.having(Role.LABEL):
        return 0.0
    keys = Counter(row_labels(block, Role.LABEL, Role.UNCLEAR).values())
    rows = sum(keys.values())
    return (rows - len(keys)) / rows if rows else 0.0


def _attributes_alone(block: Block) -> bool:
    """Whether columns say what a person has, and none counts or averages anything."""
    found = [set(words(column.name)) for column in block.columns]
    summarised = any(one & vocab.STATISTIC_WORDS for one in found) or block.having(Role.COUNT, Role.PERCENT)
    return not summarised and sum(bool(one & vocab.ATTRIBUTE_WORDS) for one in found) >= 2


def _one_value_a_row(block: Block) -> bool:
    """Whether a column of numbers without meaning has a different value in nearly every row."""
    return any(
        _distinct(block, column)
        and any(isinstance(block.items[row][column.index], Number) for row in block.body)
        for column in block.having(Role.NUMBER)
    )
