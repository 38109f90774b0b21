"""The data-quality report of a snapshot: ``quality.json`` for programs, ``quality.txt`` for people."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from warehouse_lib.custodian.validation import Finding

SCHEMA = "tre.quality/1"
Rows = Mapping[str, Mapping[str, int]]


def write(folder: Path, findings: list[Finding], rows: Rows) -> None:
    """Write both forms of the report into a snapshot's folder."""
    content = {
        "schema": SCHEMA,
        "rows": {name: dict(counts) for name, counts in rows.items()},
        "findings": [found.as_json() for found in findings],
    }
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
    (folder / "quality.json").write_text(text + "\n", encoding="utf-8")
    (folder / "quality.txt").write_text(readable(findings, rows), encoding="utf-8")


def read(folder: Path) -> dict[str, Any]:
    """Read a snapshot's report."""
    content: dict[str, Any] = json.loads((folder / "quality.json").read_text(encoding="utf-8"))
    return content


def readable(findings: list[Finding], rows: Rows) -> str:
    """Return the report as plain text, worst findings first."""
    lines = ["Data quality", "", f"{'table':<24}{'read':>12}{'kept':>12}{'set aside':>12}"]
    lines += [
        f"{name:<24}{counts['read']:>12,}{counts['kept']:>12,}{counts['quarantined']:>12,}"
        for name, counts in rows.items()
    ]
    order = {"error": 0, "quarantine": 1, "report": 2}
    lines += ["", "Findings" if findings else "No findings."]
    for found in sorted(findings, key=lambda f: (order[f.severity], f.table, f.rule)):
        lines.append(f"  [{found.severity}] {found.where}: {found.meaning}: {found.count:,}")
    return "\n".join(lines) + "\n"
