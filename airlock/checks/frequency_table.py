"""Frequency tables: small counts, zeros, counts that were not rounded, and suppressed cells given back.

Each rule is a claim about one published table, for an attacker who knows nothing else. Refused is what a
rule is sure of; what may be a count and may not is held.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from airlock.checks.cells import Count, Item, Nothing, Suppressed, Words
from airlock.checks.counts import CountTable, Sureness, count_cells, count_table
from airlock.checks.layout import Block, Role, is_coded
from airlock.domain.finding import Finding, Place, Verdict, cell_place
from disclosure.audit import recoverable
from disclosure.equations import TooLargeError
from disclosure.profiles import DisclosureProfile, ZeroRule
from disclosure.rounding import is_rounded
from disclosure.tables import broken_sums, is_total, word_set, words
from disclosure.thresholds import CountClass, classify

ZEROS = {ZeroRule.REVIEW: Verdict.REVIEW, ZeroRule.REFUSE: Verdict.REFUSE}
YEARS = range(1900, 2101)
STATED = re.compile(r"\bn\s*[=:]\s*(\d{1,9})\b", re.IGNORECASE)
WHOLES = word_set("denominator population denominador poblacion")


def check(block: Block, profile: DisclosureProfile) -> Iterator[Finding]:
    """Everything the rules say about the counts of one block."""
    for cell in count_cells(block):
        where = _place(block, cell.row, cell.column.index)
        if isinstance(cell.item, Suppressed):
            yield from _mark(cell.item, where, profile)
        if isinstance(cell.item, Count):
            if cell.sureness is Sureness.COUNT:
                yield from _count(cell.item.value, where, profile)
            elif 0 < cell.item.value < profile.threshold:
                yield _unclear(where, profile)
    yield from _headings(block)
    yield from _stated(block, profile)
    counts = count_table(block)
    if counts is not None:
        yield from _totals(block, counts, profile)
        yield from _given_back(block, counts, profile)
        yield from _complements(block, profile)
    elif block.having(Role.COUNT):
        yield Finding(
            "frequency.too-large", Verdict.REVIEW, "The table is too large for the audit of its totals."
        )


def is_frequency_table(block: Block) -> bool:
    """Whether all that a block holds are labels, counts, and percentages: the kind these rules cover."""
    covered = (Role.LABEL, Role.COUNT, Role.UNCLEAR, Role.PERCENT, Role.EMPTY)
    sure = any(cell.sureness is Sureness.COUNT for cell in count_cells(block))
    statistics = any(
        cell.sureness is Sureness.UNCLEAR and cell.column.role is Role.COUNT for cell in count_cells(block)
    )
    return sure and not statistics and len(block.having(*covered)) == len(block.columns)


def _place(block: Block, row: int, column: int) -> Place:
    return cell_place(row + 1, column + 1, block.grid.sheet)


def _count(count: int, where: Place, profile: DisclosureProfile) -> Iterator[Finding]:
    """The rules on a single published count."""
    kind = classify(count, profile)
    if kind is CountClass.SMALL:
        message = f"A count below {profile.threshold}: so few people can be recognised."
        yield Finding("frequency.small-count", Verdict.REFUSE, message, where)
    elif kind is CountClass.ZERO:
        message = "An empty cell can say that nobody of a group has the other answer; say why it is empty."
        yield Finding("frequency.zero", ZEROS[profile.zeros], message, where)
    if profile.rounding is not None and not is_rounded(count, profile.rounding):
        message = f"A count that was not rounded to base {profile.rounding.base}, as the profile asks."
        yield Finding("frequency.unrounded", Verdict.REFUSE, message, where)


def _mark(mark: Suppressed, where: Place, profile: DisclosureProfile) -> Iterator[Finding]:
    """A mark that says more than "below the threshold"."""
    if mark.most is not None and mark.most + 1 < profile.threshold:
        message = f"The mark says more than that the count is below {profile.threshold}."
        yield Finding("frequency.narrow-mark", Verdict.REVIEW, message, where)


def _unclear(where: Place, profile: DisclosureProfile) -> Finding:
    message = f"A whole number below {profile.threshold} that may be a count: a person must say what it is."
    return Finding("frequency.unclear-number", Verdict.REVIEW, message, where)


def _headings(block: Block) -> Iterator[Finding]:
    """Numbers where the header should be: years and codes are headings, others may be a row of counts."""
    for row in block.header:
        if is_coded(block.items[row]):
            continue
        for column in block.columns:
            item = block.items[row][column.index]
            if isinstance(item, Count) and item.value not in YEARS and column.role is not Role.LABEL:
                message = "The header holds numbers: a person must say whether they are headings or counts."
                yield Finding(
                    "frequency.numeric-heading", Verdict.REVIEW, message, _place(block, row, column.index)
                )


def _stated(block: Block, profile: DisclosureProfile) -> Iterator[Finding]:
    """Counts stated in headings and labels: "Treated (n=4)"."""
    for row in (*block.header, *block.body):
        for index, item in enumerate(block.items[row]):
            stated = STATED.findall(item.text) if isinstance(item, Words) else []
            for digits in stated:
                yield from _count(int(digits), _place(block, row, index), profile)


def _totals(block: Block, counts: CountTable, profile: DisclosureProfile) -> Iterator[Finding]:
    """Totals that do not add up: rounded one by one where the profile wants it, else hold them."""
    if profile.rounding is not None:
        return
    families = {one.family: one.total for one in reversed(broken_sums(counts.table))}
    for total in families.values():
        message = "A total is not the sum of its cells: rows may be missing, or it counts something else."
        yield Finding("frequency.totals", Verdict.REVIEW, message, _place(block, *counts.places[total]))


def _given_back(block: Block, counts: CountTable, profile: DisclosureProfile) -> Iterator[Finding]:
    """Suppressed cells that addition and subtraction give back."""
    if profile.rounding is not None or not counts.table.suppressed:
        return  # rounded totals give nothing exact back; unrounded ones are refused above
    try:
        found = recoverable(counts.table)
    except TooLargeError:
        message = "The totals of this table are too tangled for the audit of its suppressed cells."
        yield Finding("frequency.too-large", Verdict.REVIEW, message)
        return
    for one in found:
        row, column = counts.places[one.cell]
        yield from _recovered(one.count, block.items[row][column], _place(block, row, column), profile)


def _recovered(count: int, item: Item, where: Place, profile: DisclosureProfile) -> Iterator[Finding]:
    kind = classify(max(0, count), profile)
    if count < 0:
        message = "The totals around a suppressed cell contradict each other."
        yield Finding("frequency.totals", Verdict.REVIEW, message, where)
    elif kind is CountClass.SMALL:
        message = "A suppressed count that anybody can work out: subtract the other cells from the totals."
        yield Finding("frequency.recoverable", Verdict.REFUSE, message, where)
    elif kind is CountClass.ZERO:
        message = "A suppressed or empty cell that the totals show to be zero."
        yield Finding("frequency.zero", ZEROS[profile.zeros], message, where)
    elif count and not isinstance(item, Nothing):
        message = "A suppressed count, not small, that the totals give back: say why it was suppressed."
        yield Finding("frequency.recoverable-other", Verdict.REVIEW, message, where)


def _complements(block: Block, profile: DisclosureProfile) -> Iterator[Finding]:
    """A whole and one part of it: what is left over is a count too."""
    counts = block.having(Role.COUNT)
    wholes = [column for column in counts if is_whole(column.name)]
    if len(counts) != 2 or len(wholes) != 1:
        return
    whole = wholes[0]
    part = next(column for column in counts if column is not whole)
    for row in block.body:
        total, count = block.items[row][whole.index], block.items[row][part.index]
        if isinstance(total, Count) and isinstance(count, Count):
            rest = total.value - count.value
            if 0 < rest < profile.threshold:
                message = (
                    f"Whole and part differ by less than {profile.threshold}: the rest is a small count."
                )
                yield Finding("frequency.complement", Verdict.REVIEW, message, _place(block, row, part.index))


def is_whole(heading: str) -> bool:
    """Whether a heading names the people a part is taken from."""
    return is_total(heading) or bool(set(words(heading)) & WHOLES)


def holds_counts(rows: Iterable[Sequence[Item]]) -> bool:
    """Whether any cell of these rows is a count."""
    return any(isinstance(item, Count) for row in rows for item in row)
