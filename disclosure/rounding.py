"""Rounding counts, and telling whether a printed count was rounded.

Ties go up, so that the same count always prints the same number. Source of midpoint rounding: OpenSAFELY.
"""

from disclosure.profiles import Rounding


def is_rounded(count: int, rounding: Rounding) -> bool:
    """Whether `count` may have come out of `rounding`: zero, or the right remainder."""
    return count == 0 or count % rounding.base == rounding.remainder % rounding.base


def rounded(count: int, rounding: Rounding) -> int:
    """The printed number for `count`.

    >>> [rounded(n, Rounding(5)) for n in (0, 2, 3, 8, 12, 13)]
    [0, 0, 5, 10, 10, 15]
    >>> [rounded(n, Rounding(6, remainder=3)) for n in (0, 1, 6, 7, 12, 13)]
    [0, 3, 3, 9, 9, 15]
    """
    if count == 0:
        return 0
    if rounding.remainder:
        return -(-count // rounding.base) * rounding.base - (rounding.base - rounding.remainder)
    return (2 * count + rounding.base) // (2 * rounding.base) * rounding.base
