"""What people are not let do, and that the page tells them why."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.path_people import Person, keep

pytestmark = pytest.mark.browser

PROJECT, EXPIRED = "p001", "p003"


@pytest.fixture(scope="module")
def luis(person: Callable[..., Person]) -> Person:
    """A member of another project."""
    came = person("luis")
    came.sign_in()
    return came


def test_a_wrong_password_is_told_in_words_that_tell_nothing_else(person: Callable[..., Person]) -> None:
    visitor = person("luis")
    visitor.page.goto(f"{visitor.place.hub}/hub/login")
    visitor.fill_sign_in("not-the-password")
    alert = visitor.page.get_by_role("alert")
    expect(alert).to_contain_text("Usuario o contraseña no son correctos")
    expect(visitor.page.locator("#username")).to_have_value("luis")
    keep(visitor.page, "20-wrong-password")
    known = alert.inner_text()
    visitor.page.fill("#username", "nobody")
    visitor.page.fill("#password", "not-the-password")
    visitor.page.click("#sign-in")
    expect(visitor.page.locator("#username")).to_have_value("nobody")
    assert alert.inner_text() == known


def test_an_expired_project_is_refused_with_the_day_it_ended(person: Callable[..., Person]) -> None:
    ana = person("ana")
    ana.sign_in()
    answer = ana.page.goto(f"{ana.place.hub}/hub/spawn/ana/{EXPIRED}")
    assert answer is not None
    keep(ana.page, "21-expired")
    expect(ana.page.locator("#refusal")).to_contain_text(f"El proyecto {EXPIRED} terminó el")
    expect(ana.page.locator("#spawn_form")).to_have_count(0)


def test_someone_else_s_project_is_refused(luis: Person) -> None:
    luis.page.goto(f"{luis.place.hub}/hub/home")
    expect(luis.page.locator(f"#project-{PROJECT}")).to_have_count(0)
    luis.page.goto(f"{luis.place.hub}/hub/spawn/luis/{PROJECT}")
    keep(luis.page, "22-not-a-member")
    expect(luis.page.locator("#refusal")).to_contain_text(PROJECT)
    expect(luis.page.locator("#spawn_form")).to_have_count(0)


def test_someone_else_s_workspace_is_not_there(luis: Person) -> None:
    answer = luis.page.goto(f"{luis.place.hub}/hub/spawn/ana/{PROJECT}")
    keep(luis.page, "23-other-person")
    assert answer is not None
    assert answer.status in (403, 404)
    expect(luis.page.locator("#spawn_form")).to_have_count(0)


def test_a_researcher_has_no_queue_of_reviews(luis: Person) -> None:
    luis.page.goto(f"{luis.place.airlock}/queue")
    keep(luis.page, "24-no-queue")
    expect(luis.page.locator("h1")).to_have_text("No permitido")
    expect(luis.page.locator("table")).to_have_count(0)
