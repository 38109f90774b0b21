"""What a person may send to open a workspace: the name of one compute profile, and nothing else.

The same answer for the form and for JupyterHub's REST API, whose body would otherwise reach the spawner as it
is. Whether the project may use that profile is the broker's question.
"""

import re
from collections.abc import Mapping

from governance.decisions import Refused
from governance.wording import DEFAULT_LANGUAGE
from hub_config.wording import refuse

NAME_LAW = re.compile(r"[a-z][a-z0-9-]{0,30}")


def from_form(form: Mapping[str, object], language: str = DEFAULT_LANGUAGE) -> dict[str, str] | Refused:
    """Read a posted form: each field is a list of texts."""
    fields = {name: value for name, value in form.items() if name != "_xsrf"}
    values = fields.get("profile")
    if len(fields) != 1 or not isinstance(values, list) or len(values) != 1:
        return refuse("spawn-options", language)
    return from_options({"profile": values[0]}, language)


def from_options(options: object, language: str = DEFAULT_LANGUAGE) -> dict[str, str] | Refused:
    """Read stored or posted options: exactly ``{"profile": NAME}``."""
    if not isinstance(options, Mapping) or set(options) != {"profile"}:
        return refuse("spawn-options", language)
    profile = options["profile"]
    if not isinstance(profile, str) or not NAME_LAW.fullmatch(profile):
        return refuse("spawn-options", language)
    return {"profile": profile}
