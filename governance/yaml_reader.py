"""YAML from people, read without trust: bounded, no aliases, no duplicate keys; every value knows its line.

PyYAML's safe loader refuses code but not a few hundred bytes that unfold into gigabytes (aliases), nor a key
written twice of which only the last would count. Both are refused here before any value is built.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from governance.errors import UsageError

LARGEST_BYTES = 1024 * 1024
DEEPEST = 20

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One YAML document as plain values, and the line (from 1) on which each field stands."""

    value: Any
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """Return the line of a field, or of the nearest one around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(text: str) -> list[Source]:
    """Read all documents of a text.

    Raises:
        UsageError: too large, too deep, not YAML, an alias, a duplicate key or an unsafe tag; with the line.
    """
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST_BYTES:
        raise UsageError(f"The file is larger than {LARGEST_BYTES // 1024} KiB.")
    try:
        _refuse_aliases(text)
        return [_source(node) for node in _compose(text)]
    except yaml.YAMLError as error:
        raise UsageError(_where(error)) from None
    except RecursionError:
        raise UsageError("The file is nested too deeply.") from None


def _refuse_aliases(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise _problem(event.start_mark, "aliases (*name) are not allowed")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _problem(event.start_mark, f"nested deeper than {DEEPEST} levels")


def _compose(text: str) -> Iterator[yaml.Node]:
    return (node for node in yaml.compose_all(text, Loader=yaml.SafeLoader) if node is not None)


def _source(node: yaml.Node) -> Source:
    lines: dict[Path, int] = {}
    return Source(_value(node, (), lines), lines)


def _value(node: yaml.Node, path: Path, lines: dict[Path, int]) -> Any:  # noqa: ANN401  (any plain value)
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, index), lines) for index, item in enumerate(node.value)]
    return _scalar(node)


def _mapping(node: yaml.MappingNode, path: Path, lines: dict[Path, int]) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = _scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
        if not isinstance(key, str):
            raise _problem(key_node.start_mark, "a field's name must be text")
        if key in mapping:
            raise _problem(key_node.start_mark, "this field is written twice")
        mapping[key] = _value(value_node, (*path, key), lines)
        lines[(*path, key)] = key_node.start_mark.line + 1  # a block's value starts a line below its name
    return mapping


def _scalar(node: yaml.Node) -> Any:  # noqa: ANN401  (text, number, truth value, date or nothing)
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node)
    except (ValueError, OverflowError):
        raise _problem(node.start_mark, "this value is not what it looks like") from None
    finally:
        loader.dispose()


def _problem(mark: Any, text: str) -> UsageError:  # noqa: ANN401  (PyYAML's marks are untyped)
    return UsageError(f"Line {mark.line + 1}: {text}.")


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "a character that YAML does not allow"
    return f"This is not valid YAML: {problem}." if mark is None else f"Line {mark.line + 1}: {problem}."
