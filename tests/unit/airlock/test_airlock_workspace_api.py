"""What a notebook can ask: who asks is held against the register; answers are plain JSON."""

import json
from pathlib import Path

import jsonschema
import pytest

from airlock.web.workspace_api import build
from tests.support.airlock_browser import TestClient
from tests.support.airlock_house import SMALL

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs/schemas/finding.schema.json").read_text(encoding="utf-8")
)


@pytest.fixture
def notebook(house):
    """Return the requests of a membership's job."""

    def of(person="ana", project="p001", account=None):
        client = TestClient(build(house.airlock), base_url="http://airlock")
        folder = house.outbox(person, project) if account is None else None
        name = account or folder.parent.name
        client.headers.update(
            {"x-tre-person": person, "x-tre-project": project, "x-tre-account": name, "x-tre-spawn": "s1"}
        )
        return client

    return of


def test_a_notebook_submits_and_follows_its_request(house, notebook):
    house.put()
    sent = notebook().post("/requests", json={"paths": ["/workspace/outbox/table.csv"], "context": "Counts."})
    assert sent.status_code == 201
    assert (sent.json()["id"], sent.json()["state"], sent.json()["verdict"]) == (
        "p001-r1",
        "in_review",
        "clear",
    )
    assert notebook().get("/requests/p001-r1").json()["files"][0]["path"] == "table.csv"


def test_refused_findings_come_back_at_once_and_the_request_goes_on(house, notebook):
    house.checks.findings = (SMALL,)
    house.put()
    body = {"paths": ["table.csv"], "context": {"description": "Counts.", "population": "All."}}
    first = notebook().post("/requests", json=body).json()
    assert (first["state"], first["verdict"], first["files"][0]["findings"][0]["where"]["cell"]) == (
        "returned", "refuse", "C2"
    )  # fmt: skip
    house.checks.findings = ()
    second = notebook().post("/requests", json={**body, "request": first["id"]}).json()
    assert (second["id"], second["round"], second["state"]) == ("p001-r1", 2, "in_review")


def test_checks_answer_in_the_form_of_tre_check(house, notebook):
    house.checks.findings = (SMALL,)
    house.put()
    answer = notebook().post("/checks", json={"paths": ["table.csv"]})
    assert answer.status_code == 200
    jsonschema.validate(answer.json(), SCHEMA)
    assert answer.json()["files"][0]["verdict"] == "refuse"
    assert notebook().get("/requests/p001-r1").status_code == 404


@pytest.mark.parametrize(
    ("person", "project", "account"),
    [
        ("ana", "p002", "test-p002-m1"),
        ("olga", "p001", "test-p001-m1"),
        ("ana", "p001", "test-p001-m2"),
        ("", "", "-"),
    ],
)
def test_a_membership_that_the_register_does_not_know_is_refused(notebook, person, project, account):
    answer = notebook(person, project, account).post("/checks", json={"paths": ["table.csv"]})
    assert (answer.status_code, answer.json()["rule"]) == (403, "airlock.identity-mismatch")


def test_another_projects_request_is_not_there(house, notebook):
    house.submitted()
    answer = notebook("olga", "p002").get("/requests/p001-r1")
    assert (answer.status_code, answer.json()["rule"]) == (404, "airlock.unknown-request")


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "/workspace/outbox/../home/x", "a\x00b"])
def test_a_path_out_of_the_outbox_is_refused_in_words(notebook, path):
    answer = notebook().post("/requests", json={"paths": [path], "context": "Counts."})
    assert answer.status_code == 403
    assert answer.json()["reason"] and answer.json()["rule"].startswith("name.")


@pytest.mark.parametrize(
    "body",
    [
        {"paths": "table.csv", "context": "x"},
        {"paths": ["table.csv"]},
        {"paths": ["table.csv"], "context": "x", "as": "marta"},
        {"paths": ["a"] * 101, "context": "x"},
    ],
)
def test_a_malformed_call_is_a_wrong_call(notebook, body):
    assert notebook().post("/requests", json=body).status_code == 422


@pytest.mark.parametrize("context", ["", " ", {"population": "All."}, {"description": "x", "note": "y"}])
def test_a_context_that_says_nothing_is_refused(house, notebook, context):
    house.put()
    answer = notebook().post("/requests", json={"paths": ["table.csv"], "context": context})
    assert (answer.status_code, answer.json()["rule"]) == (403, "airlock.context-required")
