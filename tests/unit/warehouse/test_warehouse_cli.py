"""The custodian's commands against a real register: decided, carried out, recorded."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from governance import demo, project_files, register
from governance.actor import Caller
from governance.audit import AuditEvent
from governance.database import open_engine, transaction
from governance.errors import BrokenError, RefusedError
from governance.instance import from_settings
from warehouse_lib.cli import warehouse


class Desk:
    """An embedded instance with the demonstration's people and projects; acts are the custodian's."""

    def __init__(self, home: Path) -> None:
        self.home = home
        places = {part: str(home / part) for part in ("etc", "state", "run", "data", "software", "log")}
        text = "\n".join(f'{part} = "{place}"' for part, place in places.items())
        settings = home / ".config" / "tre" / "wh1.toml"
        settings.parent.mkdir(parents=True)
        settings.write_text(f'profile = "embedded"\n[paths]\n{text}\n')
        self.instance = from_settings("wh1", {"profile": "embedded", "paths": places})

    def found(self, apply: str) -> None:
        self.instance.paths.register.mkdir(parents=True)
        engine = open_engine(self.instance.database_url)
        register.create(engine, self.instance)
        with transaction(engine) as session:
            project_files.apply(session, project_files.load(apply), "root", datetime.now(UTC))
        engine.dispose()

    def run(self, *words: str, person: str = "diego") -> Result:
        caller = Caller(instance_name="wh1", person=person)
        return CliRunner().invoke(warehouse, list(words), obj=caller, catch_exceptions=True)

    def tags(self) -> list[tuple[str, str, str | None]]:
        engine = open_engine(self.instance.database_url)
        with transaction(engine) as session:
            events = session.scalars(select(AuditEvent).order_by(AuditEvent.seq)).all()
            found = [(e.tag, e.actor, e.project) for e in events if e.tag.startswith("warehouse:")]
        engine.dispose()
        return found


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("HOME", str(tmp_path))
    return Desk(tmp_path)


@pytest.fixture
def founded(desk: Desk) -> Desk:
    desk.found(demo.render(datetime.now(UTC).date()))
    return desk


def ok(result: Result) -> dict:
    assert result.exception is None, result.exception
    return json.loads(result.stdout)


def test_the_whole_way_from_synthesis_to_an_extract(founded: Desk) -> None:
    source = str(founded.home / "source")
    rows = ok(founded.run("synthesize", "--persons", "200", "--to", source, "--json"))["rows"]
    assert rows["person"] == 200
    taken = ok(founded.run("ingest", source, "--name", "demo", "--json"))
    given = ok(founded.run("extract", "p001", "--json"))
    assert given["rows"]["person"] == 200
    listed = ok(founded.run("list", "--json"))
    assert [(s["id"], s["names"]) for s in listed["snapshots"]] == [(taken["id"], ["demo"])]
    assert [(e["project"], e["id"], e["current"]) for e in listed["extracts"]] == [
        ("p001", given["id"], True)
    ]
    assert founded.tags() == [
        ("warehouse:snapshot:intend", "diego", None),
        ("warehouse:snapshot:done", "diego", None),
        ("warehouse:extract:intend", "diego", "p001"),
        ("warehouse:extract:done", "diego", "p001"),
    ]


def test_an_expired_project_gets_no_extract_and_the_refusal_is_recorded(founded: Desk) -> None:
    result = founded.run("extract", "p003")
    assert isinstance(result.exception, RefusedError)
    assert "ended on" in str(result.exception)
    assert founded.tags() == [("warehouse:extract:refuse", "diego", "p003")]
    assert not (founded.instance.paths.extracts / "p003").exists()


def test_nobody_but_a_custodian_ingests(founded: Desk) -> None:
    source = str(founded.home / "source")
    ok(founded.run("synthesize", "--persons", "5", "--to", source, "--json"))
    result = founded.run("ingest", source, "--name", "demo", person="ana")
    assert isinstance(result.exception, RefusedError)
    assert founded.tags() == [("warehouse:snapshot:refuse", "ana", None)]


def test_a_failure_is_recorded_too(founded: Desk) -> None:
    result = founded.run("extract", "p001")  # its snapshot was never taken in
    assert result.exception is not None
    assert [tag for tag, _, _ in founded.tags()] == ["warehouse:extract:intend", "warehouse:extract:fail"]


def test_without_a_register_nothing_is_done(desk: Desk) -> None:
    result = desk.run("extract", "p001")
    assert isinstance(result.exception, BrokenError)
    assert not desk.instance.paths.warehouse.exists()


def test_synthesis_says_nothing_on_stderr_when_it_is_no_terminal(desk: Desk) -> None:
    result = desk.run("synthesize", "--persons", "5", "--to", str(desk.home / "s"))
    assert result.exit_code == 0
    assert result.stderr == ""
