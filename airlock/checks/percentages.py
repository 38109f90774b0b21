"""Percentages give counts away: with the people they are taken of, a printed share is the number of people.

A percentage is explained when it is the share of published counts in every row. Then a suppressed count
beside it can be worked out. Where only the whole is printed, the share times the whole is the count.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor

from airlock.checks.cells import Count, Number
from airlock.checks.counts import is_section
from airlock.checks.layout import Block, Column, Role
from airlock.domain.finding import Finding, Place, Verdict, cell_place
from disclosure.profiles import DisclosureProfile

SLACK = 1e-6  # of a count, against the error of binary fractions


@dataclass(frozen=True, slots=True)
class _Share:
    """One printed percentage: its row in the grid (from 0), and the fractions of one it may stand for."""

    row: int
    least: float
    most: float


def check(block: Block, profile: DisclosureProfile) -> Iterator[Finding]:
    """What the percentages of a block say about counts."""
    for column in block.having(Role.PERCENT):
        shares = list(_shares(block, column))
        if not shares:
            continue
        pair = _explanation(block, column, shares)
        if pair is not None:
            yield from _given_away(block, column, shares, pair, profile)
            continue
        base = _whole_beside(block, column)
        if base is None or not _all_possible(block, shares, base):
            message = (
                "Percentages whose counts are not in the table: print numerator and denominator with them."
            )
            yield Finding(
                "percentages.unexplained", Verdict.REVIEW, message, _place(block, shares[0].row, column)
            )
            continue
        yield from _implied(block, column, shares, base, profile)


def _place(block: Block, row: int, column: Column) -> Place:
    return cell_place(row + 1, column.index + 1, block.grid.sheet)


def _shares(block: Block, column: Column) -> Iterator[_Share]:
    """The printed percentages of a column as intervals, as wide as their last decimal."""
    items = [(row, block.items[row][column.index]) for row in block.body if not is_section(block, row)]
    figures = [(row, item) for row, item in items if isinstance(item, Count | Number)]
    scale = 1.0 if all(item.value <= 1 for _, item in figures) else 100.0
    for row, item in figures:
        decimals = item.decimals if isinstance(item, Number) else 0
        one = 100.0 if isinstance(item, Number) and item.percent else scale
        half = 0.5 * 10.0**-decimals
        yield _Share(row, max(0.0, (item.value - half) / one), (item.value + half) / one)


def _count(block: Block, row: int, column: Column) -> int | None:
    item = block.items[row][column.index]
    return item.value if isinstance(item, Count) else None


@dataclass(frozen=True, slots=True)
class _Pair:
    """The count column a percentage is of, and the whole of each row."""

    part: Column
    whole: dict[int, int]


def _explanation(block: Block, column: Column, shares: Sequence[_Share]) -> _Pair | None:
    """The count column and whole that fit all rows whose counts are printed, at least two."""
    counts = block.having(Role.COUNT)
    for part in sorted(counts, key=lambda one: abs(one.index - column.index)):
        for whole in _wholes(block, part, counts):
            tested = [
                share for share in shares if _count(block, share.row, part) is not None and share.row in whole
            ]
            if (
                len(tested) >= min(2, len(shares))
                and tested
                and all(_fits(block, s, part, whole) for s in tested)
            ):
                return _Pair(part, whole)
    return None


def _wholes(block: Block, part: Column, counts: Sequence[Column]) -> Iterator[dict[int, int]]:
    """What a part may be a share of: another column of its row, or a total of its own column."""
    for other in counts:
        if other is not part:
            yield {row: count for row in block.body if (count := _count(block, row, other))}
    visible = [count for row in block.body if (count := _count(block, row, part)) is not None]
    for total in dict.fromkeys((max(visible, default=0), sum(visible))):
        if total > 0:
            yield dict.fromkeys(block.body, total)


def _fits(block: Block, share: _Share, part: Column, whole: dict[int, int]) -> bool:
    count = _count(block, share.row, part)
    base = whole[share.row]
    return (
        count is not None
        and share.least * base <= count + SLACK * base
        and count <= (share.most + SLACK) * base
    )


def _numerators(share: _Share, whole: int) -> range:
    """The whole numbers of people that a printed share of `whole` people may stand for."""
    return range(ceil(share.least * whole - SLACK), min(whole, floor(share.most * whole + SLACK)) + 1)


def _given_away(
    block: Block, column: Column, shares: Sequence[_Share], pair: _Pair, profile: DisclosureProfile
) -> Iterator[Finding]:
    """Suppressed counts whose percentage was left standing."""
    for share in shares:
        if _count(block, share.row, pair.part) is None and share.row in pair.whole:
            possible = _numerators(share, pair.whole[share.row])
            if possible and possible[0] > 0 and possible[-1] < profile.threshold:
                message = "The percentage gives a suppressed small count away: suppress it as well."
                yield Finding(
                    "percentages.gives-count", Verdict.REFUSE, message, _place(block, share.row, column)
                )
            elif possible and possible[0] < profile.threshold:
                message = "The percentage narrows a suppressed count down: suppress it as well."
                yield Finding(
                    "percentages.narrows", Verdict.REVIEW, message, _place(block, share.row, column)
                )


def _whole_beside(block: Block, column: Column) -> Column | None:
    """The nearest count column, taken as the whole when no printed count explains the percentage."""
    counts = block.having(Role.COUNT)
    return min(counts, key=lambda one: abs(one.index - column.index), default=None)


def _all_possible(block: Block, shares: Sequence[_Share], base: Column) -> bool:
    wholes = [(share, _count(block, share.row, base)) for share in shares]
    return all(
        whole is not None and share.most <= 1.01 and bool(_numerators(share, whole))
        for share, whole in wholes
    )


def _implied(
    block: Block, column: Column, shares: Sequence[_Share], base: Column, profile: DisclosureProfile
) -> Iterator[Finding]:
    """Counts that are printed nowhere and follow from share and whole, and what is left over."""
    for share in shares:
        whole = _count(block, share.row, base) or 0
        possible = _numerators(share, whole)
        where = _place(block, share.row, column)
        if possible[0] > 0 and possible[-1] < profile.threshold:
            message = f"Percentage times whole is a count below {profile.threshold}."
            yield Finding("percentages.small-count", Verdict.REFUSE, message, where)
        elif possible[0] < profile.threshold or 0 < whole - possible[-1] < profile.threshold:
            message = (
                f"Percentage and whole may stand for a count below {profile.threshold}, or leave one over."
            )
            yield Finding("percentages.may-be-small", Verdict.REVIEW, message, where)
