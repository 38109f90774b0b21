"""Coarsening as DuckDB expressions: ages capped, days of birth withheld, areas cut to their prefix.

Ages are capped the way OHDSI sites do: the year of birth moves forward until nobody is older than the cap
at the last date recorded for them, so no derived age can exceed it (HIPAA Safe Harbor: ages over 89).
"""

from warehouse_lib.catalogue.model import Coarsening, Column

AGE_CAP = 89
AREA_DIGITS = 2
"""Two digits of a Spanish postal code name the province."""


def coarsened(column: Column, reference: str, person: str) -> str | None:
    """Return the SQL expression for a column that must be coarsened; None when it is withheld.

    Args:
        column: a column whose `coarsening` is set.
        reference: SQL that yields its value.
        person: alias of the person map, with ``birth``, ``last`` (dates) and ``shift`` (days).
    """
    if column.coarsening is Coarsening.AGE_CAP:
        return capped_year_of_birth(person)
    if column.coarsening is Coarsening.AREA_PREFIX:
        return f"left({reference}, {AREA_DIGITS})"
    return None


def capped_year_of_birth(person: str) -> str:
    """Return SQL for the year of the shifted birth date, moved so that the last age is at most the cap."""
    born = f"year({person}.birth - {person}.shift)"
    last = f"year({person}.last - {person}.shift)"
    return f"CAST(greatest({born}, coalesce({last} - {AGE_CAP}, {born})) AS INTEGER)"
