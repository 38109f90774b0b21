"""What an act is: something tried for real, and what should come of it inside and outside a sandbox."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What came of an act. `UNTESTED`: its victim was not named, so nothing was learned."""

    ALLOWED = "ALLOWED"
    BLOCKED = "BLOCKED"
    UNTESTED = "UNTESTED"


@dataclass(frozen=True, slots=True)
class Victims:
    """Targets that a test or a node's start puts up outside, so that reaching them is possible."""

    named: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  (JSON)
        """Return a target. Raises NoVictimError when nobody put it up."""
        if name not in self.named:
            raise NoVictimError(name)
        return self.named[name]


class NoVictimError(Exception):
    """An act has nothing to be tried on."""


class NotPossibleError(Exception):
    """An act failed without an error of the system: what it looked for is not there."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act. `attempt` returns when it succeeded and raises when it did not."""

    name: str
    attempt: Callable[[Victims], object]
    inside: Outcome = Outcome.BLOCKED
    outside: Outcome | None = Outcome.ALLOWED  # None: depends on the machine or on who runs it

    def outcome(self, victims: Victims) -> Outcome:
        """Try it."""
        try:
            self.attempt(victims)
        except NoVictimError:
            return Outcome.UNTESTED
        except Exception:  # noqa: BLE001  (whatever stopped it, it was stopped)
            return Outcome.BLOCKED
        return Outcome.ALLOWED


def demand(condition: object, what: str) -> None:
    """Fail an act whose condition does not hold."""
    if not condition:
        raise NotPossibleError(what)
