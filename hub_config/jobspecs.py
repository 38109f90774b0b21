"""A journal row as the JobSpec that its node gets: the one place that says which folders a job sees."""

from datetime import datetime, timedelta
from pathlib import Path

from governance.decisions import Refused
from governance.instance import Instance, Paths
from hub_config.admission import group_of
from hub_config.journal import Spawn
from hub_config.wording import refuse
from kernels.protocol import JobSpec, Mount, Role


def extract_of(paths: Paths, project: str) -> Path | None:
    """Return the folder of the project's current extract, or None; a job pins what it finds at its start."""
    pointer = paths.extracts / project / "current"
    try:
        target = pointer.parent / pointer.readlink()
    except OSError:
        return None
    return target if target.parent == pointer.parent else None


def why_no_data(paths: Paths, project: str, language: str, *, has_grants: bool) -> Refused | None:
    """Refuse a workspace whose granted data are not there yet: an empty folder would look like no data."""
    if not has_grants or extract_of(paths, project) is not None:
        return None
    return refuse("extract-missing", language)


def mounts(paths: Paths, project: str, account: str) -> tuple[Mount, ...]:
    """List a job's folders (docs/architecture.md, Names and places)."""
    root, member = paths.project(project), paths.member(project, account)
    extract = extract_of(paths, project)
    data = (Mount(str(extract), "/workspace/data", writable=False),) if extract else ()
    return (
        Mount(str(member / "home"), "/workspace/home", writable=True),
        Mount(str(member / "outbox"), "/workspace/outbox", writable=True),
        Mount(str(root / "shared"), "/workspace/project", writable=True),
        Mount(str(root / "imports"), "/workspace/imports", writable=False),
        *data,
    )


def jobspec(instance: Instance, row: Spawn, at: datetime) -> JobSpec:
    """Return the JobSpec of `row` as of `at`: it ends after its wall time, and never after the lease."""
    return JobSpec(
        instance=instance.name,
        spawn_id=row.spawn_id,
        role=Role(row.role),
        person=row.person,
        project=row.project,
        account=row.account,
        uid=row.uid,
        gid=row.gid,
        group=group_of(row.account),
        cores=row.cores,
        memory_gib=row.memory_gib,
        submitted_at=at,
        ends_at=min(at + timedelta(minutes=row.wall_minutes), row.lease),
        address=row.address,
        software=str(instance.paths.software / "workspace"),
        mounts=mounts(instance.paths, row.project, row.account),
        parent=row.parent,
        scheduler=row.scheduler,
        worker_name=row.worker_name,
    )
