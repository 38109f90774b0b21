"""What a researcher does at the hub: sign in, open a project's workspace, watch it start, close it."""

import json
from collections.abc import Iterator
from urllib.parse import quote

import httpx

from governance.instance import Instance
from tre.tour.browser import Browser, Form, read_alert, read_forms
from tre.tour.steps import StepFailedError

SPAWN_TIMEOUT_S = 180


def form_with(page: httpx.Response, field: str) -> Form:
    """Return the page's form that has `field`, or fail naming the page."""
    for form in read_forms(page.text):
        if field in form.fields or field in form.buttons:
            return form
    raise StepFailedError(f"{page.url.path} (HTTP {page.status_code}) has no form with {field!r}.")


def form_to(page: httpx.Response, ending: str) -> Form:
    """Return the page's form whose address ends with `ending`, or fail naming the page."""
    for form in read_forms(page.text):
        if form.action.endswith(ending):
            return form
    raise StepFailedError(f"{page.url.path} (HTTP {page.status_code}) has no form to {ending}.")


def refusal_on(page: httpx.Response) -> str | None:
    """Return what a refusal's page says in its alert, or None when it has none."""
    return read_alert(page.text)


def sign_in(browser: Browser, instance: Instance, person: str, password: str) -> None:
    """Sign in at the hub's login page as a person would."""
    page = browser.get(f"{instance.hub_url}/hub/login")
    form = form_with(page, "password")
    after = browser.send(page, form, {"username": person, "password": password})
    if after.url.path.endswith("/login"):
        raise StepFailedError(f"The hub did not let {person} in (HTTP {after.status_code}).")


def start_workspace(
    browser: Browser, instance: Instance, person: str, project: str, profile: str
) -> httpx.Response:
    """Send the form that starts a workspace; return the page that answers."""
    page = browser.get(f"{instance.hub_url}/hub/spawn/{quote(person)}/{quote(project)}")
    if page.status_code >= httpx.codes.BAD_REQUEST:
        return page
    form = form_with(page, "profile")
    return browser.send(page, form, {"profile": profile})


def watch_start(
    browser: Browser, instance: Instance, person: str, project: str
) -> Iterator[dict[str, object]]:
    """Yield the hub's progress events until the workspace is ready or has failed."""
    url = f"{instance.hub_url}/hub/api/users/{quote(person)}/servers/{quote(project)}/progress"
    with browser.stream("GET", url, timeout_s=SPAWN_TIMEOUT_S) as lines:
        for line in lines:
            if line.startswith("data:"):
                yield json.loads(line.removeprefix("data:"))


def stop_workspace(browser: Browser, instance: Instance, person: str, project: str) -> None:
    """Ask the hub to stop a workspace and forget nothing: the journal keeps it."""
    url = f"{instance.hub_url}/hub/api/users/{quote(person)}/servers/{quote(project)}"
    token = browser.cookie("_xsrf", instance.hub_host, "/hub/") or ""
    answer = browser.request("DELETE", url, headers={"X-XSRFToken": token})
    if answer.status_code not in {httpx.codes.ACCEPTED, httpx.codes.NO_CONTENT}:
        raise StepFailedError(f"The hub did not stop {project} (HTTP {answer.status_code}).")
