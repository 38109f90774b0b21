"""The edge's configuration: nginx accepts it, each host has its own rules, and the ways out are closed."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from governance.instance import Instance, from_settings
from hub_config import edge
from hub_config.edge_page import explanation


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return from_settings("test", {"paths": {part: str(tmp_path / part) for part in ("etc", "state", "run")}})


def server(text: str, name: str) -> str:
    """The server block of one name."""
    (block,) = [part for part in text.split("server {")[1:] if f"server_name {name};" in part]
    return block


def test_nginx_accepts_it(instance: Instance) -> None:
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    if nginx is None:
        pytest.skip("nginx is not installed")
    (instance.paths.run / "edge").mkdir(parents=True)
    (instance.paths.state / "edge").mkdir(parents=True)
    edge.write(instance)
    command = [nginx, "-t", "-q", "-e", "stderr", "-c", str(edge.configuration_file(instance))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    warned = [line for line in done.stderr.splitlines() if "[warn]" in line]
    assert done.returncode == 0, done.stderr
    assert not warned
    assert os.access(edge.ways_out_file(instance), os.R_OK)


def test_it_listens_on_loopback_only(instance: Instance) -> None:
    listens = re.findall(r"listen (\S+);|listen (\S+) default_server;", edge.nginx_conf(instance))
    assert {one or other for one, other in listens} == {f"127.0.0.1:{instance.ports.edge}"}


def test_a_host_that_is_not_ours_is_misdirected(instance: Instance) -> None:
    assert "return 421;" in server(edge.nginx_conf(instance), "_")


def test_hub_airlock_and_workspaces_have_hosts_and_policies_of_their_own(instance: Instance) -> None:
    text = edge.nginx_conf(instance)
    hub = server(text, "hub.test.localhost")
    assert "default-src 'none'" in hub
    assert "unsafe" not in hub
    workspaces = server(text, r'"~^[a-z][a-z0-9]+\.hub\.test\.localhost$"')
    assert "connect-src 'self' ws://$host" in workspaces
    assert "proxy_hide_header Content-Security-Policy;" in workspaces
    assert "return 302 http://hub.test.localhost" in workspaces
    assert f"127.0.0.1:{instance.ports.airlock}" in server(text, "airlock.test.localhost")


@pytest.mark.parametrize("host", ["ana.hub.test.localhost", "a1.hub.test.localhost"])
def test_a_persons_host_is_matched(instance: Instance, host: str) -> None:
    assert re.match(r"^[a-z][a-z0-9]+\.hub\.test\.localhost$", host)
    assert r"~^[a-z][a-z0-9]+\.hub\.test\.localhost$" in edge.nginx_conf(instance)


@pytest.mark.parametrize("way", edge.DENIED)
@pytest.mark.parametrize("path", ["/user/ana/p001/{}/x.csv", "/user/ana/{}/x", "/user/ana/p001/{}"])
def test_ways_out_are_denied(instance: Instance, way: str, path: str) -> None:
    rule = re.search(r"location ~ (\^/user/\S+) \{ return 403", edge.nginx_conf(instance))
    assert rule is not None
    assert re.match(rule[1], path.format(way))
    assert not re.match(rule[1], f"/user/ana/p001/lab/tree/{way}.ipynb")


def test_relays_headers_cannot_be_brought_from_outside(instance: Instance) -> None:
    text = edge.nginx_conf(instance)
    for name in ("Person", "Project", "Account", "Spawn"):
        assert f'proxy_set_header X-TRE-{name} "";' in text


def test_the_log_holds_no_query(instance: Instance) -> None:
    (log_format,) = re.findall(r"log_format metered (.*?);", edge.nginx_conf(instance), re.DOTALL)
    assert "$request_uri" not in log_format and "$args" not in log_format and "$request " not in log_format


def test_the_page_explains_the_airlock_in_both_languages(instance: Instance) -> None:
    page = explanation(instance)
    assert "Los archivos no se descargan aquí" in page
    assert "Files are not downloaded here" in page
    assert "http://airlock.test.localhost" in page
