import socket
import threading

import pytest

from kernels.pump import pump


@pytest.fixture
def line():
    """(left person, right person, results of the pump between them)"""
    left, inner_left = socket.socketpair()
    inner_right, right = socket.socketpair()
    result = []
    thread = threading.Thread(target=lambda: result.append(pump(inner_left, inner_right)), daemon=True)
    thread.start()
    for person in (left, right):
        person.settimeout(10)
    yield left, right, lambda: (thread.join(10), result[0])[1]
    left.close()
    right.close()
    thread.join(10)
    assert not thread.is_alive()


def read_all(stream) -> bytes:
    received = b""
    while piece := stream.recv(1 << 20):
        received += piece
    return received


def test_bytes_go_both_ways_and_are_counted(line):
    left, right, result = line
    left.sendall(b"question")
    assert right.recv(100) == b"question"
    right.sendall(b"an answer")
    assert left.recv(100) == b"an answer"
    left.close()
    right.close()
    assert result() == (8, 9)


def test_one_direction_may_end_before_the_other(line):
    left, right, _ = line
    left.sendall(b"request")
    left.shutdown(socket.SHUT_WR)
    assert read_all(right) == b"request"
    right.sendall(b"late answer")
    right.close()
    assert read_all(left) == b"late answer"


def test_much_data_passes_a_slow_reader_whole(line):
    left, right, _ = line
    sent = bytes(range(256)) * 40_000  # 10 MB
    writer = threading.Thread(target=lambda: (left.sendall(sent), left.close()))
    writer.start()
    assert read_all(right) == sent
    writer.join()


def test_a_side_that_vanishes_ends_the_pair(line):
    left, right, result = line
    right.sendall(b"x" * 10)
    left.close()  # unread
    right.settimeout(10)
    assert right.recv(10) == b""
    right.close()
    assert result()[0] == 0
