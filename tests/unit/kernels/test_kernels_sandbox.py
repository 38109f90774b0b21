import stat
from pathlib import Path

import pytest

from kernels import machine_facts, sandbox
from kernels.sandbox import Descriptors, Machine, argv

MACHINE = Machine(
    programs=(("/usr/bin/bash", "bash"), ("/usr/bin/mawk", "awk")),
    masked_folders=("/usr/lib/x86_64-linux-gnu/slurm-wlm",),
    masked_files=("/usr/lib/x86_64-linux-gnu/libmunge.so.2.0.0",),
    door="/run/tre/main/relay/doors/0123456789abcdef0123",
)
FILES = Descriptors(seccomp=5, made=((6, "/etc/passwd"), (7, "/etc/group")))
BINDS = ("--bind", "--ro-bind", "--ro-bind-try")


@pytest.fixture
def command(spec):
    return argv(spec, MACHINE, FILES)


def binds(command):
    return [(c, *command[i + 1 : i + 3]) for i, c in enumerate(command) if c in BINDS]


def test_every_wall_is_there(command):
    walls = "--unshare-all --unshare-user --disable-userns --die-with-parent --new-session --clearenv"
    assert command[1 : 1 + len(walls.split())] == walls.split()
    assert "--share-net" not in command
    assert not [
        word for word in command if word.startswith(("--setenv", "--dev-bind", "--cap-add", "--userns"))
    ]


def test_only_the_specs_writable_folders_are_writable(command, spec):
    writable = [(source, target) for kind, source, target in binds(command) if kind == "--bind"]
    assert writable == [(m.source, m.target) for m in spec.mounts if m.writable]


def test_nothing_is_mounted_that_is_not_listed(command, spec):
    listed = {*sandbox.SYSTEM_FOLDERS, *sandbox.SYSTEM_FILES, spec.software, MACHINE.door, "/dev/null"}
    listed |= {m.source for m in spec.mounts} | {real for real, _ in MACHINE.programs}
    assert {source for _, source, _ in binds(command)} == listed


def test_the_door_is_mounted_read_only(command):
    assert ("--ro-bind", MACHINE.door, "/run/tre/door") in binds(command)


def test_root_and_dev_are_sealed_after_the_last_mount(command):
    sealed = command.index("/dev", command.index("--remount-ro", command.index(MACHINE.door)))
    assert command[sealed - 1 : sealed + 3] == ["--remount-ro", "/dev", "--remount-ro", "/"]
    assert not any(word in (*BINDS, "--tmpfs", "--symlink") for word in command[sealed:])


def test_memory_file_systems_are_bounded_by_the_jobs_memory(command, spec):
    sizes = {command[i + 3]: int(command[i + 1]) for i, word in enumerate(command) if word == "--size"}
    assert sizes["/tmp"] == spec.memory_gib * 1024**3 // 4
    assert sizes["/dev/shm"] == spec.memory_gib * 1024**3 // 2


def test_slurm_and_munge_libraries_are_masked(command):
    assert ("--ro-bind", "/dev/null", MACHINE.masked_files[0]) in binds(command)
    at = command.index(MACHINE.masked_folders[0])
    assert command[at - 1] == "--tmpfs"


def test_the_first_process_is_the_launcher_of_the_workspace_environment(command, spec):
    end = command.index("--")
    assert command[end + 1 :] == [f"{spec.software}/bin/python", "-I", "-m", "kernels.launcher"]


def test_no_secret_name_or_project_text_is_in_the_command(command, spec):
    assert spec.person not in command
    assert spec.spawn_id not in " ".join(command).replace(MACHINE.door, "")


def test_the_account_inside_has_a_neutral_name(spec):
    files = sandbox.made_files(spec)
    assert "researcher:x:700001:700000::/workspace/home:/bin/bash" in files["/etc/passwd"]
    assert spec.account not in "".join(files.values())
    assert spec.person not in "".join(files.values())


class TestThisMachine:
    facts = machine_facts.look(Path("/x"))

    def test_no_program_runs_as_somebody_else(self):
        for real, _ in self.facts.programs:
            assert not Path(real).stat().st_mode & (stat.S_ISUID | stat.S_ISGID), real

    def test_there_are_an_interpreter_and_a_shell(self):
        assert {"python3", "bash", "ls"} <= {name for _, name in self.facts.programs}

    def test_no_program_speaks_to_a_network_or_to_slurm(self):
        names = {name for _, name in self.facts.programs}
        assert not names & {
            "ssh",
            "curl",
            "wget",
            "nc",
            "sbatch",
            "srun",
            "scancel",
            "squeue",
            "munge",
            "sudo",
        }
