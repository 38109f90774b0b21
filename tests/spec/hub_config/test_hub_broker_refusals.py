"""Who may open a workspace, when, and how much: the broker's rules as a manual.

Every refusal names its rule, says why, and what can be done; nothing is submitted, no address or token kept.
"""

from pathlib import Path
from typing import Any

import pytest

from governance.decisions import Refused
from tests.support.governance_register import change, madrid, people, project
from tests.support.hub_house import ENVIRONMENT, HUB, RELAY, STRANGER, House, house


@pytest.fixture
def open_house(tmp_path: Path) -> Any:
    with house(tmp_path) as one:
        yield one


def refused(answer: Any, rule: str, words: str) -> bool:
    return isinstance(answer, Refused) and answer.rule.startswith(rule) and words in answer.reason


def test_a_member_of_a_valid_project_gets_a_workspace(open_house: House) -> None:
    spawn_id = open_house.submit()["spawn_id"]
    assert open_house.row(spawn_id).slurm_job_id == 101
    assert len(open_house.queue.scripts) == 1


def test_somebody_who_is_no_member_is_refused(open_house: House) -> None:
    assert refused(open_house.submit(person="luis"), "membership", "not a member")
    assert open_house.queue.scripts == []


def test_nobody_knows_an_unknown_person(open_house: House) -> None:
    assert refused(open_house.submit(person="nadie"), "person", "not registered")


@pytest.mark.parametrize("project_id", ["p999", "../../etc", "", "p042; rm -rf /", "P042"])
def test_a_project_that_does_not_exist_is_refused(open_house: House, project_id: str) -> None:
    assert isinstance(open_house.submit(project=project_id), Refused)
    assert open_house.queue.scripts == []


def test_an_expired_project_is_refused_with_the_day_it_ended(tmp_path: Path) -> None:
    ended = change(project(), "valid.end", "2026-11-23")
    with house(tmp_path, people(), ended) as late:
        answer = late.submit()
        assert refused(answer, "project-valid", "2026-11-23")
        assert answer.remedy
        assert late.queue.scripts == []


def test_a_suspended_agreement_or_training_refuses_too(tmp_path: Path) -> None:
    document = people()
    ana = next(one for one in document["people"] if one["id"] == "ana")
    ana["training"][0]["valid"]["end"] = "2026-11-01"
    with house(tmp_path, document, project()) as late:
        assert refused(late.submit(), "training-valid", "lapsed")


@pytest.mark.parametrize("profile", ["large", "huge", "", "small ", "../small", "SMALL"])
def test_only_the_projects_profiles_are_given(open_house: House, profile: str) -> None:
    assert refused(open_house.submit(profile=profile), "profile", "not among those of the project")


def test_a_permission_that_ends_in_two_minutes_starts_nothing(tmp_path: Path) -> None:
    with house(tmp_path, at=madrid(2026, 12, 31, 23, 59)) as late:
        assert refused(late.submit(), "lease-too-short", "two minutes")


def test_the_wall_time_is_the_smaller_of_profile_and_lease(tmp_path: Path) -> None:
    with house(tmp_path, at=madrid(2026, 12, 31, 23, 0)) as late:
        late.submit()
        assert "#SBATCH -t 60\n" in late.queue.scripts[0]
    with house(tmp_path / "early") as early:
        early.submit()
        assert "#SBATCH -t 480\n" in early.queue.scripts[0]


def test_the_projects_quota_of_cores_holds_across_members(tmp_path: Path) -> None:
    tight = change(project(), "quotas.cores", 1)
    with house(tmp_path, people(), tight) as full:
        full.submit(person="ana")
        answer = full.submit(person="rosa")
        assert refused(answer, "quota-cores", "1 cores")
        assert len(full.queue.scripts) == 1


def test_the_projects_quota_of_memory_holds(tmp_path: Path) -> None:
    tight = change(project(), "quotas.memory_gib", 3)
    with house(tmp_path, people(), tight) as full:
        full.submit(person="ana")
        assert refused(full.submit(person="rosa"), "quota-memory_gib", "3 GiB")


def test_an_ended_workspace_frees_its_quota(tmp_path: Path) -> None:
    tight = change(project(), "quotas.cores", 1)
    with house(tmp_path, people(), tight) as full:
        first = full.submit(person="ana")["spawn_id"]
        full.ask("cancel", spawn_id=first)
        assert "spawn_id" in full.submit(person="rosa")


def test_granted_data_that_are_not_prepared_refuse_the_start(open_house: House) -> None:
    (open_house.instance.paths.extracts / "p042" / "current").unlink()
    assert refused(open_house.submit(), "extract-missing", "not prepared")


def test_refusals_speak_spanish_when_asked(open_house: House) -> None:
    answer = open_house.ask(
        "submit", person="ana", project="p042", profile="x", environment=ENVIRONMENT, language="es"
    )
    assert refused(answer, "profile", "no está entre los del proyecto")


def test_dask_workers_count_against_the_quota_all_or_none(open_house: House) -> None:
    spawn_id = open_house.started()
    names = ["w0", "w1", "w2", "w3"]
    ask = {"count": 4, "names": names, "cores": 1, "memory_gib": 1, "scheduler_port": 9001}
    assert refused(open_house.ask("worker", RELAY, spawn_id=spawn_id, **ask), "quota-jobs", "at one time")
    assert len(open_house.queue.scripts) == 1


def test_workers_belong_to_a_living_notebook(open_house: House) -> None:
    ask = {"count": 1, "names": ["w0"], "cores": 1, "memory_gib": 1, "scheduler_port": 9001}
    assert isinstance(open_house.ask("worker", RELAY, spawn_id="0" * 20, **ask), Refused)


@pytest.mark.parametrize(
    ("verb", "caller"),
    [("submit", RELAY), ("find", RELAY), ("cancel", RELAY), ("claim", HUB), ("ready", HUB), ("worker", HUB)]
    + [(verb, STRANGER) for verb in ("submit", "claim", "state", "cancel", "tell", "__init__", "end")],
)
def test_a_service_may_call_its_own_verbs_only(open_house: House, verb: str, caller: int) -> None:
    assert refused(open_house.ask(verb, caller), "broker-caller", "may not ask")


def test_a_claim_must_agree_with_the_journal(open_house: House) -> None:
    spawn_id = open_house.submit()["spawn_id"]
    row = open_house.row(spawn_id)
    right = {"spawn_id": spawn_id, "slurm_job_id": 101, "uid": row.uid, "node": "n1"}
    for wrong in ({"slurm_job_id": 102}, {"uid": row.uid + 1}, {"spawn_id": "0" * 20}):
        assert isinstance(open_house.ask("claim", RELAY, **{**right, **wrong}), Refused)
    claim = open_house.ask("claim", RELAY, **right)
    assert claim["environment"] == ENVIRONMENT
    assert claim["jobspec"]["account"] == row.account


def test_a_claim_after_the_lease_is_refused(open_house: House) -> None:
    spawn_id = open_house.submit()["spawn_id"]
    row = open_house.row(spawn_id)
    open_house.later(days=60)
    claim = open_house.ask("claim", RELAY, spawn_id=spawn_id, slurm_job_id=101, uid=row.uid, node="n1")
    assert refused(claim, "lease-over", "ended")


def test_a_job_finds_only_jobs_of_its_own_membership(open_house: House) -> None:
    mine, theirs = open_house.started(person="ana"), open_house.started(person="rosa")
    address = open_house.row(theirs).address
    assert refused(open_house.ask("locate", RELAY, spawn_id=mine, address=address), "locate", "no such job")
    own = open_house.row(mine).address
    assert open_house.ask("locate", RELAY, spawn_id=mine, address=own) == {"spawn_id": mine, "node": "n1"}


@pytest.mark.parametrize(
    "environment",
    [
        {"PATH": "/tmp"},
        {"LD_PRELOAD": "x"},
        {"JUPYTERHUB_X": 5},
        {"JUPYTERHUB_X": "a\x00b"},
        "text",
        None,
        {"JUPYTERHUB_X": "a" * 20000},
    ],
)
def test_only_jupyterhubs_own_names_travel_to_a_job(open_house: House, environment: Any) -> None:
    answer = open_house.ask("submit", person="ana", project="p042", profile="small", environment=environment)
    assert refused(answer, "broker-request", "environment")
