"""The published form of a JobSpec is the one the code reads and writes, and refuses what the code refuses."""

import json
from pathlib import Path

import jsonschema
import pytest

from governance.errors import UsageError
from kernels.protocol import JobSpec

SCHEMAS = Path(__file__).resolve().parents[3] / "docs" / "schemas"
EXAMPLE = json.loads((SCHEMAS / "jobspec.example.json").read_text(encoding="utf-8"))
SCHEMA = json.loads((SCHEMAS / "jobspec.schema.json").read_text(encoding="utf-8"))


def test_the_golden_example_is_valid_and_comes_back_unchanged() -> None:
    jsonschema.validate(EXAMPLE, SCHEMA)
    assert json.loads(json.dumps(JobSpec.from_json(EXAMPLE).to_json())) == EXAMPLE


@pytest.mark.parametrize(
    "change",
    [
        {"spawn_id": "../../etc"},
        {"account": "root x"},
        {"uid": 0},
        {"role": "admin"},
        {"schema": "tre.jobspec/2"},
        {"command": "sh"},
        {"mounts": [{"source": "/etc", "target": "/etc", "writable": True}]},
        {"scheduler": "tcp://10.0.0.1:80"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_schema_and_code_refuse_the_same(change: dict[str, object]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(EXAMPLE | change, SCHEMA)
    with pytest.raises(UsageError):
        JobSpec.from_json(EXAMPLE | change)
