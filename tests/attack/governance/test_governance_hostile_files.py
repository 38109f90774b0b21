"""Project files made to hurt: bombs, twins, code, depth."""

import time

import pytest

from governance.errors import UsageError
from governance.project_files import load
from tests.support.governance_register import project, text

BILLION_LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (BILLION_LAUGHS, r"^Line 2: aliases"),
        ("a: &a\n  b: *a", r"aliases"),
        ("base: &b {x: 1}\nmore:\n  <<: *b", r"aliases"),
        ("id: p042\nid: p043", r"^Line 2: this field is written twice\.$"),
        ("? [a, b]\n: 1", r"a field's name must be text"),
        ("1: x", r"a field's name must be text"),
        ("!!python/object/apply:os.system ['true']", r"schema: every document says which it is"),
        ("a: !!python/object/apply:os.system ['true']", r"schema"),
        ("a: !!python/name:os.system x", r"could not determine a constructor"),
        ("[" * 100_000, r"deeper than 20"),
        ("{a: " * 5_000, r"deeper than 20"),
        ("- " * 300 + "x", r"deeper than 20"),
        ("a: 2026-02-30", r"not what it looks like"),
        ("a: " + "1" * 5000, r"not what it looks like"),
        ("x" * (1024 * 1024 + 1), r"larger than 1024 KiB"),
        ("\ud800", r"YAML"),
    ],
)
def test_it_is_refused_at_once_with_a_reason(content: str, message: str):
    started = time.perf_counter()
    with pytest.raises(UsageError, match=message):
        load(content)
    assert time.perf_counter() - started < 5


def test_a_restriction_cannot_be_lost_by_writing_it_twice():
    twice = text(project()).replace("  rows:", "  rows: []\n  rows:")
    with pytest.raises(UsageError, match="written twice"):
        load(twice)


def test_a_restriction_cannot_be_lost_by_misspelling_it():
    with pytest.raises(UsageError, match=r"grants\.0\.row: there is no such field"):
        load(text(project()).replace("  rows:", "  row:"))
