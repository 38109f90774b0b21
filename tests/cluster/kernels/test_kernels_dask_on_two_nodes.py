"""A notebook's workers are SLURM jobs on both nodes, under the same walls, though none has a network."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from governance.database import open_database, transaction
from hub_config.journal import Spawn
from kernels.protocol import Role
from tests.cluster.conftest import Cluster
from tre.tour import cells, hub
from tre.tour.browser import Browser
from tre.tour.notebook import Notebook

PERSON, PROJECT, PROFILE = "ana", "p001", "small"
# SLURM gives each job the least loaded node: with the notebook on one, two of three workers cannot share it.
WORKERS = 3
CLUSTER = cells.CLUSTER.replace("workers=2", f"workers={WORKERS}").replace(
    "_workers(2", f"_workers({WORKERS}"
)


@pytest.fixture
def notebook(cluster: Cluster) -> Iterator[Notebook]:
    instance = cluster.instance
    passwords = json.loads((instance.paths.etc / "demo-logins").read_text(encoding="utf-8"))
    browser = Browser()
    hub.sign_in(browser, instance, PERSON, passwords[PERSON])
    hub.start_workspace(browser, instance, PERSON, PROJECT, PROFILE)
    assert any(event.get("ready") for event in hub.watch_start(browser, instance, PERSON, PROJECT))
    try:
        yield Notebook(browser, instance, PERSON, PROJECT)
    finally:
        hub.stop_workspace(browser, instance, PERSON, PROJECT)
        browser.close()


def nodes_of_workers(cluster: Cluster, since: datetime) -> set[str | None]:
    asked = select(Spawn.node).where(
        Spawn.project == PROJECT, Spawn.role == str(Role.WORKER), Spawn.created_at >= since
    )
    with transaction(open_database(cluster.instance)) as session:
        return set(session.scalars(asked))


def test_workers_on_two_nodes_compute_over_all_buckets_and_prove_their_walls(
    cluster: Cluster, notebook: Notebook
) -> None:
    begun = datetime.now(UTC)
    notebook.run(cells.OPEN)
    assert "counted" in notebook.run(CLUSTER)
    notebook.run(cells.PROBE)
    proofs = json.loads(notebook.run(cells.PROBE_WORKERS))
    assert [proof["wrong"] for proof in proofs] == [[]] * WORKERS
    notebook.run(cells.CLOSE_CLUSTER)
    assert nodes_of_workers(cluster, begun) == {"n1", "n2"}
