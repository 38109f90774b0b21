"""What this node has of the sandbox's lists: the one place where the sandbox's porter looks at the disk."""

import os
from collections.abc import Iterator
from pathlib import Path

from kernels.sandbox import MASKED_PATTERNS, PROGRAMS, Machine

PROGRAM_FOLDER = Path("/usr/bin")
LIBRARY_FOLDER = Path("/usr/lib") / f"{os.uname().machine}-linux-gnu"


def look(door: Path) -> Machine:
    """Return the facts for a job whose door folder is `door`."""
    masked = list(_masked())
    return Machine(
        programs=tuple(_programs()),
        masked_folders=tuple(str(path) for path in masked if path.is_dir()),
        masked_files=tuple(str(path) for path in masked if path.is_file() and not path.is_symlink()),
        door=str(door),
    )


def _programs() -> Iterator[tuple[str, str]]:
    for name in PROGRAMS:
        real = PROGRAM_FOLDER / name
        # The alternatives system puts links here that lead outside the sandbox: mount what they mean.
        if real.is_file() and not _runs_as_another(real):
            yield str(real.resolve()), name


def _runs_as_another(program: Path) -> bool:
    return bool(program.stat().st_mode & 0o6000)


def _masked() -> Iterator[Path]:
    for pattern in MASKED_PATTERNS:
        yield from sorted(LIBRARY_FOLDER.glob(pattern))
