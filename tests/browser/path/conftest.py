"""The running instance named by TRE_TEST_INSTANCE, a real browser, and people who sign in at it.

Without such an instance, or without Chromium, these tests are skipped and say so; CI then fails.
"""

import os
from collections.abc import Callable, Iterator

import pytest

from governance.errors import UsageError
from tests.support.path_people import ARGUMENTS, CHROMIUM, Person, Place, arrive, find_place


@pytest.fixture(scope="module")
def place() -> Place:
    name = os.environ.get("TRE_TEST_INSTANCE", "test")
    if os.getuid() != 0:
        pytest.skip("not root: the demo logins cannot be read")
    try:
        found = find_place(name)
    except (UsageError, OSError):
        pytest.skip(f"instance {name} with demo logins is not set up: `make test` does it")
    if '"up"' not in found.tre("status", "--json").stdout:
        pytest.skip(f"instance {name} does not run: `make test` starts it")
    return found


@pytest.fixture(scope="module")
def chromium():
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed at /usr/bin/chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def person(chromium, place) -> Iterator[Callable[..., Person]]:
    """Return a person at a fresh browser, not signed in yet; all browsers close with the module."""
    opened: list[Person] = []

    def come(name: str, **options: str) -> Person:
        opened.append(arrive(chromium, place, name, **options))
        return opened[-1]

    yield come
    for one in opened:
        one.context.close()
