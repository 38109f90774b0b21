"""Detectors of direct identifiers in text: Spanish identity and health numbers, phones, e-mail.

Each detector is a pattern and, where the number carries check characters, their arithmetic, so that an
ordinary number is not taken for a person. Where there is no check digit, a word beside it must say what it
is. Nothing here returns the identifier itself: only its kind and where it stands.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
"""Check letter by the number modulo 23. Source: Spanish Ministry of the Interior, calculation of the NIF."""
NIE_PREFIX = {"X": "0", "Y": "1", "Z": "2"}
NEAR = 30  # characters before a number in which its name must stand, where the number has no check digit


class IdentifierKind(StrEnum):
    """What a found identifier is."""

    DNI = "national identity number (DNI)"
    NIE = "foreigner's identity number (NIE)"
    NASS = "social security number (NASS)"
    CIPA = "regional health card number (CIPA)"
    NHC = "clinical record number (NHC)"
    PHONE = "telephone number"
    EMAIL = "e-mail address"
    BIRTH_DATE = "date of birth"


@dataclass(frozen=True, slots=True)
class Found:
    """An identifier of `kind` at ``text[start:end]``."""

    kind: IdentifierKind
    start: int
    end: int


def is_dni(number: str) -> bool:
    """Whether eight digits and a letter carry the right letter.

    >>> is_dni("12345678Z"), is_dni("12345678A")
    (True, False)
    """
    digits, letter = number[:-1], number[-1:].upper()
    return len(digits) == 8 and digits.isdecimal() and DNI_LETTERS[int(digits) % 23] == letter


def is_nie(number: str) -> bool:
    """Whether X, Y or Z, seven digits and a letter carry the right letter.

    >>> is_nie("X1234567L"), is_nie("X1234567A")
    (True, False)
    """
    first = NIE_PREFIX.get(number[:1].upper())
    return first is not None and is_dni(first + number[1:])


def is_nass(number: str) -> bool:
    """Whether twelve digits are a social security number: province, eight digits, two check digits modulo 97.

    Numbers below ten million are added to the province times ten million, as the Tesorería General does.

    >>> is_nass("281234567840"), is_nass("281234567841")
    (True, False)
    """
    if len(number) != 12 or not number.isdecimal() or not 1 <= int(number[:2]) <= 66:
        return False
    province, serial, check = int(number[:2]), int(number[2:10]), int(number[10:])
    base = province * 10_000_000 + serial if serial < 10_000_000 else int(number[:10])
    return base % 97 == check


def _compact(text: str) -> str:
    return re.sub(r"[\s./-]", "", text)


def _always(_: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Detector:
    """A pattern for one kind, the check its characters must pass, and what must stand before it."""

    kind: IdentifierKind
    pattern: re.Pattern[str]
    check: Callable[[str], bool] = _always
    named: re.Pattern[str] | None = None


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.]){text}(?!\w)", re.IGNORECASE)


_DATE = r"(?:\d{4}-\d{2}-\d{2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4})"

DETECTORS = (
    Detector(IdentifierKind.DNI, _pattern(r"\d{2}\.?\d{3}\.?\d{3}[ -]?[A-Z]"), is_dni),
    Detector(IdentifierKind.NIE, _pattern(r"[XYZ][ -]?\d{7}[ -]?[A-Z]"), is_nie),
    Detector(IdentifierKind.NASS, _pattern(r"\d{2}[ /-]?\d{8}[ /-]?\d{2}"), is_nass),
    Detector(IdentifierKind.CIPA, _pattern(r"\d{10}"), named=re.compile(r"\bcipa\b", re.IGNORECASE)),
    Detector(
        IdentifierKind.NHC,
        _pattern(r"\d{4,12}"),
        named=re.compile(r"\bn\.?h\.?c\b|historia cl[ií]nica|\bmrn\b|record number", re.IGNORECASE),
    ),
    Detector(IdentifierKind.PHONE, _pattern(r"(?:\+|00)34[ -]?[6789]\d{2}(?:[ -]?\d{2,3}){2,3}")),
    Detector(IdentifierKind.PHONE, _pattern(r"[67]\d{2}[ -]\d{2,3}[ -]\d{2,3}(?:[ -]\d{2})?")),
    Detector(
        IdentifierKind.PHONE,
        _pattern(r"[6789]\d{8}"),
        named=re.compile(r"\b(?:tel|tlf|tfno|tel[eé]fono|phone|m[oó]vil|mobile)\b", re.IGNORECASE),
    ),
    Detector(
        IdentifierKind.EMAIL,
        re.compile(
            r"(?<![\w.+-])[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,8}\.[a-z]{2,24}", re.IGNORECASE
        ),
    ),
    Detector(
        IdentifierKind.BIRTH_DATE,
        _pattern(_DATE),
        named=re.compile(
            r"fecha de nac|\bf\.?\s?nac|nacid[oa]|date of birth|\bdob\b|\bborn\b", re.IGNORECASE
        ),
    ),
)


def find(text: str) -> Iterator[Found]:
    """Yield the direct identifiers in `text`, detector by detector."""
    for detector in DETECTORS:
        for match in detector.pattern.finditer(text):
            if detector.check(_compact(match.group())) and _is_named(detector, text, match.start()):
                yield Found(detector.kind, match.start(), match.end())


def _is_named(detector: Detector, text: str, start: int) -> bool:
    return detector.named is None or detector.named.search(text, max(0, start - NEAR), start) is not None
