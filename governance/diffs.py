"""What applying a file would change: field by field, before and after."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from governance.canonical import canonical


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs. `before` is None for what appears, `after` for what goes."""

    where: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Diff:
    """All changes of one file, in the order in which they apply; empty when the register already says so."""

    changes: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes)

    def __add__(self, other: "Diff") -> "Diff":
        return Diff(self.changes + other.changes)


def compare(where: str, before: Any, after: Any) -> Diff:  # noqa: ANN401  (JSON values)
    """Return the leaves in which two JSON values differ, named from `where` down."""
    old, new = dict(_leaves(where, before)), dict(_leaves(where, after))
    fields = [*old, *(field for field in new if field not in old)]
    changed = (field for field in fields if old.get(field) != new.get(field))
    return Diff(tuple(Change(field, old.get(field), new.get(field)) for field in changed))


def _leaves(where: str, value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(f"{where}.{key}", inner)
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for index, inner in enumerate(value):
            yield from _leaves(f"{where}.{index}", inner)
    elif value is not None:
        yield where, canonical(value)
