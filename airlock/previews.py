"""What a page can show of a stored file, read once by a limited child process and kept beside the store."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airlock.domain.request import StoredFile
from airlock.store.content import ContentStore, ending

TIMEOUT_S = 30
FOLDER = "previews"
PACKAGES = Path(__file__).parents[1]
"""Where the reader finds our packages, and nothing that a person could have written."""


@dataclass(frozen=True, slots=True)
class SheetView:
    """The beginning of one table: all values as text, row 1 first."""

    sheet: str | None
    rows: tuple[tuple[str, ...], ...]
    truncated: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What can be shown; nothing at all when the kind has no safe view or reading it failed."""

    sheets: tuple[SheetView, ...] = ()
    text: str = ""
    truncated: bool = False

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to show."""
        return not self.sheets and not self.text


def preview(store: ContentStore, file: StoredFile) -> Preview:
    """Return the preview of a stored file, made on first sight."""
    kept = store.folder(FOLDER) / f"{file.sha256}{ending(file.name)}.json"
    if not kept.is_file():
        made = _read(store, file)
        if made is None:
            return Preview()  # not kept: the next look may succeed
        _keep(store, kept, made)
        return parse(made)
    return parse(kept.read_bytes())


def command(path: Path) -> list[str]:
    """Return the command line of the reader for one file."""
    return [sys.executable, "-E", "-s", "-m", "airlock.preview_reader", str(path)]


def _read(store: ContentStore, file: StoredFile) -> bytes | None:
    with store.named([file]) as (path,):
        try:
            done = subprocess.run(
                command(path), capture_output=True, timeout=TIMEOUT_S, check=True, env={}, cwd=PACKAGES
            )
        except (subprocess.SubprocessError, OSError):
            return None
    return done.stdout


def _keep(store: ContentStore, place: Path, content: bytes) -> None:
    new = place.with_name(f".{place.name}.new")
    new.write_bytes(content)
    new.chmod(0o400)
    store.give_to_owner(new)
    new.replace(place)


def parse(content: bytes) -> Preview:
    """Read the reader's answer; anything unexpected shows nothing."""
    try:
        value = json.loads(content)
        sheets = tuple(_sheet(grid) for grid in value["grids"])
        return Preview(sheets, str(value["text"]), bool(value["truncated"]))
    except (ValueError, KeyError, TypeError):
        return Preview()


def _sheet(grid: dict[str, Any]) -> SheetView:
    rows = tuple(tuple(str(value) for value in row) for row in grid["rows"])
    return SheetView(grid["sheet"], rows, bool(grid["truncated"]))
