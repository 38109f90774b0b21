"""A proxy that outlives the hub: a hub that restarts takes over the one that serves instead of replacing it.

JupyterHub would stop a proxy it finds and start another, which costs every open notebook its connection and
two seconds. Ours is taken over when it answers with the hub's own token; anything else goes JupyterHub's way.
"""

from jupyterhub.objects import Server
from jupyterhub.proxy import ConfigurableHTTPProxy
from tornado.ioloop import PeriodicCallback

TAKEN_OVER_CHECK_S = 5


class LastingProxy(ConfigurableHTTPProxy):  # type: ignore[misc]  # JupyterHub ships no types
    """configurable-http-proxy, taken over from the hub before where it still serves."""

    async def start(self) -> None:
        """Take over the running proxy, or start one."""
        if not await self._serves():
            await super().start()
            return
        self.log.info("The proxy of the hub before still serves; taking it over.")
        self._check_running_callback = PeriodicCallback(self.check_running, 1000 * TAKEN_OVER_CHECK_S)
        self._check_running_callback.start()

    async def check_running(self) -> None:
        """Start a new proxy, and give it all routes, when the one taken over is gone."""
        if self.proxy_process is not None:
            await super().check_running()
        elif not await self._serves():
            self.log.error("The proxy taken over is gone.")
            self._check_running_callback.stop()
            await super().start()
            await self.restore_routes()

    async def _serves(self) -> bool:
        """Whether a proxy answers our token at our address; one with another token is not ours."""
        if not all(Server.from_url(url).is_up() for url in (self.api_url, self.public_url)):
            return False
        try:
            await self.get_all_routes()
        except Exception:  # noqa: BLE001  (whatever it answers, it is not a proxy of ours)
            return False
        return True
