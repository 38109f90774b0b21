"""Acts on files: what of the machine, of other projects and of the environment can be seen or changed."""

import os
import shutil
import socket
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from kernels.probe.acts import Act, Outcome, Victims, demand
from kernels.protocol import DOOR, DOOR_SOCKET, HOME, WORKSPACE

CLIENTS = (
    "sbatch",
    "srun",
    "squeue",
    "scancel",
    "scontrol",
    "munge",
    "ssh",
    "curl",
    "wget",
    "nc",
    "sudo",
    "su",
)
SERVICE_MODULES = (
    *("hub_config", "airlock", "tre", "look", "kernels.relay", "kernels.sandbox", "kernels.porter"),
    *("governance.register", "governance.authority", "governance.logins", "warehouse_lib.custodian"),
)
HOST_PLACES = (
    *("/etc/tre", "/var/lib/tre", "/srv/tre", "/var/log", "/root", "/home", "/boot", "/sys", "/run/munge"),
    *(
        "/etc/slurm",
        "/etc/munge",
        "/var/spool",
        "/run/systemd",
        "/run/dbus",
        "/etc/shadow",
        "/etc/ssl/private",
    ),
)


def _write(path: str) -> Callable[[Victims], object]:
    def attempt(_: Victims) -> None:
        with tempfile.NamedTemporaryFile(dir=path):
            pass

    return attempt


def _list(path: str) -> Callable[[Victims], object]:
    return lambda _: demand(list(Path(path).iterdir()), "empty")


def _read_victim(victims: Victims) -> object:
    return Path(str(victims["file"])).read_bytes()


def _host_accounts(_: Victims) -> None:
    demand("root:" in Path("/etc/passwd").read_text(encoding="utf-8"), "no host accounts")


def _any_host_place(_: Victims) -> None:
    there = [Path(place) for place in HOST_PLACES if Path(place).exists()]
    demand([place for place in there if not is_only_the_way(place, Path(sys.prefix))], "none is there")


def is_only_the_way(place: Path, software: Path) -> bool:
    """Whether nothing lies below `place` but the way to the mounted software, which a user keeps at home."""
    if place == software:
        return True
    return software.is_relative_to(place) and all(
        is_only_the_way(below, software) for below in place.iterdir()
    )


def _client(_: Victims) -> None:
    demand([program for program in CLIENTS if shutil.which(program, path="/usr/bin:/usr/sbin:/sbin")], "none")


def _programs(folder: str) -> Iterator[Path]:
    return (Path(base) / name for base, _, names in os.walk(folder) for name in names)


def _setuid(_: Victims) -> None:
    demand(
        any(path.lstat().st_mode & (stat.S_ISUID | stat.S_ISGID) for path in _programs("/usr/bin")), "none"
    )


def _import_service_code(_: Victims) -> None:
    from importlib.util import find_spec

    demand([module for module in SERVICE_MODULES if _found(find_spec, module)], "none can be imported")


def _found(find: Callable[[str], object], module: str) -> bool:
    try:
        return find(module) is not None
    except ImportError:
        return False


def _replace_door(_: Victims) -> None:
    Path(DOOR_SOCKET).rename(f"{DOOR}/old")


def _plant_in_door(_: Victims) -> None:
    with socket.socket(socket.AF_UNIX) as planted:
        planted.bind(f"{DOOR}/planted")


def _slurm_library(_: Victims) -> None:
    libraries = Path("/usr/lib") / f"{os.uname().machine}-linux-gnu"
    readable = [
        path for pattern in ("slurm*", "libmunge*") for path in libraries.glob(pattern) if _opens(path)
    ]
    demand(readable, "none is readable")


def _opens(path: Path) -> bool:
    try:
        return bool(list(path.iterdir())) if path.is_dir() else bool(path.read_bytes())
    except OSError:
        return False


def _host_file_by_descriptor(_: Victims) -> None:
    opened = (_target(entry) for entry in Path("/proc").glob("[0-9]*/fd/*"))
    demand([path for path in opened if path.startswith("/") and _is_regular_outside(path)], "none")


def _target(entry: Path) -> str:
    try:
        return str(entry.readlink())
    except OSError:
        return ""


def _is_regular_outside(path: str) -> bool:
    known = (WORKSPACE, "/dev/", "/proc", "/tmp", "/memfd:", "/usr", "/opt")  # noqa: S108
    return not path.startswith(known)


def _device(_: Victims) -> None:
    names = (
        "mem",
        "kmem",
        "kmsg",
        "port",
        "fuse",
        "kvm",
        "vsock",
        "net/tun",
        "sda",
        "vda",
        "mapper/control",
        "loop0",
    )
    demand([name for name in names if (Path("/dev") / name).exists()], "none is there")


def _make_device(_: Victims) -> None:
    path = f"{HOME}/.probe-device"
    os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 1))
    Path(path).unlink()


def _become_root_by_mode(_: Victims) -> None:
    os.setuid(0)


FILES = (
    Act("files:host-accounts", _host_accounts),
    Act("files:host-places", _any_host_place),
    Act("files:other-project", _read_victim),
    Act("files:write-root", _write("/"), outside=None),
    Act("files:write-usr", _write("/usr/lib"), outside=None),
    Act("files:write-etc", _write("/etc"), outside=None),
    Act("files:write-dev", _write("/dev"), outside=None),
    Act("files:write-software", _write(os.path.dirname(os.__file__)), outside=None),  # noqa: PTH120
    Act("files:write-data", _write(f"{WORKSPACE}/data"), outside=None),
    Act("files:write-imports", _write(f"{WORKSPACE}/imports"), outside=None),
    Act("files:replace-door", _replace_door, outside=None),
    Act("files:plant-in-door", _plant_in_door, outside=None),
    Act("files:network-and-slurm-clients", _client),
    Act("files:setuid-programs", _setuid),
    Act("files:slurm-libraries", _slurm_library, outside=None),
    Act("files:service-code", _import_service_code, outside=None),
    Act("files:host-file-by-descriptor", _host_file_by_descriptor, outside=None),
    Act("files:devices", _device),
    Act("files:make-device", _make_device, outside=None),
    Act("files:become-root", _become_root_by_mode, outside=None),
    Act("allowed:write-home", _write(HOME), Outcome.ALLOWED, None),
    Act("allowed:write-outbox", _write(f"{WORKSPACE}/outbox"), Outcome.ALLOWED, None),
    Act("allowed:write-project", _write(f"{WORKSPACE}/project"), Outcome.ALLOWED, None),
    Act("allowed:write-tmp", _write("/tmp"), Outcome.ALLOWED),  # noqa: S108
    Act("allowed:write-shm", _write("/dev/shm"), Outcome.ALLOWED),  # noqa: S108
    Act("allowed:list-workspace", _list(WORKSPACE), Outcome.ALLOWED, None),
)
