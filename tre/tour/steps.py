"""A step of the tour: a name, what it does, and how it ended. The whole tour is a list of these."""

import os
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Generic, TypeVar

from governance.errors import TreError

Visit = TypeVar("Visit")


class StepFailedError(TreError):
    """What the step expected did not happen; the message says what was seen instead."""


@dataclass(frozen=True)
class Step(Generic[Visit]):
    """One thing a person does, with what must be true afterwards. `act` returns a short detail."""

    name: str
    act: Callable[[Visit], str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a step ended. Its fields are a stable interface (`tre tour --json`)."""

    name: str
    ok: bool
    seconds: float
    detail: str

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return asdict(self)


def walk(steps: tuple[Step[Visit], ...], visit: Visit, tell: Callable[[Outcome], None]) -> list[Outcome]:
    """Take the steps in order and stop at the first that fails: each builds on the one before."""
    outcomes: list[Outcome] = []
    for step in steps:
        outcomes.append(_take(step, visit))
        tell(outcomes[-1])
        if not outcomes[-1].ok:
            break
    return outcomes


def _take(step: Step[Visit], visit: Visit) -> Outcome:
    begun = time.monotonic()
    try:
        detail, ok = step.act(visit), True
    except Exception as error:  # noqa: BLE001  (whatever goes wrong is the step's result)
        if os.environ.get("TRE_DEBUG"):
            traceback.print_exception(error)
        detail, ok = f"{type(error).__name__}: {error}", False
    return Outcome(step.name, ok, round(time.monotonic() - begun, 2), detail)
