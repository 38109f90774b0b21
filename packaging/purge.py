"""Take an instance off this machine for good: stop it, then delete its folders, settings and accounts.

For test instances, which must start from nothing. The default instance, which people rely on, is refused.
"""

import grp
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import down
import instance_facts

KEPT = ("software",)  # environments are stamped; building them anew costs minutes and changes nothing


def accounts(instance: str, first: int, last: int) -> list[str]:
    """List the instance's accounts: services by their name, memberships by their uid."""
    prefix = f"tre-{instance}-"
    return [
        one.pw_name for one in pwd.getpwall() if one.pw_name.startswith(prefix) or first <= one.pw_uid <= last
    ]


def groups(instance: str, first: int, last: int) -> list[str]:
    """List the instance's groups: services by their name, projects by their gid."""
    prefix = f"tre-{instance}-"
    return [
        one.gr_name for one in grp.getgrall() if one.gr_name.startswith(prefix) or first <= one.gr_gid <= last
    ]


def delete(command: str, names: list[str]) -> None:
    """Delete accounts or groups; userdel may already have taken an account's own group along."""
    for name in names:
        subprocess.run([command, name], check=False, capture_output=True, stdin=subprocess.DEVNULL)


def main(name: str) -> int:
    """Stop the instance and delete what it left, its software apart."""
    facts = instance_facts.facts(instance_facts.load(name))
    if facts["tre_is_default"]:
        sys.stderr.write("Refused: the default instance is never purged. Stop it with `make down`.\n")
        return 1
    still_alive = down.main(name)
    if still_alive:
        return still_alive
    for part, place in facts["tre_paths"].items():
        if part not in KEPT:
            shutil.rmtree(place, ignore_errors=True)
    Path("/etc/tre", f"{name}.toml").unlink(missing_ok=True)
    span = (facts["tre_uid_first"], facts["tre_uid_last"])
    delete("userdel", accounts(name, *span))
    delete("groupdel", groups(name, *span))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
