"""Signed marks of the audit chain, kept in a second place: what it looked like, said by a key it lacks.

A chain alone cannot show that its tail was cut off, or that somebody wrote it anew from some event on. Each
checkpoint is one file ``NNNNNNNNNNNN.json``: number and hash of an event, signed with Ed25519. The folder
belongs to root; the services that write events cannot touch it.
"""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from governance.canonical import canonical
from governance.errors import BrokenError
from governance.instance import Paths

SCHEMA = "tre.checkpoint/1"
PUBLIC_NAME = "public.pem"


@dataclass(frozen=True, slots=True)
class Head:
    """The newest event of a chain: its number and its hash."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One break: the event's number, a stable kind, and a sentence."""

    seq: int
    kind: str
    text: str


def folder(paths: Paths) -> Path:
    """Return where an instance keeps its checkpoints."""
    return paths.state / "audit-checkpoints"


def private_key_file(paths: Paths) -> Path:
    """Return where an instance keeps the key that signs checkpoints; root's."""
    return paths.etc / "audit" / "checkpoint.key"


def public_key_file(paths: Paths) -> Path:
    """Return where an instance keeps the key that verifies them."""
    return paths.etc / "audit" / PUBLIC_NAME


def ensure_key(paths: Paths) -> Ed25519PrivateKey:
    """Return the signing key, made at the first call (private file 0600, public beside it)."""
    file = private_key_file(paths)
    if not file.exists():
        _create_key(file, public_key_file(paths))
    return _private(file)


def write(place: Path, key: Ed25519PrivateKey, instance: str, head: Head, at: datetime | None = None) -> Path:
    """Sign the chain's head and keep it in `place`; the same head is written once. Returns the file."""
    place.mkdir(mode=0o755, parents=True, exist_ok=True)
    (place / PUBLIC_NAME).write_bytes(_public_pem(key.public_key()))
    file = place / f"{head.seq:012d}.json"
    if not file.exists():
        moment = (at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")
        claim = {"schema": SCHEMA, "instance": instance, "seq": head.seq, "hash": head.hash, "at": moment}
        signature = base64.b64encode(key.sign(canonical(claim).encode())).decode()
        _write_whole(file, canonical({**claim, "signature": signature}) + "\n")
    return file


def read_checkpoints(place: Path, public_key: Ed25519PublicKey | None) -> tuple[list[Head], list[Problem]]:
    """Read all checkpoints of a folder; those that are damaged or not signed by the key become problems.

    Raises:
        BrokenError: there is no key to verify with.
    """
    key = public_key or load_public(place / PUBLIC_NAME)
    heads, problems = [], []
    for file in sorted(place.glob("*.json")):
        mark = _read(file, key)
        if mark is None:
            problems.append(
                Problem(0, "forged", f"checkpoint {file.name} is damaged or not signed by this key")
            )
        else:
            heads.append(mark)
    return heads, problems


def load_public(file: Path) -> Ed25519PublicKey:
    """Read a public key in PEM.

    Raises:
        BrokenError: it is absent or no Ed25519 key.
    """
    try:
        key = serialization.load_pem_public_key(file.read_bytes())
    except (OSError, ValueError) as error:
        raise BrokenError(f"The key that verifies audit checkpoints cannot be read: {file}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise BrokenError(f"The key that verifies audit checkpoints is not an Ed25519 key: {file}")
    return key


def _read(file: Path, key: Ed25519PublicKey) -> Head | None:
    try:
        claim = json.loads(file.read_text(encoding="utf-8"))
        signature = base64.b64decode(claim.pop("signature"), validate=True)
        key.verify(signature, canonical(claim).encode())
        seq, hash_ = claim["seq"], claim["hash"]
    except (InvalidSignature, OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    # A signed checkpoint copied under another name would let a later one disappear unseen.
    return Head(seq, hash_) if file.name == f"{seq:012d}.json" else None


def _private(file: Path) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise BrokenError("The key that signs audit checkpoints cannot be read.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BrokenError("The key that signs audit checkpoints is not an Ed25519 key.")
    return key


def _create_key(private: Path, public: Path) -> None:
    key = Ed25519PrivateKey.generate()
    private.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    public.write_bytes(_public_pem(key.public_key()))
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    private.touch(mode=0o600, exist_ok=False)
    private.write_bytes(pem)


def _public_pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _write_whole(file: Path, text: str) -> None:
    # A reader never sees half a checkpoint.
    partial = file.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(file)
