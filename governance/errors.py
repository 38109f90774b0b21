"""Errors by audience: each kind knows its exit code, and no message ever carries a patient value.

Exit codes are a stable interface (docs/architecture.md): 0 done, 1 refused by a rule, 2 wrong usage,
3 something is broken. A refusal inside the program is a value (`governance.decisions`); these exceptions
carry one across a process boundary, to the command line or to a page.
"""

from governance.decisions import Refused


class TreError(Exception):
    """Base of everything the project raises for a person to read; the message is the whole story."""

    exit_code = 3


class RefusedError(TreError):
    """A rule said no. Carries the decision, so that page, log and command line word it the same way."""

    exit_code = 1

    def __init__(self, refusal: Refused) -> None:
        super().__init__(f"{refusal.reason} {refusal.remedy}".strip())
        self.refusal = refusal


class UsageError(TreError):
    """The caller asked for something that does not exist or is malformed: fix the call and try again."""

    exit_code = 2


class BrokenError(TreError):
    """A component is missing, unreachable or damaged; the message names it."""

    exit_code = 3
