"""Detectors of direct identifiers, by tables of what they must find and must not."""

import doctest

import pytest

from disclosure import identifiers, rounding, thresholds
from disclosure.identifiers import IdentifierKind, find, is_dni, is_nass, is_nie

FOUND = [
    ("DNI 12345678Z", IdentifierKind.DNI),
    ("12.345.678-Z", IdentifierKind.DNI),
    ("paciente 00000000t ingresada", IdentifierKind.DNI),
    ("NIE: X1234567L", IdentifierKind.NIE),
    ("y-0000000-z", IdentifierKind.NIE),
    ("NASS 28/12345678/40", IdentifierKind.NASS),
    ("CIPA: 1020304050", IdentifierKind.CIPA),
    ("NHC 0012345", IdentifierKind.NHC),
    ("historia clínica 998877", IdentifierKind.NHC),
    ("+34 612 345 678", IdentifierKind.PHONE),
    ("612 34 56 78", IdentifierKind.PHONE),
    ("tel. 912345678", IdentifierKind.PHONE),
    ("ana.garcia@example.org", IdentifierKind.EMAIL),
    ("fecha de nacimiento: 03/04/1950", IdentifierKind.BIRTH_DATE),
    ("DOB 1950-04-03", IdentifierKind.BIRTH_DATE),
]
NOT_FOUND = [
    "12345678A",  # wrong letter
    "X1234567A",
    "281234567841",  # wrong check digits
    "1020304050",  # ten digits without a word for what they are
    "912345678",
    "2020-01-01: 340",
    "E11.9",
    "0.123456789",
    "a@b",
    "concept 201826",
]


@pytest.mark.parametrize(("text", "kind"), FOUND)
def test_found(text, kind):
    assert kind in {found.kind for found in find(text)}


@pytest.mark.parametrize("text", NOT_FOUND)
def test_not_found(text):
    assert list(find(text)) == []


def test_every_wrong_check_letter_is_told_from_the_right_one():
    assert [letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if is_dni(f"12345678{letter}")] == ["Z"]
    assert [letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if is_nie(f"X1234567{letter}")] == ["L"]
    assert sum(is_nass(f"2812345678{check:02}") for check in range(100)) == 1


@pytest.mark.parametrize("text", ["", "Z", "1234567Z", "²2345678Z", "28123456784", "99123456784 0"])
def test_what_is_not_even_shaped_like_one_is_none(text):
    assert not is_dni(text)
    assert not is_nie(text)
    assert not is_nass(text)


@pytest.mark.parametrize("module", [identifiers, rounding, thresholds])
def test_examples_in_the_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0
