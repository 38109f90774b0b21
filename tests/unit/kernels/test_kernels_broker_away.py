"""A broker that is away for a moment is waited for; one that stays away breaks the question alone."""

import json
import socket
import threading
import time
from pathlib import Path

import pytest

from governance.errors import BrokenError
from kernels.protocol import Verb
from kernels.relay import broker


def test_a_broker_that_comes_back_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "socket"

    def come_back() -> None:
        time.sleep(0.5)
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
            server.listen()
            with server.accept()[0] as connection:
                connection.recv(4096)
                connection.sendall(json.dumps({"answer": {"phase": "ready"}}).encode() + b"\n")

    thread = threading.Thread(target=come_back)
    thread.start()
    assert broker.LocalBroker(path).ask(Verb.STATE) == {"phase": "ready"}
    thread.join()


def test_a_broker_that_stays_away_is_said_to_be_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "BROKER_RETURNS_WITHIN_S", 0.3)
    with pytest.raises(BrokenError, match="broker"):
        broker.LocalBroker(tmp_path / "socket").ask(Verb.STATE)
