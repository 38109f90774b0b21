"""JupyterLab as a person uses it: open a project, start a notebook, type into cells, read what they print."""

import re
import time

from playwright.sync_api import WebSocket, expect

from tests.support.path_people import Person, keep

START_MS = 60_000
KERNEL_MS = 40_000
KERNEL = "Python – data science"
LAUNCH = f'.jp-LauncherCard[data-category="Notebook"][title*="{KERNEL}"]'
IDLE = '.jp-NotebookPanel-toolbar .jp-Notebook-ExecutionIndicator[data-status="idle"]'


WATCH = """
document.addEventListener('DOMContentLoaded', () => {
  const opening = document.getElementById('opening');
  if (!opening) return;
  const tell = () => opening.querySelectorAll('li.now').forEach(item => window.treStep(item.dataset.step));
  new MutationObserver(tell).observe(opening, {subtree: true, attributes: true});
  tell();
});
"""


def open_project(person: Person, project: str, profile: str = "small") -> list[str]:
    """Press through home and spawn page, watch the start; return the steps the person was shown."""
    seen: list[str] = []
    page = person.page
    page.expose_function("treStep", lambda step: seen.append(step) if step not in seen else None)
    page.add_init_script(WATCH)
    page.goto(f"{person.place.hub}/hub/home")
    page.locator(f"#project-{project} a.button--primary").click()
    page.locator(f'input[name="profile"][value="{profile}"]').check()
    keep(page, "03-spawn")
    page.click("#start")
    page.locator("#opening li.now").first.wait_for()
    keep(page, "04-pending")
    page.wait_for_url(re.compile(rf"/user/{person.name}/{project}/lab"), timeout=START_MS)
    return seen


class Lab:
    """One open notebook."""

    def __init__(self, person: Person) -> None:
        self.person, self.page, self.cells = person, person.page, 0
        self._told_idle = False
        self.page.on("websocket", self._listen)

    def set_apart(self, label: str) -> None:
        """Go on in a layout of its own, `label`: what the person had open last time stays as it was."""
        self.page.goto(f"{self.page.url.split('/lab')[0]}/lab/workspaces/{label}")

    def new_notebook(self) -> None:
        """Start a notebook from the launcher and wait until its kernel said it is idle.

        An earlier run is lost, and the toolbar alone cannot tell: it shows "idle" before there is a kernel.
        """
        self.page.locator(LAUNCH).first.click(timeout=START_MS)
        self.page.locator(IDLE).wait_for(timeout=KERNEL_MS)
        give_up = time.monotonic() + KERNEL_MS / 1000
        while not self._told_idle:
            assert time.monotonic() < give_up, "the kernel never said that it is idle"
            self.page.wait_for_timeout(50)
        self.page.locator(IDLE).wait_for(timeout=KERNEL_MS)

    def _listen(self, socket: WebSocket) -> None:
        if "/channels" in socket.url:
            socket.on("framereceived", self._heard)

    def _heard(self, frame: str | bytes) -> None:
        text = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
        self._told_idle = self._told_idle or ('"execution_state"' in text and '"idle"' in text)

    def run(self, code: str, expected: str) -> str:
        """Type `code` into the last cell, run it with Shift+Enter, wait for `expected`, return the output."""
        cell = self.page.locator(".jp-NotebookPanel .jp-CodeCell").nth(self.cells)
        cell.locator(".cm-content").click()
        expect(cell.locator(".cm-editor.cm-focused")).to_be_visible()
        # As one insertion: typed key by key, the editor would close brackets and indent on its own.
        self.page.keyboard.insert_text(code)
        expect(cell.locator(".cm-content")).to_contain_text(code)
        self.page.keyboard.press("Shift+Enter")
        output = cell.locator(".jp-OutputArea-output")
        expect(output.first).to_contain_text(expected, timeout=KERNEL_MS)
        self.cells += 1
        return output.first.inner_text()


def stop_project(person: Person, project: str) -> None:
    """Press the stop button on the home page and wait until the project can be opened again."""
    page = person.page
    page.goto(f"{person.place.hub}/hub/home")
    button = page.locator(f"#project-{project} .button--stop")
    if button.count():
        button.click()
        page.goto(f"{person.place.hub}/hub/home")
        expect(page.locator(f"#project-{project} .button--stop")).to_have_count(0)
