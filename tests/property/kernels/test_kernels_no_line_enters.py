"""Whatever text lands in a JobSpec, it is refused or the script has the known lines and no other."""

import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from governance.errors import UsageError
from kernels.jobs import script
from kernels.protocol import JobSpec, Role

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
GOOD = JobSpec(
    *(
        "main",
        "0123456789abcdef0123",
        Role.NOTEBOOK,
        "ana",
        "p042",
        "main-p042-m1",
        700_001,
        700_000,
        "main-p042",
    ),
    *(2, 4, AT, AT + timedelta(hours=2), "127.1.2.3", "/opt/tre/main/workspace", ()),
)
TEXTS = [f.name for f in fields(JobSpec) if f.type in (str, str | None, "str", "str | None")]
PYTHON = Path("/opt/tre/main/services/bin/python")
LINE = re.compile(
    r"#!/bin/sh||#SBATCH (?:-J tre-[0-9a-f]{20}|-p [\w.-]+|-n 1|--cpus-per-task=\d+|--mem=\d+G|-t \d+"
    r"|--nodes=1|-A [a-z0-9-]+|--qos=[\w.-]+|--output=/dev/null|--error=/dev/null|--chdir=/|--no-requeue"
    r"|--comment=tre:[a-z0-9]+:[0-9a-f]{20})"
    r'|exec /usr/bin/env -i PATH=/usr/bin:/bin SLURM_JOB_ID="\$SLURM_JOB_ID" '
    r'SLURMD_NODENAME="\$SLURMD_NODENAME" '
    r"/opt/tre/main/services/bin/python -I -m kernels\.porter [a-z0-9]+ [0-9a-f]{20}"
)
HOSTILE = st.one_of(
    st.text(), st.sampled_from(["gpu", "a\n#SBATCH --uid=0", "x; rm -rf /", "$(id)", "--wrap=id", "\r"])
)


@given(field=st.sampled_from(TEXTS), text=HOSTILE)
@settings(max_examples=400, deadline=None)
def test_no_text_adds_a_line_to_a_script(field, text):
    try:
        spec = replace(GOOD, **{field: text})
    except UsageError:
        return
    for line in script(spec, PYTHON, accounting=True).splitlines():
        assert LINE.fullmatch(line), line
