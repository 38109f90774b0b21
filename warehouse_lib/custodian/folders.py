"""Immutable folders appear whole or not at all: built under a hidden name, synced, then renamed.

A process killed half-way leaves only a hidden folder whose lock nobody holds; the next one sweeps it away.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from governance.errors import BrokenError

PREFIX = ".building-"


@contextmanager
def building(parent: Path) -> Iterator[Path]:
    """Give a new hidden folder inside `parent`, locked while in use and gone afterwards unless published.

    Raises:
        BrokenError: the disk is full; nothing of the folder remains.
    """
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(parent)
    with _one_builder(parent):
        folder = Path(mkdtemp(prefix=PREFIX, dir=parent))
        lock = _lock(folder)
    try:
        yield folder
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise BrokenError(
                "The disk is full: nothing was written. Free some space and run it again."
            ) from None
        raise
    finally:
        os.close(lock)
        _remove(folder)


def publish(folder: Path, target: Path) -> bool:
    """Move a finished folder to its final name; return False when that name exists already.

    Everything is on disk before the name appears, so a power cut shows all of it or none.
    """
    for path in sorted(folder.rglob("*"), reverse=True):
        _sync(path)
    _sync(folder)
    try:
        folder.rename(target)
    except OSError as error:
        if error.errno in {errno.EEXIST, errno.ENOTEMPTY}:
            return False
        raise
    _sync(target.parent)
    return True


def sweep(parent: Path) -> None:
    """Remove folders that a killed process left behind: those whose lock is free."""
    with _one_builder(parent):
        for folder in parent.glob(f"{PREFIX}*"):
            with suppress(OSError):
                lock = _lock(folder)
                _remove(folder)
                os.close(lock)


@contextmanager
def _one_builder(parent: Path) -> Iterator[None]:
    # Between making a folder and locking it, a sweeper must not see it as abandoned.
    descriptor = os.open(parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _lock(folder: Path) -> int:
    """Lock the folder itself: a lock file inside would be in the way when the folder gets its name."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _remove(folder: Path) -> None:
    """Remove a folder and all in it, frozen or not; nothing to do once it has its final name."""
    if not folder.is_dir():
        return
    for path in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        path.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_text(file: Path, text: str) -> None:
    """Write a small file so that readers see the old or the new text, never a part."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    _sync(temporary)
    temporary.replace(file)
    _sync(file.parent)
