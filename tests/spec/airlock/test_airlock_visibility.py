"""Who sees what when, walked through two rounds with the author, a member, three checkers and an auditor."""

from airlock.actions.submit import submit
from airlock.actions.talk import comment, give_back
from airlock.actions.vote import vote
from airlock.domain.review import Vote
from airlock.web.views import request_view
from tests.support.airlock_house import CONTEXT

EVERYONE = ("ana", "luis", "ines", "carlos", "sofia", "aldo")


def seen(house, request):
    """What each person reads: author's name, vote's first letter, text."""
    table = {}
    for person in EVERYONE:
        view = request_view(house.airlock, person, request.id)
        table[person] = [
            f"{one.by or '?'}{'/' + one.vote if one.vote else ''}: {one.text}" for one in view.remarks
        ]
    return table


def timeline(house, person, request):
    return [(move.by, move.act) for move in request_view(house.airlock, person, request.id).moves]


def test_two_rounds(house):
    request = house.submitted()
    comment(house.airlock, "ana", request.id, "See the protocol.")
    mine = "ana: See the protocol."
    assert seen(house, request) == {person: [mine] for person in EVERYONE}

    # One vote is in: only its caster and the auditor see it.
    vote(house.airlock, "ines", request.id, Vote.CHANGES, "Round to 5.")
    ines = "ines/changes: Round to 5."
    blind = seen(house, request)
    assert blind["ines"] == blind["aldo"] == [mine, ines]
    assert blind["ana"] == blind["luis"] == blind["carlos"] == blind["sofia"] == [mine]

    # A checker's comment is blind too, as it would tell the vote.
    comment(house.airlock, "carlos", request.id, "Looks fine to me.")
    carlos_says = "carlos: Looks fine to me."
    assert seen(house, request)["carlos"] == [mine, carlos_says]
    assert carlos_says not in seen(house, request)["ines"]

    # Two different votes are in: checkers see each other, the project's side still nothing.
    vote(house.airlock, "carlos", request.id, Vote.APPROVE)
    open_ = [mine, ines, carlos_says, "carlos/approve: "]
    conflict = seen(house, request)
    assert conflict["ines"] == conflict["carlos"] == conflict["sofia"] == conflict["aldo"] == open_
    assert conflict["ana"] == conflict["luis"] == [mine]

    # The third decides: the round is over, and the author reads the reasons without names and votes.
    vote(house.airlock, "sofia", request.id, Vote.CHANGES, "I agree: round.")
    told = [mine, "?: Round to 5.", "?: Looks fine to me.", "?: I agree: round."]
    after = seen(house, request)
    assert after["ana"] == after["luis"] == told
    assert after["ines"] == [*open_, "sofia/changes: I agree: round."]

    # Round two: the first round stays readable, the new vote is blind again.
    house.put(content="sex,count\nF,120\n")
    assert submit(house.airlock, "ana", "p001", ["table.csv"], CONTEXT, request.id).current.number == 2
    vote(house.airlock, "sofia", request.id, Vote.REJECT, "No.")
    second = seen(house, request)
    assert second["ana"] == told
    assert second["ines"] == [*open_, "sofia/changes: I agree: round."]
    assert second["sofia"][-1] == second["aldo"][-1] == "sofia/reject: No."


def test_an_early_return_tells_the_author_why_and_keeps_the_votes_for_auditors(house):
    request = house.submitted()
    vote(house.airlock, "ines", request.id, Vote.APPROVE, "Fine.")
    give_back(house.airlock, "carlos", request.id, "Wrong file.")
    assert seen(house, request)["ana"] == ["?: Fine.", "?: Wrong file."]
    assert seen(house, request)["aldo"] == ["ines/approve: Fine.", "carlos: Wrong file."]


def test_the_timeline_hides_checkers_from_the_projects_side(house):
    request = house.approved()
    assert timeline(house, "ana", request) == [
        ("ana", "submit"), ("service:airlock", "hold"), ("service:airlock", "approve")
    ]  # fmt: skip
    give_back(house.airlock, "sofia", request.id, "Second thoughts.")
    assert timeline(house, "luis", request)[-1] == ("", "return")
    assert ("ines", "vote") in timeline(house, "carlos", request)
    assert timeline(house, "aldo", request)[-1] == ("sofia", "return")


def test_how_many_votes_are_in_is_no_secret_and_who_voted_how_is(house):
    request = house.submitted()
    vote(house.airlock, "ines", request.id, Vote.REJECT, "No.")
    carlos = request_view(house.airlock, "carlos", request.id)
    assert (carlos.votes_in, carlos.voted, carlos.conflict) == (1, False, False)
    assert request_view(house.airlock, "ines", request.id).voted
