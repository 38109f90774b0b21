import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from governance.errors import BrokenError
from warehouse_lib.custodian.folders import building, publish, replace_text

STUCK = """
import sys, time
from pathlib import Path
from warehouse_lib.custodian.folders import building
with building(Path(sys.argv[1])) as folder:
    (folder / "half.parquet").write_bytes(b"half")
    print("writing", flush=True)
    time.sleep(60)
"""


def visible(parent: Path) -> list[str]:
    return sorted(path.name for path in parent.iterdir() if not path.name.startswith("."))


def test_a_folder_appears_whole(tmp_path: Path) -> None:
    with building(tmp_path) as folder:
        (folder / "a").write_text("a")
        assert visible(tmp_path) == []
        assert publish(folder, tmp_path / "done")
    assert visible(tmp_path) == ["done"]
    assert [p.name for p in tmp_path.iterdir()] == ["done"]


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), building(tmp_path) as folder:
        (folder / "a").write_text("a")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(BrokenError, match="disk is full"), building(tmp_path):
        raise OSError(28, os.strerror(28))
    assert list(tmp_path.iterdir()) == []


def test_the_second_of_two_equal_folders_gives_way(tmp_path: Path) -> None:
    for first in (True, False):
        with building(tmp_path) as folder:
            (folder / "a").write_text("a")
            assert publish(folder, tmp_path / "done") is first
    assert [p.name for p in tmp_path.iterdir()] == ["done"]


def test_what_a_killed_process_left_is_swept_but_not_what_a_living_one_writes(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen(
        [sys.executable, "-c", STUCK, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "writing"
        with building(tmp_path):
            assert len(list(tmp_path.glob(".building-*"))) == 2
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert visible(tmp_path) == []
    with building(tmp_path):
        assert len(list(tmp_path.glob(".building-*"))) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_small_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    replace_text(tmp_path / "name", "old\n")
    replace_text(tmp_path / "name", "new\n")
    assert (tmp_path / "name").read_text() == "new\n"
    assert [p.name for p in tmp_path.iterdir()] == ["name"]
