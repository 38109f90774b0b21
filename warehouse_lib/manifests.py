"""Manifests: what belongs to an immutable folder, and proof that not a byte of it changed.

Snapshots and extracts are folders whose ``manifest.json`` lists every file with its SHA-256. The id of the
folder is a hash over that list, so a manifest that was edited along with a file no longer carries its id.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from governance.errors import BrokenError

MANIFEST = "manifest.json"
ID_DIGITS = 20


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of an immutable folder; `path` is relative to it, with forward slashes."""

    path: str
    bytes: int
    sha256: str


def describe(folder: Path) -> tuple[FileEntry, ...]:
    """Hash every file below a folder except its manifest; sorted by path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    with ThreadPoolExecutor(max_workers=4) as pool:
        return tuple(pool.map(lambda path: _entry(folder, path), paths))


def _entry(folder: Path, path: Path) -> FileEntry:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return FileEntry(path.relative_to(folder).as_posix(), path.stat().st_size, digest)


def folder_id(files: Iterable[FileEntry], identity: Mapping[str, Any]) -> str:
    """Return the id of a folder: a hash of its files and of the rules and keys that made them."""
    content = {"files": [asdict(entry) for entry in files], "identity": dict(identity)}
    return hashlib.sha256(canonical(content).encode()).hexdigest()[:ID_DIGITS]


def canonical(content: Any) -> str:  # noqa: ANN401  (any JSON value)
    """Return the one JSON text of a value: sorted keys, no spaces, no escapes of non-ASCII letters."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def write_manifest(folder: Path, content: Mapping[str, Any]) -> None:
    """Write the manifest, the last file of a folder."""
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path, schema: str) -> dict[str, Any]:
    """Read a folder's manifest.

    Raises:
        BrokenError: there is none, it is no JSON, or it has another schema.
    """
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise BrokenError(f"{folder} has no readable {MANIFEST}.") from None
    if not isinstance(content, dict) or content.get("schema") != schema:
        raise BrokenError(f"{folder}/{MANIFEST} is not of schema {schema}.")
    return content


def verify(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Check that a folder holds exactly the manifest's files, byte for byte, and no links.

    Raises:
        BrokenError: something is missing, added, changed or a symbolic link; the message names the file.
    """
    _refuse_links(folder)
    found = {entry.path: entry for entry in describe(folder)}
    listed = {entry["path"]: FileEntry(**entry) for entry in manifest["files"]}
    if strange := sorted(found.keys() ^ listed.keys()):
        raise BrokenError(f"{folder}: {strange[0]} is missing or does not belong here.")
    if changed := sorted(path for path, entry in listed.items() if found[path] != entry):
        raise BrokenError(f"{folder}: {changed[0]} was changed since it was written.")
    if folder_id(listed.values(), manifest["identity"]) != manifest["id"]:
        raise BrokenError(f"{folder}/{MANIFEST} was changed since it was written.")


def _refuse_links(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_symlink():
            raise BrokenError(f"{folder}: {path.relative_to(folder)} is a symbolic link.")
