"""Direct identifiers anywhere in a file: identity and health numbers, telephones, e-mail, birth dates.

The place is reported, never the identifier. A heading speaks for the cells under it ("telefono").
"""

from collections.abc import Iterator

from airlock.checks.layout import Block
from airlock.domain.finding import Finding, Place, Verdict, cell_place
from airlock.intake.parsed import Grid
from disclosure.identifiers import find

LONGEST_LINE = 10_000  # characters of a line that are searched; lines of results are shorter


def in_block(block: Block) -> Iterator[Finding]:
    """Identifiers in the cells of a block, each cell read with its heading."""
    headings = {column.index: column.name[:200] for column in block.columns}
    for row in block.body:
        for index, value in enumerate(block.grid.rows[row]):
            if isinstance(value, str | int) and not isinstance(value, bool):
                text = f"{headings.get(index, '')}: {value}"
                yield from _in_text(text, cell_place(row + 1, index + 1, block.grid.sheet))


def in_header(grid: Grid, rows: tuple[int, ...]) -> Iterator[Finding]:
    """Identifiers in the header rows of a grid."""
    for row in rows:
        for index, value in enumerate(grid.rows[row]):
            if isinstance(value, str):
                yield from _in_text(value, cell_place(row + 1, index + 1, grid.sheet))


def in_lines(text: str) -> Iterator[Finding]:
    """Identifiers in running text, by line."""
    for number, line in enumerate(text.splitlines(), 1):
        yield from _in_text(line, Place(line=number))


def _in_text(text: str, where: Place) -> Iterator[Finding]:
    if len(text) > LONGEST_LINE:
        message = "A line is too long to be searched for identifiers."
        yield Finding("identifiers.too-long", Verdict.REVIEW, message, where)
    for kind in dict.fromkeys(found.kind for found in find(text[:LONGEST_LINE])):
        yield Finding("identifiers.direct", Verdict.REFUSE, f"A direct identifier: {kind.value}.", where)
