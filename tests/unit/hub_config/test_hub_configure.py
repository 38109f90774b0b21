"""JupyterHub's settings on a bare configuration object; no hub is started."""

import copy
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from traitlets.config import Config

from governance.errors import BrokenError
from governance.instance import Instance, from_settings
from hub_config import configure, pages
from hub_config.spawner import TreSpawner


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    places = {part: str(tmp_path / part) for part in ("etc", "state", "run", "software")}
    made = from_settings("main", {"paths": places})
    (tmp_path / "etc" / "airlock").mkdir(parents=True)
    (tmp_path / "etc" / "airlock" / "oauth_secret").write_text("s" * 64)
    return replace(made, database_url="sqlite://")


@pytest.fixture
def c(instance: Instance) -> Any:
    made = Config()
    configure.apply(made, instance)
    return made


def test_everything_listens_on_loopback(c: Any) -> None:
    urls = (c.JupyterHub.bind_url, c.JupyterHub.hub_bind_url, c.ConfigurableHTTPProxy.api_url)
    assert urls == ("http://127.0.0.1:8002", "http://127.0.0.1:8001", "http://127.0.0.1:8003")


def test_people_have_hosts_of_their_own(c: Any) -> None:
    assert c.JupyterHub.subdomain_host == "http://hub.localhost:8000"


def test_a_restart_ends_no_session(c: Any) -> None:
    assert c.JupyterHub.cleanup_servers is False
    assert c.JupyterHub.cleanup_proxy is False
    assert c.JupyterHub.init_spawners_timeout <= 2


def test_the_airlock_is_a_client_for_sign_in_and_nothing_more(c: Any) -> None:
    (service,) = c.JupyterHub.services
    assert service["oauth_client_id"] == "service-airlock"
    assert service["oauth_redirect_uri"] == "http://airlock.localhost:8000/oauth/callback"
    assert service["api_token"] == "s" * 64
    assert not service.get("admin")
    assert [role["name"] for role in c.JupyterHub.load_roles] == ["user"]


def test_a_person_may_touch_own_servers_only_and_make_no_tokens(c: Any) -> None:
    scopes = c.JupyterHub.load_roles[0]["scopes"]
    assert all(scope.endswith(("!user", "!service=airlock")) for scope in scopes)
    assert not any(
        word in scope for scope in scopes for word in ("token", "share", "admin", "inherit", "self")
    )
    assert set(c.Spawner.server_token_scopes) == {"users:activity!user", "access:servers!server"}
    assert c.Authenticator.admin_users == set()


def test_nothing_of_the_hubs_environment_travels(c: Any) -> None:
    assert c.Spawner.env_keep == []
    assert c.Spawner.hub_connect_url == "http://127.0.0.1:8081"


def test_the_configuration_survives_jupyterhubs_deep_copies(c: Any) -> None:
    again = copy.deepcopy(c)
    assert again.TreSpawner.tre.name == "main"
    assert again.JupyterHub.spawner_class is TreSpawner


def test_secrets_are_made_once_and_readable_by_the_hub_alone(c: Any, instance: Instance) -> None:
    again = Config()
    configure.apply(again, instance)
    assert again.JupyterHub.cookie_secret == c.JupyterHub.cookie_secret
    for name in ("cookie_secret", "crypt_key", "proxy_token"):
        assert stat.S_IMODE((instance.paths.state / "hub" / name).stat().st_mode) == 0o600


def test_a_missing_airlock_secret_stops_the_hub_and_is_named(instance: Instance) -> None:
    (instance.paths.etc / "airlock" / "oauth_secret").unlink()
    with pytest.raises(BrokenError, match="oauth_secret"):
        configure.apply(Config(), instance)


def test_the_entry_file_has_no_logic() -> None:
    text = Path(configure.__file__).with_name("jupyterhub_config.py").read_text()
    assert len(text.splitlines()) < 30
    assert not any(word in text for word in ("if ", "for ", "def ", "while "))


def test_our_pages_come_before_jupyterhubs() -> None:
    paths = [path for path, _ in pages.handlers()]
    for needed in (
        "/home",
        "/login",
        r"/spawn/([^/]+)/([^/]+)",
        r"/spawn-pending/([^/]+)/([^/]+)",
        "/sign-out",
    ):
        assert needed in paths
    assert all(issubclass(handler, pages.InOurLook) for _, handler in pages.handlers())
