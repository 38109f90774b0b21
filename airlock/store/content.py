"""Files by their SHA-256, copied aside from the outbox: what was checked is what leaves.

``<state>/airlock/files/aa/<sha256>``, mode 0400, owned by whoever owns the airlock's folder, also when root
acts on the command line. Checks and pages see a file under its own name through `named`, which links
stored files into a short-lived folder, because the ending of a name is part of what is checked.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from airlock.domain.request import StoredFile
from governance.errors import BrokenError

LONGEST_SUFFIX = 12


class ContentStore:
    """The airlock's own folder of files and releases."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def place(self, sha256: str) -> Path:
        """Return where the file of this hash lies, or would lie."""
        return self.root / "files" / sha256[:2] / sha256

    def waiting_room(self) -> Path:
        """Return the folder into which files are copied before their hash is known."""
        return self.folder("incoming")

    def folder(self, name: str) -> Path:
        """Return a folder of the store, made when absent, closed to everyone else."""
        folder = self.root / name
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.give_to_owner(folder)
        return folder

    def adopt(self, copied: Path, sha256: str) -> None:
        """Move a copied file to the place of its hash, read-only; one that is there already stays."""
        place = self.place(sha256)
        self.folder(f"files/{sha256[:2]}")
        copied.chmod(0o400)
        self.give_to_owner(copied)
        copied.replace(place)

    def read(self, sha256: str) -> bytes:
        """Return the bytes of a stored file after hashing them anew.

        Raises:
            BrokenError: the file is gone or is not what its name says.
        """
        try:
            content = self.place(sha256).read_bytes()
        except OSError as error:
            raise BrokenError(f"A stored file is missing: {sha256}.") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise BrokenError(f"A stored file was altered: {sha256}.")
        return content

    @contextmanager
    def named(self, files: Iterable[StoredFile]) -> Iterator[list[Path]]:
        """Show stored files under harmless names with their own ending, in order, during the block."""
        room = Path(tempfile.mkdtemp(dir=self.folder("showing")))
        try:
            yield [self._link(room, number, file) for number, file in enumerate(files)]
        finally:
            shutil.rmtree(room)

    def _link(self, room: Path, number: int, file: StoredFile) -> Path:
        shown = room / f"{number}{ending(file.name)}"
        os.link(self.place(file.sha256), shown)
        return shown

    def give_to_owner(self, path: Path) -> None:
        """When root acts, hand a new file to the account that owns the store."""
        if os.geteuid() == 0:
            owner = self.root.stat()
            os.chown(path, owner.st_uid, owner.st_gid)


def ending(name: str) -> str:
    """Return the last ending of a name, or nothing when it is not a plain short one."""
    suffix = PurePosixPath(name).suffix
    plain = suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) <= LONGEST_SUFFIX
    return suffix.lower() if plain else ""
