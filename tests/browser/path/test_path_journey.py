"""The whole path as people walk it: a researcher works and asks, two checkers judge, the package leaves.

One story in the order of the tests; each stands on what the fixtures before it did. Counts are invented
in the cell, so that no value of the population is in a test.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.path_lab import Lab, open_project, stop_project
from tests.support.path_people import Person, Place, keep

pytestmark = pytest.mark.browser

PROJECT, EXPIRED = "p001", "p003"
STORY = secrets.token_hex(3)
GOOD, SMALL = f"bands-{STORY}.csv", f"small-{STORY}.csv"
OPEN = "import warehouse_lib as wl; wh = wl.open(); print(len(wh.tables()), 'tables')"


def table(name: str, last: int) -> str:
    """Return a cell that writes a table of counts by age band, ending with `last`."""
    rows = f"[('18-39', 'woman', 40), ('18-39', 'man', 35), ('40-64', 'woman', 60), ('40-64', 'man', {last})]"
    return (
        "import pandas as pd; "
        f"pd.DataFrame({rows}, columns=['age_band', 'sex', 'count'])"
        f".to_csv('/workspace/outbox/{name}', index=False); print('written')"
    )


@dataclass
class Researcher:
    """The author with an open notebook."""

    person: Person
    lab: Lab
    phases: list[str]


@pytest.fixture(scope="module")
def ana(person) -> Person:
    came = person("ana")
    came.page.goto(f"{came.place.hub}/hub/login")
    keep(came.page, "01-login")
    came.sign_in()
    keep(came.page, "02-home")
    return came


@pytest.fixture(scope="module")
def researcher(ana: Person, place: Place) -> Iterator[Researcher]:
    """A workspace, stopped at the end whatever happened; what the story wrote is taken away again."""
    stop_project(ana, PROJECT)
    before = home_files(place)
    try:
        phases = open_project(ana, PROJECT)
        yield Researcher(ana, Lab(ana), phases)
    finally:
        stop_project(ana, PROJECT)
        keep(ana.page, "13-home-stopped")
        for left in home_files(place) - before:
            left.unlink()


def home_files(place: Place) -> set[Path]:
    """What a story may leave behind: tables in the outbox, notebooks, layouts."""
    members = place.instance.paths.project(PROJECT) / "members"
    patterns = (f"*/outbox/*-{STORY}.csv", "*/home/Untitled*.ipynb", f"*/home/.jupyter/**/*{STORY}*")
    return {found for pattern in patterns for found in members.glob(pattern) if found.is_file()}


def submit(ana: Person, name: str) -> Page:
    """Choose one file on the airlock's page, say what it is, and send it; return the request's page."""
    page = ana.page
    page.goto(f"{ana.place.airlock}/submit?project={PROJECT}")
    page.get_by_role("checkbox", name=name).check()
    page.fill("#description", "Personas por grupo de edad y sexo.")
    page.fill("#population", "Un ejemplo inventado para esta prueba.")
    page.fill("#controls", "Grupos amplios; celdas de diez o más.")
    keep(page, "07-submit")
    page.get_by_role("button", name="Enviar", exact=False).first.click()
    page.wait_for_url("**/requests/*")
    return page


@pytest.fixture(scope="module")
def tables(researcher: Researcher) -> Researcher:
    """Both tables in the outbox, written by cells."""
    researcher.lab.set_apart(f"story-{STORY}")
    researcher.lab.new_notebook()
    researcher.lab.run(OPEN, "tables")
    researcher.lab.run(table(GOOD, 31), "written")
    researcher.lab.run(table(SMALL, 3), "written")
    keep(researcher.person.page, "06-lab-cells", whole=False)
    return researcher


@pytest.fixture(scope="module")
def request_id(tables: Researcher) -> str:
    """The good table, handed in."""
    page = submit(tables.person, GOOD)
    expect(page.locator(".path li.now")).to_have_text("En revisión", timeout=30_000)
    keep(page, "09-in-review")
    return page.url.rsplit("/", 1)[1]


@pytest.fixture(scope="module")
def checkers(person, place: Place, request_id: str) -> dict[str, Page]:
    """Two checkers with the request open before them, each at a browser of their own."""
    address = f"{place.airlock}/requests/{request_id}"
    return {name: person(name).sign_in(address) for name in ("ines", "carlos")}


@pytest.fixture(scope="module")
def one_vote(checkers: dict[str, Page]) -> dict[str, Page]:
    """One of them has approved; the other looks at the page as it is now."""
    keep(checkers["ines"], "10-review")
    vote(checkers["ines"])
    checkers["carlos"].reload()
    return checkers


@pytest.fixture(scope="module")
def released(ana: Person, one_vote: dict[str, Page]) -> Page:
    """The other approves too, one of them releases; return the author's page of the request."""
    keep(one_vote["ines"], "10-review-voted")
    vote(one_vote["carlos"])
    page = one_vote["ines"]
    page.reload()
    page.locator('form[action$="/release"] button').click()
    page.locator("code").first.wait_for()
    keep(page, "11-released-checker")
    ana.page.goto(page.url)
    keep(ana.page, "12-released-author")
    return ana.page


def vote(page: Page) -> None:
    page.locator('input[name="vote"][value="approve"]').check()
    page.locator('form[action$="/vote"] button').click()
    expect(page.locator('input[name="vote"]')).to_have_count(0)


def card(page: Page, project: str) -> Locator:
    return page.locator(f"#project-{project}")


def test_the_home_page_shows_projects_with_their_states(ana: Person) -> None:
    assert ana.page.locator("html").get_attribute("lang") == "es"
    expect(card(ana.page, PROJECT)).to_contain_text("Permiso hasta")
    expect(card(ana.page, EXPIRED)).to_contain_text("No permitido")
    expect(card(ana.page, EXPIRED).locator("a.button--primary")).to_have_count(0)


def test_the_start_is_told_phase_by_phase_and_ends_in_jupyterlab(researcher: Researcher) -> None:
    assert len(researcher.phases) >= 2, researcher.phases
    expect(researcher.person.page.locator("#jp-main-dock-panel").first).to_be_visible(timeout=40_000)
    expect(researcher.person.page.locator("#jupyterlab-splash")).to_have_count(0, timeout=40_000)
    started = researcher.person.page.locator(".jp-LauncherCard, .jp-NotebookPanel")
    expect(started.first).to_be_visible(timeout=40_000)
    keep(researcher.person.page, "05-lab", whole=False)


def test_a_notebook_opens_the_extract_and_writes_tables(tables: Researcher) -> None:
    outputs = tables.person.page.locator(".jp-OutputArea-output").all_inner_texts()
    assert int(outputs[0].split()[0]) > 0
    assert [text.strip() for text in outputs[1:]] == ["written", "written"]
    assert tables.person.complaints == []


def test_a_table_with_a_small_count_comes_back_at_once_with_its_findings(tables: Researcher) -> None:
    page = submit(tables.person, SMALL)
    expect(page.locator(".path li.now")).to_have_text("Devuelta", timeout=30_000)
    keep(page, "08-returned")
    expect(page.locator(".findings li").first).to_be_visible()
    expect(page.locator('td[id] a[href^="#finding-"]').first).to_be_visible()
    expect(page.locator('a[href^="/submit?request="]')).to_be_visible()


def test_a_good_table_goes_to_review(request_id: str, ana: Person) -> None:
    ana.page.goto(f"{ana.place.airlock}/requests/{request_id}")
    expect(ana.page.locator(".findings .stop")).to_have_count(0)
    expect(ana.page.locator('input[name="vote"]')).to_have_count(0)


def test_a_checker_is_blind_to_the_other_until_both_voted(one_vote: dict[str, Page]) -> None:
    second = one_vote["carlos"]
    expect(second.locator('input[name="vote"]')).to_have_count(3)
    expect(second.locator('[aria-labelledby="remarks"] .timeline')).to_have_count(0)
    expect(second.locator('form[action$="/release"]')).to_have_count(0)


def test_the_author_sees_the_release(released: Page) -> None:
    expect(released.locator(".path li.now")).to_have_text("Publicada")


def test_the_package_verifies_and_a_flipped_byte_does_not(
    released: Page, place: Place, tmp_path: Path
) -> None:
    archive = fetch(released, ".zip", tmp_path)
    fetch(released, ".zip.sig", tmp_path)
    good = place.tre("release", "verify", str(archive))
    assert good.returncode == 0, good.stderr
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 1
    archive.write_bytes(content)
    assert place.tre("release", "verify", str(archive)).returncode == 1


def fetch(page: Page, suffix: str, folder: Path) -> Path:
    """Press a download link and keep the file under the name the page gave it."""
    with page.expect_download() as coming:
        page.locator(f'a[download][href$="{suffix}"]').click()
    place = folder / coming.value.suggested_filename
    coming.value.save_as(place)
    return place
