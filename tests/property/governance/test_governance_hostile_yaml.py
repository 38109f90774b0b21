"""Whatever bytes a project file holds: a clear error or a checked file, quickly, and never anything else."""

from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from governance import project_files
from governance.errors import UsageError
from governance.project_files import ProjectFile
from tests.support.governance_register import project

FRAGMENTS = st.sampled_from(
    [
        "schema: tre.project/1\n",
        "- ",
        "? ",
        ": ",
        "{",
        "}",
        "[",
        "]",
        "&a ",
        "*a",
        "!!python/object:os.system ",
        "<<: ",
        "|\n",
        "'",
        '"',
        "#",
        "%YAML 9.9\n",
        "---\n",
        "...\n",
        "\t",
        "id: p042\n",
        "2026-13-45",
        "0x",
        "1e999",
        "~",
    ]
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def load(text: str) -> ProjectFile | None:
    try:
        return project_files.load(text)
    except UsageError as error:
        assert str(error)
        return None


@given(st.text(max_size=200))
def test_any_text(text: str):
    assert load(text) is None


@given(st.lists(FRAGMENTS, max_size=25).map("".join))
def test_any_pieces_of_yaml(text: str):
    assert load(text) is None


@settings(max_examples=60)
@given(st.sampled_from(sorted(project())), plain)
def test_any_value_in_any_field(field: str, value: Any):
    try:
        text = yaml.safe_dump({**project(), field: value})
    except UnicodeEncodeError:
        return
    file = load(text)
    if file is not None:  # what was accepted is what such a field may hold
        assert file.projects[0].model_dump(mode="json", by_alias=True)[field] is not None


@settings(max_examples=40)
@given(st.text(min_size=1, max_size=12))
def test_no_unknown_field_slips_in(name: str):
    if name not in project():
        assert load(yaml.safe_dump({**project(), name: 1})) is None
