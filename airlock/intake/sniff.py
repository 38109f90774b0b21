"""What a file is: by its content, then by its name; when the two disagree, a person must look.

Only the first bytes decide (and the list of names in a zip archive); nothing is unpacked or executed here.
"""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from airlock.domain.finding import Finding, Verdict
from airlock.domain.outputs import FileFormat

HEAD = 4096

MAGIC: tuple[tuple[bytes, FileFormat], ...] = (
    (b"PAR1", FileFormat.PARQUET),
    (b"%PDF", FileFormat.PDF),
    (b"\x89PNG", FileFormat.IMAGE),
    (b"\xff\xd8\xff", FileFormat.IMAGE),
    (b"GIF8", FileFormat.IMAGE),
    (b"II*\x00", FileFormat.IMAGE),
    (b"MM\x00*", FileFormat.IMAGE),
    (b"BM", FileFormat.IMAGE),
    (b"\xd0\xcf\x11\xe0", FileFormat.OFFICE),  # OLE: old or encrypted office files
    (b"\x1f\x8b", FileFormat.ARCHIVE),
    (b"BZh", FileFormat.ARCHIVE),
    (b"\xfd7zXZ", FileFormat.ARCHIVE),
    (b"7z\xbc\xaf", FileFormat.ARCHIVE),
    (b"\x28\xb5\x2f\xfd", FileFormat.ARCHIVE),
    (b"Rar!", FileFormat.ARCHIVE),
    (b"\x80\x02", FileFormat.PICKLE),
    (b"\x80\x03", FileFormat.PICKLE),
    (b"\x80\x04", FileFormat.PICKLE),
    (b"\x80\x05", FileFormat.PICKLE),
)

BY_SUFFIX: Mapping[str, frozenset[FileFormat]] = {
    ".csv": frozenset({FileFormat.CSV}),
    ".tsv": frozenset({FileFormat.CSV}),
    ".tab": frozenset({FileFormat.CSV}),
    ".xlsx": frozenset({FileFormat.XLSX}),
    ".xlsm": frozenset({FileFormat.XLSX}),
    ".parquet": frozenset({FileFormat.PARQUET}),
    ".pq": frozenset({FileFormat.PARQUET}),
    ".json": frozenset({FileFormat.JSON}),
    ".ndjson": frozenset({FileFormat.JSON}),
    ".jsonl": frozenset({FileFormat.JSON}),
    ".ipynb": frozenset({FileFormat.NOTEBOOK}),
    ".txt": frozenset({FileFormat.TEXT}),
    ".log": frozenset({FileFormat.TEXT}),
    ".md": frozenset({FileFormat.TEXT}),
    ".pdf": frozenset({FileFormat.PDF}),
    ".png": frozenset({FileFormat.IMAGE}),
    ".jpg": frozenset({FileFormat.IMAGE}),
    ".jpeg": frozenset({FileFormat.IMAGE}),
    ".gif": frozenset({FileFormat.IMAGE}),
    ".tif": frozenset({FileFormat.IMAGE}),
    ".tiff": frozenset({FileFormat.IMAGE}),
    ".svg": frozenset({FileFormat.SVG}),
    ".docx": frozenset({FileFormat.OFFICE}),
    ".pptx": frozenset({FileFormat.OFFICE}),
    ".xls": frozenset({FileFormat.OFFICE}),
    ".doc": frozenset({FileFormat.OFFICE}),
    ".ods": frozenset({FileFormat.OFFICE}),
    ".odt": frozenset({FileFormat.OFFICE}),
    ".pkl": frozenset({FileFormat.PICKLE}),
    ".pickle": frozenset({FileFormat.PICKLE}),
    ".zip": frozenset({FileFormat.ARCHIVE}),
    ".gz": frozenset({FileFormat.ARCHIVE}),
}
"""What the content of a file with this suffix must be. A suffix that is not here is unknown."""

TEXTUAL = frozenset({FileFormat.CSV, FileFormat.TEXT, FileFormat.JSON, FileFormat.NOTEBOOK, FileFormat.SVG})


@dataclass(frozen=True, slots=True)
class Sniffed:
    """The format whose parser reads the file, and what was wrong with its name."""

    format: FileFormat
    findings: tuple[Finding, ...] = ()


def sniff(file: BinaryIO, name: str) -> Sniffed:
    """Tell the format of `file` (seekable, at its start) whose display name is `name`."""
    head = file.read(HEAD)
    file.seek(0)
    if not head:
        return Sniffed(FileFormat.EMPTY)
    content = _by_content(file, head)
    expected = BY_SUFFIX.get(PurePath(name).suffix.lower())
    if expected is None:
        return Sniffed(_plain(content, head), (_unknown_suffix(),))
    if content is FileFormat.TEXT and expected <= TEXTUAL:
        return Sniffed(next(iter(expected)))
    if content in expected:
        return Sniffed(content)
    return Sniffed(_plain(content, head), (_mislabelled(),))


def _by_content(file: BinaryIO, head: bytes) -> FileFormat:
    """The format by its first bytes; all text is `TEXT` here, its suffix says which."""
    if head.startswith(b"PK\x03\x04"):
        return _in_zip(file)
    for magic, found in MAGIC:
        if head.startswith(magic):
            return found
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return FileFormat.TEXT if utf16 or b"\x00" not in head else FileFormat.UNKNOWN


def _in_zip(file: BinaryIO) -> FileFormat:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return FileFormat.UNKNOWN
    finally:
        file.seek(0)
    if "xl/workbook.xml" in names:
        return FileFormat.XLSX
    if "[Content_Types].xml" in names or "mimetype" in names:
        return FileFormat.OFFICE
    return FileFormat.ARCHIVE


def _plain(content: FileFormat, head: bytes) -> FileFormat:
    """The best reading of a file whose name does not help: text that starts like JSON is JSON, else CSV."""
    if content is not FileFormat.TEXT:
        return content
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"{", b"[")):
        return FileFormat.JSON
    if b"<svg" in start[:1024]:
        return FileFormat.SVG
    lines = head.split(b"\n")[:5]
    return FileFormat.CSV if any(mark in lines[0] for mark in (b",", b";", b"\t", b"|")) else FileFormat.TEXT


def _unknown_suffix() -> Finding:
    message = "The name of the file does not say what it is; a person must look."
    return Finding("intake.unknown-suffix", Verdict.REVIEW, message)


def _mislabelled() -> Finding:
    message = "The content of the file is not what its name says; a person must look."
    return Finding("intake.mislabelled", Verdict.REVIEW, message)
