from dataclasses import fields, replace
from datetime import timedelta

import pytest

from governance.decisions import Refused
from governance.errors import BrokenError, UsageError
from kernels.protocol import Claim, JobSpec, Mount, answer, broken, decode, encode, new_spawn_id, outcome

MALFORMED = {
    "instance": "Main",
    "spawn_id": "0123",
    "person": "ana\n",
    "project": "../../etc",
    "account": "root;",
    "group": "a b",
    "uid": 0,
    "gid": True,
    "cores": 0,
    "memory_gib": 1.5,
    "address": "10.0.0.1",
    "software": "/opt/ tre",
    "mounts": (Mount("/srv", "/etc", writable=True),),
    "parent": "xyz",
    "scheduler": "tcp://evil.example:80",
    "worker_name": "a b",
    "partition": "x\n#SBATCH --uid=0",
    "qos": "-",
}


def test_a_spec_survives_the_wire(spec):
    assert JobSpec.from_json(decode(encode(spec.to_json()))) == spec


def test_a_claim_survives_the_wire(spec):
    claim = Claim(spec, {"JUPYTERHUB_API_TOKEN": "x"})
    assert Claim.from_json(decode(encode(claim.to_json()))) == claim


@pytest.mark.parametrize("field", MALFORMED)
def test_a_malformed_field_is_refused_by_name_without_its_value(spec, field):
    with pytest.raises(UsageError) as error:
        replace(spec, **{field: MALFORMED[field]})
    assert field in str(error.value)
    assert str(MALFORMED[field]) not in str(error.value)


def test_every_field_has_a_law(spec):
    unruled = {field.name for field in fields(spec)} - MALFORMED.keys()
    assert unruled == {"role", "submitted_at", "ends_at"}  # an enum, and two moments tested below


def test_an_end_before_the_start_is_refused(spec):
    with pytest.raises(UsageError, match="ends_at"):
        replace(spec, ends_at=spec.submitted_at - timedelta(seconds=1))


@pytest.mark.parametrize(
    "change", [{"schema": "tre.jobspec/2"}, {"surprise": 1}, {"role": "root"}, {"mounts": 3}]
)
def test_another_schema_or_shape_is_refused(spec, change):
    with pytest.raises(UsageError):
        JobSpec.from_json({**spec.to_json(), **change})


def test_answers_carry_content_refusal_or_failure():
    assert outcome(answer({"a": 1})) == {"a": 1}
    refusal = Refused("No.", "Ask.", "rule")
    assert outcome(answer(refusal)) == refusal
    with pytest.raises(BrokenError, match="broker"):
        outcome(broken("The broker failed."))
    with pytest.raises(BrokenError):
        outcome({"ok": True})


@pytest.mark.parametrize("raw", [b"", b"[]", b"3", b"{", b"\xff", b'{"a": "' + b"x" * 70_000 + b'"}'])
def test_what_is_not_one_small_object_is_refused(raw):
    with pytest.raises(UsageError):
        decode(raw)


def test_spawn_ids_do_not_repeat():
    assert len({new_spawn_id() for _ in range(1000)}) == 1000
