"""The house rules that a machine can check: size budget, no catch-all folders, floors for every package."""

import ast
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("look", "governance", "disclosure", "warehouse_lib", "kernels", "hub_config", "airlock", "tre")
LONGEST_FUNCTION = 60
LONGEST_FILE = 400
CATCH_ALL = {"utils", "util", "helpers", "common", "misc"}

MODULES = sorted(
    file
    for package in PACKAGES
    for file in (ROOT / package).rglob("*.py")
    if "node_modules" not in file.parts
)


def tracked_files() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in names.split("\0") if name]


@pytest.mark.parametrize("module", MODULES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_module_stays_within_the_size_budget(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE, "one concept a file"
    functions = [
        node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    too_long = [f.name for f in functions if f.end_lineno and f.end_lineno - f.lineno + 1 > LONGEST_FUNCTION]
    assert too_long == []


def test_no_room_is_a_catch_all() -> None:
    assert [file for file in MODULES if CATCH_ALL & {file.stem, *file.parent.parts}] == []


def test_every_package_has_a_floor() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    here = {file.parent.name for file in ROOT.glob("*/__init__.py") if file.parent.name != "tests"}
    assert set(settings["tool"]["importlinter"]["root_packages"]) == here
    assert set(settings["tool"]["mypy"]["packages"]) == here


def test_no_file_names_a_package_registry() -> None:
    hosts = ("pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "deb.debian" + ".org")
    named = [
        str(file.relative_to(ROOT))
        for file in tracked_files()
        if file.is_file() and any(host.encode() in file.read_bytes() for host in hosts)
    ]
    assert named == []
