"""``make down``: stop an instance and take away what it put into the kernel. Its data and software stay.

The order matters: jobs first, while SLURM can still end them; then the services; then whatever outlived them
(a job step survives its slurmd by design); rules, namespaces and links last, so that the wall stands until
nobody is left behind it.
"""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import instance_facts
import remnants

JOBS_END_WITHIN_S = 20.0


def run(*argv: str, slurm_conf: str = "") -> str:
    """Run one command and return what it printed; failing is no reason to stop taking things away."""
    told = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "SLURM_CONF": slurm_conf}
    try:
        done = subprocess.run(
            argv, env=told, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=60
        )
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def end_jobs(slurm_conf: Path) -> None:
    """Cancel every job of the instance's SLURM and wait until its steps are gone."""
    if not slurm_conf.is_file():
        return
    deadline = time.monotonic() + JOBS_END_WITHIN_S
    while time.monotonic() < deadline:
        jobs = run("squeue", "--noheader", "--format=%A", slurm_conf=str(slurm_conf)).split()
        if not jobs:
            return
        run("scancel", *jobs, slurm_conf=str(slurm_conf))
        time.sleep(0.5)


def stop_services(instance: str, software: Path, etc: Path) -> None:
    """Tell the service manager to stop everything it started for the instance."""
    if Path("/run/systemd/system").is_dir() and not (etc / "supervisord.conf").is_file():
        run("systemctl", "stop", f"tre-{instance}.target")
        return
    control = [str(software / "services" / "bin" / "supervisorctl"), "-c", str(etc / "supervisord.conf")]
    run(*control, "shutdown")
    for _ in range(300):
        if not run(*control, "pid").strip().isdigit():
            return
        time.sleep(0.1)


def take_away(of: remnants.Scope) -> None:
    """Remove rules, namespaces, links and mounts."""
    for point in remnants.mounts(of):
        run("umount", "--lazy", point)
    for table in remnants.tables(of):
        run("nft", "delete", "table", "inet", table)
    for namespace in remnants.namespaces(of):
        run("ip", "netns", "delete", namespace)
    for link in remnants.links(of):
        run("ip", "link", "delete", link)


def main(name: str) -> int:
    """Stop the instance; say what is left, if anything is."""
    facts = instance_facts.facts(instance_facts.load(name))
    paths = {part: Path(place) for part, place in facts["tre_paths"].items()}
    of = remnants.scope(name)
    end_jobs(paths["etc"] / "slurm" / "slurm.conf")
    stop_services(name, paths["software"], paths["etc"])
    remnants.end_processes(of)
    take_away(of)
    shutil.rmtree(paths["run"], ignore_errors=True)
    left = {kind: found for kind, found in remnants.find(of).items() if found}
    sys.stdout.write(f"Instance {name} is down.\n" if not left else f"Still there: {left}\n")
    return 3 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
