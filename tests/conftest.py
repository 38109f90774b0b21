"""What every test gets: an environment of its own, the shared data if any; and a list of what did not run.

The suite is hermetic: no test sees the machine's instances, settings or identity unless it is a cluster or
browser test, which name the instance they use.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from governance import instance

ROOT = Path(__file__).resolve().parents[1]
INHERITED = ("TRE_INSTANCE", "TRE_AS", "TRE_DEBUG", "SLURM_CONF", "JUPYTERHUB_API_TOKEN", "DASK_CONFIG")
NEED_A_CLUSTER = ("cluster", "browser")
SET_UP_AN_INSTANCE = ROOT / "tests" / "attack" / "sandbox"  # a throw-away one, in the system's place


def test_data_folder() -> Path | None:
    """Return the folder that holds ``omop/``: TRE_TEST_DATA, else that beside the clone, else None."""
    named = os.environ.get("TRE_TEST_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    return folder if (folder / "omop").is_dir() else None


@pytest.fixture(autouse=True)
def own_environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what would make a test depend on who runs it and where."""
    for name in INHERITED:
        monkeypatch.delenv(name, raising=False)
    uses_machine = any(request.node.get_closest_marker(kind) for kind in NEED_A_CLUSTER)
    if not uses_machine and SET_UP_AN_INSTANCE not in request.path.parents:
        monkeypatch.setattr(instance, "SYSTEM_SETTINGS", Path("/nonexistent"))


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real OMOP data; a test that needs it is skipped by name where it is absent."""
    folder = test_data_folder()
    if folder is None:
        pytest.skip("no shared data: set TRE_TEST_DATA to the folder that holds omop/")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the folder they lie in, so that none is missed for want of a mark."""
    for item in items:
        kind = Path(item.fspath).relative_to(ROOT / "tests").parts[0]
        if kind in NEED_A_CLUSTER:
            item.add_marker(getattr(pytest.mark, kind))


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """End with the list of what did not run and why; CI fails when a cluster or browser test is on it."""
    yield
    skipped = terminalreporter.stats.get("skipped", [])
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        terminalreporter.write_line(f"NOT RUN {report.nodeid}: {reason}")
    file = os.environ.get("TRE_SKIPPED_LIST")
    if file:
        Path(file).write_text("".join(f"{report.nodeid}\n" for report in skipped), encoding="utf-8")
