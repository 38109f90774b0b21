"""What a relay tells its operator: one JSON object a line on standard error, never a token or a body."""

import json
import sys
import threading
from datetime import UTC, datetime

_ONE_AT_A_TIME = threading.Lock()


def tell(event: str, **facts: str | int | float | bool | None) -> None:
    """Write one event with its facts; a supervisor keeps the stream."""
    line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **facts})
    with _ONE_AT_A_TIME:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
