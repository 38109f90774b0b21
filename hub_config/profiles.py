"""Compute profiles: what a person can choose when opening a workspace. A name is all that a form sends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class ComputeProfile:
    """Cores, memory and longest run of a workspace; the wall time is the smaller of this and the lease."""

    name: str
    title_es: str
    title_en: str
    cores: int
    memory_gib: int
    longest: timedelta


PROFILES: dict[str, ComputeProfile] = {
    profile.name: profile
    for profile in (
        ComputeProfile("small", "Pequeño", "Small", 1, 2, timedelta(hours=8)),
        ComputeProfile("medium", "Mediano", "Medium", 2, 4, timedelta(hours=8)),
        ComputeProfile("large", "Grande", "Large", 4, 16, timedelta(hours=12)),
        ComputeProfile("night", "Larga duración", "Long run", 2, 8, timedelta(hours=72)),
    )
}

WORKER_LONGEST = timedelta(hours=72)
"""A Dask worker ends with its notebook anyway."""


def offered(names: Iterable[str]) -> list[ComputeProfile]:
    """Return the profiles a project may use, in our order; names we do not know are left out."""
    wanted = set(names)
    return [profile for profile in PROFILES.values() if profile.name in wanted]
