"""Projects, differences and chain reports as people and as scripts read them."""

from typing import Any

from governance import grants
from governance.audit import ChainReport
from governance.diffs import Change, Diff
from governance.grants import period_document
from governance.people import Membership
from governance.periods import Period
from governance.projects import Project

Json = dict[str, Any]


def diff_lines(diff: Diff) -> list[str]:
    """Return one line a change: ``+`` appears, ``-`` goes, ``~`` differs."""
    return [_change_line(change) for change in diff.changes] or ["Nothing to change."]


def diff_json(diff: Diff) -> Json:
    """Return a difference for scripts."""
    changes = [{"field": one.where, "before": one.before, "after": one.after} for one in diff.changes]
    return {"schema": "tre.diff/1", "changes": changes}


def project_json(project: Project, members: tuple[Membership, ...]) -> Json:
    """Return a project and its members for scripts."""
    return {
        "schema": "tre.project-record/1",
        "id": project.id,
        "title": project.title,
        "status": str(project.status),
        "version": project.version,
        "exercise": project.exercise,
        "valid": period_document(project.valid),
        "ethics": {"reference": project.ethics.reference, "valid": period_document(project.ethics.valid)},
        "disclosure": {"profile": project.disclosure.profile},
        "compute_profiles": list(project.compute_profiles),
        "group": {"name": project.group, "gid": project.gid},
        "grants": [grants.to_document(grant) for grant in project.grants],
        "members": [_member_json(member) for member in members],
    }


def project_line(project: Project) -> str:
    """Return a project in one line of a list."""
    mark = " (exercise)" if project.exercise else ""
    return f"{project.id:<16} {project.status:<10} {_days(project.valid)}  {project.title}{mark}"


def project_lines(project: Project, members: tuple[Membership, ...]) -> list[str]:
    """Return all that a person asks about a project."""
    ethics = project.ethics
    return [
        project_line(project),
        f"  purpose     {project.purpose.strip()}",
        f"  sponsor     {project.sponsor}",
        f"  ethics      {ethics.committee}, {ethics.reference}, {_days(ethics.valid)}",
        f"  disclosure  {project.disclosure.profile}",
        f"  computing   {', '.join(project.compute_profiles)}",
        f"  group       {project.group} ({project.gid})",
        *(
            f"  grant       {one.snapshot}: {', '.join(one.tables)}; {_days(one.valid)}"
            for one in project.grants
        ),
        *(
            f"  member      {one.person}: {', '.join(one.roles)}; {_days(one.valid)}; {one.account.name}"
            for one in members
        ),
    ]


def chain_json(report: ChainReport) -> Json:
    """Return a verification for scripts."""
    problems = [{"seq": one.seq, "kind": one.kind, "text": one.text} for one in report.problems]
    return {
        "schema": "tre.chain-report/1",
        "ok": report.ok,
        "events": report.events,
        "head": report.head,
        "checkpoints": report.checkpoints,
        "problems": problems,
    }


def chain_lines(report: ChainReport) -> list[str]:
    """Return a verification for people."""
    if report.ok and report.checkpoints:
        return [
            f"The chain of {report.events} events is whole and meets {report.checkpoints} signed checkpoints."
        ]
    if report.ok:
        # Said, because a chain alone cannot show that its end was cut off.
        return [
            f"The chain of {report.events} events is whole; there is no signed checkpoint to hold it against."
        ]
    return [f"Event {one.seq}: {one.text}." for one in report.problems]


def _change_line(change: Change) -> str:
    if change.before is None:
        return f"+ {change.where}: {change.after}"
    if change.after is None:
        return f"- {change.where}: {change.before}"
    return f"~ {change.where}: {change.before} → {change.after}"


def _member_json(member: Membership) -> Json:
    return {
        "person": member.person,
        "roles": [str(role) for role in member.roles],
        "valid": period_document(member.valid),
        "account": member.account.name,
        "uid": member.account.uid,
    }


def _days(valid: Period) -> str:
    return f"{valid.start} to {valid.end}"
