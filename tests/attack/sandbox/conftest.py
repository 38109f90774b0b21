"""Jobs under real walls: real porter, bubblewrap, relay and launcher; only broker and SLURM are played here.

The cluster tests run the same jobs under real SLURM and the real broker. Here a job's accounts are bare uids,
so root is needed, and nothing of the machine but /etc/tre/<name>.toml and folders in /tmp is touched.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "house"))

from sandbox_house import House
from sandbox_services import built_house, environment


def why_not_here() -> str | None:
    if os.geteuid() != 0:
        return "needs root, to run jobs as other accounts"
    if not shutil.which("bwrap"):
        return "needs bubblewrap"
    return None


def pytest_collection_modifyitems(items):
    reason = why_not_here()
    for item in items:
        if reason and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def software() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="tre-sw-", dir="/tmp"))
    place.chmod(0o755)
    with environment(place / "workspace", inside=True), environment(place / "services", inside=False):
        yield place
    shutil.rmtree(place)


@pytest.fixture(scope="session")
def house(software: Path) -> Iterator[House]:
    """One machine: one relay does everything."""
    with built_house(software) as house:
        yield house


@pytest.fixture(scope="session")
def wide_house(software: Path) -> Iterator[House]:
    """Two nodes and a hub: three relays that speak mutual TLS; jobs go to the nodes in turn."""
    with built_house(software, ("n1", "n2")) as house:
        yield house
