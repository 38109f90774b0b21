"""Words of the broker's own refusals, in English and Spanish; the register's are in `governance.wording`.

Keyed by rule. `{…}` takes numbers and names of the instance, never anything from patient data.
"""

from governance.decisions import Refused
from governance.wording import DEFAULT_LANGUAGE, Words

ENGLISH: dict[str, Words] = {
    "lease-too-short": Words(
        "Your permission for this project ends within two minutes.",
        "Ask the project's lead whether it will be renewed.",
    ),
    "quota-jobs": Words(
        "The project may have {ceiling} workspaces and workers at one time; {used} are in use.",
        "Stop one that runs, or ask an administrator.",
    ),
    "quota-cores": Words(
        "The project may use {ceiling} cores at one time; {used} are in use and {more} more are asked for.",
        "Choose a smaller profile, stop a running workspace, or ask an administrator.",
    ),
    "quota-memory_gib": Words(
        "The project may use {ceiling} GiB of memory at one time; {used} are used, {more} more are asked.",
        "Choose a smaller profile, stop a running workspace, or ask an administrator.",
    ),
    "profile": Words(
        "This compute profile is not among those of the project.",
        "Choose one of the profiles that the form offers.",
    ),
    "extract-missing": Words(
        "The project's data are not prepared yet.",
        "Try again in some minutes; if it stays so, ask the data custodian.",
    ),
    "spawn-options": Words(
        "Only a compute profile can be chosen for a workspace.",
        "Open the workspace from your list of projects.",
    ),
    "spawn-project": Words(
        "A workspace always belongs to a project.", "Choose one from your list of projects."
    ),
}

SPANISH: dict[str, Words] = {
    "lease-too-short": Words(
        "Su permiso para este proyecto termina en menos de dos minutos.",
        "Pregunte a la dirección del proyecto si se va a renovar.",
    ),
    "quota-jobs": Words(
        "El proyecto puede tener {ceiling} espacios y trabajadores a la vez; {used} están en uso.",
        "Detenga uno en marcha o pida ayuda a un administrador.",
    ),
    "quota-cores": Words(
        "El proyecto puede usar {ceiling} núcleos a la vez; {used} están en uso y se piden {more} más.",
        "Elija un perfil menor, detenga un espacio en marcha o pida ayuda a un administrador.",
    ),
    "quota-memory_gib": Words(
        "El proyecto puede usar {ceiling} GiB de memoria a la vez; se usan {used} y se piden {more} más.",
        "Elija un perfil menor, detenga un espacio en marcha o pida ayuda a un administrador.",
    ),
    "profile": Words(
        "Este perfil de cálculo no está entre los del proyecto.",
        "Elija uno de los perfiles que ofrece el formulario.",
    ),
    "extract-missing": Words(
        "Los datos del proyecto todavía no están preparados.",
        "Vuelva a intentarlo en unos minutos; si sigue igual, pregunte al custodio de los datos.",
    ),
    "spawn-options": Words(
        "Para un espacio de trabajo solo se puede elegir un perfil de cálculo.",
        "Abra el espacio desde su lista de proyectos.",
    ),
    "spawn-project": Words(
        "Un espacio de trabajo pertenece siempre a un proyecto.", "Elija uno de su lista de proyectos."
    ),
}

WORDS = {"en": ENGLISH, "es": SPANISH}


def refuse(rule: str, language: str = DEFAULT_LANGUAGE, **facts: str | int) -> Refused:
    """Return the refusal of a rule, worded. Raises KeyError for a rule or language without words."""
    words = WORDS[language][rule]
    return Refused(words.reason.format(**facts), words.remedy, rule)
