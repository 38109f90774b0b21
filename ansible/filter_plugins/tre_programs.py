"""Turn the list of services into the programs of one machine: one for each node, in order, with its command.

A filter, because supervisord's configuration and systemd's units must say the same, and Jinja is no place
for it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Service = Mapping[str, Any]
Node = Mapping[str, str]


def filled(value: object, node: Node) -> str:
    """Put the node's name where the list says ``@NODE@``."""
    return str(value).replace("@NODE@", node["name"])


def on_node(service: Service, node: Node, script: str) -> list[str]:
    """Return the service's command for one node; a virtual node's is entered first, as root."""
    command = [filled(word, node) for word in service["command"]]
    if not node["namespace"]:
        return command
    return ["/bin/sh", script, node["namespace"], node["name"], service["user"], *command]


def program(service: Service, node: Node | None, etc: str, log: str) -> dict[str, Any]:
    """Describe one program: what it runs as whom, how one knows that it answers, what outlives it."""
    ready = service.get("ready", {})
    command = on_node(service, node, f"{etc}/on_node.sh") if node else list(service["command"])
    if service.get("own_log"):
        command = ["/bin/sh", f"{etc}/own_log.sh", f"{log}/{service['name']}-own.log", *command]
    return {
        "name": f"{service['name']}-{node['name']}" if node else service["name"],
        "kind": service["kind"],
        "user": "root" if node and node["namespace"] else service["user"],
        "command": command,
        "directory": service.get("directory", "/"),
        "keep_jobs": service.get("keep_jobs", False),
        "ready": {key: filled(value, node) for key, value in ready.items()} if node else ready,
    }


def programs(services: Iterable[Service], nodes: list[Node], etc: str, log: str) -> list[dict[str, Any]]:
    """Expand all services in their order; each waits (systemd's After) for those of earlier services."""
    found: list[dict[str, Any]] = []
    for service in services:
        if not service.get("only_if", True):
            continue
        earlier = [one["name"] for one in found]
        places = nodes if service.get("per_node") else [None]
        found += [program(service, node, etc, log) | {"after": earlier} for node in places]
    return found


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name the filters."""
        return {"tre_programs": programs}
