"""Numbers of the operating system: uids of memberships, gids of projects, from the instance's own range.

A number is never given twice, so a file left behind can never become somebody else's. The last thousand are
for exercises (`tre tour` runs any number of times): those may be given again once their project is closed,
oldest first, so that a straggler of the last exercise does not meet the next one.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from governance.errors import BrokenError
from governance.models import InstanceFacts, MembershipRow, ProjectRow, ProjectVersion
from governance.projects import ProjectStatus

EXERCISE_POOL = 1000


def lasting_range(facts: InstanceFacts) -> range:
    """Return the numbers given once and for ever."""
    return range(facts.uid_first, facts.uid_first + facts.uid_count - EXERCISE_POOL)


def exercise_range(facts: InstanceFacts) -> range:
    """Return the numbers of exercises, given in turn."""
    end = facts.uid_first + facts.uid_count
    return range(end - EXERCISE_POOL, end)


def next_number(session: Session, facts: InstanceFacts, *, exercise: bool) -> int:
    """Return a number that nobody holds; the caller writes it in the same transaction.

    Raises:
        BrokenError: the range is used up.
    """
    given = _given(session, exercise=exercise)
    if not exercise:
        return next_lasting(lasting_range(facts), given)
    return next_in_turn(exercise_range(facts), given, held=_held_by_exercises(session))


def next_lasting(numbers: range, given: Sequence[int]) -> int:
    """Return the number after the highest ever given.

    Raises:
        BrokenError: the range is used up.
    """
    number = max(given, default=numbers.start - 1) + 1
    if number not in numbers:
        raise BrokenError("The range of account numbers is used up: configure a larger uid_count.")
    return number


def next_in_turn(numbers: range, given: Sequence[int], held: Iterable[int]) -> int:
    """Return the first free number after the one given last (`given` is in order of giving), round and round.

    Raises:
        BrokenError: all are held by exercises that are still open.
    """
    start = given[-1] + 1 - numbers.start if given else 0
    taken = set(held)
    for step in range(len(numbers)):
        number = numbers[(start + step) % len(numbers)]
        if number not in taken:
            return number
    raise BrokenError("All numbers for exercises are held: close exercise projects that are over.")


def _given(session: Session, *, exercise: bool) -> list[int]:
    gids = select(ProjectRow.created_at, ProjectRow.gid.label("number")).where(
        ProjectRow.exercise == exercise
    )
    uids = select(MembershipRow.created_at, MembershipRow.uid.label("number")).where(
        MembershipRow.exercise == exercise
    )
    both = union_all(gids, uids).subquery()
    return list(session.scalars(select(both.c.number).order_by(both.c.created_at, both.c.number)))


def _held_by_exercises(session: Session) -> set[int]:
    closed = select(ProjectVersion.project).where(ProjectVersion.status == ProjectStatus.CLOSED)
    open_ones = select(ProjectRow).where(ProjectRow.exercise, ProjectRow.id.not_in(closed))
    held = {project.gid for project in session.scalars(open_ones)}
    mine = select(MembershipRow.uid).where(MembershipRow.exercise, MembershipRow.project.not_in(closed))
    return held | set(session.scalars(mine))
