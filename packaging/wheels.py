"""Our two wheels, cut from one source tree and one version: services (everything) and workspace.

What a sandbox mounts holds no custodian, broker, airlock or provisioner code: an attacker inside finds
nothing to study or call. ``workspace_contents.toml`` lists what goes in; what it does not list stays out.
Standard library only, hatchling runs as a child from the build environment.
"""

import hashlib
import json
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("look", "governance", "disclosure", "warehouse_lib", "kernels", "hub_config", "airlock", "tre")
CONTENTS = Path(__file__).with_name("workspace_contents.toml")


@dataclass(frozen=True, slots=True)
class Wheel:
    """One wheel: its name, and patterns of the files in it, relative to the source tree."""

    name: str
    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()


def workspace_wheel(text: str) -> Wheel:
    """Read the list of what goes into the workspace."""
    listed = tomllib.loads(text)
    return Wheel("tre-workspace", tuple(listed["include"]), tuple(listed["exclude"]))


SERVICES = Wheel("tre-services", tuple(f"{room}/*" for room in ROOMS))
WORKSPACE = workspace_wheel(CONTENTS.read_text(encoding="utf-8"))


def contents(wheel: Wheel, root: Path = ROOT) -> Iterator[Path]:
    """Yield the wheel's files in order, relative to the tree; a pattern's ``*`` crosses folders."""
    for room in ROOMS:
        for file in sorted((root / room).rglob("*")):
            name = file.relative_to(root).as_posix()
            if file.is_file() and "__pycache__" not in file.parts and _goes_in(name, wheel):
                yield file.relative_to(root)


def _goes_in(name: str, wheel: Wheel) -> bool:
    included = any(fnmatch(name, pattern) for pattern in wheel.include)
    return included and not any(fnmatch(name, pattern) for pattern in wheel.exclude)


def digest(wheel: Wheel, root: Path = ROOT) -> str:
    """Identify the wheel's content: names and bytes of its files, and how it is described."""
    total = hashlib.sha256(described(wheel, root).encode())
    for file in contents(wheel, root):
        total.update(f"\n{file.as_posix()}\n".encode())
        total.update((root / file).read_bytes())
    return total.hexdigest()


def described(wheel: Wheel, root: Path = ROOT) -> str:
    """Write the wheel's own pyproject.toml from the tree's; JSON strings and lists are valid TOML."""
    tree = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    project: dict[str, Any] = tree["project"]
    services = wheel.name == project["name"]
    wanted = project["dependencies"] if services else project["optional-dependencies"]["workspace"]
    fields = {key: project[key] for key in ("version", "description", "requires-python", "license")}
    fields |= {"name": wheel.name, "dependencies": wanted}
    tops = sorted({file.parts[0] for file in contents(wheel, root)})
    return "\n".join(
        [
            *("[build-system]", f"requires = {json.dumps(tree['build-system']['requires'])}"),
            *('build-backend = "hatchling.build"', "", "[project]"),
            *(f"{key} = {json.dumps(value)}" for key, value in fields.items()),
            *(["", "[project.scripts]", 'tre = "tre.command:main"'] if services else []),
            *("", "[tool.hatch.build.targets.wheel]", f"packages = {json.dumps(tops)}", ""),
        ]
    )


def stage(wheel: Wheel, folder: Path, root: Path = ROOT) -> None:
    """Copy the wheel's files and description into an empty folder, from which hatchling builds."""
    for file in contents(wheel, root):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / file, folder / file)
    (folder / "pyproject.toml").write_text(described(wheel, root), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds wheels with the hatchling of one environment."""

    python: Path

    def build(self, wheel: Wheel) -> Path:
        """Build the wheel into a fresh temporary folder and return its file."""
        target = Path(tempfile.mkdtemp(prefix="tre-wheel-"))
        with tempfile.TemporaryDirectory() as folder:
            stage(wheel, Path(folder))
            argv = [str(self.python), "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
            subprocess.run(argv, cwd=folder, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        return next(target.glob("*.whl"))
