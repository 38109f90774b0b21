"""One file through all checks: sniff, parse, find tables, ask every module. Runs in the child process.

This is the only place that knows all modules; a kind that no module knows is held by construction
(`airlock.domain.outputs.MAY_BE_CLEAR`).
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from airlock.checks import differencing, frequency_table, hidden_content, identifiers, percentages, records
from airlock.checks.cells import Nothing
from airlock.checks.layout import Block, Role, blocks
from airlock.domain.finding import Finding, Verdict
from airlock.domain.outputs import FileFormat, OutputKind
from airlock.intake import parse_csv, parse_json, parse_parquet, parse_text, parse_xlsx
from airlock.intake.limits import READING
from airlock.intake.parsed import Parsed, unreadable
from airlock.intake.sniff import sniff
from disclosure.profiles import DisclosureProfile

MOST_FINDINGS_A_RULE = 100
MOST_TEXT = 4 * 1024 * 1024  # bytes of running text that are searched

KINDS = {
    FileFormat.TEXT: OutputKind.TEXT,
    FileFormat.NOTEBOOK: OutputKind.NOTEBOOK,
    FileFormat.PDF: OutputKind.DOCUMENT,
    FileFormat.OFFICE: OutputKind.DOCUMENT,
    FileFormat.IMAGE: OutputKind.FIGURE,
    FileFormat.SVG: OutputKind.FIGURE,
    FileFormat.PICKLE: OutputKind.MODEL,
    FileFormat.ARCHIVE: OutputKind.ARCHIVE,
}
SEARCHED = frozenset({FileFormat.NOTEBOOK, FileFormat.SVG})


@dataclass(frozen=True, slots=True)
class Examined:
    """What the checks found in one file: its kind and all findings."""

    kind: OutputKind
    findings: tuple[Finding, ...]


def examine(
    file: BinaryIO, name: str, profile: DisclosureProfile, released: Sequence[tuple[BinaryIO, str]] = ()
) -> Examined:
    """Check an open, seekable `file` called `name` under `profile`, against tables `released` before."""
    sniffed = sniff(file, name)
    if sniffed.format is FileFormat.EMPTY:
        empty = unreadable("intake.empty", "The file is empty.")
        return Examined(OutputKind.UNKNOWN, (empty, *sniffed.findings))
    parsed = _parse(file, sniffed.format)
    tables = [block for grid in parsed.grids for block in blocks(grid) if not _is_note(block)]
    findings = [
        *sniffed.findings,
        *parsed.findings,
        *hidden_content.check(parsed.hidden),
        *_on_cells(parsed),
        *identifiers.in_lines(parsed.text),
        *(finding for block in tables for finding in _on_block(block, profile, sniffed.format)),
        *_against(tables, released, profile),
    ]
    return Examined(_kind(sniffed.format, tables, findings), tuple(_shortened(findings)))


def _parse(file: BinaryIO, found: FileFormat) -> Parsed:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if found in PARSERS:
        return PARSERS[found](file, size)
    return Parsed(found, text=parse_csv.decode(file.read(MOST_TEXT))[0] if found in SEARCHED else "")


def _csv(file: BinaryIO, size: int) -> Parsed:
    parsed = parse_csv.parse(file.read(READING.most_bytes))
    return _too_large(parsed) if size > READING.most_bytes else parsed


def _text(file: BinaryIO, size: int) -> Parsed:
    parsed = parse_text.parse(file.read(MOST_TEXT))
    return _too_large(parsed) if size > MOST_TEXT else parsed


def _json(file: BinaryIO, size: int) -> Parsed:
    if size > READING.most_bytes:
        return _too_large(Parsed(FileFormat.JSON))
    return parse_json.parse(file.read())


def _xlsx(file: BinaryIO, size: int) -> Parsed:
    return _too_large(Parsed(FileFormat.XLSX)) if size > READING.most_bytes else parse_xlsx.parse(file)


def _parquet(file: BinaryIO, _: int) -> Parsed:
    return parse_parquet.parse(file)  # reads only what it needs, whatever the size


PARSERS: dict[FileFormat, Callable[[BinaryIO, int], Parsed]] = {
    FileFormat.CSV: _csv,
    FileFormat.TEXT: _text,
    FileFormat.JSON: _json,
    FileFormat.XLSX: _xlsx,
    FileFormat.PARQUET: _parquet,
}


def _too_large(parsed: Parsed) -> Parsed:
    message = "The file is larger than the checks read; results are small, data is large."
    too_large = Finding("intake.too-large", Verdict.REVIEW, message)
    return replace(parsed, findings=(*parsed.findings, too_large))


def _is_note(block: Block) -> bool:
    """Whether a block is a caption or footnote: rows with one filled cell each, in a grid with columns."""
    rows = [block.items[row] for row in (*block.header, *block.body)]
    filled = [sum(not isinstance(item, Nothing) for item in row) for row in rows]
    return len(block.columns) > 1 and max(filled, default=0) <= 1 and not frequency_table.holds_counts(rows)


def _on_cells(parsed: Parsed) -> Iterator[Finding]:
    """Checks that look at every cell, notes included."""
    for grid in parsed.grids:
        for block in blocks(grid):
            yield from identifiers.in_header(grid, block.header)
            yield from identifiers.in_block(block)


def _on_block(block: Block, profile: DisclosureProfile, written: FileFormat) -> Iterator[Finding]:
    """Checks of one table. Of records only that is said: counting in them would report every cell."""
    if written is FileFormat.TEXT and not block.having(Role.COUNT):
        return  # lines of text that only look like a table; the kind is held anyway
    found = list(
        records.person_columns(block) if written is FileFormat.TEXT else records.check(block, profile)
    )
    yield from found
    if not any(finding.verdict is Verdict.REFUSE for finding in found):
        yield from frequency_table.check(block, profile)
        yield from percentages.check(block, profile)


def _against(
    tables: Sequence[Block], released: Sequence[tuple[BinaryIO, str]], profile: DisclosureProfile
) -> Iterator[Finding]:
    for file, name in released:
        parsed = _parse(file, sniff(file, name).format)
        earlier = [block for grid in parsed.grids for block in blocks(grid)]
        if not earlier:
            message = "A file released earlier is not a table that can be compared; a person must compare."
            yield Finding("differencing.unreadable", Verdict.REVIEW, message)
        yield from differencing.check(tables, earlier, profile)


def _kind(found: FileFormat, tables: Sequence[Block], findings: Iterable[Finding]) -> OutputKind:
    if found in KINDS:
        return KINDS[found]
    if any(f.rule.startswith("records.") and f.verdict is Verdict.REFUSE for f in findings):
        return OutputKind.RECORDS
    if not tables:
        return OutputKind.UNKNOWN
    all_counts = all(frequency_table.is_frequency_table(block) for block in tables)
    return OutputKind.FREQUENCY_TABLE if all_counts else OutputKind.TABLE


def _shortened(findings: Iterable[Finding]) -> Iterator[Finding]:
    """At most `MOST_FINDINGS_A_RULE` of each rule and verdict, with one more that says how many."""
    seen: dict[tuple[str, Verdict], int] = {}
    for finding in findings:
        key = (finding.rule, finding.verdict)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= MOST_FINDINGS_A_RULE:
            yield finding
    for (rule, verdict), times in seen.items():
        if times > MOST_FINDINGS_A_RULE:
            yield Finding(
                rule, verdict, f"{times} places in all; the first {MOST_FINDINGS_A_RULE} are listed."
            )
