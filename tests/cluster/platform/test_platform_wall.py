"""The static rule: no workspace account reaches anything by network, on the host and on every node."""

import pytest

DIAL = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=3).close()
except OSError as error:
    sys.exit(f"blocked: {type(error).__name__}")
"""


def dial(uid, address, port):
    user = ("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--")
    return (*user, "/usr/bin/python3", "-c", DIAL, address, str(port))


@pytest.fixture(scope="module")
def controller(cluster):
    """Something that surely listens and is reached from everywhere: slurmctld."""
    line = next(line for line in cluster.slurm_conf.read_text().splitlines() if "SlurmctldHost" in line)
    return line.partition("(")[2].rstrip(")"), cluster.instance.ports.slurmctld


def test_the_host_rejects_an_account_but_not_others(cluster, account, controller):
    assert cluster.run(*dial(65534, *controller)).returncode == 0, "the trial itself must be able to succeed"
    answer = cluster.run(*dial(account.uid, *controller))
    assert answer.returncode != 0
    assert "blocked" in answer.stderr


def test_loopback_is_no_exception(cluster, account):
    # slurmctld listens there too
    port = cluster.instance.ports.slurmctld
    assert cluster.run(*dial(65534, "127.0.0.1", port)).returncode == 0
    assert cluster.run(*dial(account.uid, "127.0.0.1", port)).returncode != 0


@pytest.mark.parametrize("node", ["n1", "n2"])
def test_each_node_rejects_an_account_but_not_others(cluster, account, controller, node):
    assert cluster.on(node, *dial(65534, *controller)).returncode == 0
    assert cluster.on(node, *dial(account.uid, *controller)).returncode != 0


def test_the_first_and_the_last_uid_of_the_range_are_inside(cluster, controller):
    first = cluster.instance.uid_first
    last = first + cluster.instance.uid_count - 1
    blocked = [
        cluster.run(*dial(uid, *controller)).returncode != 0 for uid in (first - 1, first, last, last + 1)
    ]
    assert blocked == [False, True, True, False]


def test_the_wall_counts_what_it_rejects(cluster, account, controller):
    cluster.run(*dial(account.uid, *controller))
    table = cluster.run("nft", "list", "table", "inet", f"tre_{cluster.instance.name}").stdout
    line = next(line for line in table.splitlines() if "skuid" in line)
    assert int(line.split("packets ")[1].split()[0]) > 0
