"""How persons and projects are written down in their version rows: plain JSON, one shape, both ways."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from governance import grants
from governance.grants import period_document, period_from
from governance.people import Agreement, HouseRole, HouseRoleTerm, Person, Training
from governance.projects import Disclosure, Ethics, Project, ProjectStatus, Quotas

Document = dict[str, Any]


def person_document(person: Person) -> Document:
    """Write a person as the document of a version row."""
    return {
        "name": person.name,
        "email": person.email,
        "organisation": person.organisation,
        "os_user": person.os_user,
        "suspended": person.suspended,
        "exercise": person.exercise,
        "training": [{"course": t.course, "valid": period_document(t.valid)} for t in person.training],
        "agreements": [{"text": a.text, "signed": a.signed.isoformat()} for a in person.agreements],
        "house_roles": [{"role": str(h.role), "valid": period_document(h.valid)} for h in person.house_roles],
    }


def person_from(id_: str, document: Mapping[str, Any]) -> Person:
    """Read what `person_document` wrote."""
    return Person(
        id=id_,
        name=document["name"],
        email=document["email"],
        organisation=document["organisation"],
        os_user=document["os_user"],
        suspended=document["suspended"],
        exercise=document["exercise"],
        training=tuple(Training(t["course"], period_from(t["valid"])) for t in document["training"]),
        agreements=tuple(
            Agreement(a["text"], date.fromisoformat(a["signed"])) for a in document["agreements"]
        ),
        house_roles=tuple(
            HouseRoleTerm(HouseRole(h["role"]), period_from(h["valid"])) for h in document["house_roles"]
        ),
    )


def project_from(
    document: Mapping[str, Any], *, id_: str, status: str, version: int, exercise: bool, group: str, gid: int
) -> Project:
    """Read a project version's document (written by `governance.file_models.ProjectModel.document`)."""
    ethics = document["ethics"]
    return Project(
        id=id_,
        title=document["title"],
        valid=period_from(document["valid"]),
        ethics=Ethics(ethics["committee"], ethics["reference"], period_from(ethics["valid"])),
        sponsor=document["sponsor"],
        purpose=document["purpose"],
        legal_basis=document["legal_basis"],
        risk_tier=document["risk_tier"],
        disclosure=Disclosure(**document["disclosure"]),
        quotas=Quotas(**document["quotas"]),
        compute_profiles=tuple(document["compute_profiles"]),
        grants=tuple(grants.from_document(grant) for grant in document["grants"]),
        training=tuple(document["training"]),
        agreement=document["agreement"],
        intended_outputs=tuple(document["intended_outputs"]),
        status=ProjectStatus(status),
        exercise=exercise,
        version=version,
        group=group,
        gid=gid,
    )
