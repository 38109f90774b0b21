"""JupyterHub's configuration file: no logic here, all of it is in `hub_config.configure`."""

from governance.instance import Instance
from hub_config import configure

configure.apply(get_config(), Instance.load())  # type: ignore[name-defined]  # noqa: F821  (JupyterHub gives it)
