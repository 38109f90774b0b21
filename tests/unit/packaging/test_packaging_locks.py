"""The locks: hashed, without addresses, agreeing with each other and with pyproject.toml."""

import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "packaging"))

import locks  # noqa: E402

PINNED = re.compile(r"^([a-zA-Z0-9_.-]+)==(\S+)", re.MULTILINE)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins(name):
    text = (ROOT / "locks" / f"{name}.txt").read_text(encoding="utf-8")
    return {package.lower().replace("_", "-"): version for package, version in PINNED.findall(text)}


def bare(requirement):
    return re.split(r"[\[<>=!~ ]", requirement)[0].lower().replace("_", "-")


@pytest.mark.parametrize("name", locks.ORDER)
def test_a_lock_names_no_address_and_no_path(name):
    text = (ROOT / "locks" / f"{name}.txt").read_text(encoding="utf-8")
    assert not re.search(r"https?://|\bfile:/|--index|--find-links|(^|\s)/", text)


@pytest.mark.parametrize("name", locks.ORDER)
def test_every_pin_has_a_hash(name):
    text = (ROOT / "locks" / f"{name}.txt").read_text(encoding="utf-8")
    blocks = [block for block in re.split(r"\n(?=[a-zA-Z])", text) if "==" in block]
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("name", locks.ORDER)
def test_a_lock_holds_all_that_is_asked_for(name):
    assert {bare(one) for one in locks.requirements(PROJECT)[name]} <= set(pins(name))


def test_one_library_has_one_version_everywhere():
    for held, by in (("workspace", "services"), ("dev", "services"), ("dev", "workspace")):
        theirs, ours = pins(by), pins(held)
        assert {name for name in ours.keys() & theirs.keys() if ours[name] != theirs[name]} == set()


def test_both_environments_ask_with_the_same_bounds():
    services = {bare(one): one for one in PROJECT["project"]["dependencies"]}
    workspace = {bare(one): one for one in PROJECT["project"]["optional-dependencies"]["workspace"]}
    both = services.keys() & workspace.keys()
    assert {name: workspace[name] for name in both} == {name: services[name] for name in both}


def test_torch_is_in_no_lock():
    assert [name for name in locks.ORDER if "torch" in pins(name)] == []


def test_the_npm_lock_names_no_address():
    text = (ROOT / "packaging" / "node" / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in text
    assert "http" not in text.replace("http-proxy", "").replace("http-errors", "").replace('"http', '"')
