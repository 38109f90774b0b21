"""Print what Ansible must know about an instance as JSON, so that paths and ports have one truth.

``governance.instance`` is that truth; it needs only the standard library, so the system's Python can run
this before any environment exists. Nothing here is decided, only translated into variable names.
"""

import dataclasses
import json
import sys
import tomllib
import zlib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from governance.identity import instance_name  # noqa: E402  (the clone is put on the path above)
from governance.instance import DEFAULT_INSTANCE, Instance, from_settings, settings_file  # noqa: E402


def load(name: str) -> Instance:
    """Return the instance as its settings file says, or as its name alone implies before there is one."""
    file = settings_file(instance_name(name))
    return from_settings(name, tomllib.loads(file.read_text(encoding="utf-8")) if file else {})


def subnet_prefix(name: str) -> str:
    """Give each instance's virtual nodes a private /24 of their own: first three octets, ``10.210.7``."""
    slot = 0 if name == DEFAULT_INSTANCE else 1 + zlib.crc32(name.encode()) % 900
    return f"10.{210 + slot // 250}.{slot % 250}"


def facts(instance: Instance) -> dict[str, Any]:
    """Translate an instance into Ansible variables, all prefixed ``tre_``."""
    named = (*type(instance.paths).__slots__, "register", "warehouse", "airlock", "extracts")
    return {
        "tre_instance": instance.name,
        "tre_is_default": instance.name == DEFAULT_INSTANCE,
        "tre_profile": instance.profile.value,
        "tre_paths": {part: str(getattr(instance.paths, part)) for part in named},
        "tre_ports": dataclasses.asdict(instance.ports),
        "tre_hub_url": instance.hub_url,
        "tre_airlock_url": instance.airlock_url,
        "tre_uid_first": instance.uid_first,
        "tre_uid_last": instance.uid_first + instance.uid_count - 1,
        "tre_subnet_prefix": subnet_prefix(instance.name),
        "tre_source": str(ROOT),
    }


if __name__ == "__main__":
    json.dump(facts(load(sys.argv[1])), sys.stdout, indent=2)
