"""One founded register a test, with house-role holders and one project."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from governance.database import transaction
from tests.support.governance_register import new_register, people, project


@pytest.fixture
def session() -> Iterator[Session]:
    """An open transaction on a register with `people()` and project p042."""
    engine = new_register(people(), project())
    with transaction(engine) as opened:
        yield opened
    engine.dispose()
