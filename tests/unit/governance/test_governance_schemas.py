"""What is published under docs/schemas is what the code enforces, and every example is true."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from governance import audit, checkpoints, grants, project_files, register, schemas
from governance.database import transaction
from tests.support.governance_register import NOW, new_register

FOLDER = Path(__file__).parents[3] / "docs" / "schemas"
EXAMPLE = FOLDER / "project.example.yml"


def schema(name: str) -> dict[str, Any]:
    return schemas.all_schemas()[f"{name}.schema.json"]


def as_json(value: Any) -> Any:
    """YAML's dates as JSON has them."""
    return json.loads(json.dumps(value, default=date.isoformat))


@pytest.fixture
def example() -> Iterator[Session]:
    """A register to which the published example was applied as root."""
    engine = new_register()
    with transaction(engine) as session:
        file = project_files.load(EXAMPLE.read_text(encoding="utf-8"))
        project_files.apply(session, file, "root", NOW)
        yield session
    engine.dispose()


@pytest.mark.parametrize("name", schemas.all_schemas())
def test_the_published_schema_is_current(name: str):
    """Renew with ``tre project schema --to docs/schemas``."""
    assert (FOLDER / name).read_text(encoding="utf-8") == schemas.text(schemas.all_schemas()[name])


@pytest.mark.parametrize("name", schemas.all_schemas())
def test_every_schema_is_one(name: str):
    jsonschema.Draft202012Validator.check_schema(schemas.all_schemas()[name])


def test_the_example_fulfils_its_schemas():
    people, project = yaml.safe_load_all(EXAMPLE.read_text(encoding="utf-8"))
    jsonschema.validate(as_json(people), schema("people"))
    jsonschema.validate(as_json(project), schema("project"))


def test_the_example_shows_every_field():
    people, project = yaml.safe_load_all(EXAMPLE.read_text(encoding="utf-8"))
    definitions = schema("project")["$defs"]
    assert set(project) == set(schema("project")["properties"])
    assert set(people["people"][0]) == set(schema("people")["$defs"]["PersonModel"]["properties"])
    assert set(project["grants"][0]) == set(definitions["GrantModel"]["properties"])


def test_the_schema_refuses_what_the_code_refuses():
    _, project = yaml.safe_load_all(EXAMPLE.read_text(encoding="utf-8"))
    for change in ({"risk_teer": 1}, {"id": "../../etc"}, {"members": []}, {"risk_tier": 9}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**as_json(project), **change}, schema("project"))


def test_the_grant_document_is_the_published_one(example: Session):
    """Golden: the custodian of another version reads this file."""
    (grant,) = register.projects(example)[0].grants
    document = grants.to_document(grant)
    jsonschema.validate(document, schema("grant"))
    assert document == json.loads((FOLDER / "grant.example.json").read_text(encoding="utf-8"))


def test_audit_events_are_as_published(example: Session):
    """Golden: an auditor with another version's verifier reads this file."""
    event = example.scalars(select(audit.AuditEvent).order_by(audit.AuditEvent.seq.desc())).first()
    assert event is not None
    document = audit.to_document(event)
    jsonschema.validate(document, schema("audit"))
    assert document == json.loads((FOLDER / "audit.example.json").read_text(encoding="utf-8"))


def test_a_checkpoint_fulfils_its_schema(example: Session, tmp_path: Path):
    head = audit.head(example)
    assert head is not None
    key = checkpoints.Ed25519PrivateKey.generate()
    file = checkpoints.write(tmp_path, key, "main", head, NOW)
    jsonschema.validate(json.loads(file.read_text(encoding="utf-8")), schema("checkpoint"))
