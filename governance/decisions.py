"""A decision is a value with its reason: allowed until a moment, or refused with a remedy. Never a bool."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Allowed:
    """Yes, until the earliest of all expiries that matter: the lease (UTC, aware)."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """No, with the reason in words for the person and what can be done about it.

    `rule` is the stable name of the rule that refused, for audit events, tests and translations.
    """

    reason: str
    remedy: str = ""
    rule: str = "unknown"


Decision = Allowed | Refused
