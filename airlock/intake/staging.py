"""Taking a file out of an outbox: opened beneath it, checked by descriptor, copied aside while it is hashed.

The owner of the outbox is hostile and works on it while we read: the path is resolved once, by the kernel,
without links (openat2(2)); everything after that speaks about the open descriptor. What was copied is what
is checked and what leaves. A kernel without openat2 refuses; there is no weaker way in.
"""

import ctypes
import errno
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from airlock.intake.limits import GIB, MIB, STAGING, StagingLimits
from airlock.intake.names import display, why_not
from governance.decisions import Refused

SYS_OPENAT2 = 437  # the same on every architecture, linux/syscalls
RESOLVE_NO_XDEV, RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS, RESOLVE_BENEATH = 0x01, 0x02, 0x04, 0x08
RESOLVE = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV
OPEN = os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK | os.O_NOFOLLOW  # a fifo must not hold us up
CHUNK = MIB

REASONS = {
    errno.ENOENT: ("staging.missing", "There is no file of that name in the outbox."),
    errno.ENOTDIR: ("staging.missing", "There is no file of that name in the outbox."),
    errno.ELOOP: (
        "staging.link",
        "The path goes through a symbolic link; only plain files can be submitted.",
    ),
    errno.EXDEV: ("staging.outside", "The path leads out of the outbox."),
    errno.EACCES: ("staging.unreadable", "The file may not be read; its group needs the right to read it."),
    errno.EPERM: ("staging.unreadable", "The file may not be read."),
    errno.ENXIO: ("staging.kind", "This is not a plain file."),
    errno.ENOSYS: ("staging.no-openat2", "This machine cannot open files safely (openat2 is missing)."),
}


class _OpenHow(ctypes.Structure):
    """``struct open_how`` of openat2(2)."""

    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A copy that nobody but this service can change: its hash (hex), size in bytes, shown name, and place.

    `name` obeys the law of names (`airlock.intake.names`); `copy` is ``<aside>/<sha256>``, mode 0400.
    """

    sha256: str
    size: int
    name: str
    copy: Path


def stage(outbox: Path, requested: str, aside: Path, limits: StagingLimits = STAGING) -> StagedFile | Refused:
    """Copy the file `requested` (path relative to `outbox`) into the folder `aside`, named by its SHA-256.

    Refusals carry a reason for the author. Raises `OSError` when the outbox itself or our own disk fails.
    """
    if refusal := why_not(requested, limits):
        return refusal
    with _folder(outbox) as folder:
        try:
            source = open_beneath(folder, requested)
        except OSError as problem:
            return _refusal(problem, requested)
    try:
        before = os.fstat(source)
        return _why_not_plain(before, limits) or _copy(source, before, requested, aside)
    finally:
        os.close(source)


@contextmanager
def _folder(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def open_beneath(folder: int, path: str) -> int:
    """Open `path` for reading beneath the folder, through no link and no mount; raises `OSError`."""
    how = _OpenHow(flags=OPEN, mode=0, resolve=RESOLVE)
    library = ctypes.CDLL(None, use_errno=True)
    name = ctypes.c_char_p(os.fsencode(path))
    for _ in range(10):  # EAGAIN: something was renamed while the kernel walked the path
        descriptor = int(library.syscall(SYS_OPENAT2, folder, name, ctypes.byref(how), ctypes.sizeof(how)))
        if descriptor >= 0:
            return descriptor
        if ctypes.get_errno() != errno.EAGAIN:
            break
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _refusal(problem: OSError, requested: str) -> Refused:
    unknown = ("staging.unopened", "The file cannot be opened.")
    rule, reason = REASONS.get(problem.errno or 0, unknown)
    return Refused(
        f"{display(requested)}: {reason}", "Put a plain file into the outbox and submit it again.", rule
    )


def _why_not_plain(status: os.stat_result, limits: StagingLimits) -> Refused | None:
    """A directory, fifo, device, second name or giant cannot be submitted."""
    if not stat.S_ISREG(status.st_mode):
        return Refused("This is not a plain file.", "Submit files, one by one.", "staging.kind")
    if status.st_nlink != 1:
        reason = "The file has a second name (a hard link) and could be another person's."
        return Refused(reason, "Copy it and submit the copy.", "staging.hard-link")
    if status.st_size > limits.most_bytes:
        most = f"{limits.most_bytes / GIB:.3g} GiB"
        reason = f"The file is larger than {most}, the most that can leave at once."
        return Refused(
            reason, "Release results, not data: aggregate, or split the request.", "staging.too-large"
        )
    return None


def _copy(source: int, before: os.stat_result, requested: str, aside: Path) -> StagedFile | Refused:
    """Copy and hash at once; a file that changed meanwhile is refused."""
    digest = hashlib.sha256()
    descriptor, temporary = tempfile.mkstemp(dir=aside, prefix=".staging-")
    try:
        with os.fdopen(descriptor, "wb") as target:
            size = 0
            while size <= before.st_size and (chunk := os.read(source, CHUNK)):
                digest.update(chunk)
                target.write(chunk)
                size += len(chunk)
            target.flush()
            os.fsync(target.fileno())
        if size != before.st_size or _changed(before, os.fstat(source)):
            return Refused(
                f"{display(requested)} changed while it was read.", "Submit it again.", "staging.changed"
            )
        copy = aside / digest.hexdigest()
        Path(temporary).chmod(0o400)
        Path(temporary).replace(copy)
        return StagedFile(digest.hexdigest(), size, requested, copy)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _changed(before: os.stat_result, after: os.stat_result) -> bool:
    return (before.st_size, before.st_mtime_ns, before.st_ctime_ns) != (
        after.st_size,
        after.st_mtime_ns,
        after.st_ctime_ns,
    )
