"""Verifying a package offline: its signature against a public key, then its own manifests."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

from airlock.release.bag import manifest
from airlock.release.keys import is_signed, load_public
from governance.decisions import Refused
from governance.errors import UsageError

MANIFEST, TAG_MANIFEST = "manifest-sha512.txt", "tagmanifest-sha512.txt"


@dataclass(frozen=True, slots=True)
class Verified:
    """A package that is what its house signed: its name and how many files it brings out."""

    name: str
    files: int


def verify(archive: Path, public_key: Path) -> Verified | Refused:
    """Check ``NAME.zip`` against ``NAME.zip.sig`` and a public key, and the bag against its manifests.

    Raises:
        UsageError: there is no such archive, or the key file holds no Ed25519 public key.
    """
    key = load_public(public_key)
    try:
        content = archive.read_bytes()
    except OSError as error:
        raise UsageError(f"There is no package {archive}.") from error
    signature = archive.with_name(f"{archive.name}.sig")
    if not signature.is_file():
        return Refused(
            f"{archive.name} has no signature beside it.", f"Expected {signature.name}.", "signature-missing"
        )
    if not is_signed(content, signature.read_bytes(), key):
        return Refused(f"The signature of {archive.name} is wrong: do not trust it.", "", "signature-wrong")
    return _bag(archive.name, content)


def _bag(name: str, content: bytes) -> Verified | Refused:
    wrong = Refused(f"{name} is signed, but its manifests do not match its files.", "", "manifest-wrong")
    try:
        files = _files(content)
    except (zipfile.BadZipFile, ValueError):
        return wrong
    payload = {path: data for path, data in files.items() if path.startswith("data/")}
    tags = {path: data for path, data in files.items() if path not in payload and path != TAG_MANIFEST}
    if files.get(MANIFEST) != manifest(payload) or files.get(TAG_MANIFEST) != manifest(tags):
        return wrong
    return Verified(name, sum(1 for path in payload if path.startswith("data/outputs/")))


def _files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {entry.split("/", 1)[1]: package.read(entry) for entry in package.namelist() if "/" in entry}
