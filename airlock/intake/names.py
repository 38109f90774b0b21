"""The law of names that may leave: what a person sees on the page is what the receiver will get.

Names are hostile: they can hold control characters, text that reads backwards, path tricks, or bytes that
are no text. A name that breaks the law is refused with the reason, and only ever shown through `display`.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from airlock.intake.limits import STAGING, StagingLimits
from governance.decisions import Refused

INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that print as nothing or change how their neighbours read (bidirectional marks)."""
ELSEWHERE = frozenset('\\:*?"<>|')
"""Characters that mean something else on the receiver's system, where a release is unpacked."""
SHOWN = 80  # characters of a name shown in a message


def display(name: str) -> str:
    """`name` as it may be shown: every invisible character replaced by a visible mark, long names cut."""
    shown = "".join("\N{REPLACEMENT CHARACTER}" if _invisible(letter) else letter for letter in name)
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"


def _invisible(letter: str) -> bool:
    return unicodedata.category(letter) in INVISIBLE


@dataclass(frozen=True, slots=True)
class NameRule:
    """One way in which a relative path can be wrong, and what the person is told."""

    rule: str
    broken_by: Callable[[str], bool]
    reason: str


def _parts(path: str) -> list[str]:
    return path.split("/")


RULES = (
    NameRule("name.empty", lambda path: not path.strip(), "The file has no name."),
    NameRule("name.absolute", lambda path: path.startswith("/"), "Name the file relative to your outbox."),
    NameRule(
        "name.path",
        lambda path: any(part in {"", ".", ".."} for part in _parts(path)),
        "The path may not hold '.', '..' or empty parts.",
    ),
    NameRule(
        "name.invisible",
        lambda path: any(_invisible(letter) for letter in path),
        "The name holds characters that cannot be seen or are not text.",
    ),
    NameRule(
        "name.elsewhere",
        lambda path: any(letter in ELSEWHERE for letter in path),
        'The name holds one of the characters \\ : * ? " < > |, which other systems do not accept.',
    ),
    NameRule(
        "name.edge",
        lambda path: any(
            part[:1] in "-." or part != part.strip() or part.endswith(".") for part in _parts(path)
        ),
        "No part of the name may start with '-' or '.', end with '.', or start or end with a space.",
    ),
)


def why_not(path: str, limits: StagingLimits = STAGING) -> Refused | None:
    """The reason why a file may not be asked for by this path (relative to an outbox); None when it may."""
    for rule in RULES:
        if rule.broken_by(path):
            return Refused(rule.reason, "Rename the file and submit it again.", rule.rule)
    parts = _parts(path)
    if len(parts) > limits.deepest or any(len(part.encode()) > limits.longest_name for part in parts):
        reason = (
            f"The name is longer than {limits.longest_name} bytes or more than {limits.deepest} folders deep."
        )
        return Refused(reason, "Rename the file and submit it again.", "name.long")
    return None
