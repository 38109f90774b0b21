"""Releasing: pack and sign what two checkers approved, and hand it out with a receipt.

The package is built outside the transaction from files hashed anew; its bytes depend only on the request, so
two people who press the button together write the same file, and the second one is refused. Nothing leaves
without two approvals, by two people, of exactly these hashes.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from airlock.actions.step import advance, permitted, refused
from airlock.actions.vote import counted_votes
from airlock.domain.request import Remark, Request
from airlock.domain.review import VOTES_NEEDED, Vote
from airlock.domain.states import Act
from airlock.parts import Airlock
from airlock.release.bag import pack
from airlock.release.crate import Approval, describe
from airlock.release.keys import load_private, sign
from airlock.store.content import ContentStore
from airlock.store.tables import ReleaseRow
from airlock.wording import refuse
from governance import register
from governance.database import transaction
from governance.decisions import Refused
from governance.errors import BrokenError


@dataclass(frozen=True, slots=True)
class Package:
    """A release as it lies in the store: the archive and its signature."""

    name: str
    archive: Path
    signature: Path


def release(airlock: Airlock, person: str, request_id: str) -> Request | Refused:
    """Pack, sign and release an approved request; return it released, or why not."""
    with transaction(airlock.engine) as session:
        request = _releasable(session, airlock, person, request_id)
        if isinstance(request, Refused):
            return request
        archive = _build(session, airlock, request)
    signature = sign(archive, load_private(airlock.instance))
    package = _package(airlock.content, request.id)
    write_once(airlock.content, package.archive, archive)
    write_once(airlock.content, package.signature, signature)
    with transaction(airlock.engine) as session:
        again = _releasable(session, airlock, person, request_id)
        if isinstance(again, Refused):
            return again
        return _record(session, airlock, again, person, hashlib.sha256(archive).hexdigest())


def _record(session: Session, airlock: Airlock, request: Request, person: str, sha256: str) -> Request:
    at, name = airlock.now(), f"{request.id}.zip"
    number = request.current.number
    session.add(
        ReleaseRow(
            request=request.id, round=number, name=name, sha256=sha256, released_at=at, released_by=person
        )
    )
    return advance(session, request, Act.RELEASE, person, at, {"package": name, "sha256": sha256})


def _releasable(session: Session, airlock: Airlock, person: str, request_id: str) -> Request | Refused:
    request = permitted(session, request_id, Act.RELEASE, person, airlock.now())
    if isinstance(request, Refused):
        return request
    if len(approvals(session, request)) < VOTES_NEEDED:
        return refused(session, request, Act.RELEASE, person, refuse("airlock.two-approvals"))
    return request


def approvals(session: Session, request: Request) -> list[Remark]:
    """Return the approvals of exactly the current files, one per checker, none by the author."""
    cast = {
        remark.by: remark
        for remark in counted_votes(session, request)
        if remark.vote is Vote.APPROVE and not remark.by_author
    }
    return list(cast.values())


def _build(session: Session, airlock: Airlock, request: Request) -> bytes:
    project = register.get_project(session, request.project)
    if project is None:
        raise BrokenError(f"Project {request.project} is not in the register.")
    agreed = [Approval(remark.by, remark.at) for remark in approvals(session, request)]
    outputs = {file.name: airlock.content.read(file.sha256) for file in request.current.files}
    house = airlock.instance.airlock_url
    return pack(
        request.id, describe(request, project.title, project.disclosure.profile, agreed, house), outputs
    )


def fetch(airlock: Airlock, person: str, request_id: str) -> Package | Refused:
    """Return the package of a released request for downloading, recorded as a receipt; or why not.

    Raises:
        BrokenError: the package in the store is not the one that was released.
    """
    with transaction(airlock.engine) as session:
        request = permitted(session, request_id, Act.DOWNLOAD, person, airlock.now())
        if isinstance(request, Refused):
            return request
        row = session.get_one(ReleaseRow, request.id)
        package = _package(airlock.content, request.id)
        if sha256_of(package.archive) != row.sha256:
            raise BrokenError(f"The package {row.name} was altered or is missing.")
        advance(session, request, Act.DOWNLOAD, person, airlock.now(), {"package": row.name})
    return package


def _package(content: ContentStore, request_id: str) -> Package:
    folder = content.folder("releases")
    return Package(f"{request_id}.zip", folder / f"{request_id}.zip", folder / f"{request_id}.zip.sig")


def write_once(content: ContentStore, place: Path, data: bytes) -> None:
    """Write a file of the store read-only, whole or not at all."""
    new = place.with_name(f".{place.name}.{os.getpid()}.{os.urandom(4).hex()}")
    with new.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.chmod(0o400)
    content.give_to_owner(new)
    new.replace(place)


def sha256_of(place: Path) -> str | None:
    """Return the SHA-256 of a file, or None when it cannot be read."""
    try:
        with place.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
