"""The kernels a notebook offers: a typed list, written as kernel.json into an environment.

``python -m kernels.kernelspecs --prefix PREFIX`` writes them; what it wrote before and no longer lists goes.
"""

import argparse
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

OURS = "tre-"


@dataclass(frozen=True, slots=True)
class KernelSpec:
    """One kernel as Jupyter's kernel.json describes it.

    `argv` is run inside the sandbox; ``{connection_file}`` is Jupyter's placeholder.
    """

    name: str  # folder name; begins with OURS unless it takes a name that notebooks already use
    display_name: str
    language: str
    module: str
    environment: Mapping[str, str] = field(default_factory=dict)

    def to_json(self, python: Path) -> dict[str, Any]:
        """Return kernel.json's content for the environment of `python`."""
        return {
            "argv": [str(python), "-m", self.module, "-f", "{connection_file}"],
            "display_name": self.display_name,
            "language": self.language,
            "env": dict(self.environment),
            "metadata": {"debugger": True, "supported_encryption": ["curve"]},
        }


# Under the name that every Python notebook in the world asks for, so that they open without a question.
DATA_SCIENCE = KernelSpec("python3", "Python – data science", "python", "ipykernel_launcher")
KERNELS = (DATA_SCIENCE,)


def install(prefix: Path, kernels: tuple[KernelSpec, ...] = KERNELS) -> list[Path]:
    """Write the kernels into ``PREFIX/share/jupyter/kernels`` and remove ours that are no longer listed."""
    folder = prefix / "share" / "jupyter" / "kernels"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {kernel.name for kernel in kernels}
    for old in folder.iterdir():
        if old.name.startswith(OURS) and old.name not in wanted:
            shutil.rmtree(old)
    return [_write(folder / kernel.name, kernel, prefix / "bin" / "python") for kernel in kernels]


def _write(folder: Path, kernel: KernelSpec, python: Path) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / "kernel.json"
    content = json.dumps(kernel.to_json(python), indent=1, ensure_ascii=False) + "\n"
    if not file.exists() or file.read_text(encoding="utf-8") != content:
        file.write_text(content, encoding="utf-8")
    return file


def main() -> None:
    """Parse arguments and install."""
    parser = argparse.ArgumentParser(prog="kernels.kernelspecs", description=__doc__)
    parser.add_argument("--prefix", type=Path, required=True, help="root of the workspace environment")
    install(parser.parse_args().prefix)


if __name__ == "__main__":
    main()
