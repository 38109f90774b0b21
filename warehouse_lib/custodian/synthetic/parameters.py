"""Reads the parameters of the made-up population: what exists, how common it is, what comes with what.

The numbers are chosen to look plausible in a table, not taken from any registry; they support no inference.
"""

import csv
import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

MALE, FEMALE = 8507, 8532
EHR_TYPE = 32817
INPATIENT, OUTPATIENT, EMERGENCY = 9201, 9202, 9203
SMOKER, NEVER_SMOKER = 2_000_000_801, 2_000_000_802
PROGRESS_NOTE = 2_000_000_810


@dataclass(frozen=True, slots=True)
class Condition:
    """A disease: log-odds at age 50, change per decade of age and for women; or an acute yearly log-rate."""

    id: int
    odds: float
    per_decade: float
    female: float
    chronic: bool


@dataclass(frozen=True, slots=True)
class Drug:
    """A medicine: what it treats, the share of those with the disease who get it, dispensings per year."""

    id: int
    treats: tuple[int, ...]
    share: float
    refills: float


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measured quantity: its healthy distribution, reference range, and what each disease adds."""

    id: int
    unit_id: int
    unit: str
    mean: float
    sd: float
    low: float
    high: float
    decimals: int
    panel: str
    raised_by: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Everything the generator draws from."""

    chronic: tuple[Condition, ...]
    acute: tuple[Condition, ...]
    comorbidities: tuple[tuple[int, int, float], ...]
    drugs: tuple[Drug, ...]
    measurements: tuple[Measurement, ...]
    procedures: tuple[tuple[int, float], ...]
    age_bands: tuple[tuple[int, float], ...]
    names: dict[str, tuple[str, ...]]
    notes: tuple[str, ...]

    def column(self, condition: int) -> int:
        """Return the position of a chronic condition in the presence matrix."""
        return next(i for i, known in enumerate(self.chronic) if known.id == condition)


def lines(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the data files beside this module."""
    text = files("warehouse_lib.custodian.synthetic").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


@cache
def parameters() -> Parameters:
    """Load all parameters once per process."""
    conditions = [_condition(line) for line in lines("conditions.csv") if line["course"]]
    return Parameters(
        chronic=tuple(c for c in conditions if c.chronic),
        acute=tuple(c for c in conditions if not c.chronic),
        comorbidities=tuple(
            (int(r["cause"]), int(r["effect"]), float(r["log_odds"])) for r in lines("comorbidities.csv")
        ),
        drugs=tuple(_drug(line) for line in lines("drugs.csv") if line["treats"]),
        measurements=tuple(_measurement(line) for line in lines("measurements.csv") if line["unit"]),
        procedures=tuple((int(r["id"]), float(r["weight"])) for r in lines("procedures.csv") if r["weight"]),
        age_bands=tuple((int(r["age_from"]), float(r["weight"])) for r in lines("population.csv")),
        names=_names(),
        notes=tuple(r["text"] for r in lines("notes.csv")),
    )


def shares(weights: list[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Scale weights to probabilities that sum to one."""
    array = np.array(weights, dtype=np.float64)
    return np.asarray(array / array.sum())


def _condition(line: dict[str, str]) -> Condition:
    return Condition(
        int(line["id"]),
        float(line["odds"]),
        float(line["age"]),
        float(line["female"]),
        line["course"] == "chronic",
    )


def _drug(line: dict[str, str]) -> Drug:
    treats = tuple(int(code) for code in line["treats"].split(";"))
    return Drug(int(line["id"]), treats, float(line["share"]), float(line["refills"]))


def _measurement(line: dict[str, str]) -> Measurement:
    effects = (part.split(":") for part in line["raised_by"].split(";"))
    return Measurement(
        id=int(line["id"]),
        unit_id=int(line["unit_id"]),
        unit=line["unit"],
        mean=float(line["mean"]),
        sd=float(line["sd"]),
        low=float(line["low"]),
        high=float(line["high"]),
        decimals=int(line["decimals"]),
        panel=line["panel"],
        raised_by=tuple((int(code), float(delta)) for code, delta in effects),
    )


def _names() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in lines("names.csv"):
        found[line["kind"]] = (*found.get(line["kind"], ()), line["text"])
    return found
