"""What a cell says: a count, another number, a mark of suppression, words, or nothing.

One count is written in many ways: ``4``, ``4.0`` (a column with holes), ``"4"``, ``1,204``, ``4 (3.2%)``,
``4/120``, full-width digits. All of them are the same count to a reader, so they are to the checks.
"""

import re
import unicodedata
from dataclasses import dataclass

from airlock.intake.parsed import Value
from disclosure.tables import word_set


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number, never negative. `combined`: it came with a second figure, such as ``4 (3.2%)``."""

    value: int
    combined: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """Any other number, with the decimals it was printed with and whether a percent sign stood behind it."""

    value: float
    decimals: int
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A mark instead of a count; `most` is the largest count the mark admits, if it says (``<10``: 9)."""

    most: int | None = None
    text: str = "*"
    band: bool = False  # written "5-9": a mark in a column of counts, a label elsewhere


@dataclass(frozen=True, slots=True)
class Words:
    """Text that is none of these."""

    text: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """An empty cell."""


Item = Count | Number | Suppressed | Words | Nothing

MARKS = word_set(
    "* ** *** x c s . .. ... : - – — -- n/a na redacted [redacted] suppressed (suppressed) "
    "[suppressed] [c] (c) [x] suprimido [suprimido] ocultado confidential masked hidden # ## n.d. nd"
)
NOTHINGS = word_set("nan null none <na> nat")
"""How libraries write an empty cell."""

_BELOW = re.compile(r"(?:<|below|under|less than|menos de|menor que)\s*(\d{1,6})", re.IGNORECASE)
_AT_MOST = re.compile(r"(?:<=|≤|=<)\s*(\d{1,6})")
_RANGE = re.compile(r"(\d{1,6})\s*(?:-|–|—|to|a)\s*(\d{1,6})", re.IGNORECASE)
_COMBINED = re.compile(r"(\S+?)\s*[(\[]\s*[<≤]?\s*(\d[\d.,]*)\s*%?\s*[)\]]")
_FRACTION = re.compile(r"(\d{1,9})\s*(?:/|of|de)\s*(\d{1,9})", re.IGNORECASE)
_NOTED = re.compile(r"(\d[\d.,]*)\s*[*†‡a-e]{1,2}")
_PLAIN = re.compile(r"[+-]?\d{1,18}(?:\.\d{0,40})?(?:[eE][+-]?\d{1,3})?|[+-]?\.\d{1,40}")
_GROUPED_COMMA = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_GROUPED_POINT = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_GROUPED_SPACE = re.compile(r"[+-]?\d{1,3}(?:[ '’]\d{3})+(?:\.\d+)?")
_COMMA = re.compile(r"[+-]?\d{1,18},\d{1,40}")


def read(value: Value, *, decimal_comma: bool = False) -> Item:
    """Say what `value` is. `decimal_comma`: numbers in text are written "1.234,5"."""
    if value is None:
        return Nothing()
    if isinstance(value, bool):
        return Words("true" if value else "false")
    if isinstance(value, int | float):
        return _number(float(value), _decimals(value)) if isinstance(value, float) else _whole(value)
    return _text(unicodedata.normalize("NFKC", value).strip(), decimal_comma)


def _decimals(value: float) -> int:
    return len(f"{value!r}".partition(".")[2]) if "e" not in f"{value!r}" else 18


def _whole(value: int) -> Item:
    return Count(value) if value >= 0 else Number(float(value), 0)


def _number(value: float, decimals: int) -> Item:
    if value != value or value in (float("inf"), float("-inf")):
        return Nothing()
    return _whole(int(value)) if value == int(value) else Number(value, decimals)


def _text(text: str, decimal_comma: bool) -> Item:  # noqa: FBT001 - private, one caller
    lowered = text.casefold()
    if not text or lowered in NOTHINGS:
        return Nothing()
    if lowered in MARKS:
        return Suppressed(text=text)
    if matched := _BELOW.fullmatch(lowered):
        return Suppressed(max(0, int(matched[1]) - 1), text)
    if matched := _AT_MOST.fullmatch(lowered):
        return Suppressed(int(matched[1]), text)
    if (matched := _RANGE.fullmatch(lowered)) and int(matched[1]) < int(matched[2]):
        return Suppressed(int(matched[2]), text, band=True)
    return _figure(text, decimal_comma) or _composed(text, decimal_comma) or Words(text)


def _figure(text: str, decimal_comma: bool) -> Item | None:  # noqa: FBT001
    """A single number in any of its spellings, or None."""
    percent = text.endswith("%")
    bare = text.removesuffix("%").strip()
    digits = _normal(bare, decimal_comma)
    if digits is None:
        return None
    if "." not in digits and "e" not in digits.lower():
        return Number(float(digits), 0, percent) if percent else _whole(int(digits))
    decimals = len(digits.partition(".")[2]) if "e" not in digits.lower() else 18
    value = float(digits)
    if percent:
        return Number(value, decimals, percent)
    return _number(value, decimals)


def _normal(text: str, decimal_comma: bool) -> str | None:  # noqa: FBT001
    """`text` as Python writes the number, or None when it is none."""
    if decimal_comma and _GROUPED_POINT.fullmatch(text):
        return text.replace(".", "").replace(",", ".")
    if _PLAIN.fullmatch(text):
        return text
    if _GROUPED_COMMA.fullmatch(text) and not decimal_comma:
        return text.replace(",", "")
    if _GROUPED_SPACE.fullmatch(text):
        return re.sub(r"[ '’]", "", text)
    return text.replace(",", ".") if _COMMA.fullmatch(text) else None


def _composed(text: str, decimal_comma: bool) -> Item | None:  # noqa: FBT001
    """A number with company: ``4 (3.2%)``, ``4/120``, ``4*``; of a fraction the smaller count matters."""
    if matched := _FRACTION.fullmatch(text):
        return Count(min(int(matched[1]), int(matched[2])), combined=True)
    matched = _COMBINED.fullmatch(text) or _NOTED.fullmatch(text)
    if matched is None:
        return None
    first = _text(matched[1], decimal_comma)
    if isinstance(first, Count):
        return Count(first.value, combined=True)
    return None if isinstance(first, Words) else first
