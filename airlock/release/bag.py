"""A release as one BagIt bag in a deterministic zip: the same request gives the same bytes, on any machine.

Determinism: entries in sorted order, one fixed date, stored without compression (a compressor's output
depends on its version), no directory entries, fixed permissions. BagIt 1.0 (RFC 8493) with the SHA-512
manifest that the Five Safes RO-Crate profile requires.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from governance.errors import BrokenError

EPOCH = (1980, 1, 1, 0, 0, 0)
FILE_MODE = 0o100644 << 16
UNIX = 3
METADATA = "data/ro-crate-metadata.json"
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def pack(name: str, metadata: Mapping[str, Any], outputs: Mapping[str, bytes]) -> bytes:
    """Return the archive of a release called `name`: crate metadata and the files that leave.

    Raises:
        BrokenError: a file's name could leave its folder when unpacked; staging must have refused it.
    """
    document = json.dumps(metadata, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    payload = {METADATA: document.encode()}
    payload |= {f"data/outputs/{checked(path)}": content for path, content in outputs.items()}
    return archive(name, {**payload, **_tags(payload)})


def _tags(payload: Mapping[str, bytes]) -> dict[str, bytes]:
    octets = sum(len(content) for content in payload.values())
    tags = {
        "bagit.txt": DECLARATION,
        "bag-info.txt": f"Payload-Oxum: {octets}.{len(payload)}\n".encode(),
        "manifest-sha512.txt": manifest(payload),
    }
    return {**tags, "tagmanifest-sha512.txt": manifest(tags)}


def manifest(files: Mapping[str, bytes]) -> bytes:
    """Return a BagIt manifest: one line of SHA-512 and escaped path per file, sorted by path."""
    lines = [f"{hashlib.sha512(files[path]).hexdigest()}  {_escaped(path)}\n" for path in sorted(files)]
    return "".join(lines).encode()


def archive(name: str, files: Mapping[str, bytes]) -> bytes:
    """Return a zip of `files` below the folder `name`, the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as package:
        for path in sorted(files):
            entry = zipfile.ZipInfo(f"{name}/{path}", EPOCH)
            entry.create_system = UNIX
            entry.external_attr = FILE_MODE
            package.writestr(entry, files[path])
    return buffer.getvalue()


def checked(path: str) -> str:
    """Return `path` if it stays below its folder wherever it is unpacked, else raise `BrokenError`."""
    parts = PurePosixPath(path).parts
    odd = "\\" in path or not path.isprintable() or path.startswith("/")
    if not parts or odd or ".." in parts or "/".join(parts) != path:
        raise BrokenError("A file's name is not fit for a package.")
    return path


def _escaped(path: str) -> str:
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
