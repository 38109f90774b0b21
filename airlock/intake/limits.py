"""How much of a hostile file is read before a person must look. Sizes in bytes, times in seconds."""

from dataclasses import dataclass

KIB, MIB, GIB = 1024, 1024**2, 1024**3


@dataclass(frozen=True, slots=True)
class StagingLimits:
    """What may be taken out of an outbox at all."""

    most_bytes: int = 1 * GIB
    longest_name: int = 200  # bytes of UTF-8 of one path component
    deepest: int = 8  # components of a path


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """How much of one file the parsers look at. Beyond it the file is held, never cleared."""

    most_bytes: int = 64 * MIB
    most_rows: int = 20_000
    most_columns: int = 500
    most_cells: int = 1_000_000
    most_sheets: int = 100
    most_archive_entries: int = 2_000
    most_unpacked: int = 256 * MIB
    most_ratio: int = 200  # unpacked size to packed size of one archive entry


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """What the child process that checks one file may use."""

    seconds: int = 60
    cpu_seconds: int = 45
    memory: int = 3 * GIB  # address space: Arrow reserves far more than it touches


STAGING = StagingLimits()
READING = ReadingLimits()
PROCESS = ProcessLimits()
