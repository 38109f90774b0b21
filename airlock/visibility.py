"""Who sees which remark when: checkers blind to each other until two votes are in, authors to their names.

Pure: the remarks go in, the visible ones come out, with the name removed where it must be. Nothing else
decides what a page may show of a review.
"""

from collections.abc import Iterable
from dataclasses import replace

from airlock.domain.request import Move, Remark, Request
from airlock.domain.review import VOTES_NEEDED
from airlock.domain.states import Act, Role, State

ANONYMOUS = ""
"""Stands for a checker whose name the viewer may not know."""


def visible(request: Request, remarks: Iterable[Remark], viewer: str, roles: frozenset[Role]) -> list[Remark]:
    """Return what `viewer`, who is `roles` to the request, may see of its remarks, in the order given.

    Own remarks and the author's are visible always. An auditor sees all. A checker sees other checkers'
    once two votes of that round are in, or the round is over. The project's side sees what checkers wrote
    once the round is over, without their names and votes; what was decided is the request's state.
    """
    everything = list(remarks)
    shown = (_as_seen(request, remark, everything, viewer, roles) for remark in everything)
    return [remark for remark in shown if remark is not None]


def _as_seen(
    request: Request, remark: Remark, everything: list[Remark], viewer: str, roles: frozenset[Role]
) -> Remark | None:
    if remark.by == viewer or remark.by_author or Role.AUDITOR in roles:
        return remark
    if Role.CHECKER in roles:
        return remark if round_over(request, remark.round) or _unblinded(remark.round, everything) else None
    if roles & {Role.AUTHOR, Role.MEMBER} and round_over(request, remark.round) and remark.text:
        return replace(remark, by=ANONYMOUS, vote=None)
    return None


def visible_moves(
    request: Request, moves: Iterable[Move], viewer: str, roles: frozenset[Role], system: str
) -> list[Move]:
    """Return the timeline as `viewer` may see it: the project's side learns no checker's name and no vote."""
    if roles & {Role.CHECKER, Role.AUDITOR}:
        return list(moves)
    known = {viewer, request.author, system}
    shown = [move for move in moves if move.act not in BETWEEN_CHECKERS or move.by in known]
    return [move if move.by in known else replace(move, by=ANONYMOUS) for move in shown]


BETWEEN_CHECKERS = frozenset({Act.VOTE.value, Act.DOWNLOAD.value, Act.COMMENT.value})
"""Acts of checkers that the project's side does not see happen; what they wrote appears among the remarks."""


def round_over(request: Request, number: int) -> bool:
    """Tell whether a round has been decided, returned or withdrawn."""
    undecided = (State.SUBMITTED, State.IN_REVIEW)
    return number < request.current.number or request.state not in undecided


def _unblinded(number: int, everything: list[Remark]) -> bool:
    return votes_in(number, everything) >= VOTES_NEEDED


def votes_in(number: int, remarks: Iterable[Remark]) -> int:
    """Return how many votes of a round are in; the number alone is no secret."""
    return sum(1 for remark in remarks if remark.round == number and remark.vote is not None)
