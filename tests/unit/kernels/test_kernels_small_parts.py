import json
import os
import socket
from dataclasses import replace
from datetime import timedelta

import pytest

from governance.errors import BrokenError, RefusedError, UsageError
from kernels import kernelspecs, workspace
from kernels.protocol import Claim, Role
from kernels.relay.admission import why_not_admit
from kernels.relay.peercred import Peer
from kernels.relay.sessions import MOST_STREAMS, Session
from kernels.relay.settings import ALONE, read_peers
from kernels.relay.streams import Jobs, NoOtherNodes
from kernels.roles import command, environment


@pytest.fixture
def session(spec, tmp_path):
    return Session(Claim(spec, {}), tmp_path / "door", os.open(tmp_path, os.O_RDONLY))


class TestAdmission:
    def test_the_expected_job_is_admitted(self, spec):
        assert why_not_admit(Claim(spec, {}), spec.spawn_id, Peer(1, spec.uid, 1), spec.submitted_at) is None

    @pytest.mark.parametrize(
        ("uid", "spawn_id", "late", "rule"),
        [
            (1, "0123456789abcdef0123", 0, "relay:admit:uid"),
            (700_001, "f" * 20, 0, "relay:admit:spawn"),
            (700_001, "0123456789abcdef0123", 3, "relay:admit:lease"),
        ],
    )
    def test_others_are_refused_by_rule(self, spec, uid, spawn_id, late, rule):
        at = spec.submitted_at + timedelta(hours=late)
        assert why_not_admit(Claim(spec, {}), spawn_id, Peer(1, uid, 1), at).rule == rule


class TestSession:
    def test_it_serves_until_its_deadline(self, session, spec):
        assert session.why_not_serve(spec.ends_at - timedelta(seconds=1)) is None
        assert "time" in session.why_not_serve(spec.ends_at)
        session.end()

    def test_its_end_cuts_every_stream(self, session):
        ours, theirs = socket.socketpair()
        with ours, theirs, session.holding(ours):
            session.end()
            theirs.settimeout(5)
            assert theirs.recv(1) == b""
        assert session.over

    def test_an_ended_session_opens_nothing(self, session):
        session.end()
        with pytest.raises(BrokenError):
            session.connect("http", 8888)

    def test_one_job_cannot_use_up_the_relay(self, session):
        many = [socket.socket() for _ in range(MOST_STREAMS + 1)]
        with session.holding(*many[1:]), pytest.raises(BrokenError), session.holding(many[0]):
            pass
        for one in many:
            one.close()
        session.end()


class TestDaskRoutes:
    class Broker:
        def ask(self, *_, **__):
            raise AssertionError("the broker must not be asked")

    @pytest.mark.parametrize(
        ("address", "port", "rule"),
        [
            ("10.0.0.1", 9001, "relay:dask:address"),
            ("127.0.0.1.evil", 9001, "relay:dask:address"),
            (3, 9001, "relay:dask:address"),
            ("127.9.9.9", 22, "relay:dask:port"),
            ("127.9.9.9", 9000, "relay:dask:port"),
            ("127.9.9.9", "9001", "relay:dask:port"),
        ],
    )
    def test_only_job_addresses_and_dask_ports(self, session, address, port, rule):
        with pytest.raises(RefusedError) as refused:
            Jobs("n1", None, self.Broker(), NoOtherNodes()).dask(session, address, port)
        assert refused.value.refusal.rule == rule
        session.end()


class TestRoles:
    def test_only_jupyterhubs_names_reach_the_server_and_its_addresses_are_the_forwarded_ones(self, spec):
        given = {
            "JUPYTERHUB_API_TOKEN": "t",
            "JUPYTERHUB_API_URL": "http://10.0.0.1/",
            "JUPYTERHUB_USER": "ana",
            "JUPYTERHUB_SERVICE_PREFIX": "/user/ana/p042/",
            "LD_PRELOAD": "/workspace/home/x.so",
            "PYTHONPATH": "/workspace/home",
        }
        seen = environment(Claim(spec, given))
        assert seen["JUPYTERHUB_API_TOKEN"] == "t"
        assert seen["JUPYTERHUB_API_URL"] == "http://127.0.0.1:8081/hub/api"
        assert seen["JUPYTERHUB_SERVICE_URL"] == "http://127.0.0.1:8888/user/ana/p042/"
        assert not {"LD_PRELOAD", "PYTHONPATH"} & seen.keys()

    def test_a_worker_listens_on_loopback_and_advertises_its_own_address(self, spec):
        words = command(replace(spec, role=Role.WORKER, scheduler="tcp://127.1.2.4:9001", worker_name="w-0"))
        assert words[words.index("--listen-address") + 1] == "tcp://127.0.0.1:9000"
        assert words[words.index("--contact-address") + 1] == "tcp://127.1.2.3:9001"
        assert "tcp://127.1.2.4:9001" in words


class TestSettings:
    def test_without_a_list_there_is_one_relay(self, tmp_path):
        assert read_peers(tmp_path / "relays.toml") == ALONE

    def test_the_list_names_hub_and_nodes(self, tmp_path):
        file = tmp_path / "relays.toml"
        file.write_text('hub = "10.0.0.1:80"\n[nodes]\nn1 = "10.0.0.2:81"\n')
        assert read_peers(file).hub == ("10.0.0.1", 80)
        assert read_peers(file).nodes == {"n1": ("10.0.0.2", 81)}


def test_kernels_are_written_once_and_stale_ones_of_ours_go(tmp_path):
    stale, foreign = (tmp_path / "share/jupyter/kernels" / name for name in ("tre-old", "julia"))
    stale.mkdir(parents=True)
    foreign.mkdir()
    (file,) = kernelspecs.install(tmp_path)
    before = file.stat().st_mtime_ns
    kernelspecs.install(tmp_path)
    assert file.stat().st_mtime_ns == before
    assert json.loads(file.read_text())["argv"][0] == str(tmp_path / "bin/python")
    assert not stale.exists()
    assert foreign.exists()


@pytest.mark.parametrize("path", ["table.csv", "/workspace/outbox/table.csv", "a/../table.csv"])
def test_paths_in_the_outbox_become_relative(path):
    assert workspace.in_outbox([path]) == ["table.csv"]


@pytest.mark.parametrize("path", ["/workspace/home/table.csv", "../home/x", "/etc/passwd"])
def test_paths_elsewhere_are_wrong_usage(path):
    with pytest.raises(UsageError):
        workspace.in_outbox([path])
