"""The one question: may this subject do this, now? Every arrow of the path asks it: a lease or a reason.

Nothing outside this package combines rules. An unknown subject, project, action or date refuses.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from governance.actions import Action
from governance.decisions import Decision
from governance.facts import Facts, Service, gather
from governance.rules import RULES, SERVICE_RULES, combine
from governance.wording import DEFAULT_LANGUAGE, refuse

SERVICES = frozenset(Service)


def decide(
    session: Session,
    subject: str,
    action: Action,
    project: str | None,
    at: datetime,
    *,
    language: str = DEFAULT_LANGUAGE,
) -> Decision:
    """Return `Allowed` until the earliest end that matters, or `Refused` with reason, remedy and rule.

    Args:
        session: an open session on the register.
        subject: a person's login, or a `Service`.
        action: what is to be done.
        project: the project it is done in, or None for acts on the house.
        at: the moment, aware.
        language: ``en`` or ``es``.

    Raises:
        ValueError: `at` has no time zone.
        BrokenError: the register was never founded.
    """
    if at.tzinfo is None:
        raise ValueError("A decision needs a moment with a time zone.")
    return judge(gather(session, subject, project, language), Action(action), at)


def judge(facts: Facts, action: Action, at: datetime) -> Decision:
    """Decide on facts already gathered."""
    if facts.subject not in SERVICES:
        return combine(rule.decide(facts, at) for rule in RULES[action])
    rules = SERVICE_RULES.get((Service(facts.subject), action))
    if rules is None:
        return refuse("service-order", facts.language, subject=facts.subject)
    return combine(rule.decide(facts, at) for rule in rules)
