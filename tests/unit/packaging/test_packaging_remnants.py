"""What `make down` may end: the instance's own, and nothing that merely looks like it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "packaging"))

import play  # noqa: E402
import purge  # noqa: E402
import remnants  # noqa: E402

OF = remnants.Scope("demo", 700_000, 709_999)


@pytest.mark.parametrize(
    ("environ", "uid", "ours"),
    [
        (b"TRE_INSTANCE=demo\0TRE_SERVICE=hub\0", 1000, True),
        (b"TRE_INSTANCE=demo\0", 0, False),  # a person's shell that exported it
        (b"TRE_INSTANCE=other\0TRE_SERVICE=hub\0", 1000, False),
        (b"TRE_INSTANCE=demo2\0TRE_SERVICE=hub\0", 1000, False),
        (b"", 700_000, True),
        (b"", 709_999, True),
        (b"", 699_999, False),
        (b"", 710_000, False),
    ],
)
def test_marks_and_uids_tell_what_is_ours(environ, uid, ours):
    assert remnants.is_ours(environ, uid, OF) is ours


def test_a_marked_process_is_found_and_ended_and_its_neighbour_is_not():
    marked = {"TRE_INSTANCE": "trialinst"[:8], "TRE_SERVICE": "sleep", "PATH": "/usr/bin"}
    ours = subprocess.Popen(["sleep", "60"], env=marked)
    neighbour = subprocess.Popen(["sleep", "60"], env=marked | {"TRE_INSTANCE": "other"})
    of = remnants.Scope("trialins", 4_000_000_000, 4_000_000_001)
    try:
        assert list(remnants.processes(of)) == [ours.pid]
        remnants.end_processes(of)
        assert ours.wait(10) != 0
        assert neighbour.poll() is None
    finally:
        neighbour.kill()
        neighbour.wait()


def test_mounts_below_the_instances_folders_are_found(tmp_path):
    table = tmp_path / "mountinfo"
    row = "36 35 98:0 / {} rw shared:1 - tmpfs tmpfs rw\n"
    places = ["/run/tre/demo/x", "/run/tre/demo2/x", "/srv/tre/demo", "/srv"]
    table.write_text("".join(row.format(place) for place in places))
    assert list(remnants.mounts(OF, table)) == ["/run/tre/demo/x", "/srv/tre/demo"]


def test_the_default_instance_is_never_purged(capsys):
    assert purge.main("main") == 1
    assert "Refused" in capsys.readouterr().err


def test_a_play_names_inventory_and_facts():
    argv = play.playbook_argv(Path("/a/ansible-playbook"), "site", "test", Path("/f.json"), ["--check"])
    assert argv[0] == "/a/ansible-playbook"
    assert argv[-1].endswith("ansible/site.yml")
    assert argv[argv.index("--extra-vars") + 1] == "@/f.json"
    assert argv[argv.index("--inventory") + 1].endswith("inventories/test")
