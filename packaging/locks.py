"""Write the hashed lock files from pyproject.toml: one for each environment, all agreeing on versions.

``make locks`` runs this with the developer environment's Python. The locks name no package index and no
path of a machine: where packages come from is the machine's own setting (docs/adr/0011). Services are
resolved first; the others are constrained by them, so that a value pickled on one side means the same on
the other.
"""

import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "locks"
ORDER = ("build", "services", "workspace", "dev")
CONSTRAINED_BY = {"build": (), "services": (), "workspace": ("services",), "dev": ("services", "workspace")}


def requirements(project: dict[str, dict[str, list[str]]]) -> dict[str, list[str]]:
    """List what each environment asks for by name, from a parsed pyproject.toml."""
    services = project["project"]["dependencies"]
    extras: dict[str, list[str]] = project["project"]["optional-dependencies"]  # type: ignore[assignment]
    build = project["build-system"]["requires"]
    return {
        "build": build,
        "services": services,
        "workspace": extras["workspace"],
        "dev": [*build, *services, *extras["workspace"], *extras["dev"]],
    }


def compile_argv(environment: str, source: Path, upgrade: Sequence[str] = ()) -> list[str]:
    """Build the pip-compile command for one environment."""
    return [
        *(sys.executable, "-m", "piptools", "compile", "--quiet", "--generate-hashes", "--strip-extras"),
        *("--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host", "--allow-unsafe"),
        *("--no-annotate", "--resolver=backtracking", "--output-file", str(LOCKS / f"{environment}.txt")),
        *upgrade,
        str(source),
    ]


def source_text(environment: str, wanted: Sequence[str]) -> str:
    """Return the input of pip-compile: what is asked for, held to the locks that were written before."""
    held = [f"-c {LOCKS / name}.txt" for name in CONSTRAINED_BY[environment]]
    return "\n".join([*held, *wanted]) + "\n"


def write(environment: str, wanted: Sequence[str], folder: Path, upgrade: Sequence[str]) -> None:
    """Compile one lock file."""
    source = folder / f"{environment}.in"
    source.write_text(source_text(environment, wanted), encoding="utf-8")
    told = {**os.environ, "CUSTOM_COMPILE_COMMAND": "make locks"}
    subprocess.run(compile_argv(environment, source, upgrade), check=True, env=told)


def main(upgrade: Sequence[str]) -> None:
    """Write all locks; arguments such as ``--upgrade`` go to pip-compile."""
    folder = ROOT / "build" / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = requirements(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8")))
    for environment in ORDER:
        write(environment, wanted[environment], folder, upgrade)
        sys.stderr.write(f"locks/{environment}.txt written\n")


if __name__ == "__main__":
    main(sys.argv[1:])
