"""The HTTP calls that may leave a sandbox, as data: method and path, one's own user only.

The hub's list is what JupyterHub's single-user server calls (jupyterhub/singleuser/extension.py and
jupyterhub/services/auth.py): version, activity of one's own server, login of its visitors. Everything else
that the hub's API offers is refused, whatever the token would allow.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from governance.decisions import Refused
from kernels.protocol import JobSpec


@dataclass(frozen=True, slots=True)
class Call:
    """One permitted call. ``{person}`` in `path` stands for the job's own person."""

    method: str
    path: str

    def permits(self, method: str, path: str, person: str) -> bool:
        """Whether this line of the list covers the call."""
        law = self.path.replace("{person}", re.escape(person))
        return method == self.method and re.fullmatch(law, path) is not None


@dataclass(frozen=True, slots=True)
class Service:
    """A service behind the relay: what may be asked, and which request headers pass."""

    name: str
    calls: tuple[Call, ...]
    headers: frozenset[str]
    stamped: bool  # told who asks by headers; the hub knows from the token

    def why_not(self, method: str, path: str, spec: JobSpec) -> Refused | None:
        """Return why a call may not leave the sandbox, or None."""
        if any(call.permits(method, path, spec.person) for call in self.calls):
            return None
        return Refused(
            f"A workspace may not call this address of the {self.name}.",
            "Use the browser for it.",
            f"relay:{self.name}:calls",
        )


HUB = Service(
    "hub",
    (
        Call("GET", r"/hub/api/?"),
        Call("GET", r"/hub/api/user"),
        Call("POST", r"/hub/api/users/{person}/activity"),
        Call("POST", r"/hub/api/oauth2/token"),
    ),
    frozenset({"accept", "authorization", "content-type", "user-agent"}),
    stamped=False,
)
AIRLOCK = Service(
    "airlock",
    (
        Call("POST", r"/requests"),
        Call("POST", r"/checks"),
        Call("GET", r"/requests/[A-Za-z0-9-]{1,64}"),
    ),
    frozenset({"accept", "content-type", "user-agent"}),
    stamped=True,
)


def stamps(spec: JobSpec) -> Mapping[str, str]:
    """Return who is asking, in headers that only a relay sets: callers' own never pass the list above."""
    return {
        "X-TRE-Person": spec.person,
        "X-TRE-Project": spec.project,
        "X-TRE-Account": spec.account,
        "X-TRE-Spawn": spec.spawn_id,
    }
