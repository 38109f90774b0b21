"""Text is readable: every pair of ink and ground in the stylesheet meets WCAG 2.2 AA in both schemes."""

import re

import pytest

from look.places import STATIC

TEXT, PART = 4.5, 3.0  # WCAG 2.2, 1.4.3 text and 1.4.11 parts of controls
PAIRS = [
    *[(ink, ground, TEXT) for ink in ("ink", "soft", "accent") for ground in ("paper", "surface", "sunken")],
    *[(tone, f"{tone}-ground", TEXT) for tone in ("accent", "good", "hold", "stop")],
    *[("ink", f"{tone}-ground", TEXT) for tone in ("accent", "good", "hold", "stop")],
    ("stop", "surface", TEXT),
    ("accent-ink", "accent", TEXT),
    ("edge", "surface", PART),
    ("focus", "surface", PART),
    ("focus", "paper", PART),
]


def schemes():
    css = (STATIC / "tre.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in blocks)
    return {"light": light, "dark": light | dark}


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_contrast(scheme, ink, ground, least):
    colours = schemes()[scheme]
    assert contrast(colours[ink], colours[ground]) >= least
