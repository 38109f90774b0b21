from datetime import UTC, datetime, timedelta

import pytest

from kernels.protocol import JobSpec, Mount, Role

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def spec() -> JobSpec:
    return JobSpec(
        instance="main",
        spawn_id="0123456789abcdef0123",
        role=Role.NOTEBOOK,
        person="ana",
        project="p042",
        account="main-p042-m1",
        uid=700_001,
        gid=700_000,
        group="main-p042",
        cores=2,
        memory_gib=4,
        submitted_at=AT,
        ends_at=AT + timedelta(hours=2, seconds=59),
        address="127.1.2.3",
        software="/opt/tre/main/workspace",
        mounts=(
            Mount("/srv/tre/main/projects/p042/members/main-p042-m1/home", "/workspace/home", writable=True),
            Mount("/srv/tre/main/extracts/p042/e1", "/workspace/data", writable=False),
        ),
    )
