"""The typed frequency table that all rules speak: cells with labels, and which cells add up to which.

A cross table and a long table are the same thing here: cells that carry one label a dimension. Totals are
found twice, by their words ("Total", "Todos") and by their arithmetic (a line that equals the sum of the
others everywhere), because an attacker adds and subtracts whatever a column is called.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Labels = tuple[str, ...]


def word_set(text: str) -> frozenset[str]:
    """The words of `text` as a set: how word lists are written down."""
    return frozenset(text.split())


TOTAL_WORDS = word_set(
    "total totals all overall sum both any everyone everybody subtotal margin margins combined grand "
    "todos todas ambos suma general global conjunto"
)
"""Words that mark a total, in English and Spanish, compared without accents and in lower case."""

BESIDE_TOTALS = word_set(
    "n count counts row rows column columns patients persons people subjects participants sexes genders "
    "ages groups years regions pacientes personas sexos edades grupos anos regiones the of de del los las"
)
"""Words that may stand beside a total word ("all patients"); any other makes it none ("all-cause death")."""

FEWEST_PARTS = 2  # a total beside one part alone is a whole and its subset, not a sum
MOST_LABELS_FOR_ARITHMETIC = 60
"""Lines of a dimension above which unlabelled totals are not looked for by arithmetic."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One published cell: a label for each dimension, and its count, or None where it was suppressed.

    `most` is the largest count the mark itself admits: 9 for a cell printed as "<10", else None.
    """

    labels: Labels
    count: int | None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """One published equation: the cell `total` equals the sum of the cells `parts` (indexes into the table).

    `family` names the line of totals (dimension, label): a line adds up everywhere or nowhere.
    """

    total: int
    parts: tuple[int, ...]
    family: tuple[int, str] = (0, "")


@dataclass(frozen=True, slots=True)
class FrequencyTable:
    """Cells and the equations between them. Counts are whole and never negative."""

    cells: tuple[Cell, ...]
    sums: tuple[Sum, ...]

    @property
    def suppressed(self) -> tuple[int, ...]:
        """Indexes of the cells whose count was not published."""
        return tuple(index for index, cell in enumerate(self.cells) if cell.count is None)


def table(cells: Iterable[Cell]) -> FrequencyTable:
    """Make a table of `cells`, finding its totals by word and by arithmetic.

    All cells need the same number of labels; raises `ValueError` otherwise.
    """
    listed = tuple(cells)
    if len({len(cell.labels) for cell in listed}) > 1:
        raise ValueError("All cells of a table need a label for each dimension.")
    dimensions = len(listed[0].labels) if listed else 0
    sums = [one for dimension in range(dimensions) for one in _sums_along(listed, dimension)]
    return FrequencyTable(listed, tuple(dict.fromkeys(sums)))


def crosstab(
    rows: Sequence[Labels | str], columns: Sequence[Labels | str], counts: Sequence[Sequence[int | None]]
) -> FrequencyTable:
    """Make a table of a grid of `counts` (one list a row, None for suppressed) with its labels."""
    return table(
        Cell(_labels(row) + _labels(column), counts[i][j])
        for i, row in enumerate(rows)
        for j, column in enumerate(columns)
    )


def _labels(label: Labels | str) -> Labels:
    return (label,) if isinstance(label, str) else label


def plain(text: str) -> str:
    """`text` without accents, in lower case and single spaces: how labels and headings are compared."""
    folded = unicodedata.normalize("NFKD", text)
    without = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return " ".join(without.casefold().split())


def words(text: str) -> tuple[str, ...]:
    """The words of a heading in plain letters: ``nPatients_total`` is n, patients, total."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return tuple(re.findall(r"[a-z]+|\d+|%", plain(split)))


def is_total(label: str) -> bool:
    """Whether a label names a total: one of `TOTAL_WORDS`, alone or with `BESIDE_TOTALS`; or a sum sign."""
    found = set(words(label))
    return (bool(found & TOTAL_WORDS) and found <= TOTAL_WORDS | BESIDE_TOTALS) or plain(label) in {"σ", "∑"}


def _sums_along(cells: Sequence[Cell], dimension: int) -> list[Sum]:
    """The equations of one dimension: totals over all other lines, subtotals over the lines beside them."""
    lines = _lines(cells, dimension)
    names = tuple(dict.fromkeys(cell.labels[dimension] for cell in cells))
    totals = {name for name in names if is_total(name)}
    groups = _subtotals(cells, lines, [name for name in names if name not in totals])
    if not totals and not groups and 3 <= len(names) <= MOST_LABELS_FOR_ARITHMETIC:
        totals = {name for name in names if _adds_up_everywhere(cells, lines, name)}
    leaves = [name for name in names if name not in totals and name not in groups]
    wholes = {**groups, **dict.fromkeys((name for name in names if name in totals), tuple(leaves))}
    return [
        Sum(line[whole], parts, (dimension, whole))
        for line in lines
        for whole, members in wholes.items()
        if whole in line
        and len(parts := tuple(line[name] for name in members if name in line)) >= FEWEST_PARTS
    ]


Groups = dict[str, tuple[str, ...]]


def _subtotals(cells: Sequence[Cell], lines: Sequence[Mapping[str, int]], names: Sequence[str]) -> Groups:
    """Subtotals ("North total") with the labels they sum: those before them, or after them, if it adds up.

    Believed only when some line proves it and none contradicts it.
    """
    for ordered in (names, names[::-1]):
        groups = _runs(ordered)
        balances = [
            balance
            for line in lines
            for whole, members in groups.items()
            if (
                balance := _balance(
                    cells, {name: line[name] for name in (whole, *members) if name in line}, whole
                )
            )
        ]
        if balances and all(total == rest for total, rest in balances):
            return groups
    return {}


def _runs(names: Sequence[str]) -> Groups:
    """Each label that speaks of a total, with the run of plain labels before it."""
    groups: Groups = {}
    run: list[str] = []
    for name in names:
        if not set(words(name)) & TOTAL_WORDS:
            run.append(name)
            continue
        if len(run) >= FEWEST_PARTS:
            groups[name] = tuple(run)
        run = []
    return groups


def _lines(cells: Sequence[Cell], dimension: int) -> list[Mapping[str, int]]:
    """Cells that differ only in `dimension`, as mappings from their label there to their index."""
    lines: dict[Labels, dict[str, int]] = defaultdict(dict)
    for index, cell in enumerate(cells):
        rest = cell.labels[:dimension] + cell.labels[dimension + 1 :]
        lines[rest].setdefault(cell.labels[dimension], index)
    return list(lines.values())


def _adds_up_everywhere(cells: Sequence[Cell], lines: Iterable[Mapping[str, int]], name: str) -> bool:
    """Whether `name` equals the sum of all others in all complete lines, two or more, not all zero."""
    complete = [balance for line in lines if (balance := _balance(cells, line, name)) is not None]
    return (
        len(complete) >= 2 and all(total == rest for total, rest in complete) and any(t for t, _ in complete)
    )


def _balance(cells: Sequence[Cell], line: Mapping[str, int], name: str) -> tuple[int, int] | None:
    """The count of `name` and the sum of the others of one line; None when a count or a part is missing."""
    counts = {label: cells[index].count for label, index in line.items()}
    if name not in counts or len(counts) <= FEWEST_PARTS:
        return None
    visible = [count for count in counts.values() if count is not None]
    if len(visible) < len(counts):
        return None
    total = counts[name] or 0
    return total, sum(visible) - total


def broken_sums(given: FrequencyTable) -> tuple[Sum, ...]:
    """The equations whose cells are all published and do not add up."""
    return tuple(one for one in given.sums if _difference(given, one) not in (None, 0))


def _difference(given: FrequencyTable, one: Sum) -> int | None:
    counts = [given.cells[index].count for index in (one.total, *one.parts)]
    visible = [count for count in counts if count is not None]
    return None if len(visible) < len(counts) else visible[0] - sum(visible[1:])
