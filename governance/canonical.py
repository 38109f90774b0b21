"""One way to write a JSON value as bytes, so that hashes and signatures mean the same everywhere."""

import json
from typing import Any


def canonical(value: Any) -> str:  # noqa: ANN401  (any JSON value)
    """Write JSON with sorted keys, no spaces, no NaN, and non-ASCII letters as they are."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
