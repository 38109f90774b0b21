"""The airlock's pages in a real browser: nothing hostile runs; htmx works, and so does its absence.

The identity provider is a stand-in that knows who clicks; the hub's own sign-in is tested with the hub.
"""

import shutil
import socket
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn

from airlock.actions.vote import vote
from airlock.domain.finding import Finding, Verdict, cell_place
from airlock.domain.review import Vote
from airlock.web.fileview import ROWS
from airlock.web.main import build
from airlock.web.pages import SCRIPT
from airlock.web.sessions import COOKIE
from tests.support.airlock_house import SMALL

CHROMIUM = Path("/usr/bin/chromium")
HTMX = sorted(Path("/opt/tre").glob("*/node_modules/htmx.org/dist/htmx.min.js"))
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ATTACK = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed at /usr/bin/chromium"),
]


class NoProvider:
    """Sends nobody anywhere: sessions are made by the test."""

    def authorize_url(self, state):
        return f"/nowhere?{state}"

    def person_of(self, code):
        raise AssertionError(code)


@pytest.fixture(scope="module")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def site(house):
    """The pages on a port of their own; returns address and sessions."""
    if HTMX:
        place = house.airlock.instance.paths.software / SCRIPT
        place.parent.mkdir(parents=True)
        shutil.copy(HTMX[0], place)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ports = replace(house.airlock.instance.ports, edge=port)
    instance = replace(house.airlock.instance, ports=ports, airlock_host="127.0.0.1")
    app = build(replace(house.airlock, instance=instance), NoProvider())
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}", app.state.sessions
    server.should_exit = True
    thread.join()


@pytest.fixture
def page_of(site, chromium):
    """Open a page as a person; what the browser complains about is collected on it."""
    address, sessions = site
    opened = []

    def open_page(person, path, **options):
        context = chromium.new_context(locale="en", base_url=address, **options)
        opened.append(context)
        context.add_cookies([{"name": COOKIE, "value": sessions.seal(person), "url": address}])
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    for context in opened:
        context.close()


def test_nothing_that_an_author_or_checker_writes_runs(house, page_of):
    house.checks.findings = (Finding("x.y", Verdict.REVIEW, ATTACK, cell_place(1, 1)),)
    names = [
        house.put("a.csv", f'"{ATTACK}",count\n"{ATTACK}",20\n'),
        house.put(
            "b.svg", f"<svg xmlns='http://www.w3.org/2000/svg' onload='document.title=1'>{ATTACK}</svg>"
        ),
        house.put("c.txt", f"javascript:{ATTACK}"),
        house.put("d.json", '[{"x": "' + ATTACK.replace('"', '\\"') + '", "count": 20}]'),
    ]
    request = house.submitted(*names)
    vote(house.airlock, "ines", request.id, Vote.CHANGES, ATTACK)
    for number in range(1, 5):
        page = page_of("ines", f"/requests/{request.id}?file={number}")
        assert page.title().startswith(request.id)
        assert page.locator("main img, main script, main svg, iframe").count() == 0
        assert page.complaints == []
    assert "onerror" in page.locator("blockquote").first.inner_text()


def test_a_checker_reviews_with_the_keyboard_alone(house, page_of):
    request = house.submitted()
    page = page_of("ines", f"/requests/{request.id}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("input[name=vote][value=approve]")
    page.keyboard.press("Space")
    page.focus("text=Submit my vote")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=You have voted in this round.")
    assert page.complaints == []


def submit_by_page(page):
    page.check("input[name=file]")
    page.fill("#description", "Counts by sex and age.")
    page.click("text=Submit for review")
    page.wait_for_url("**/requests/p001-r1")


def test_an_author_submits_without_javascript(house, page_of):
    house.put()
    page = page_of("ana", "/submit", java_script_enabled=False)
    page.check("input[name=file]")
    page.click("text=Check without submitting")
    assert page.get_by_text("The checks found nothing.").is_visible()
    submit_by_page(page)
    assert page.locator(".badge", has_text="In review").is_visible()


@pytest.mark.skipif(not HTMX, reason="htmx is not installed: no instance is set up on this machine")
def test_with_htmx_a_check_leaves_the_form_as_it_is(house, page_of):
    house.checks.findings = (SMALL,)
    house.put()
    page = page_of("ana", "/submit")
    page.click("text=Check without submitting")
    page.wait_for_selector("#notice .note--stop")
    page.fill("#description", "Typed before.")
    page.check("input[name=file]")
    page.click("text=Check without submitting")
    page.wait_for_selector("#result .findings")
    assert page.input_value("#description") == "Typed before."
    assert page.url.endswith("/submit") and page.locator("#notice .note").count() == 0
    assert [one for one in page.complaints if "409" not in one] == []
    submit_by_page(page)
    assert page.get_by_role("heading", name="Findings").is_visible()


@pytest.mark.skipif(not HTMX, reason="htmx is not installed: no instance is set up on this machine")
def test_with_htmx_another_file_is_shown_in_place(house, page_of):
    request = house.submitted(house.put("a.csv"), house.put("b.txt", "A second file.\n"))
    page = page_of("ines", f"/requests/{request.id}")
    page.fill("#vote-text", "Half a reason.")
    page.click("text=b.txt")
    page.wait_for_selector("text=A second file.")
    assert page.input_value("#vote-text") == "Half a reason." and page.url.endswith("?file=2")
    assert page.complaints == []


def test_a_finding_leads_to_its_cell_far_down(house, page_of):
    house.checks.findings = (replace(SMALL, where=cell_place(700, 2)),)
    rows = "".join(f"g{number},{number}\n" for number in range(1000, 2000))
    request = house.submitted(house.put("long.csv", f"group,count\n{rows}"))
    page = page_of("ana", f"/requests/{request.id}")
    page.click(".findings a")
    page.wait_for_selector("#cell-1-700-2")
    assert page.locator("#cell-1-700-2").inner_text().startswith("1698")
    assert page.evaluate("location.hash") == "#cell-1-700-2"


def test_a_wide_table_is_shown_in_a_window_of_rows(house, page_of):
    header = ",".join(f"c{column}" for column in range(50))
    row = ",".join(str(100 + column) for column in range(50))
    request = house.submitted(house.put("wide.csv", "\n".join([header, *[row] * 5000])))
    page = page_of("ines", f"/requests/{request.id}")
    shown = page.locator("table tr").count()
    assert 100 <= shown <= ROWS + 1  # so that the page paints at once, however long the table
