"""The life of a request as data: states, who owns each, and which acts lead where.

The manual's diagram, the buttons on a page, the audit tags and the tests derive from `TRANSITIONS`; nothing
else in the package names a follow-up state. Whether a *person* may act is asked in `airlock.permissions`,
what they may *see* in `airlock.visibility`.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a request stands."""

    SUBMITTED = "submitted"  # files copied aside, automatic checks not finished
    IN_REVIEW = "in_review"  # checkers vote, blind to each other until two votes are in
    RETURNED = "returned"  # back with the author, who may correct and submit again
    APPROVED = "approved"  # two checkers approved exactly these files
    RELEASED = "released"  # packaged and signed
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Role(StrEnum):
    """What a person, or the machine, is to one request; a person may be several at once."""

    SYSTEM = "system"
    AUTHOR = "author"
    MEMBER = "member"  # of the request's project, the author included
    CHECKER = "checker"  # an output checker who is neither author nor member
    AUDITOR = "auditor"


class Act(StrEnum):
    """What can happen to a request; also the last part of its audit tag."""

    SUBMIT = "submit"
    HOLD = "hold"  # the checks ended: people must look
    REFUSE = "refuse"  # the checks ended: back to the author at once (docs/adr/0006)
    VOTE = "vote"
    APPROVE = "approve"  # the votes' outcomes, see airlock.domain.review
    ASK_CHANGES = "ask_changes"
    REJECT = "reject"
    RETURN = "return"  # a checker sends it back early, with a reason
    COMMENT = "comment"
    WITHDRAW = "withdraw"
    RELEASE = "release"
    DOWNLOAD = "download"


@dataclass(frozen=True, slots=True)
class Transition:
    """`act` by `role` takes a request from `source` (None: it did not exist) to `target`."""

    act: Act
    role: Role
    source: State | None
    target: State


OWNERS: dict[State, Role | None] = {
    State.SUBMITTED: Role.SYSTEM,
    State.IN_REVIEW: Role.CHECKER,
    State.RETURNED: Role.AUTHOR,
    State.APPROVED: Role.CHECKER,
    State.RELEASED: None,
    State.REJECTED: None,
    State.WITHDRAWN: None,
}
"""Whose turn it is in each state; None where nothing is left to do."""

FINAL = frozenset(state for state, owner in OWNERS.items() if owner is None)
OPEN = tuple(state for state in State if state not in FINAL)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(Act.SUBMIT, Role.AUTHOR, None, State.SUBMITTED),
    Transition(Act.SUBMIT, Role.AUTHOR, State.RETURNED, State.SUBMITTED),
    Transition(Act.HOLD, Role.SYSTEM, State.SUBMITTED, State.IN_REVIEW),
    Transition(Act.REFUSE, Role.SYSTEM, State.SUBMITTED, State.RETURNED),
    Transition(Act.VOTE, Role.CHECKER, State.IN_REVIEW, State.IN_REVIEW),
    Transition(Act.APPROVE, Role.SYSTEM, State.IN_REVIEW, State.APPROVED),
    Transition(Act.ASK_CHANGES, Role.SYSTEM, State.IN_REVIEW, State.RETURNED),
    Transition(Act.REJECT, Role.SYSTEM, State.IN_REVIEW, State.REJECTED),
    Transition(Act.RETURN, Role.CHECKER, State.IN_REVIEW, State.RETURNED),
    Transition(Act.RETURN, Role.CHECKER, State.APPROVED, State.RETURNED),
    Transition(Act.RELEASE, Role.CHECKER, State.APPROVED, State.RELEASED),
    Transition(Act.DOWNLOAD, Role.MEMBER, State.RELEASED, State.RELEASED),
    Transition(Act.DOWNLOAD, Role.CHECKER, State.RELEASED, State.RELEASED),
    *(Transition(Act.WITHDRAW, Role.AUTHOR, state, State.WITHDRAWN) for state in OPEN),
    *(Transition(Act.COMMENT, role, s, s) for role in (Role.AUTHOR, Role.CHECKER) for s in OPEN),
)


def target(act: Act, source: State | None) -> State | None:
    """Return the state that `act` leads to from `source`, or None when it cannot happen there."""
    return next((t.target for t in TRANSITIONS if t.act is act and t.source is source), None)


def roles_for(act: Act) -> frozenset[Role]:
    """Return every role that may ever perform `act`."""
    return frozenset(t.role for t in TRANSITIONS if t.act is act)


def acts(roles: frozenset[Role], state: State) -> tuple[Act, ...]:
    """Return what a holder of `roles` may do in `state`, in the order of `Act`: the page's buttons."""
    possible = {t.act for t in TRANSITIONS if t.role in roles and t.source is state}
    return tuple(act for act in Act if act in possible)


def audit_tag(act: Act) -> str:
    """Return the audit tag of an act on a request: ``airlock:request:vote``."""
    return f"airlock:request:{act.value.replace('_', '-')}"


def diagram() -> str:
    """Return the state machine as a Mermaid diagram, for the manual."""
    moves = [t for t in TRANSITIONS if t.source is not t.target]
    arrows = [f"  {t.source or '[*]'} --> {t.target}: {t.act} ({t.role})" for t in moves]
    ends = [f"  {state} --> [*]" for state in State if state in FINAL]
    return "\n".join(["stateDiagram-v2", *arrows, *ends, ""])
