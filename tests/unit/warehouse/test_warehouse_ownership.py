"""Extracts written by the custodian's own account, as the provisioner lets it: set-group-id shares them."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CUSTODIAN, GROUP = 64321, 64322
SCRIPT = """
import sys
from datetime import date
from pathlib import Path
from governance.grants import Grant
from governance.periods import Period
from warehouse_lib.custodian.extract import Owner, extract
from warehouse_lib.custodian.ingest import ingest
from warehouse_lib.custodian.keys import open_keyring
from warehouse_lib.custodian.store import Store
from warehouse_lib.custodian.synthesize import synthesize
home = Path(sys.argv[1])
store = Store(home / "warehouse")
synthesize(30, 0, home / "source")
ingest(home / "source", "demo", store, open_keyring(store.root), today=date(2026, 11, 24))
grant = Grant("p042", "demo", {"person": "all"}, (), (), Period(date(2026, 1, 1), date(2027, 1, 1)))
owner = Owner("nobody", "no-such-group")
print(extract(grant, store, open_keyring(store.root), home / "extracts", owner).folder)
"""

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="becoming another account needs root")


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tre-custodian-"))
    (folder / "extracts" / "p042").mkdir(parents=True)
    for path in (folder, folder / "extracts"):
        os.chown(path, CUSTODIAN, CUSTODIAN)
        path.chmod(0o711)
    os.chown(folder / "extracts" / "p042", CUSTODIAN, GROUP)
    (folder / "extracts" / "p042").chmod(0o2711)
    yield folder
    shutil.rmtree(folder)


def test_files_belong_to_the_custodian_and_are_readable_by_the_project_s_group(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(home)],
        user=CUSTODIAN,
        group=CUSTODIAN,
        extra_groups=[],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "HOME": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    folder = Path(done.stdout.strip())
    owners = {(path.stat().st_uid, path.stat().st_gid) for path in [folder, *folder.rglob("*")]}
    assert owners == {(CUSTODIAN, GROUP)}
    modes = {stat.S_IMODE(path.stat().st_mode) & 0o777 for path in [folder, *folder.rglob("*")]}
    assert modes == {0o440, 0o550}
    assert {stat.S_IMODE(p.stat().st_mode) & 0o077 for p in (home / "warehouse").iterdir()} == {0}
