"""What the probe tries to reach, really put up outside the sandbox, within the reach of the job's account."""

import contextlib
import ctypes
import json
import os
import secrets
import socket
import subprocess
from multiprocessing import shared_memory
from pathlib import Path

IPC_CREAT, IPC_RMID = 0o1000, 0
libc = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def victims(folder: Path, uid: int, address: str):
    """Yield the targets by name; all of them are reachable for `uid` outside."""
    name = f"tre-{secrets.token_hex(4)}"
    with contextlib.ExitStack() as held:
        listener = held.enter_context(socket.create_server(("127.0.0.1", 0)))
        abstract = held.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind(f"\0{name}")
        abstract.listen()
        by_path = held.enter_context(socket.socket(socket.AF_UNIX))
        by_path.bind(str(folder / name))
        by_path.listen()
        (folder / name).chmod(0o666)
        readable = folder / f"{name}.txt"
        readable.write_text("another project's file")
        readable.chmod(0o644)
        memory = shared_memory.SharedMemory(name, create=True, size=16)
        held.callback(lambda: (memory.close(), memory.unlink()))
        Path("/dev/shm", name).chmod(0o666)
        key = secrets.randbelow(2**30) + 1
        segment = libc.shmget(key, 4096, IPC_CREAT | 0o666)
        assert segment >= 0
        held.callback(libc.shmctl, segment, IPC_RMID, None)
        sleeper = held.enter_context(sleeping(uid))
        yield {
            "tcp_port": listener.getsockname()[1],
            "abstract": name,
            "socket": str(folder / name),
            "file": str(readable),
            "shm": name,
            "shm_key": key,
            "pid": sleeper.pid,
            "address": address,
        }


@contextlib.contextmanager
def sleeping(uid: int):
    process = subprocess.Popen(["/usr/bin/sleep", "600"], user=uid, group=uid, extra_groups=[], env={})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def write(path: Path, named: dict, uid: int) -> None:
    path.write_text(json.dumps(named))
    os.chown(path, uid, -1)
