"""Asks the register before the custodian acts, and records the act: intent before, outcome after.

Files are outside the database's transaction, so an act on them leaves two events; an intent without an
outcome tells that the machine stopped in between.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Engine

from governance import audit, authority, register
from governance.actions import Action
from governance.actor import Caller
from governance.database import open_database, transaction
from governance.decisions import Refused
from governance.errors import RefusedError, TreError
from governance.grants import Grant
from governance.projects import Project

Detail = Mapping[str, str | int | bool]


@dataclass(slots=True)
class Order:
    """An act that the register permitted; what is put into `outcome` is recorded with its end."""

    actor: str
    project: Project | None
    outcome: dict[str, str | int | bool] = field(default_factory=dict)


@contextmanager
def ordered(
    caller: Caller, action: Action, noun: str, subject: str, project: str | None = None
) -> Iterator[Order]:
    """Run a block under a decision of the register, between an intent event and an outcome event.

    Args:
        caller: instance and person of the command line.
        action: what the register is asked to permit.
        noun: middle part of the audit tags, such as ``snapshot``.
        subject: what is acted on, by name or id.
        project: the project it is done for, if any.

    Raises:
        RefusedError: the register says no; recorded too.
        BrokenError: there is no register: nothing is done without a record.
    """
    database = open_database(caller.instance)
    try:
        order = _intend(database, caller.actor(), action, noun, subject, project)
        try:
            yield order
        except TreError as error:
            kind = "refuse" if isinstance(error, RefusedError) else "fail"
            rule = error.refusal.rule if isinstance(error, RefusedError) else type(error).__name__
            _record(database, order, f"warehouse:{noun}:{kind}", subject, {"rule": rule})
            raise
        except BaseException as error:
            _record(database, order, f"warehouse:{noun}:fail", subject, {"rule": type(error).__name__})
            raise
        _record(database, order, f"warehouse:{noun}:done", subject, order.outcome)
    finally:
        database.dispose()


def _intend(
    database: Engine, actor: str, action: Action, noun: str, subject: str, project: str | None
) -> Order:
    with transaction(database) as session:
        decision = authority.decide(session, actor, action, project, datetime.now(UTC))
        found = register.get_project(session, project) if project else None
        order = Order(actor, found)
        refused = isinstance(decision, Refused)
        detail = {"rule": decision.rule} if isinstance(decision, Refused) else {}
        audit.record(
            session,
            f"warehouse:{noun}:{'refuse' if refused else 'intend'}",
            actor=actor,
            subject=subject,
            project=found.id if found else None,
            detail=detail,
            exercise=found.exercise if found else False,
        )
    if isinstance(decision, Refused):
        raise RefusedError(decision)
    return order


def _record(database: Engine, order: Order, tag: str, subject: str, detail: Detail) -> None:
    with transaction(database) as session:
        audit.record(
            session,
            tag,
            actor=order.actor,
            subject=subject,
            project=order.project.id if order.project else None,
            detail=detail,
            exercise=order.project.exercise if order.project else False,
        )


def grant_in_force(project: Project | None, at: datetime, caller: Caller) -> Grant:
    """Return the one grant of a project that holds now.

    Raises:
        RefusedError: none holds, or several do (one extract shows one view of one snapshot).
    """
    zone = caller.instance.timezone
    holding = [grant for grant in (project.grants if project else ()) if grant.valid.holds(at, zone)]
    if len(holding) == 1:
        return holding[0]
    count = "no grant" if not holding else "more than one grant"
    raise RefusedError(
        Refused(
            f"The project has {count} in force.", "Give it exactly one and apply it again.", "grant-single"
        )
    )
