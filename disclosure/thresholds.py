"""Primary rules on one count: too few people, or nobody.

Claim: a published count of at least the threshold does not single out a person by itself. Assumptions: the
count is of persons, and each is equally able to recognise the others. Source: the profile's own.
"""

from enum import Enum

from disclosure.profiles import DisclosureProfile, ZeroRule


class CountClass(Enum):
    """What a single published count means under a profile."""

    SAFE = "safe"
    SMALL = "small"  # between one and the threshold
    ZERO = "zero"  # nobody, where the profile cares


def classify(count: int, profile: DisclosureProfile) -> CountClass:
    """Say what publishing `count` would mean.

    >>> from disclosure.profiles import ACRO
    >>> [classify(n, ACRO).value for n in (0, 1, 9, 10)]
    ['zero', 'small', 'small', 'safe']
    """
    if count == 0:
        return CountClass.SAFE if profile.zeros is ZeroRule.ALLOW else CountClass.ZERO
    return CountClass.SMALL if count < profile.threshold else CountClass.SAFE
