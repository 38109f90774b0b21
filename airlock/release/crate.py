"""What a release says about itself: RO-Crate metadata after the Five Safes profile 0.4, as plain data.

Pure and free of the moment of packing, so that packing is repeatable. People appear by their login, the
project by id and title. The profile's phases that this house performs itself are given as actions: the
submission, the automatic disclosure check, and each checker's disclosure check.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from airlock.domain.finding import Verdict
from airlock.domain.request import Request, RequestFile

RO_CRATE = "https://w3id.org/ro/crate/1.2"
PROFILE = "https://w3id.org/5s-crate/0.4"
DISCLOSURE_CHECK = "https://w3id.org/shp#DisclosureCheck"
DONE = "http://schema.org/CompletedActionStatus"

Entity = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Approval:
    """One checker's approval."""

    by: str
    at: datetime


def describe(request: Request, title: str, profile: str, approvals: Sequence[Approval], house: str) -> Entity:
    """Return the crate's JSON-LD: what leaves, from which project, who checked it when, by which rules.

    `title` is the project's, `profile` the disclosure profile's name, `house` the airlock's address.
    """
    actions = [_submission(request), _automatic(request, profile), *map(_approval, approvals)]
    people = sorted({request.author, *(approval.by for approval in approvals)})
    return {
        "@context": f"{RO_CRATE}/context",
        "@graph": [
            _descriptor(),
            _root(request, actions, max(approval.at for approval in approvals), house),
            {"@id": PROFILE, "@type": "Profile", "name": "Five Safes RO-Crate profile"},
            {
                "@id": f"#project-{request.project}",
                "@type": "Project",
                "name": title,
                "identifier": request.project,
            },
            {"@id": house, "@type": "Organization", "name": "Trusted research environment"},
            {"@id": "#checks", "@type": "SoftwareApplication", "name": "Automatic disclosure checks"},
            *({"@id": f"#{person}", "@type": "Person", "identifier": person} for person in people),
            *map(_file, request.current.files),
            *actions,
        ],
    }


def _descriptor() -> Entity:
    return {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": RO_CRATE},
    }


def _root(request: Request, actions: Sequence[Entity], decided_at: datetime, house: str) -> Entity:
    context = request.current.context
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Release {request.id}",
        "identifier": request.id,
        "description": context.description,
        "datePublished": decided_at.isoformat(),
        "conformsTo": {"@id": PROFILE},
        "sourceOrganization": {"@id": f"#project-{request.project}"},
        "publisher": {"@id": house},
        "license": "The project's agreement with the data controller applies.",
        "hasPart": [{"@id": file_id(file.name)} for file in request.current.files],
        "mentions": [{"@id": action["@id"]} for action in actions],
    }


def file_id(name: str) -> str:
    """Return a file's identifier in the crate: its escaped path in the bag's payload."""
    return f"outputs/{quote(name)}"


def _file(file: RequestFile) -> Entity:
    report = file.report
    return {
        "@id": file_id(file.name),
        "@type": "File",
        "name": file.name,
        "contentSize": str(file.size),
        "sha256": file.sha256,
        "additionalType": report.kind if report else "unknown",
    }


def _submission(request: Request) -> Entity:
    context = request.current.context
    return {
        "@id": "#submission",
        "@type": "CreateAction",
        "name": f"Submission, round {request.current.number}",
        "description": f"Population: {context.population or '-'} Controls: {context.controls or '-'}",
        "endTime": request.current.submitted_at.isoformat(),
        "agent": {"@id": f"#{request.author}"},
        "result": [{"@id": file_id(file.name)} for file in request.current.files],
        "actionStatus": DONE,
    }


def _automatic(request: Request, profile: str) -> Entity:
    verdicts = sorted({file.verdict for file in request.current.files})
    worst = max(verdicts, default=Verdict.REVIEW)
    rules = sorted({one.rule for f in request.current.files if f.report for one in f.report.findings})
    return {
        "@id": "#automatic-check",
        "@type": "AssessAction",
        "additionalType": {"@id": DISCLOSURE_CHECK},
        "name": f"Automatic disclosure check, profile {profile}: {worst.value}",
        "description": f"Findings that the checkers saw: {', '.join(rules) or 'none'}.",
        "object": {"@id": "./"},
        "instrument": {"@id": "#checks"},
        "agent": {"@id": "#checks"},
        "actionStatus": DONE,
    }


def _approval(approval: Approval) -> Entity:
    return {
        "@id": f"#approval-{approval.by}",
        "@type": "AssessAction",
        "additionalType": {"@id": DISCLOSURE_CHECK},
        "name": "Independent disclosure check by an output checker: approved",
        "endTime": approval.at.isoformat(),
        "object": {"@id": "./"},
        "agent": {"@id": f"#{approval.by}"},
        "actionStatus": DONE,
    }
