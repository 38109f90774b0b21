"""The custodian's keys: one master key, from which each domain of each project gets its own.

Keys live in the custodian's folder, readable by the custodian alone, and never leave the process that uses
them; what manifests carry is the key's id, which reveals nothing about the key.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from governance.errors import BrokenError

KEY_BYTES = 32
KEY_FILE = "master.key"
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
SNAPSHOT_SCOPE = "snapshot"


def project_scope(project: str) -> str:
    """Name the scope of a project's keys."""
    return f"project/{project}"


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """Derives keys. It has no repr on purpose: a key must not reach a log through a traceback."""

    master: bytes

    def key(self, scope: str, domain: str) -> bytes:
        """Return the 32-byte key of a domain (``person``, ``visit``, ``dates`` …) within a scope."""
        return self._derive(f"tre/1/{scope}/{domain}")

    def key_id(self, scope: str) -> str:
        """Return the public id of a scope's keys, 16 hexadecimal digits."""
        return self._derive(f"tre/1/{scope}/key-id")[:8].hex()

    def _derive(self, info: str) -> bytes:
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info.encode()).derive(self.master)


def open_keyring(warehouse: Path) -> Keyring:
    """Read the master key of a warehouse folder; make it on first use.

    Raises:
        BrokenError: the key file is damaged or others can read it. Nothing is de-identified with such a key.
    """
    folder = warehouse / "keys"
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    file = folder / KEY_FILE
    if not file.exists():
        _create(folder, file)
    if file.stat().st_mode & 0o077:
        raise BrokenError(
            f"Others can read the custodian's key {file}: set its mode to 0600 and look into it."
        )
    master = file.read_bytes()
    if len(master) != KEY_BYTES:
        raise BrokenError(f"The custodian's key {file} is damaged: restore it from the backup.")
    return Keyring(master)


def _create(folder: Path, file: Path) -> None:
    """Write a new key completely before it gets its name; of two creators at once, one wins."""
    temporary = folder / f".{secrets.token_hex(8)}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(secrets.token_bytes(KEY_BYTES))
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(temporary, file)
    except FileExistsError:
        pass  # the other creator was first; its key is the key
    finally:
        temporary.unlink()
