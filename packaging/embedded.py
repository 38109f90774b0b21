"""Set up and start the embedded profile: one unprivileged user plays everybody, without SLURM.

    embedded.py needs INSTANCE     refuse, with words, what this user or machine cannot do; nothing is changed
    embedded.py places INSTANCE    print where software, configuration and state are kept, a line each
    embedded.py start INSTANCE     folders, settings, secrets, database, edge; then every service, and wait

Standard library only: the system's Python runs this. What is done already is not done again. The services are
data; supervisord's configuration follows from them, as Ansible's does in the other profiles.
"""

import argparse
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import instance_facts

from governance.instance import DEFAULT_INSTANCE, Instance, Profile, from_settings, settings_file

REFUSED = 1
LONGEST_SOCKET = 107  # bytes of a unix socket's path (unix(7), sun_path less its end)
A_DOOR = "relay/doors/0123456789abcdef0123/socket"  # the longest socket of an instance
READY_WITHIN_S = 90.0
PROGRAMS = {"npm": "npm", "node": "nodejs", "nginx": "nginx", "bwrap": "bubblewrap", "openssl": "openssl"}
"""Programs the profile needs, and the Debian package that has each."""
FIXED_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
FOLDERS = (
    *("etc", "etc/airlock", "etc/audit", "etc/pki", "etc/edge", "state", "state/register", "state/hub"),
    *("state/audit-checkpoints", "state/probes", "state/edge", "state/warehouse", "state/airlock", "run"),
    *("run/executor", "run/broker", "run/relay", "run/airlock", "run/edge", "data", "log", "software"),
)


@dataclass(frozen=True, slots=True)
class Service:
    """One long-running program; `ready` is the socket or loopback port at which it answers."""

    name: str
    command: tuple[str, ...]
    ready: Path | int
    directory: str = "/"


def instance_of(name: str) -> Instance:
    """Return the embedded instance as its settings say, or as its name implies before there are any."""
    own = Path.home() / ".config" / "tre" / f"{name}.toml"
    return instance_facts.load(name) if own.is_file() else from_settings(name, {"profile": "embedded"})


def told_places(instance: Instance) -> tuple[Path, ...]:
    """Return the folders up_embedded.sh asks for, in its order."""
    return (instance.paths.software, instance.paths.etc, instance.paths.state)


# ---- what is needed ----


def why_not(name: str) -> Iterator[str]:
    """Yield every reason why this user cannot have this instance here."""
    if os.getuid() == 0:
        yield "root has no need of the embedded profile, and a workspace must not run as root."
    taken = settings_file(name)
    if taken is not None and not taken.is_relative_to(Path.home()):
        yield f"the machine has an instance {name} of its own; name yours: make up INSTANCE=mine"
        return
    instance = instance_of(name)
    if instance.profile is not Profile.EMBEDDED:
        yield f"{taken} describes another profile."
    if len(bytes(instance.paths.run / A_DOOR)) > LONGEST_SOCKET:
        yield f"{instance.paths.run} is too long for unix sockets; set a shorter `run` in [paths]."
    if missing := sorted(missing_packages()):
        yield f"Debian packages are missing, and only root can install them: {' '.join(missing)}"


def missing_packages() -> Iterator[str]:
    """Yield the Debian packages that hold what is not here."""
    if importlib.util.find_spec("ensurepip") is None:
        yield "python3-venv"
    for program, package in PROGRAMS.items():
        if shutil.which(program, path=FIXED_PATH) is None:
            yield package


# ---- what is made ----


def make_places(instance: Instance) -> None:
    """Make the folders, the user's alone, and the settings file."""
    for folder in FOLDERS:
        part, _, rest = folder.partition("/")
        place = getattr(instance.paths, part) / rest
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = Path.home() / ".config" / "tre" / f"{instance.name}.toml"
    settings.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not settings.exists():
        text = (
            f"# Instance {instance.name}; what is absent here follows from its name (governance/instance.py)."
        )
        settings.write_text(f'{text}\nprofile = "embedded"\n', encoding="utf-8")


def make_contents(instance: Instance) -> None:
    """Fill what the services expect: software, secrets, database, keys, the edge's configuration."""
    paths = instance.paths
    tre = (str(paths.software / "services" / "bin" / "tre"), "--instance", instance.name)
    if os.access(paths.software, os.W_OK):  # else another instance's, which is complete
        install_proxy(paths.software)
        kernels = (str(paths.workspace_python), "-m", "kernels.kernelspecs")
        run(*kernels, "--prefix", str(paths.software / "workspace"))
    secret = paths.etc / "airlock" / "oauth_secret"
    if not secret.exists():
        run("/usr/bin/openssl", "rand", "-hex", "-out", str(secret), "32")
        secret.chmod(0o400)
    run(*tre, "database", "upgrade")
    run(*tre, "release", "keygen")
    run(str(paths.services_python), "-I", "-m", "hub_config.edge", instance=instance.name)


def install_proxy(software: Path) -> None:
    """Install the npm packages the lock names, unless they are there."""
    source = Path(__file__).parent / "node"
    lock = software / "package-lock.json"
    installed = software / "node_modules" / ".package-lock.json"
    wanted = (source / "package-lock.json").read_bytes()
    if installed.exists() and lock.exists() and lock.read_bytes() == wanted:
        return
    for file in ("package.json", "package-lock.json"):
        shutil.copyfile(source / file, software / file)
    npm = (shutil.which("npm", path=FIXED_PATH) or "npm", "ci", "--omit=dev", "--ignore-scripts")
    run(*npm, "--no-audit", "--no-fund", directory=software)


def run(*argv: str, directory: Path | None = None, instance: str = "") -> None:
    """Run one command; its output is shown only when it fails."""
    told = {**os.environ, "TRE_INSTANCE": instance} if instance else None
    done = subprocess.run(
        argv, cwd=directory, env=told, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        sys.stderr.write(done.stdout[-2000:] + done.stderr[-2000:])
        raise SystemExit(f"failed: {' '.join(argv[:6])} …")


# ---- what runs ----


def services(instance: Instance) -> tuple[Service, ...]:
    """List the services in the order of their need. One relay is both sides, so nothing crosses a network."""
    paths, ports = instance.paths, instance.ports
    python = (str(paths.services_python), "-I", "-u", "-m")
    packages = next((paths.software / "services" / "lib").glob("python3.*"), Path()) / "site-packages"
    hub = (*python, "jupyterhub", "-f", str(packages / "hub_config" / "jupyterhub_config.py"))
    own_log = ("/bin/sh", "-c", 'file=$1; shift; exec "$@" >>"$file" 2>&1', "own_log")
    nginx = (
        shutil.which("nginx", path=FIXED_PATH) or "nginx",
        "-e",
        "stderr",
        "-c",
        str(paths.etc / "nginx.conf"),
    )
    return (
        Service("executor", (*python, "hub_config.local_executor"), paths.socket("executor")),
        Service("broker", (*python, "hub_config.broker"), paths.socket("broker")),
        Service("relay", (*python, "kernels.relay"), paths.socket("relay")),
        Service("airlock", (*python, "airlock.serve"), ports.airlock),
        # Its proxy outlives it and must not hold the other end of a closed pipe.
        Service("hub", (*own_log, str(paths.log / "hub-own.log"), *hub), ports.hub, str(paths.state / "hub")),
        Service("edge", nginx, ports.edge),
    )


def supervisord_conf(instance: Instance, programs: Sequence[Service]) -> str:
    """Write supervisord's configuration."""
    paths = instance.paths
    head = f"""; Instance {instance.name}, embedded. Written by packaging/embedded.py.
[supervisord]
logfile={paths.log}/supervisord.log
pidfile={paths.run}/supervisord.pid
childlogdir={paths.log}
directory=/
umask=077

[unix_http_server]
file={paths.run}/supervisor.socket
chmod=0700

[supervisorctl]
serverurl=unix://{paths.run}/supervisor.socket

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""
    return head + "".join(_program(instance, number, one) for number, one in enumerate(programs, start=1))


def _program(instance: Instance, number: int, service: Service) -> str:
    told = {
        "TRE_INSTANCE": instance.name,
        "PATH": f"{instance.paths.software}/services/bin:{FIXED_PATH}",
        "HOME": str(Path.home()),
        "LANG": "C.UTF-8",
        "TRE_SERVICE": service.name,
    }
    words = " ".join("'" + word.replace("%", "%%") + "'" for word in service.command)
    environment = ",".join(f'{key}="{value}"' for key, value in told.items())
    ends_group = "false" if service.name == "hub" else "true"
    return f"""
[program:{service.name}]
priority={10 * number}
command={words}
directory={service.directory}
environment={environment}
autorestart=true
startsecs=2
startretries=20
stopwaitsecs=15
stopasgroup={ends_group}
killasgroup={ends_group}
redirect_stderr=true
stdout_logfile={instance.paths.log}/{service.name}.log
stdout_logfile_maxbytes=20MB
stdout_logfile_backups=3
"""


def start(instance: Instance) -> None:
    """Start supervisord, or let the one that runs restart everything on the software that is there now."""
    programs = services(instance)
    file = instance.paths.etc / "supervisord.conf"
    file.write_text(supervisord_conf(instance, programs), encoding="utf-8")
    tools = instance.paths.software / "services" / "bin"
    control = (str(tools / "supervisorctl"), "-c", str(file))
    running = subprocess.run([*control, "pid"], capture_output=True, check=False).returncode == 0
    if running:
        run(*control, "update")
        run(*control, "restart", "all")
    else:
        clean = ("/usr/bin/env", "-i", f"PATH={FIXED_PATH}", f"HOME={Path.home()}", "LANG=C.UTF-8")
        marks = (f"TRE_INSTANCE={instance.name}", "TRE_SERVICE=supervisord")
        run(*clean, *marks, str(tools / "supervisord"), "-c", str(file))
    wait(programs)


def wait(programs: Sequence[Service]) -> None:
    """Wait until each service answers; name the first that does not."""
    deadline = time.monotonic() + READY_WITHIN_S
    for one in programs:
        while not answers(one.ready):
            if time.monotonic() > deadline:
                raise SystemExit(
                    f"failed: {one.name} does not answer; its log is in the instance's log folder"
                )
            time.sleep(0.2)


def answers(place: Path | int) -> bool:
    """Knock once."""
    family = socket.AF_INET if isinstance(place, int) else socket.AF_UNIX
    with socket.socket(family) as knock:
        try:
            knock.connect(("127.0.0.1", place) if isinstance(place, int) else str(place))
        except OSError:
            return False
    return True


def main(arguments: Sequence[str]) -> int:
    """Do one step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=["needs", "places", "start"])
    parser.add_argument("instance", default=DEFAULT_INSTANCE)
    given = parser.parse_args(arguments)
    os.umask(0o077)
    if reasons := list(why_not(given.instance)):
        sys.stderr.write("".join(f"Refused: {reason}\n" for reason in reasons))
        return REFUSED
    instance = instance_of(given.instance)
    if given.step == "places":
        sys.stdout.write("".join(f"{place}\n" for place in told_places(instance)))
    if given.step == "start":
        make_places(instance)
        make_contents(instance)
        start(instance)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
