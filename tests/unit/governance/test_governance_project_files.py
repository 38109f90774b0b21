"""Project files: what is wrong is said with line and field; what is right is applied once."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from governance import audit, demo, project_files, register
from governance.errors import RefusedError, UsageError
from governance.models import ProjectVersion
from governance.people import ProjectRole
from tests.support.governance_register import NOW, YEAR, apply, change, people, project, text


def wrong(document: dict[str, Any]) -> str:
    with pytest.raises(UsageError) as caught:
        project_files.load(text(document))
    return str(caught.value)


def test_an_unknown_field_is_refused_with_its_line():
    content = text(project()).replace("risk_tier: 2", "risk_tier: 2\nrisk_teer: 3")
    with pytest.raises(UsageError, match=r"^Line 8, risk_teer: there is no such field\.$"):
        project_files.load(content)


def test_an_end_before_its_start_is_refused_with_its_field():
    document = change(project(), "members.1.valid.end", "2025-01-01")
    line = (
        text(document).splitlines().index("    end: '2025-01-01'")
    )  # counted from 0; valid: is two lines above
    assert wrong(document) == f"Line {line - 1}, members.1.valid: the end lies before the start."


@pytest.mark.parametrize("id_", ["../../etc", "P042", "p", "p-1", "a" * 17, "", "p042\n", "p042 ", "é1"])
def test_an_id_outside_the_law_is_refused(id_: str):
    assert "id: this is not a valid name here" in wrong(project(id_))


def test_all_problems_are_told_at_once():
    broken = change(change(project(), "quotas.cores", "many"), "ethics.valid.start", "soon")
    message = wrong(broken)
    assert "quotas.cores" in message
    assert "ethics.valid.start: this must be a day" in message


def test_no_message_repeats_what_was_written():
    assert "SECRET" not in wrong(change(project(), "quotas.cores", "SECRET"))
    assert "SECRET" not in wrong(project("SECRET"))
    assert "SECRET" not in wrong({**project(), "schema": "SECRET"})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("valid.end", "9999-12-31"),
        ("valid.end", "2026-02-30"),
        ("risk_tier", 5),
        ("risk_tier", True),
        ("quotas.jobs", 0),
        ("title", "two\nlines"),
        ("grants.0.tables", {}),
        ("grants.0.tables", {"person": []}),
        ("grants.0.tables", {"person": "some"}),
        ("grants.0.tables", {"Person; DROP": "all"}),
        ("grants.0.rows.0.op", "like"),
        ("grants.0.rows.0.op", "in"),
        ("grants.0.rows.0.value", [1950]),
        ("grants.0.rows.0.table", "note"),
        ("members", []),
        ("members.0.roles", ["king"]),
        ("members.1.person", "ana"),
        ("disclosure", {}),
    ],
)
def test_what_makes_no_sense_is_refused(path: str, value: object):
    assert wrong(change(project(), path, value)).startswith("Line ")


def test_a_person_twice_in_one_file_is_refused():
    with pytest.raises(UsageError, match="stands in the file twice"):
        project_files.load(text(people(), people()))


def test_applying_twice_changes_nothing(session: Session):
    events = audit.verify(session).events
    assert not apply(session, people(), project())
    assert audit.verify(session).events == events


def test_a_change_is_a_new_version_and_the_old_one_stays(session: Session):
    diff = apply(session, project(title="A better title"))
    assert [change.where for change in diff.changes] == ["projects.p042.title"]
    versions = select(ProjectVersion.document).where(ProjectVersion.project == "p042")
    old, new = session.scalars(versions.order_by(ProjectVersion.version)).all()
    assert '"title":"A study"' in old
    assert '"title":"A better title"' in new
    found = register.get_project(session, "p042")
    assert found is not None
    assert (found.title, found.version) == ("A better title", 2)


def test_a_member_who_comes_back_keeps_account_and_number(session: Session):
    before = register.membership(session, "rosa", "p042")
    apply(session, project(members=project()["members"][:1]))
    assert register.membership(session, "rosa", "p042") is None
    assert [one.person for one in register.memberships(session, "p042")] == ["ana"]
    assert [one.person for one in register.memberships(session, "p042", removed=True)] == ["ana", "rosa"]
    apply(session, project())
    after = register.membership(session, "rosa", "p042")
    assert before is not None
    assert after == before


def test_members_get_roles_dates_and_an_account(session: Session):
    ana, rosa = register.memberships(session, "p042")
    assert ana.roles == (ProjectRole.LEAD, ProjectRole.RESEARCHER)
    assert (ana.account.name, rosa.account.name) == ("main-p042-m1", "main-p042-m2")
    assert (ana.account.gid, ana.account.uid, rosa.account.uid) == (700_000, 700_001, 700_002)
    assert ana.account.group == rosa.account.group == "main-p042"


def test_a_member_nobody_registered_is_refused(session: Session):
    members = [{"person": "ghost", "roles": ["researcher"], "valid": YEAR}]
    with pytest.raises(RefusedError) as caught:
        apply(session, project("p043", members=members))
    assert caught.value.refusal.rule == "member-unknown"


def test_an_exercise_stays_one(session: Session):
    with pytest.raises(RefusedError) as caught:
        apply(session, project(exercise=True))
    assert caught.value.refusal.rule == "exercise-fixed"


def test_an_applied_file_is_in_the_audit_chain_with_the_actor(session: Session):
    before = session.scalar(select(func.max(audit.AuditEvent.seq))) or 0
    apply(session, project(title="Changed"))
    event = session.scalars(select(audit.AuditEvent).where(audit.AuditEvent.seq > before)).one()
    assert (event.tag, event.actor, event.project) == ("governance:project:apply", "olga", "p042")
    assert event.detail == '{"fields":1,"version":2}'


def test_the_demonstration_is_a_valid_file_on_any_day():
    for day in ("2026-11-24", "2027-01-01", "2028-02-29"):
        file = project_files.load(demo.render(NOW.date().fromisoformat(day)))
        assert [model.id for model in file.projects] == ["p001", "p002", "p003"]
