"""The release key: an Ed25519 pair in the instance's configuration, made once, read by the airlock alone.

The signature is raw Ed25519 (64 bytes) over the archive's bytes, so that any tool can verify it
(docs/adr/0007).
"""

import os
import shutil
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from governance.errors import BrokenError, UsageError
from governance.instance import Instance

PRIVATE, PUBLIC = "release_key.pem", "release_public.pem"


def folder(instance: Instance) -> Path:
    """Return where the airlock's keys lie."""
    return instance.paths.etc / "airlock"


def trust_store(instance: Instance) -> Path:
    """Return the public key against which packages of this instance are verified by default."""
    return folder(instance) / PUBLIC


def generate(place: Path, owner: str | None = None) -> bool:
    """Make the pair in `place` unless it is there; tell whether anything was made. Idempotent.

    The private key is 0400 and belongs to the account `owner` when root asks; the public one is 0444. A
    missing public key is derived anew; a private key is never replaced.
    """
    place.mkdir(mode=0o755, parents=True, exist_ok=True)
    private, public = place / PRIVATE, place / PUBLIC
    made = not private.exists()
    if made:
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write(private, pem, 0o400, owner)
    if made or not public.exists():
        pem = (
            _load_private(private).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
        _write(public, pem, 0o444, None)
        made = True
    return made


def _write(place: Path, content: bytes, mode: int, owner: str | None) -> None:
    new = place.with_name(f".{place.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        os.fsync(file.fileno())
    if owner is not None and os.geteuid() == 0:
        shutil.chown(new, owner)
    new.chmod(mode)
    new.replace(place)


def load_private(instance: Instance) -> Ed25519PrivateKey:
    """Return the key that signs releases.

    Raises:
        BrokenError: it is missing, unreadable or of another kind.
    """
    return _load_private(folder(instance) / PRIVATE)


def _load_private(place: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(place.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise BrokenError("The release key cannot be read: run `tre release keygen`.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BrokenError("The release key is not an Ed25519 key.")
    return key


def load_public(place: Path) -> Ed25519PublicKey:
    """Return the public key in a PEM file.

    Raises:
        UsageError: there is no such file, or it holds no Ed25519 public key.
    """
    try:
        key = load_pem_public_key(place.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"No public key can be read from {place}.") from error
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(f"The key in {place} is not an Ed25519 key.")
    return key


def sign(content: bytes, key: Ed25519PrivateKey) -> bytes:
    """Return the raw signature (64 bytes) of `content`."""
    return key.sign(content)


def is_signed(content: bytes, signature: bytes, key: Ed25519PublicKey) -> bool:
    """Tell whether `signature` is the key's over exactly `content`."""
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True
