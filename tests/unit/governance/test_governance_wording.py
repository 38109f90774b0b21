"""Words: the same refusals in both languages, each with the same blanks, and all that rules use."""

import ast
import string
from pathlib import Path

import pytest

import governance
from governance.wording import ENGLISH, LANGUAGES, SPANISH, Words, refuse


def blanks(words: Words) -> set[str]:
    return {
        name
        for part in (words.reason, words.remedy)
        for _, name, _, _ in string.Formatter().parse(part)
        if name
    }


def test_both_languages_word_the_same_refusals():
    assert ENGLISH.keys() == SPANISH.keys()


@pytest.mark.parametrize("key", ENGLISH)
def test_both_languages_have_the_same_blanks_and_sentences(key: str):
    assert blanks(ENGLISH[key]) == blanks(SPANISH[key])
    for words in (ENGLISH[key], SPANISH[key]):
        assert words.reason.endswith(".")
        assert words.remedy.endswith(".")


def test_another_language_falls_back_to_english():
    assert refuse("password", "fr").reason == ENGLISH["password"].reason
    assert set(LANGUAGES) == {"en", "es"}


def test_every_rule_named_in_the_code_has_words():
    named = {
        call.args[0].value
        for file in Path(governance.__file__).parent.glob("*.py")
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in {"refuse", "within"}
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }
    worded = {key.split("/")[0] for key in ENGLISH}
    assert named
    assert named <= worded


@pytest.mark.parametrize(
    "rule", ["project-valid", "ethics-valid", "membership-valid", "training-valid", "house-role"]
)
def test_what_has_dates_is_worded_for_before_and_after(rule: str):
    assert {f"{rule}/early", f"{rule}/over"} <= ENGLISH.keys()
