"""Looking is an act too: who saw which file, and forms that were not ours, stand in the audit chain."""

from airlock.actions import step
from airlock.domain.request import Request, RequestFile
from airlock.parts import Airlock
from governance import audit
from governance.database import transaction


def record_view(airlock: Airlock, person: str, request: Request, file: RequestFile) -> None:
    """Record that a person was shown a file; call before it is shown."""
    with transaction(airlock.engine) as session:
        audit.record(
            session,
            "airlock:file:view",
            actor=person,
            subject=request.id,
            project=request.project,
            detail={"round": request.current.number, "file": file.number, "sha256": file.sha256},
            exercise=step.is_exercise(session, request.project),
        )


def record_forged_form(airlock: Airlock, person: str) -> None:
    """Record that a form arrived in a person's session which none of our pages made."""
    with transaction(airlock.engine) as session:
        audit.record(session, "airlock:form:refused", actor=person, subject=person)
