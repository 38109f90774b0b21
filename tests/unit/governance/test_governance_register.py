"""Reading the register, and the database that keeps its history."""

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from governance import register
from governance.database import open_engine, transaction
from governance.errors import BrokenError
from governance.grants import Grant, RowFilter, from_document, to_document
from governance.instance import from_settings
from governance.people import HouseRole
from governance.periods import Period
from tests.support.governance_register import NOW, apply, madrid, people, person, project


def test_projects_and_grants_come_back_as_they_were_written(session: Session):
    found = register.get_project(session, "p042")
    assert found is not None
    year = Period(NOW.date().replace(month=1, day=1), NOW.date().replace(month=12, day=31))
    assert found.valid == found.ethics.valid == year
    (grant,) = found.grants
    assert grant.project == "p042"
    assert grant.tables == {"person": ("person_id", "year_of_birth"), "concept": "all"}
    assert grant.rows == (RowFilter("person", "year_of_birth", ">=", 1950),)
    assert register.projects(session) == (found,)


def test_a_grant_survives_its_document(session: Session):
    (grant,) = register.projects(session)[0].grants
    assert from_document(to_document(grant)) == grant
    bare = Grant(
        "p1", "demo", {"person": "all"}, (RowFilter("person", "race", "in", (1, 2)),), (4,), grant.valid
    )
    assert from_document(to_document(bare)) == bare
    with pytest.raises(ValueError, match=r"tre\.grant/1"):
        from_document({**to_document(bare), "schema": "tre.grant/2"})


def test_house_roles_depend_on_the_moment(session: Session):
    assert register.house_roles(session, "ines", NOW) == {HouseRole.OUTPUT_CHECKER}
    assert register.house_roles(session, "ines", madrid(2027, 1, 1)) == frozenset()
    assert register.house_roles(session, "nobody", NOW) == frozenset()


def test_memberships_of_a_person_and_of_a_uid(session: Session):
    (mine,) = register.memberships_of(session, "ana")
    assert mine.project == "p042"
    assert register.membership_of_uid(session, mine.account.uid) == mine
    assert register.membership_of_uid(session, 1) is None
    assert register.memberships_of(session, "luis") == ()


def test_the_newest_version_of_a_person_counts(session: Session):
    apply(session, people(person("luis", name="Luis the Second")))
    assert [one.name for one in register.people(session) if one.id == "luis"] == ["Luis the Second"]


@pytest.mark.parametrize("table", ["person_version", "project_version", "membership_version", "audit_event"])
@pytest.mark.parametrize("act", ["UPDATE {} SET actor = 'x'", "DELETE FROM {}"])
def test_history_cannot_be_changed(session: Session, table: str, act: str):
    statement = act.format(table)
    if table == "membership_version":
        statement = statement.replace("actor", "roles")
    with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
        session.execute(sql(statement))


def test_a_register_serves_one_instance(session: Session):
    register.found(session, from_settings("main", {}))
    with pytest.raises(BrokenError, match="'main'"):
        register.found(session, from_settings("other", {}))


def test_a_register_never_founded_is_broken_not_permissive():
    engine = open_engine("sqlite://")
    register.Base.metadata.create_all(engine)
    with transaction(engine) as empty, pytest.raises(BrokenError, match="database upgrade"):
        register.timezone(empty)
    engine.dispose()


def test_a_failed_file_leaves_nothing(session: Session):
    before = register.projects(session)
    with pytest.raises(Exception, match="not registered"), session.begin_nested():
        apply(
            session,
            project("p050"),
            project("p051", members=[{**project()["members"][0], "person": "ghost"}]),
        )
    assert register.projects(session) == before
