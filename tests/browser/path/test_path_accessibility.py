"""The pages of hub and airlock for those who listen, who type, and who read English."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.path_people import Person, keep

pytestmark = pytest.mark.browser

HUB_PAGES = ("/hub/home", "/hub/spawn/ana/p001", "/hub/spawn/ana/p003", "/hub/no-such-page")
AIRLOCK_PAGES = ("/requests", "/submit?project=p001", "/requests/no-such-request", "/queue")

UNNAMED = """
() => [...document.querySelectorAll('input:not([type=hidden]), textarea, select, button, a[href]')]
  .filter(item => !(item.labels && item.labels.length) && !item.innerText?.trim()
                  && !item.getAttribute('aria-label') && !item.getAttribute('title'))
  .map(item => item.outerHTML)
"""
PICTURES = "() => [...document.images].filter(one => !one.hasAttribute('alt')).map(one => one.src)"
FOCUSED = (
    "() => document.activeElement.id || document.activeElement.className || document.activeElement.tagName"
)


@pytest.fixture(scope="module")
def ana(person: Callable[..., Person]) -> Person:
    came = person("ana")
    came.sign_in()
    return came


def first_page(person: Person, room: str) -> str:
    return {"hub": f"{person.place.hub}/hub/home", "airlock": f"{person.place.airlock}/requests"}[room]


def assert_readable(page: Page) -> None:
    """One heading of the first level, one main, everything named, in the language it says."""
    assert page.locator("html").get_attribute("lang") == "es"
    assert page.title().strip()
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("main#main")).to_have_count(1)
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(PICTURES) == []


def test_the_sign_in_page_is_readable(person: Callable[..., Person]) -> None:
    visitor = person("ana")
    visitor.page.goto(f"{visitor.place.hub}/hub/login")
    assert_readable(visitor.page)


@pytest.mark.parametrize("path", HUB_PAGES)
def test_pages_of_the_hub_are_readable(ana: Person, path: str) -> None:
    ana.page.goto(f"{ana.place.hub}{path}")
    assert_readable(ana.page)


@pytest.mark.parametrize("path", AIRLOCK_PAGES)
def test_pages_of_the_airlock_are_readable(ana: Person, path: str) -> None:
    ana.page.goto(f"{ana.place.airlock}{path}")
    assert_readable(ana.page)


@pytest.mark.parametrize("room", ["hub", "airlock"])
def test_the_first_tab_skips_to_the_content(ana: Person, room: str) -> None:
    ana.page.goto(first_page(ana, room))
    ana.page.keyboard.press("Tab")
    assert ana.page.evaluate(FOCUSED) == "skip"
    ana.page.keyboard.press("Enter")
    assert ana.page.evaluate(FOCUSED) == "main"


def test_signing_in_needs_no_mouse(person: Callable[..., Person]) -> None:
    visitor = person("ana")
    page = visitor.page
    page.goto(f"{visitor.place.hub}/hub/login")
    assert page.evaluate(FOCUSED) == "username"
    page.keyboard.type("ana")
    page.keyboard.press("Tab")
    page.keyboard.type(visitor.place.logins["ana"])
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "sign-in"
    page.keyboard.press("Enter")
    page.wait_for_url("**/hub/home")


@pytest.mark.parametrize("room", ["hub", "airlock"])
def test_the_switch_turns_the_page_english_stays_so_and_turns_back(ana: Person, room: str) -> None:
    page = ana.page
    page.goto(first_page(ana, room))
    page.locator('a[hreflang="en"]').click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_text({"hub": "Your projects", "airlock": "My requests"}[room])
    keep(page, f"30-english-{room}")
    page.goto(first_page(ana, room))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator('a[hreflang="es"]').click()
    expect(page.locator("html")).to_have_attribute("lang", "es")


@pytest.mark.parametrize("room", ["hub", "airlock"])
def test_a_narrow_screen_scrolls_in_one_direction(ana: Person, room: str) -> None:
    ana.page.set_viewport_size({"width": 390, "height": 844})
    address = {"hub": f"{ana.place.hub}/hub/home", "airlock": f"{ana.place.airlock}/submit?project=p001"}[
        room
    ]
    ana.page.goto(address)
    keep(ana.page, f"31-narrow-{room}")
    assert ana.page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
