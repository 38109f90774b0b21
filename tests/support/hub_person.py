"""A person at a browser, without the browser: signs in at the real hub, opens and stops workspaces."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from governance.instance import Instance


class Loopback(httpx.HTTPTransport):
    """Goes to loopback whatever the host: the C library does not resolve ``*.localhost``, browsers do."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        there = request.url.copy_with(host="127.0.0.1")
        stream, extensions = request.stream, request.extensions
        # A copy: cookies are kept for the host that was asked.
        moved = httpx.Request(
            request.method, there, headers=request.headers, stream=stream, extensions=extensions
        )
        return super().handle_request(moved)


def client(address: str) -> httpx.Client:
    """A client whose cookies belong to the real host, while its connections go to loopback."""
    return httpx.Client(base_url=address, transport=Loopback(), timeout=30)


def password(instance: Instance, person: str) -> str:
    """The generated password that root alone can read."""
    return str(json.loads((instance.paths.etc / "demo-logins").read_text())[person])


class AtTheHub:
    """One signed-in person."""

    def __init__(self, http: httpx.Client, instance: Instance, person: str) -> None:
        self.http, self.instance, self.person = http, instance, person

    def page(self, path: str) -> httpx.Response:
        return self.http.get(path)

    def open(self, project: str, profile: str = "small") -> httpx.Response:
        """Send the form of the spawn page."""
        form = self.page(f"/hub/spawn/{self.person}/{project}")
        action = re.search(r'id="spawn_form" action="([^"]+)"', form.text)
        assert action, form.text
        return self.http.post(action[1].replace("&amp;", "&"), data={"profile": profile})

    def stop(self, project: str) -> None:
        """Press the stop button of the home page."""
        action = re.search(rf'action="(/hub/stop/{project}\?[^"]+)"', self.page("/hub/home").text)
        if action:
            self.http.post(action[1].replace("&amp;", "&"))

    def state(self, project: str) -> str:
        """What the home page says of a project: running, starting, or something else."""
        card = self.page("/hub/home").text.split(f'id="project-{project}"')[-1].split("</section>")[0]
        return "running" if "badge--good" in card else "starting" if "badge--active" in card else "idle"

    def server(self, project: str, path: str = "api") -> httpx.Response:
        """Ask the workspace's server, without signing in to it."""
        host = f"http://{self.person}.{self.instance.hub_host}:{self.instance.ports.edge}"
        with client(host) as http:
            return http.get(f"/user/{self.person}/{project}/{path}")


@contextmanager
def signed_in(instance: Instance, person: str) -> Iterator[AtTheHub]:
    """Sign in through the page, in English."""
    with client(instance.hub_url) as http:
        http.headers["Accept-Language"] = "en"
        page = http.get("/hub/login")
        token = re.search(r'name="_xsrf" value="([^"]+)"', page.text)
        assert token, page.text
        form = {"username": person, "password": password(instance, person), "_xsrf": token[1]}
        answer = http.post("/hub/login", data=form)
        assert answer.status_code == 302, answer.text
        yield AtTheHub(http, instance, person)


def until(reached: Callable[[], Any], seconds: float) -> bool:
    """Ask again and again, for at most `seconds`; a hub that is just starting counts as no."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if reached():
                return True
        except (OSError, httpx.HTTPError):
            pass
        time.sleep(0.2)
    return False
