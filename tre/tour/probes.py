"""What the probes of a tour found, kept for ``tre status``: the newest result of each node that ran a job."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, select

from governance.database import transaction
from governance.instance import Instance
from hub_config.journal import Spawn
from kernels.protocol import Role
from tre.status.nodes import probe_folder
from tre.tour.steps import StepFailedError


def judge(found: Sequence[dict[str, Any]]) -> str:
    """Word the result of some probes; fail when one differs from the exact matrix, or none was made."""
    if not found:
        raise StepFailedError("No probe answered.")
    wrong = sorted({act for one in found for act in one["wrong"]})
    if wrong:
        raise StepFailedError(f"Acts that did not end as they must: {', '.join(wrong)}.")
    blocked = sum(int(one["blocked"]) for one in found)
    return f"{blocked} acts blocked in {len(found)} sandbox(es), none escaped"


def keep(
    instance: Instance, engine: Engine, project: str, role: Role, found: Sequence[dict[str, Any]]
) -> None:
    """Write the worst of the results for each node on which the project's jobs of this role ran."""
    worst = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "blocked": min(int(one["blocked"]) for one in found),
        "escaped": max(int(one["escaped"]) for one in found),
    }
    folder = probe_folder(instance)
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    for node in _nodes(engine, project, role):
        (folder / f"{node}.json").write_text(json.dumps(worst) + "\n", encoding="utf-8")


def _nodes(engine: Engine, project: str, role: Role) -> list[str]:
    asked = select(Spawn.node).where(
        Spawn.project == project, Spawn.role == str(role), Spawn.node.is_not(None)
    )
    with transaction(engine) as session:
        return sorted({node for node in session.scalars(asked) if node})
