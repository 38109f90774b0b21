"""One way to write a JSON value as bytes, so that hashes and signatures mean the same everywhere."""

import json
from typing import Any

# Sorted keys, no spaces, no NaN, non-ASCII letters as they are. Built once: a chain has a million links.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(value: Any) -> str:  # noqa: ANN401  (any JSON value)
    """Write a JSON value in its one canonical form; `ValueError` for what JSON cannot hold (NaN)."""
    return _ENCODER.encode(value)
