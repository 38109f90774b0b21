"""Signing the state of an instance's chain, and verifying it with the instance's keys and places."""

import os

from sqlalchemy.orm import Session

from governance import audit, checkpoints
from governance.audit import ChainReport
from governance.instance import Instance


def may_seal(instance: Instance) -> bool:
    """Tell whether this process can sign checkpoints: it reads the key, or is root and can make one."""
    key = checkpoints.private_key_file(instance.paths)
    return os.access(key, os.R_OK) if key.exists() else os.access(instance.paths.etc, os.W_OK)


def seal(session: Session, instance: Instance) -> int:
    """Sign the newest event in the second place; returns its number, 0 for an empty chain."""
    head = audit.head(session)
    if head is None:
        return 0
    key = checkpoints.ensure_key(instance.paths)
    checkpoints.write(checkpoints.folder(instance.paths), key, instance.name, head)
    return head.seq


def verify(session: Session, instance: Instance) -> ChainReport:
    """Verify an instance's chain against its checkpoints, by the public key kept apart from them."""
    place = checkpoints.folder(instance.paths)
    if not any(place.glob("*.json")):
        return audit.verify(session)
    return audit.verify(session, place, checkpoints.load_public(checkpoints.public_key_file(instance.paths)))
