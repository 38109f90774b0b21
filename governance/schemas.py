"""The JSON Schemas of what crosses this package's border, generated from the models that enforce them."""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from governance.file_models import GrantModel, PeopleModel, ProjectModel

DRAFT = "https://json-schema.org/draft/2020-12/schema"

STRING = {"type": "string"}
HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
DETAIL = {"type": ["string", "integer", "boolean"], "maxLength": 200}


def all_schemas() -> dict[str, dict[str, Any]]:
    """Return every schema by file name."""
    return {
        "people.schema.json": _of_model(PeopleModel, "tre.people/1"),
        "project.schema.json": _of_model(ProjectModel, "tre.project/1"),
        "grant.schema.json": _grant(),
        "audit.schema.json": _audit_event(),
        "checkpoint.schema.json": _checkpoint(),
    }


def write(folder: Path) -> list[Path]:
    """Write every schema into a folder; returns the files."""
    files = []
    for name, schema in all_schemas().items():
        file = folder / name
        file.write_text(text(schema), encoding="utf-8")
        files.append(file)
    return files


def text(schema: dict[str, Any]) -> str:
    """Return a schema as the text of its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _of_model(model: type[Any], id_: str) -> dict[str, Any]:
    return {"$schema": DRAFT, "$id": f"urn:{id_}", **TypeAdapter(model).json_schema(by_alias=True)}


def _grant() -> dict[str, Any]:
    # The document carries what the file's context says: its schema and whose grant it is.
    schema = _of_model(GrantModel, "tre.grant/1")
    own = {"schema": {"const": "tre.grant/1"}, "project": STRING}
    schema["properties"] = {**own, **schema["properties"]}
    schema["required"] = [*own, *schema["properties"].keys() - own.keys()]
    schema["required"] = [name for name in schema["properties"] if name in schema["required"]]
    return schema


def _closed(id_: str, title: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": DRAFT,
        "$id": f"urn:{id_}",
        "title": title,
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": list(properties),
    }


def _audit_event() -> dict[str, Any]:
    fields = {
        "seq": {"type": "integer", "minimum": 1},
        "at": {"type": "string", "format": "date-time"},
        "tag": {"type": "string", "pattern": "^[a-z][a-z0-9-]*(:[a-z][a-z0-9-]*){2}$"},
        "actor": STRING,
        "subject": STRING,
        "project": {"type": ["string", "null"]},
        "detail": {"type": "object", "maxProperties": 20, "additionalProperties": DETAIL},
        "exercise": {"type": "boolean"},
        "previous": HASH,
        "hash": HASH,
    }
    return _closed("tre.audit-event/1", "One link of the audit chain", fields)


def _checkpoint() -> dict[str, Any]:
    fields = {
        "schema": {"const": "tre.checkpoint/1"},
        "instance": STRING,
        "seq": {"type": "integer", "minimum": 1},
        "hash": HASH,
        "at": {"type": "string", "format": "date-time"},
        "signature": {"type": "string", "contentEncoding": "base64"},
    }
    return _closed("tre.checkpoint/1", "A signed mark of the audit chain", fields)
