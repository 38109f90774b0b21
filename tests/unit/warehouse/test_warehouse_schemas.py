"""What crosses a process boundary has the shape that docs/schemas promises."""

import json
from pathlib import Path

import jsonschema
import pytest

import warehouse_lib as wl
from warehouse_lib.custodian.extract import Extracted

SCHEMAS = Path(__file__).resolve().parents[3] / "docs" / "schemas"


def validate(document: object, name: str) -> None:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(document)


def test_a_snapshot_s_manifest(world) -> None:
    validate(world.snapshot.manifest, "snapshot")


def test_an_extract_s_manifest_and_the_grant_in_it(extracted: Extracted) -> None:
    validate(extracted.manifest, "extract")
    validate(json.loads(extracted.manifest["identity"]["grant"]), "grant")


def test_the_catalogue_of_an_extract(extracted: Extracted) -> None:
    validate(wl.open(extracted.folder).catalogue.as_json(), "catalogue")


def test_an_unknown_field_is_no_manifest(extracted: Extracted) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validate({**extracted.manifest, "master_key": "00"}, "extract")
