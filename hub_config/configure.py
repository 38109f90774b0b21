"""JupyterHub's settings, one small setter per concern. Each only sets; none appends to what another set."""

import os
import secrets
from pathlib import Path
from typing import Any

from governance.errors import BrokenError
from governance.instance import Instance
from hub_config import pages
from hub_config.proxy import LastingProxy
from hub_config.sign_in import TreAuthenticator
from hub_config.spawner import HUB_URL_INSIDE, TreSpawner
from hub_config.window import Window
from look.places import TEMPLATES as LOOK_TEMPLATES

HERE = Path(__file__).parent
QUEUE_S = 6 * 3600  # how long a start may wait in SLURM's queue
ROOM_FOR_WAITING = 1000  # waiting in a queue costs the hub nothing; quotas are the broker's

AIRLOCK_CLIENT = "service-airlock"
PERSON_SCOPES = (
    "read:users!user",
    "read:servers!user",
    "servers!user",
    "access:servers!user",
    "users:activity!user",
    "access:services!service=airlock",
)
"""What a signed-in person may ask the hub for: own servers, own name. No tokens, no sharing, no others."""


def apply(c: Any, instance: Instance) -> None:  # noqa: ANN401  (traitlets' Config makes attributes up)
    """Set everything on the configuration object `c` that JupyterHub hands to its configuration file."""
    addresses(c, instance)
    proxy(c, instance)
    places(c, instance)
    secrets_of(c, instance)
    lifecycle(c)
    permissions(c)
    people(c, instance)
    workspaces(c, instance)
    airlock(c, instance)
    look(c, instance)


def addresses(c: Any, instance: Instance) -> None:  # noqa: ANN401
    """Listen on loopback only; each person has a host name of his own, the hub another."""
    c.JupyterHub.bind_url = f"http://127.0.0.1:{instance.ports.proxy}"
    c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{instance.ports.hub}"
    c.JupyterHub.hub_connect_url = f"http://127.0.0.1:{instance.ports.hub}"
    c.JupyterHub.subdomain_host = instance.hub_url
    c.JupyterHub.default_url = "/hub/home"


def proxy(c: Any, instance: Instance) -> None:  # noqa: ANN401
    """Use the proxy of the instance's own node_modules; it must outlive a hub that restarts."""
    command = instance.paths.software / "node_modules" / ".bin" / "configurable-http-proxy"
    c.ConfigurableHTTPProxy.command = [str(command)]
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{instance.ports.proxy_api}"
    c.ConfigurableHTTPProxy.auth_token = kept_secret(home(instance) / "proxy_token")
    c.ConfigurableHTTPProxy.pid_file = str(home(instance) / "proxy.pid")
    c.JupyterHub.proxy_class = LastingProxy
    c.JupyterHub.cleanup_proxy = False


def places(c: Any, instance: Instance) -> None:  # noqa: ANN401
    """Keep the hub's own database apart from the register: JupyterHub owns its schema."""
    c.JupyterHub.db_url = f"sqlite:///{home(instance) / 'hub.sqlite'}"
    c.JupyterHub.upgrade_db = True


def secrets_of(c: Any, instance: Instance) -> None:  # noqa: ANN401
    """Keep keys in files of the hub's user; a new instance makes its own."""
    c.JupyterHub.cookie_secret = bytes.fromhex(kept_secret(home(instance) / "cookie_secret"))
    c.CryptKeeper.keys = [bytes.fromhex(kept_secret(home(instance) / "crypt_key"))]


def lifecycle(c: Any) -> None:  # noqa: ANN401
    """Survive restarts: sessions belong to the journal and the queue, not to the hub's process."""
    c.JupyterHub.cleanup_servers = False
    c.JupyterHub.init_spawners_timeout = 1
    c.JupyterHub.concurrent_spawn_limit = ROOM_FOR_WAITING
    c.JupyterHub.active_server_limit = 0
    c.Spawner.start_timeout = QUEUE_S
    c.Spawner.http_timeout = 30
    c.Spawner.poll_interval = 20
    c.Spawner.consecutive_failure_limit = 0


def permissions(c: Any) -> None:  # noqa: ANN401
    """Give people and servers the least; there is no hub administrator, the register is above the hub."""
    c.JupyterHub.load_roles = [
        {"name": "user", "description": "A person of the register", "scopes": list(PERSON_SCOPES)}
    ]
    c.Spawner.server_token_scopes = ["users:activity!user", "access:servers!server"]
    c.Spawner.oauth_client_allowed_scopes = []
    c.JupyterHub.allow_named_servers = True
    c.JupyterHub.named_server_limit_per_user = 0
    c.JupyterHub.redirect_to_server = False
    c.JupyterHub.oauth_token_expires_in = 12 * 3600
    c.JupyterHub.cookie_max_age_days = 0.5


def people(c: Any, instance: Instance) -> None:  # noqa: ANN401
    """Sign people in by the register; whom it knows may enter, each act is decided again."""
    c.JupyterHub.authenticator_class = TreAuthenticator
    c.TreAuthenticator.database_url = instance.database_url
    c.TreAuthenticator.pages = pages.handlers()
    c.Authenticator.allow_all = True
    c.Authenticator.admin_users = set()


def workspaces(c: Any, instance: Instance) -> None:  # noqa: ANN401
    """Start workspaces through the broker; what is set here about the server is its view from inside."""
    c.JupyterHub.spawner_class = TreSpawner
    c.TreSpawner.tre = instance
    c.TreSpawner.form = window(instance).form
    c.Spawner.apply_user_options = leave_options
    c.Spawner.env_keep = []
    c.Spawner.hub_connect_url = HUB_URL_INSIDE
    c.Spawner.notebook_dir = "/workspace"
    c.Spawner.default_url = "/lab"
    c.Spawner.disable_user_config = True


def airlock(c: Any, instance: Instance) -> None:  # noqa: ANN401
    """Register the airlock: it signs people in by the hub and may do nothing else."""
    c.JupyterHub.services = [
        {
            "name": "airlock",
            "oauth_client_id": AIRLOCK_CLIENT,
            "oauth_redirect_uri": f"{instance.airlock_url}/oauth/callback",
            "oauth_no_confirm": True,
            "api_token": read_secret(instance.paths.etc / "airlock" / "oauth_secret"),
            "display": False,
        }
    ]


def look(c: Any, instance: Instance) -> None:  # noqa: ANN401
    """Render pages in the product's look."""
    c.JupyterHub.template_paths = [str(HERE / "templates"), str(LOOK_TEMPLATES)]
    c.JupyterHub.template_vars = pages.defaults(instance.airlock_url)
    c.JupyterHub.tornado_settings = {
        "slow_spawn_timeout": 0,
        "tre_window": window(instance),
        "tre_airlock": instance.airlock_url,
    }


def leave_options(spawner: object, user_options: object) -> None:
    """Apply nothing to the spawner: what a person chose is for the broker alone."""


def window(instance: Instance) -> Window:
    """Return the register as pages see it."""
    return Window(instance.database_url, instance.timezone)


def home(instance: Instance) -> Path:
    """Return the hub's own folder."""
    return instance.paths.state / "hub"


def kept_secret(file: Path) -> str:
    """Return the secret (64 hex digits) in `file`, making it at first use; readable by the hub alone."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as new:
            new.write(secrets.token_hex(32))
    return read_secret(file)


def read_secret(file: Path) -> str:
    """Return the secret in `file`. Raises BrokenError, naming the file, when it is not there."""
    try:
        return file.read_text(encoding="ascii").strip()
    except OSError as error:
        raise BrokenError(f"The secret {file} cannot be read: run `make up`.") from error
