"""Build the environments an instance runs on from hashed locks and our wheels; nothing if they are current.

Standard library only: the system's Python runs this on a bare machine. The system's Python is also what the
environments are made from, because another one may live in a home that sandboxed accounts cannot traverse.
Install tools leave no bytecode behind, and accounts cannot write it later, so everything is compiled here
(docs/adr/0011).
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import wheels

ROOT = Path(__file__).resolve().parent.parent
SYSTEM_PYTHON = "/usr/bin/python3"
STAMP = ".tre-stamp.json"


@dataclass(frozen=True, slots=True)
class Environment:
    """One virtual environment: where it is, which lock fills it and which of our wheels goes in."""

    name: str
    place: Path
    wheel: wheels.Wheel | None
    clear: bool = True  # start from nothing when the lock changes

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.place / "bin" / "python"

    @property
    def lock(self) -> Path:
        """Its lock file."""
        return ROOT / "locks" / f"{self.name}.txt"


def wanted_stamp(environment: Environment) -> dict[str, str]:
    """Describe what the environment should hold: digests of Python, lock and our sources."""
    ours = wheels.digest(environment.wheel) if environment.wheel else ""
    return {
        "python": sys.version.split()[0],
        "lock": hashlib.sha256(environment.lock.read_bytes()).hexdigest(),
        "ours": ours,
    }


def present_stamp(environment: Environment) -> dict[str, str]:
    """Read what the environment holds; empty when there is none or it was left half-built."""
    file = environment.place / STAMP
    if not file.is_file() or not environment.python.exists():
        return {}
    stamp: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return stamp


def venv_argv(environment: Environment) -> list[str]:
    """Build the command that makes the empty environment."""
    clear = ["--clear"] if environment.clear else []
    return [SYSTEM_PYTHON, "-m", "venv", *clear, str(environment.place)]


def lock_argv(environment: Environment) -> list[str]:
    """Build the command that installs the lock, nothing beyond it and nothing with another hash."""
    pip = [str(environment.python), "-m", "pip", "install", "--quiet", "--no-compile"]
    return [*pip, "--no-deps", "--require-hashes", "--requirement", str(environment.lock)]


def wheel_argv(environment: Environment, file: Path) -> list[str]:
    """Build the command that installs our wheel over an older one."""
    pip = [str(environment.python), "-m", "pip", "install", "--quiet", "--no-compile"]
    return [*pip, "--no-deps", "--no-index", "--force-reinstall", str(file)]


def compile_argv(environment: Environment) -> list[str]:
    """Build the command that writes bytecode; some packages carry templates that are not valid Python."""
    return [str(environment.python), "-m", "compileall", "-q", "-j", "2", str(environment.place / "lib")]


def run(argv: Sequence[str], *, tolerate_failure: bool = False) -> None:
    """Run one command with our umask; its output is shown only when it fails."""
    done = subprocess.run(argv, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode and not tolerate_failure:
        sys.stderr.write(done.stdout[-2000:] + done.stderr[-4000:])
        raise SystemExit(f"failed: {' '.join(argv[:6])} …")


def say(text: str) -> None:
    """Tell the person what is going on."""
    sys.stderr.write(f"  {text}\n")
    sys.stderr.flush()


def bring_up_to_date(environment: Environment, build_wheel: Callable[[wheels.Wheel], Path]) -> bool:
    """Make the environment what its lock and our sources say; return whether anything was done."""
    wanted, present = wanted_stamp(environment), present_stamp(environment)
    if wanted == present:
        return False
    started = time.monotonic()
    (environment.place / STAMP).unlink(missing_ok=True)
    if any(wanted[part] != present.get(part) for part in ("python", "lock")):
        say(f"{environment.name}: installing the lock")
        run(venv_argv(environment))
        run(lock_argv(environment))
    if environment.wheel:
        run(wheel_argv(environment, build_wheel(environment.wheel)))
    run(compile_argv(environment), tolerate_failure=True)
    (environment.place / STAMP).write_text(json.dumps(wanted), encoding="utf-8")
    say(f"{environment.name}: ready after {time.monotonic() - started:.0f} s")
    return True


def known(software: Path) -> dict[str, Environment]:
    """List the environments by name: three below the software folder, the developers' in the clone."""
    return {
        "build": Environment("build", software / "build", None),
        "services": Environment("services", software / "services", wheels.SERVICES),
        "workspace": Environment("workspace", software / "workspace", wheels.WORKSPACE),
        "dev": Environment("dev", ROOT / ".venv", None, clear=False),
    }


def main(arguments: Sequence[str]) -> None:
    """Bring the named environments up to date, side by side; print ``changed`` or ``current``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+", choices=["services", "workspace", "dev"])
    parser.add_argument("--software", type=Path, default=Path("/opt/tre/main"))
    chosen = parser.parse_args(arguments)
    os.umask(0o022)
    every = known(chosen.software)
    if set(chosen.names) != {"dev"}:
        chosen.software.mkdir(parents=True, exist_ok=True)
        bring_up_to_date(every["build"], lambda _: Path())
    builder = wheels.Builder(every["build"].python)
    with ThreadPoolExecutor() as pool:
        changed = list(pool.map(lambda name: bring_up_to_date(every[name], builder.build), chosen.names))
    sys.stdout.write("changed\n" if any(changed) else "current\n")


if __name__ == "__main__":
    main(sys.argv[1:])
