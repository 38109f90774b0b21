"""The house of `tests.support.airlock_house`, built once and copied for each test."""

import pytest

from tests.support.airlock_house import furnish, make_house


@pytest.fixture(scope="session")
def founded(tmp_path_factory):
    """A founded database, to be copied."""
    return furnish(tmp_path_factory.mktemp("founded"))


@pytest.fixture
def house(tmp_path, founded):
    """A whole airlock in a folder of its own."""
    built = make_house(tmp_path, founded)
    yield built
    built.engine.dispose()
