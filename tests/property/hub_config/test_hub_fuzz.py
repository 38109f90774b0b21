"""Hostile options and scripts by the ten thousand: nothing leaves the grammar, or is more than a name."""

import random
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from governance.decisions import Refused
from hub_config import options
from hub_config.executor import GRAMMAR, why_not_in_grammar
from tests.unit.hub_config.test_hub_executor import EXPECTED, a_script

PIECES = [
    "\n", "\r\n", "\0", "#SBATCH --uid=0", "#SBATCH --wrap=id", "; id", "$(id)", "`id`", "&& id", " ", "\t",
    "exec sh", "--export=ALL", "-p x", "#SBATCH", "'", '"', "\\\n", "é", "%j", "=0", "../", "root", "m1",
]  # fmt: skip
MUTANTS = 10_000


def mutant(rng: random.Random, text: str) -> str:
    """Insert, delete, replace or swap at one to three places."""
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(text) + 1)
        match rng.randrange(4):
            case 0:
                text = text[:at] + rng.choice(PIECES) + text[at:]
            case 1:
                text = text[:at] + text[at + rng.randint(1, 12) :]
            case 2:
                text = text[:at] + rng.choice(PIECES) + text[at + rng.randint(1, 12) :]
            case _:
                lines = text.split("\n")
                rng.shuffle(lines)
                text = "\n".join(lines)
    return text


def test_ten_thousand_mutated_scripts_pass_only_inside_the_grammar() -> None:
    rng = random.Random(20261124)  # the same ten thousand everywhere
    original = a_script()
    patterns = [re.compile(line.pattern) for line in GRAMMAR]
    passed = 0
    for _ in range(MUTANTS):
        text = mutant(rng, original)
        if why_not_in_grammar(text, EXPECTED) is None:
            passed += 1
            lines = text.split("\n")
            assert all(any(p.fullmatch(line) for p in patterns) for line in lines)
            command = [line for line in lines if line and not line.startswith("#")]
            assert command == [line for line in original.split("\n") if line.startswith("exec ")]
            assert text.count("tre-0123456789abcdef0123") == 1
    assert passed < MUTANTS / 10


def test_ten_thousand_option_bodies_give_a_profile_name_or_a_refusal() -> None:
    rng = random.Random(4)
    keys = ["profile", "account", "cmd", "cores", "project", "uid", "", "environment", "profile "]
    values: list[object] = [
        "small",
        "",
        None,
        1,
        True,
        [],
        {},
        "a\nb",
        "--uid=0",
        "A",
        "x" * 999,
        ["small"],
        1.5,
    ]
    for _ in range(10_000):
        body: object = {rng.choice(keys): rng.choice(values) for _ in range(rng.randint(0, 3))}
        if rng.random() < 0.1:
            body = rng.choice(values)
        read = options.from_options(body)
        assert isinstance(read, Refused) or (read == body and options.NAME_LAW.fullmatch(read["profile"]))


@given(st.dictionaries(st.text(), st.lists(st.text())))
@settings(max_examples=200)
def test_any_form_gives_a_profile_name_or_a_refusal(form: dict[str, list[str]]) -> None:
    read = options.from_form(form)
    assert isinstance(read, Refused) or set(read) == {"profile"}


@given(st.text(alphabet=st.characters(codec="ascii")))
@settings(max_examples=300)
def test_any_text_is_no_script(text: str) -> None:
    assert why_not_in_grammar(text, EXPECTED)
