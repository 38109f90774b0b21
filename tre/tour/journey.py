"""The tour: every step of the whole path in its order, each with what must be true after it."""

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import httpx
from sqlalchemy import Engine

from governance.instance import Instance
from kernels.protocol import Role
from tre.tour import cells, hub, probes
from tre.tour.browser import Browser
from tre.tour.command_line import tre
from tre.tour.exercise import AUTHOR, CHECKERS, Exercise
from tre.tour.notebook import Notebook
from tre.tour.steps import Step, StepFailedError

PROFILE = "small"


@dataclass
class Visit:
    """What the steps of one tour share."""

    instance: Instance
    engine: Engine
    exercise: Exercise
    author: Browser = field(default_factory=Browser)
    checkers: dict[str, Browser] = field(default_factory=lambda: {person: Browser() for person in CHECKERS})
    notebook: Notebook | None = None
    open: bool = False
    request: str = ""

    def cell(self, code: str) -> str:
        """Run one cell in the author's notebook and return what it printed."""
        if self.notebook is None:
            raise StepFailedError("No notebook is open.")
        return self.notebook.run(code).strip()

    def close(self) -> None:
        """End every visit; a workspace that a failed step left open is stopped."""
        if self.open:
            stop(self)
        for browser in (self.author, *self.checkers.values()):
            browser.close()


def log_in(visit: Visit) -> str:
    """The author signs in at the hub."""
    hub.sign_in(visit.author, visit.instance, AUTHOR, visit.exercise.passwords[AUTHOR])
    return AUTHOR


def spawn(visit: Visit) -> str:
    """A SLURM job starts in the sandbox and its server answers through the relay."""
    project = visit.exercise.project
    page = hub.start_workspace(visit.author, visit.instance, AUTHOR, project, PROFILE)
    if page.status_code >= httpx.codes.BAD_REQUEST:
        raise StepFailedError(f"The hub refused to start {project} (HTTP {page.status_code}).")
    said: list[str] = []
    for event in hub.watch_start(visit.author, visit.instance, AUTHOR, project):
        said.append(str(event.get("message", "")))
        if event.get("failed"):
            raise StepFailedError(said[-1])
        if event.get("ready"):
            visit.open = True
            return f"{len(said)} phases"
    raise StepFailedError(f"The start ended without a workspace; last word: {said[-1:]}")


def open_data(visit: Visit) -> str:
    """A kernel runs a cell that opens the project's extract."""
    visit.notebook = Notebook(visit.author, visit.instance, AUTHOR, visit.exercise.project)
    return visit.cell(cells.OPEN)


def ask_cohort(visit: Visit) -> str:
    """A cohort is counted, and pandas and Dask agree."""
    return visit.cell(cells.COHORT)


def probe_notebook(visit: Visit) -> str:
    """The notebook's sandbox proves itself: what must be blocked is, what must be allowed is."""
    return _probe(visit, cells.PROBE, Role.NOTEBOOK)


def compute_on_workers(visit: Visit) -> str:
    """Dask workers run as SLURM jobs under the same walls and compute over all buckets."""
    return visit.cell(cells.CLUSTER)


def probe_workers(visit: Visit) -> str:
    """The workers' sandboxes prove themselves too; then the workers are closed."""
    said = _probe(visit, cells.PROBE_WORKERS, Role.WORKER)
    visit.cell(cells.CLOSE_CLUSTER)
    return said


def _probe(visit: Visit, cell: str, role: Role) -> str:
    found = json.loads(visit.cell(cell))
    probes.keep(visit.instance, visit.engine, visit.exercise.project, role, found)
    return probes.judge(found)


def write_small_table(visit: Visit) -> str:
    """A table with small cells is written to the outbox."""
    return visit.cell(cells.SMALL)


def check_before(visit: Visit) -> str:
    """The pre-check finds the small cells."""
    verdict = visit.cell(cells.CHECK)
    if verdict != "refuse":
        raise StepFailedError(f"The pre-check said {verdict!r} to a table with counts below ten.")
    return verdict


def submit_small(visit: Visit) -> str:
    """The submission comes back to its author at once."""
    visit.request, state = visit.cell(cells.SUBMIT).split()
    if state != "returned":
        raise StepFailedError(f"The request is {state!r}; it should have come back with its findings.")
    return f"{visit.request} {state}"


def submit_fixed(visit: Visit) -> str:
    """The author mends the table and submits it again; now people look."""
    visit.cell(cells.FIXED)
    request, state = visit.cell(cells.RESUBMIT).split()
    if (request, state) != (visit.request, "in_review"):
        raise StepFailedError(f"The corrected request is {state!r}; it should be in review.")
    return f"{request} {state}"


def review_twice(visit: Visit) -> str:
    """Two checkers approve, each in a browser of their own and blind to the other."""
    for person, browser in visit.checkers.items():
        hub.sign_in(browser, visit.instance, person, visit.exercise.passwords[person])
        page = browser.get(request_page(visit))
        form = hub.form_with(page, "seen")
        after = browser.send(page, form, {"vote": "approve", "text": ""})
        if after.status_code != httpx.codes.OK:
            raise StepFailedError(f"The vote of {person} was not taken (HTTP {after.status_code}).")
    return f"{len(visit.checkers)} votes"


def release(visit: Visit) -> str:
    """A checker releases the approved request; the package is packed and signed."""
    browser = next(iter(visit.checkers.values()))
    page = browser.get(request_page(visit))
    form = hub.form_to(page, "/release")
    after = browser.send(page, form, {})
    if f"{visit.request}.zip" not in after.text:
        raise StepFailedError(f"The request was not released (HTTP {after.status_code}).")
    return f"{visit.request}.zip"


def verify_package(visit: Visit) -> str:
    """The author downloads package and signature; they verify offline, and not after one flipped bit."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / f"{visit.request}.zip"
        for suffix in ("", ".sig"):
            url = f"{visit.instance.airlock_url}/packages/{quote(visit.request)}.zip{suffix}"
            answer = visit.author.get(url)
            if answer.status_code != httpx.codes.OK:
                raise StepFailedError(f"The package did not come (HTTP {answer.status_code}).")
            archive.with_name(archive.name + suffix).write_bytes(answer.content)
        good = tre(visit.instance, "release", "verify", str(archive))
        content = bytearray(archive.read_bytes())
        content[len(content) // 2] ^= 1
        archive.write_bytes(content)
        flipped = tre(visit.instance, "release", "verify", str(archive))
    if (good.returncode, flipped.returncode) != (0, 1):
        raise StepFailedError(f"verify: {good.returncode}; after a flipped bit: {flipped.returncode}.")
    return "signature right; one flipped bit refused"


def verify_audit(visit: Visit) -> str:
    """The chain of events is whole."""
    done = tre(visit.instance, "audit", "verify")
    if done.returncode:
        raise StepFailedError(done.stderr.strip())
    return done.stdout.strip().splitlines()[0]


def refuse_expired(visit: Visit) -> str:
    """A project that ended yesterday is refused on the page, with the reason."""
    page = hub.start_workspace(visit.author, visit.instance, AUTHOR, visit.exercise.expired, PROFILE)
    reason = hub.refusal_on(page)
    if page.status_code < httpx.codes.BAD_REQUEST and reason is None:
        raise StepFailedError("The hub did not refuse a project that ended yesterday.")
    if not reason:
        raise StepFailedError("The refusal's page does not say why.")
    return reason


def stop(visit: Visit) -> str:
    """The author closes the workspace."""
    visit.open = False
    hub.stop_workspace(visit.author, visit.instance, AUTHOR, visit.exercise.project)
    return "stopped"


def request_page(visit: Visit) -> str:
    """Return the address of the tour's request."""
    return f"{visit.instance.airlock_url}/requests/{quote(visit.request)}"


STEPS: tuple[Step[Visit], ...] = (
    Step("log in", log_in),
    Step("spawn", spawn),
    Step("kernel opens the extract", open_data),
    Step("cohort, pandas, Dask frame", ask_cohort),
    Step("sandbox proves itself", probe_notebook),
    Step("Dask on two jobs", compute_on_workers),
    Step("workers' sandboxes prove themselves", probe_workers),
    Step("table written", write_small_table),
    Step("pre-check finds the small cell", check_before),
    Step("submission refused at once", submit_small),
    Step("fixed and resubmitted", submit_fixed),
    Step("two blind reviews", review_twice),
    Step("release", release),
    Step("package verified", verify_package),
    Step("audit verified", verify_audit),
    Step("expired project refused", refuse_expired),
    Step("workspace stopped", stop),
)
