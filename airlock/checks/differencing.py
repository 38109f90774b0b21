"""A new table against tables released before: the same cell twice, a few people apart, is those few people.

Cells are matched by their labels, whatever the layout: a long table meets a cross table. Not covered yet:
nested populations under other labels, complements, triples.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from airlock.checks import vocabulary as vocab
from airlock.checks.counts import CountTable, count_table
from airlock.checks.layout import Block
from airlock.domain.finding import Finding, Place, Verdict, cell_place
from disclosure.audit import recoverable
from disclosure.equations import TooLargeError
from disclosure.profiles import DisclosureProfile
from disclosure.tables import FrequencyTable, is_total, plain, words
from disclosure.thresholds import CountClass, classify

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A count table with its cells by their labels; labels that several cells share are left out."""

    block: Block
    counts: CountTable
    cells: dict[Key, int]

    def place(self, cell: int) -> Place:
        row, column = self.counts.places[cell]
        return cell_place(row + 1, column + 1, self.block.grid.sheet)


def check(new: Sequence[Block], released: Sequence[Block], profile: DisclosureProfile) -> Iterator[Finding]:
    """What the tables of a new file say together with each table released before."""
    earlier = [keyed for block in released if (keyed := _keyed(block)) is not None]
    for block in new:
        keyed = _keyed(block)
        if keyed is None:
            continue
        for old in earlier:
            yield from _pair(keyed, old, profile)


def _keyed(block: Block) -> _Keyed | None:
    counts = count_table(block)
    if counts is None:
        return None
    keys = [_key(cell.labels) for cell in counts.table.cells]
    times = Counter(keys)
    return _Keyed(block, counts, {key: i for i, key in enumerate(keys) if key and times[key] == 1})


def _key(labels: tuple[str, ...]) -> Key:
    """The labels of a cell in one spelling and order; headings that only say "count" aside."""
    kept = (
        "total" if is_total(label) else plain(label) for label in labels if label and not _is_measure(label)
    )
    return tuple(sorted(kept))


def _is_measure(label: str) -> bool:
    found = set(words(label))
    return bool(found) and found <= vocab.COUNT_WORDS and not is_total(label)


def _pair(new: _Keyed, old: _Keyed, profile: DisclosureProfile) -> Iterator[Finding]:
    common = new.cells.keys() & old.cells.keys()
    differences = {key: _difference(new, old, key) for key in common}
    for key, difference in differences.items():
        if difference is not None and profile.rounding is None and 0 < abs(difference) < profile.threshold:
            message = (
                f"An earlier release prints this cell with a count that differs by less than "
                f"{profile.threshold}: the difference is a small group of people."
            )
            yield Finding("differencing.small-difference", Verdict.REFUSE, message, new.place(new.cells[key]))
    known = [difference for difference in differences.values() if difference is not None]
    if known and not any(known) and profile.rounding is None:
        yield from _together(new, old, profile)


def _difference(new: _Keyed, old: _Keyed, key: Key) -> int | None:
    """New count less old count of one cell; None where either is suppressed."""
    now = new.counts.table.cells[new.cells[key]].count
    then = old.counts.table.cells[old.cells[key]].count
    return None if now is None or then is None else now - then


def _together(new: _Keyed, old: _Keyed, profile: DisclosureProfile) -> Iterator[Finding]:
    """The same people twice: what one table suppresses, the other may print or give back."""
    for cell in sorted(_gained(new, old, profile)):
        message = "An earlier release of the same people prints this suppressed cell or gives it back."
        yield Finding("differencing.recoverable", Verdict.REFUSE, message, new.place(cell))
    if _gained(old, new, profile):
        message = "Together with this table, a count that an earlier release suppressed can be worked out."
        where = Place() if new.block.grid.sheet is None else Place(sheet=new.block.grid.sheet)
        yield Finding("differencing.reveals-earlier", Verdict.REFUSE, message, where)


def _gained(one: _Keyed, other: _Keyed, profile: DisclosureProfile) -> set[int]:
    """Cells of `one`, suppressed there, that become computable and are small once `other` is known."""
    filled = _filled(one, other)
    printed = {
        cell
        for cell in one.counts.table.suppressed
        if (count := filled.cells[cell].count) is not None and _small(count, profile)
    }
    try:
        before = {found.cell for found in recoverable(one.counts.table)}
        after = {found.cell for found in recoverable(filled) if _small(found.count, profile)}
    except TooLargeError:
        return printed
    return printed | (after - before)


def _small(count: int, profile: DisclosureProfile) -> bool:
    return classify(max(0, count), profile) is CountClass.SMALL


def _filled(one: _Keyed, other: _Keyed) -> FrequencyTable:
    """The table `one` with the counts that `other` prints for cells suppressed in `one`."""
    cells = list(one.counts.table.cells)
    for key in one.cells.keys() & other.cells.keys():
        index = one.cells[key]
        if cells[index].count is None:
            cells[index] = replace(cells[index], count=other.counts.table.cells[other.cells[key]].count)
    return replace(one.counts.table, cells=tuple(cells))
