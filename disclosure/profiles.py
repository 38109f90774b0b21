"""Disclosure profiles: the numbers a table is held to, as data, each with its source.

A profile is a policy, not code: the same file under another profile gets another verdict. A project names
its profile in its project file; `tre check` uses `acro` when none is named.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any


class ZeroRule(Enum):
    """What an empty cell means. A zero can disclose: nobody in this group has the other answer."""

    ALLOW = "allow"
    REVIEW = "review"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Rounding:
    """The only counts that may be printed: zero, and those that leave `remainder` when divided by `base`.

    Rounding to the nearest five is ``Rounding(5)``; midpoint six, which prints 3 for 1–6 and 9 for 7–12,
    is ``Rounding(6, remainder=3)``.
    """

    base: int
    remainder: int = 0


@dataclass(frozen=True, slots=True)
class DisclosureProfile:
    """The rules one project's outputs must keep. Counts are persons unless the table says otherwise."""

    name: str
    title: str
    threshold: int  # the smallest count above zero that may leave
    zeros: ZeroRule
    rounding: Rounding | None = None
    degrees_of_freedom: int = 10  # the fewest residual degrees of freedom of a model
    most_rows: int = 5_000  # a table with more rows is treated as records
    sources: Mapping[str, str] = field(default_factory=dict)


_OPENSAFELY_ROWS = "OpenSAFELY: output files above 5,000 rows are not released"

ACRO = DisclosureProfile(
    name="acro",
    title="ACRO: ten people, zeros looked at",
    threshold=10,
    zeros=ZeroRule.REVIEW,
    sources={
        "threshold": "ACRO default.yaml, safe_threshold: 10 passes, 9 does not",
        "zeros": "ACRO default.yaml, zeros_are_disclosive; held, not refused: many zeros are structural",
        "rounding": "ACRO default.yaml, safe_round_base applies only where rounding is asked for",
        "degrees_of_freedom": "ACRO default.yaml, safe_dof_threshold",
        "most_rows": _OPENSAFELY_ROWS,
    },
)

OPENSAFELY = DisclosureProfile(
    name="opensafely",
    title="OpenSAFELY: seven or fewer removed, then rounded to five",
    threshold=8,
    zeros=ZeroRule.ALLOW,
    rounding=Rounding(5),
    sources={
        "threshold": "ehrQL measures disclosure control: counts of seven or fewer become zero",
        "zeros": "the same: zero stands for zero to seven, so it says nothing about a person",
        "rounding": "the same: then rounded to the nearest five",
        "most_rows": _OPENSAFELY_ROWS,
    },
)

OPENSAFELY_MIDPOINT6 = DisclosureProfile(
    name="opensafely-midpoint6",
    title="OpenSAFELY: rounded to the middle of bands of six",
    threshold=3,
    zeros=ZeroRule.ALLOW,
    rounding=Rounding(6, remainder=3),
    sources={
        "threshold": "midpoint six prints 3 for one to six people; no smaller count exists",
        "rounding": "OpenSAFELY documentation, statistical disclosure control: midpoint six rounding",
        "most_rows": _OPENSAFELY_ROWS,
    },
)

ABS = DisclosureProfile(
    name="abs",
    title="Australian Bureau of Statistics DataLab: ten contributors",
    threshold=10,
    zeros=ZeroRule.REVIEW,
    sources={
        "threshold": "ABS DataLab output clearance: at least ten unweighted contributors",
        "zeros": "ABS DataLab: group disclosure is reviewed",
        "degrees_of_freedom": "ABS DataLab: at least ten degrees of freedom",
    },
)

DATASHIELD = DisclosureProfile(
    name="datashield",
    title="DataSHIELD: three people",
    threshold=3,
    zeros=ZeroRule.ALLOW,
    sources={"threshold": "dsBaseClient ds.listDisclosureSettings, nfilter.tab: 3"},
)

HANDBOOK = DisclosureProfile(
    name="handbook",
    title="Handbook on statistical disclosure control: three people",
    threshold=3,
    zeros=ZeroRule.REVIEW,
    sources={
        "threshold": "Handbook on SDC, frequency rule with the minimum of three; tau-ARGUS default",
        "zeros": "Handbook on SDC, group disclosure",
    },
)

PROFILES: Mapping[str, DisclosureProfile] = {
    profile.name: profile for profile in (ACRO, OPENSAFELY, OPENSAFELY_MIDPOINT6, ABS, DATASHIELD, HANDBOOK)
}
DEFAULT = ACRO.name


def get(name: str) -> DisclosureProfile:
    """Return the profile called `name`; raises `KeyError` naming those that exist."""
    if name not in PROFILES:
        raise KeyError(f"There is no disclosure profile of that name. Known: {', '.join(PROFILES)}.")
    return PROFILES[name]


def to_json(profile: DisclosureProfile) -> dict[str, Any]:
    """A profile as plain values, to cross a process border."""
    return {**asdict(profile), "zeros": profile.zeros.value}


def from_json(value: Mapping[str, Any]) -> DisclosureProfile:
    """Read what `to_json` wrote; raises `TypeError` or `ValueError` on unknown fields or values."""
    rounding = value.get("rounding")
    made = Rounding(**rounding) if rounding is not None else None
    return DisclosureProfile(**{**value, "zeros": ZeroRule(value["zeros"]), "rounding": made})
