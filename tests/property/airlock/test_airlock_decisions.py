"""For every sequence of votes and acts: nothing leaves without two approvals of it by two free people."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airlock.actions.release import release
from airlock.actions.submit import submit
from airlock.actions.talk import comment, give_back, withdraw
from airlock.actions.vote import vote
from airlock.domain.request import Request, content_digest
from airlock.domain.review import VOTES_AT_MOST, Outcome, Vote, outcome
from airlock.domain.states import FINAL, State
from airlock.store import requests
from governance import audit
from governance.database import transaction
from tests.support.airlock_house import CONTEXT, make_house

votes = st.lists(st.sampled_from(Vote), max_size=VOTES_AT_MOST)


@given(votes, st.randoms())
def test_the_order_of_votes_does_not_matter(cast, random):
    shuffled = list(cast)
    random.shuffle(shuffled)
    assert outcome(cast) is outcome(shuffled)


@given(votes)
def test_approval_takes_two_approvals(cast):
    if outcome(cast) is Outcome.APPROVED:
        assert cast.count(Vote.APPROVE) >= 2
    if cast.count(Vote.APPROVE) < 2:
        assert outcome(cast) is not Outcome.APPROVED


@given(votes)
def test_fewer_than_two_votes_decide_nothing_and_three_always_decide(cast):
    waiting = {Outcome.WAITING, Outcome.CONFLICT}
    assert (outcome(cast) is Outcome.WAITING) == (len(cast) < 2)
    if len(cast) == VOTES_AT_MOST:
        assert outcome(cast) not in waiting


names = st.lists(st.tuples(st.text(max_size=4), st.sampled_from(["a" * 64, "b" * 64])), max_size=4)


@given(names, names)
def test_a_digest_is_of_exactly_these_names_and_hashes(one, other):
    assert (content_digest(one) == content_digest(other)) == (sorted(one) == sorted(other))


# Checkers and approvals more often than others, so that releases happen too.
checkers = st.sampled_from(["ines", "carlos", "sofia"])
people = checkers | checkers | st.sampled_from(["ana", "luis", "olga", "nora", "aldo", "marta"])
often = st.sampled_from(["approve", "release"])
kinds = often | st.sampled_from(["changes", "reject", "return", "withdraw", "resubmit", "comment"])


def perform(house, kind, person, request_id, step):
    if kind in set(Vote):
        return vote(house.airlock, person, request_id, Vote(kind), "A reason.")
    if kind == "resubmit":
        house.put(content=f"sex,count\nF,{100 + step}\n")
        return submit(house.airlock, person, "p001", ["table.csv"], CONTEXT, request_id)
    act = {"return": give_back, "withdraw": withdraw, "comment": comment, "release": release}[kind]
    return act(house.airlock, person, request_id, *([] if kind == "release" else ["Words."]))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(kinds, people), min_size=4, max_size=14))
def test_no_path_releases_without_two_approvals_of_exactly_these_files(founded, steps):
    folder = Path(tempfile.mkdtemp())
    house = make_house(folder, founded)
    try:
        request_id = house.submitted().id
        for number, (kind, person) in enumerate(steps):
            perform(house, kind, person, request_id, number)
        with transaction(house.engine) as session:
            check_invariants(session, requests.get(session, request_id))
    finally:
        house.engine.dispose()
        shutil.rmtree(folder)


def check_invariants(session, request: Request):
    said = requests.remarks(session, request)
    current = [one for one in said if one.vote and one.round == request.current.number]
    approving = {
        one.by for one in current if one.vote is Vote.APPROVE and one.content == request.current.content
    }
    assert len({one.by for one in current}) == len(current)
    assert {one.by for one in said if one.vote} <= {"ines", "carlos", "sofia"}
    if request.state in {State.APPROVED, State.RELEASED}:
        assert len(approving) >= 2
    moves = requests.moves(session, request)
    final = [move for move in moves if move.state in FINAL and move.act != "download"]
    assert len(final) <= 1 and (not final or moves[-1] is final[0])
    assert audit.verify(session).ok
