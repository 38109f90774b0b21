"""Where the shared stylesheet and page frame lie, so that every room serves the same files."""

from pathlib import Path

HERE = Path(__file__).parent
STATIC = HERE / "static"
TEMPLATES = HERE / "templates"
