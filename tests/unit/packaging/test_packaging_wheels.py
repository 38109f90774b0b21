"""The two wheels are cut from one tree; what a sandbox mounts holds exactly what it should."""

import ast
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "packaging"))

import wheels  # noqa: E402

FORBIDDEN_ROOMS = ("hub_config/", "airlock/", "tre/", "look/")
FORBIDDEN = (
    "warehouse_lib/custodian/",
    "governance/register.py",
    "governance/authority.py",
    "governance/audit.py",
    "governance/logins.py",
    "governance/database.py",
    "kernels/porter.py",
    "kernels/sandbox.py",
    "kernels/relay/",
    "kernels/jobs.py",
)
OURS = set(wheels.ROOMS)


def names(wheel):
    return [file.as_posix() for file in wheels.contents(wheel)]


@pytest.fixture(scope="module")
def workspace():
    return names(wheels.WORKSPACE)


def test_the_workspace_holds_no_room_outside_the_job(workspace):
    assert [name for name in workspace if name.startswith(FORBIDDEN_ROOMS)] == []


def test_the_workspace_holds_no_custodian_register_or_gatekeeper(workspace):
    assert [name for name in workspace if name.startswith(FORBIDDEN)] == []


def test_the_workspace_holds_what_a_notebook_needs(workspace):
    needed = {
        "warehouse_lib/__init__.py",
        "disclosure/__init__.py",
        "kernels/launcher.py",
        "kernels/protocol.py",
    }
    assert needed <= set(workspace)


def test_the_services_hold_every_module_of_the_tree():
    tree = {
        file.relative_to(ROOT).as_posix() for room in wheels.ROOMS for file in (ROOT / room).rglob("*.py")
    }
    assert tree <= set(names(wheels.SERVICES))


def test_no_wheel_carries_bytecode_or_notes():
    for wheel in (wheels.SERVICES, wheels.WORKSPACE):
        assert [name for name in names(wheel) if name.endswith((".pyc", "~", ".orig"))] == []


def modules_imported(file: Path):
    """Yield every module of ours that a file imports, wherever in it, as a dotted name."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def place_of(module: str) -> str | None:
    """The file of a module of ours, or None for a name that is no module (a class, a function)."""
    base = ROOT / module.replace(".", "/")
    for file in (base.with_suffix(".py"), base / "__init__.py"):
        if file.is_file():
            return file.relative_to(ROOT).as_posix()
    return None


def test_everything_the_workspace_imports_of_ours_is_in_it(workspace):
    missing = {
        f"{name} imports {module}"
        for name in workspace
        if name.endswith(".py")
        for module in modules_imported(ROOT / name)
        if module.split(".")[0] in OURS and place_of(module) not in {None, *workspace}
    }
    assert missing == set()


def test_both_wheels_carry_one_version():
    described = [
        tomllib.loads(wheels.described(wheel))["project"] for wheel in (wheels.SERVICES, wheels.WORKSPACE)
    ]
    assert described[0]["version"] == described[1]["version"]
    assert [one["name"] for one in described] == ["tre-services", "tre-workspace"]
    assert "scripts" in described[0]
    assert "scripts" not in described[1]


def test_the_digest_follows_a_changed_byte(tmp_path):
    (tmp_path / "look").mkdir()
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    file = tmp_path / "look" / "a.py"
    file.write_text("one = 1\n")
    wheel = wheels.Wheel("tre-services", ("look/*",))
    before = wheels.digest(wheel, tmp_path)
    assert wheels.digest(wheel, tmp_path) == before
    file.write_text("one = 2\n")
    assert wheels.digest(wheel, tmp_path) != before


def test_the_built_wheel_holds_the_listed_files_and_nothing_else(workspace):
    built = wheels.Builder(Path(sys.executable)).build(wheels.WORKSPACE)
    with zipfile.ZipFile(built) as archive:
        inside = [name for name in archive.namelist() if ".dist-info/" not in name]
    assert sorted(inside) == sorted(workspace)
