"""What our code imports is in the lock of the environment it runs in: no module is there by luck."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "packaging"))

import wheels  # noqa: E402

DISTRIBUTIONS = packages_distributions()
# An extra that stays outside the locks (docs/adr/0011), imported late, where a person asks for it.
OPTIONAL = {"torch"}


def imported(file: Path) -> set[str]:
    """Every top-level module a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - set(wheels.ROOMS) - OPTIONAL


def pins(lock: str) -> set[str]:
    """The packages a lock names."""
    text = (ROOT / "locks" / f"{lock}.txt").read_text(encoding="utf-8")
    return {
        name.lower().replace("_", "-") for name in re.findall(r"^([a-zA-Z0-9_.-]+)==", text, re.MULTILINE)
    }


def unlocked(wheel: wheels.Wheel, lock: str) -> set[str]:
    locked = pins(lock)
    return {
        f"{file} imports {module}"
        for file in wheels.contents(wheel)
        if file.suffix == ".py"
        for module in imported(ROOT / file)
        if not {name.lower().replace("_", "-") for name in DISTRIBUTIONS.get(module, [])} & locked
    }


@pytest.mark.parametrize(("wheel", "lock"), [(wheels.SERVICES, "services"), (wheels.WORKSPACE, "workspace")])
def test_what_we_import_is_locked(wheel, lock):
    assert unlocked(wheel, lock) == set()
