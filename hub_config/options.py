"""What a person may send to open a workspace: the name of one compute profile, and nothing else.

The same answer for the form and for JupyterHub's REST API, whose body would otherwise reach the spawner as it
is. Whether the project may use that profile is the broker's question.
"""

import re
from collections.abc import Mapping

from governance.decisions import Refused

NAME_LAW = re.compile(r"[a-z][a-z0-9-]{0,30}")

ONLY_A_PROFILE = Refused(
    "Only a compute profile can be chosen for a workspace.",
    "Open the workspace from your list of projects.",
    "spawn-options",
)


def from_form(form: Mapping[str, object]) -> dict[str, str] | Refused:
    """Read a posted form: each field is a list of texts."""
    fields = {name: value for name, value in form.items() if name != "_xsrf"}
    values = fields.get("profile")
    if len(fields) != 1 or not isinstance(values, list) or len(values) != 1:
        return ONLY_A_PROFILE
    return from_options({"profile": values[0]})


def from_options(options: object) -> dict[str, str] | Refused:
    """Read stored or posted options: exactly ``{"profile": NAME}``."""
    if not isinstance(options, Mapping) or set(options) != {"profile"}:
        return ONLY_A_PROFILE
    profile = options["profile"]
    if not isinstance(profile, str) or not NAME_LAW.fullmatch(profile):
        return ONLY_A_PROFILE
    return {"profile": profile}
