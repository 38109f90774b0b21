"""People at a real browser: each with cookies and a language of their own, signing in as a person does.

`Place` is where they go: the running instance, its addresses and its demo logins, which root alone reads.
"""

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from governance.instance import Instance

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WINDOW = {"width": 1280, "height": 860}
PATIENCE_MS = 20_000


@dataclass(frozen=True)
class Place:
    """The running instance, as people and its administrator meet it."""

    instance: Instance
    logins: dict[str, str] = field(repr=False)  # a failed test prints its arguments

    @property
    def hub(self) -> str:
        return self.instance.hub_url

    @property
    def airlock(self) -> str:
        return self.instance.airlock_url

    def tre(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the installed command of this instance; never raises, the exit code is the answer."""
        command = self.instance.paths.software / "services" / "bin" / "tre"
        argv = [str(command), "--instance", self.instance.name, *words]
        return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)


def find_place(name: str) -> Place:
    """Load an instance and its logins; raises UsageError or OSError where there is none to be had."""
    instance = Instance.load(name)
    return Place(instance, json.loads((instance.paths.etc / "demo-logins").read_text("utf-8")))


@dataclass
class Person:
    """One person at one browser; the first page is theirs to use throughout."""

    name: str
    place: Place
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def fill_sign_in(self, password: str) -> None:
        """Type name and password and press the button."""
        self.page.fill("#username", self.name)
        self.page.fill("#password", password)
        self.page.click("#sign-in")

    def sign_in(self, address: str | None = None) -> Page:
        """Go to `address` (the hub, when absent), sign in there, and return the page that follows."""
        wanted = address or f"{self.place.hub}/hub/home"
        self.page.goto(wanted)
        self.fill_sign_in(self.place.logins[self.name])
        self.page.wait_for_url(f"{wanted}**")
        return self.page


def arrive(browser: Browser, place: Place, name: str, locale: str = "es-ES") -> Person:
    """Give a person a fresh browser context; errors of the pages' own scripts are collected on it."""
    context = browser.new_context(locale=locale, viewport=WINDOW, accept_downloads=True)
    context.set_default_timeout(PATIENCE_MS)
    person = Person(name, place, context, context.new_page())
    person.page.on("pageerror", lambda error: person.complaints.append(str(error)))
    return person


def keep(page: Page, name: str, *, whole: bool = True) -> None:
    """Save a screenshot where TRE_SCREENSHOTS says; without it, nothing is kept."""
    folder = os.environ.get("TRE_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=whole)
