"""Who may do what to a request: what a person is to it, what its state allows, what the register permits.

One question, `why_not`; "may" is the absence of an answer. The register (`governance.authority`) decides
whether the person is trusted at this moment; independence of checkers is decided here as well as there,
because a request knows its author.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from airlock.domain.request import Request
from airlock.domain.states import Act, Role, acts, roles_for
from airlock.wording import refuse
from governance import authority, register
from governance.actions import Action
from governance.decisions import Refused
from governance.people import CHECKER_ROLES, HouseRole

GUARDS: Mapping[tuple[Act, Role], Action] = {
    (Act.SUBMIT, Role.AUTHOR): Action.OUTPUT_SUBMIT,
    (Act.VOTE, Role.CHECKER): Action.OUTPUT_REVIEW,
    (Act.RETURN, Role.CHECKER): Action.OUTPUT_REVIEW,
    (Act.COMMENT, Role.CHECKER): Action.OUTPUT_REVIEW,
    (Act.COMMENT, Role.AUTHOR): Action.OUTPUT_READ,
    (Act.RELEASE, Role.CHECKER): Action.OUTPUT_RELEASE,
    (Act.DOWNLOAD, Role.MEMBER): Action.OUTPUT_READ,
    (Act.DOWNLOAD, Role.CHECKER): Action.OUTPUT_READ,
}
"""What the register must permit for an act. Withdrawing one's own request is not listed: it always may."""

ALWAYS_ALLOWED = frozenset({(Act.WITHDRAW, Role.AUTHOR)})


def roles_of(session: Session, person: str, request: Request, at: datetime) -> frozenset[Role]:
    """Return what a person is to a request; empty for a stranger, who does not even learn that it exists.

    Who could judge or has a stake in it is no auditor of it: an auditor sees through the blind phase.
    """
    roles = set()
    if person == request.author:
        roles.add(Role.AUTHOR)
    if register.membership(session, person, request.project) is not None:
        roles.add(Role.MEMBER)
    held = register.house_roles(session, person, at)
    if held & CHECKER_ROLES and not roles and not _ever_a_member(session, person, request.project):
        roles.add(Role.CHECKER)
    if HouseRole.AUDITOR in held and not roles:
        roles.add(Role.AUDITOR)
    return frozenset(roles)


def why_not(session: Session, person: str, act: Act, request: Request, at: datetime) -> Refused | None:
    """Return why a person may not do something to a request now, or None when they may."""
    roles = roles_of(session, person, request, at)
    if not roles:
        return refuse("airlock.unknown-request")
    mine = roles & roles_for(act)
    if not mine:
        return refuse("airlock.author-or-member" if _is_partial(roles, act) else "airlock.not-your-part")
    if act not in acts(mine, request.state):
        return refuse("airlock.wrong-state")
    return _register_refuses(session, person, act, mine, request.project, at)


def why_not_submit(session: Session, person: str, project: str, at: datetime) -> Refused | None:
    """Return why a person may not submit outputs of a project now, or None."""
    decision = authority.decide(session, person, Action.OUTPUT_SUBMIT, project, at)
    return decision if isinstance(decision, Refused) else None


def why_not_see(session: Session, person: str, request: Request, at: datetime) -> Refused | None:
    """Return why a person may not look at a request now, or None."""
    if not roles_of(session, person, request, at):
        return refuse("airlock.unknown-request")
    decision = authority.decide(session, person, Action.OUTPUT_READ, request.project, at)
    return decision if isinstance(decision, Refused) else None


def _is_partial(roles: frozenset[Role], act: Act) -> bool:
    return Role.CHECKER in roles_for(act) and bool(roles & {Role.AUTHOR, Role.MEMBER})


def _ever_a_member(session: Session, person: str, project: str) -> bool:
    return register.any_membership(session, person, project) is not None


def _register_refuses(
    session: Session, person: str, act: Act, roles: frozenset[Role], project: str, at: datetime
) -> Refused | None:
    refusal: Refused | None = refuse("airlock.not-your-part")
    for role in sorted(roles):
        if (act, role) in ALWAYS_ALLOWED:
            return None
        guard = GUARDS.get((act, role))
        if guard is None:
            continue  # an act without a guard is refused, not free
        decision = authority.decide(session, person, guard, project, at)
        if not isinstance(decision, Refused):
            return None
        refusal = decision
    return refusal
