"""The decision that follows from blind, submitted votes: two must agree; if they do not, a third decides.

Only votes of the current round may be passed in, so a review of an earlier round never counts.
"""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from airlock.domain.states import Act

VOTES_NEEDED = 2
"""Votes that must agree, and votes that must be in before anyone sees another's."""

VOTES_AT_MOST = 3


class Vote(StrEnum):
    """What one checker says about a request, once a round, not to be changed."""

    APPROVE = "approve"
    CHANGES = "changes"
    REJECT = "reject"


class Outcome(StrEnum):
    """What the submitted votes of a round amount to."""

    WAITING = "waiting"  # fewer than two votes
    CONFLICT = "conflict"  # two different votes: a third checker decides
    APPROVED = "approved"
    CHANGES = "changes"
    REJECTED = "rejected"


ACTS = {Outcome.APPROVED: Act.APPROVE, Outcome.CHANGES: Act.ASK_CHANGES, Outcome.REJECTED: Act.REJECT}
"""The system's act that an outcome sets off; the other outcomes set off none."""

_OF_VOTE = {Vote.APPROVE: Outcome.APPROVED, Vote.CHANGES: Outcome.CHANGES, Vote.REJECT: Outcome.REJECTED}


def outcome(votes: Sequence[Vote]) -> Outcome:
    """Return what the votes of one round, one per checker, amount to; their order does not matter.

    Two that agree decide. Two that differ wait for a third. Three that all differ ask for changes: nothing
    leaves, and the author hears what each of them missed.
    """
    for vote, count in Counter(votes).most_common():
        if count >= VOTES_NEEDED:
            return _OF_VOTE[vote]
    if len(votes) >= VOTES_AT_MOST:
        return Outcome.CHANGES
    return Outcome.CONFLICT if len(votes) == VOTES_NEEDED else Outcome.WAITING


def independent_phase_over(votes: Sequence[Vote]) -> bool:
    """Tell whether enough votes are in for checkers to see each other's."""
    return len(votes) >= VOTES_NEEDED
