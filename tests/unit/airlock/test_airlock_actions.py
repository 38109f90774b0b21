"""Each act changes what it says, records it once, and refuses with a reason otherwise."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from airlock.actions.checking import LEASE, check
from airlock.actions.precheck import precheck
from airlock.actions.release import fetch, release
from airlock.actions.submit import submit
from airlock.actions.talk import comment, give_back, withdraw
from airlock.actions.vote import vote
from airlock.domain.finding import Finding, Verdict
from airlock.domain.request import Context, Request
from airlock.domain.review import Vote
from airlock.domain.states import State
from airlock.store import requests
from airlock.store.tables import FileRow, RequestRow
from airlock.worker import clear_rooms, interrupted, take_up
from governance import audit
from governance.audit import AuditEvent
from governance.database import transaction
from governance.decisions import Refused
from governance.errors import BrokenError
from tests.support.airlock_house import CONTEXT, SMALL


def tags(house):
    with transaction(house.engine) as session:
        return [row.tag for row in session.scalars(select(AuditEvent).order_by(AuditEvent.seq))]


def own_tags(house):
    return [tag.removeprefix("airlock:") for tag in tags(house) if tag.startswith("airlock:")]


def rule(done):
    assert isinstance(done, Refused), done
    return done.rule


def test_a_submission_copies_checks_and_waits_for_people(house):
    request = house.submitted()
    assert (request.id, request.state, request.current.number) == ("p001-r1", State.IN_REVIEW, 1)
    assert house.airlock.content.read(request.current.files[0].sha256).decode().startswith("sex,age")
    assert house.checks.seen == [([".csv"], "acro", 0)]
    assert own_tags(house) == ["request:submit", "request:hold"]


def test_refuse_returns_to_the_author_at_once_with_the_findings(house):
    house.checks.findings = (SMALL,)
    request = house.submitted()
    assert request.state is State.RETURNED
    assert request.current.files[0].report.findings == (SMALL,)
    assert own_tags(house) == ["request:submit", "request:refuse"]


def test_a_returned_request_goes_on_as_its_next_round(house):
    house.checks.findings = (SMALL,)
    first = house.submitted()
    house.checks.findings = ()
    second = house.submitted(again=first.id)
    assert (second.id, second.current.number, second.state) == (first.id, 2, State.IN_REVIEW)
    assert [len(one.files) for one in second.rounds] == [1, 1]


def test_changing_the_outbox_later_changes_nothing(house):
    request = house.submitted()
    house.put(content="sex,count\nF,1\n")
    assert house.airlock.content.read(request.current.files[0].sha256).decode().startswith("sex,age")


def test_checks_that_fail_hold_and_never_clear(house):
    house.checks.fail = RuntimeError("secret 12345678Z")
    request = house.submitted()
    report = request.current.files[0].report
    assert (request.state, report.verdict) == (State.IN_REVIEW, Verdict.REVIEW)
    assert "12345678Z" not in str(report.to_json())


@pytest.mark.parametrize(
    "context", [None, Context.parse(""), Context.parse({"description": " "}), Context.parse(7)]
)
def test_a_submission_without_context_is_refused_before_anything_is_read(house, context):
    assert rule(submit(house.airlock, "ana", "p001", ["nothing.csv"], context)) == "airlock.context-required"


def test_names_must_be_some_and_different(house):
    assert rule(submit(house.airlock, "ana", "p001", [], CONTEXT)) == "airlock.no-files"
    assert rule(submit(house.airlock, "ana", "p001", ["a", "a"], CONTEXT)) == "airlock.same-name"


def test_who_is_no_member_cannot_submit_and_it_is_recorded(house):
    done = submit(house.airlock, "nora", "p001", ["table.csv"], CONTEXT)
    assert rule(done) == "membership-valid"
    assert own_tags(house) == ["submission:refused"]


def test_a_file_that_cannot_be_taken_refuses_all_and_leaves_nothing(house):
    house.put()
    (house.outbox() / "link.csv").symlink_to(house.outbox() / "table.csv")
    done = submit(house.airlock, "ana", "p001", ["table.csv", "link.csv"], CONTEXT)
    assert rule(done) == "staging.link"
    with transaction(house.engine) as session:
        assert session.scalars(select(RequestRow)).all() == []


def test_a_precheck_keeps_nothing_but_its_event(house):
    house.checks.findings = (SMALL,)
    house.put()
    reports = precheck(house.airlock, "ana", "p001", ["table.csv"])
    assert [(one.path, one.verdict) for one in reports] == [("table.csv", Verdict.REFUSE)]
    assert own_tags(house) == ["outbox:check"]
    kept = [path for path in house.airlock.content.root.rglob("*") if path.is_file()]
    assert kept == []


def test_two_approvals_approve_and_are_bound_to_the_files(house):
    request = house.approved()
    assert request.state is State.APPROVED
    with transaction(house.engine) as session:
        votes = [one for one in requests.remarks(session, request) if one.vote]
    assert {one.content for one in votes} == {request.current.content}
    assert own_tags(house)[-3:] == ["request:vote", "request:vote", "request:approve"]


def test_two_different_votes_wait_for_a_third(house):
    request = house.submitted()
    vote(house.airlock, "ines", request.id, Vote.APPROVE)
    second = vote(house.airlock, "carlos", request.id, Vote.REJECT, "No.")
    assert second.state is State.IN_REVIEW
    assert vote(house.airlock, "sofia", request.id, Vote.REJECT, "No.").state is State.REJECTED


def test_a_vote_needs_a_reason_unless_it_approves_and_is_cast_once(house):
    request = house.submitted()
    assert rule(vote(house.airlock, "ines", request.id, Vote.CHANGES, " ")) == "airlock.reason-required"
    vote(house.airlock, "ines", request.id, Vote.CHANGES, "Round it.")
    assert rule(vote(house.airlock, "ines", request.id, Vote.APPROVE)) == "airlock.voted-already"


def test_a_vote_on_files_that_are_no_longer_current_is_refused(house):
    request = house.submitted()
    assert rule(vote(house.airlock, "ines", request.id, Vote.APPROVE, seen="0" * 64)) == "airlock.wrong-state"


def test_votes_of_an_earlier_round_never_count(house):
    first = house.submitted()
    vote(house.airlock, "ines", first.id, Vote.APPROVE)
    give_back(house.airlock, "carlos", first.id, "The context is thin.")
    second = house.submitted(again=first.id)
    assert second.current.content == first.current.content
    assert vote(house.airlock, "carlos", first.id, Vote.APPROVE).state is State.IN_REVIEW
    assert vote(house.airlock, "ines", first.id, Vote.APPROVE).state is State.APPROVED


def test_release_packs_signs_and_happens_once(house):
    request = house.approved()
    assert release(house.airlock, "ines", request.id).state is State.RELEASED
    assert rule(release(house.airlock, "carlos", request.id)) == "airlock.wrong-state"
    package = fetch(house.airlock, "ana", request.id)
    assert package.archive.stat().st_mode & 0o777 == 0o400
    assert own_tags(house)[-3:] == ["request:release", "request:refused", "request:download"]


def test_a_stored_file_that_was_altered_is_never_released(house):
    request = house.approved()
    place = house.airlock.content.place(request.current.files[0].sha256)
    place.chmod(0o600)
    place.write_text("altered")
    with pytest.raises(BrokenError):
        release(house.airlock, "ines", request.id)
    with transaction(house.engine) as session:
        assert requests.get(session, request.id).state is State.APPROVED


def test_files_exchanged_in_the_database_after_approval_are_not_released(house):
    request = house.approved()
    other = house.submitted(house.put("other.csv", "a,count\nx,1\n"))
    with transaction(house.engine) as session:
        row = session.get(FileRow, (request.id, 1, 1))
        row.sha256 = other.current.files[0].sha256
    assert rule(release(house.airlock, "ines", request.id)) == "airlock.two-approvals"


def test_a_package_that_was_altered_is_not_handed_out(house):
    request = house.approved()
    release(house.airlock, "ines", request.id)
    place = house.airlock.content.root / "releases" / f"{request.id}.zip"
    place.chmod(0o600)
    place.write_bytes(place.read_bytes() + b"x")
    with pytest.raises(BrokenError):
        fetch(house.airlock, "ana", request.id)


def test_later_tables_are_checked_beside_earlier_releases(house):
    release(house.airlock, "ines", house.approved().id)
    house.submitted(house.put("next.csv"))
    assert house.checks.seen[-1] == ([".csv"], "acro", 1)


def test_withdrawn_is_final(house):
    request = house.submitted()
    assert withdraw(house.airlock, "ana", request.id).state is State.WITHDRAWN
    assert rule(vote(house.airlock, "ines", request.id, Vote.APPROVE)) == "airlock.wrong-state"
    assert rule(comment(house.airlock, "ana", request.id, "Sorry.")) == "airlock.wrong-state"


def test_a_request_that_does_not_exist_and_one_that_may_not_be_seen_look_the_same(house):
    request = house.submitted()
    unseen = vote(house.airlock, "olga", request.id, Vote.APPROVE)
    missing = vote(house.airlock, "olga", "p009-r1", Vote.APPROVE)
    assert unseen == missing and rule(unseen) == "airlock.unknown-request"


def test_interrupted_checks_are_run_again_after_their_lease(house, monkeypatch):
    def die(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr(house.checks, "run", die)
    house.put()
    with pytest.raises(KeyboardInterrupt):
        house.submitted("table.csv")
    monkeypatch.undo()
    assert interrupted(house.airlock) == []
    house.clock.forward(LEASE + timedelta(seconds=1))
    assert interrupted(house.airlock) == ["p001-r1"]
    assert take_up(house.airlock) == 1
    with transaction(house.engine) as session:
        assert requests.get(session, "p001-r1").state is State.IN_REVIEW


def test_checks_that_end_after_a_withdrawal_change_nothing(house):
    request = house.submitted()
    withdraw(house.airlock, "ana", request.id)
    assert check(house.airlock, request.id).state is State.WITHDRAWN


def test_clearing_rooms_keeps_files_and_releases(house):
    request = house.approved()
    release(house.airlock, "ines", request.id)
    (house.airlock.content.folder("prechecks") / "left").mkdir()
    clear_rooms(house.airlock)
    assert list(house.airlock.content.folder("prechecks").iterdir()) == []
    assert isinstance(fetch(house.airlock, "ana", request.id).archive.read_bytes(), bytes)


def test_two_checkers_at_the_same_instant_have_one_outcome(house):
    request = house.submitted()
    done = []
    threads = [
        threading.Thread(
            target=lambda who=who: done.append(vote(house.airlock, who, request.id, Vote.APPROVE))
        )
        for who in ("ines", "carlos")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.state for one in done) == [State.APPROVED, State.IN_REVIEW]


def test_the_chain_of_all_acts_verifies(house):
    release(house.airlock, "ines", house.approved().id)
    with transaction(house.engine) as session:
        assert audit.verify(session).ok


def test_no_audit_event_carries_a_file_name_or_what_a_person_wrote(house):
    house.checks.findings = (Finding("x.y", Verdict.REVIEW, "A message."),)
    request = house.submitted(house.put("paciente 12345678Z.csv"))
    vote(house.airlock, "ines", request.id, Vote.CHANGES, "Row of 12345678Z.")
    with transaction(house.engine) as session:
        details = " ".join(str(row.detail) for row in session.scalars(select(AuditEvent)))
    assert "12345678Z" not in details
    assert isinstance(request, Request)


def test_a_slow_check_answers_early_and_goes_on(house, monkeypatch):
    going_on, run = threading.Event(), house.checks.run

    def slow(*args):
        assert going_on.wait(10)
        return run(*args)

    monkeypatch.setattr(house.checks, "run", slow)
    house.put()
    request = submit(house.airlock, "ana", "p001", ["table.csv"], CONTEXT, patience_s=0.1)
    assert request.state is State.SUBMITTED
    going_on.set()
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(10)
    with transaction(house.engine) as session:
        assert requests.get(session, request.id).state is State.IN_REVIEW


def test_who_waits_longer_than_a_check_takes_gets_its_result(house):
    house.put()
    request = submit(house.airlock, "ana", "p001", ["table.csv"], CONTEXT, patience_s=30)
    assert request.state is State.IN_REVIEW
