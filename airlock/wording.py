"""Every refusal of the airlock, in both languages, keyed by the rule that refused.

A refusal is a value (`governance.decisions.Refused`) that carries its rule; the page, the audit event and the
command line look the words up here, so they say the same. Placeholders are filled from `facts`.
"""

from collections.abc import Mapping
from typing import NamedTuple

from airlock.intake_wording import SPANISH
from governance.decisions import Refused
from look.words import Word


class Wording(NamedTuple):
    """Why not, and what the person can do about it."""

    reason: Word
    remedy: Word


REFUSALS: Mapping[str, Wording] = {
    "airlock.unknown-request": Wording(
        Word(
            "No existe esa solicitud, o no puede verla.", "There is no such request, or you may not see it."
        ),
        Word("Compruebe el identificador.", "Check its id."),
    ),
    "airlock.not-your-part": Wording(
        Word("Esta acción no le corresponde en esta solicitud.", "This act is not yours on this request."),
        Word("Consulte de quién es el turno en la página.", "The request's page says whose turn it is."),
    ),
    "airlock.wrong-state": Wording(
        Word(
            "La solicitud ya no está en un estado que lo permita.",
            "The request is not, or no longer, in a state that allows this.",
        ),
        Word("Vuelva a cargar la página.", "Load its page again."),
    ),
    "airlock.author-or-member": Wording(
        Word(
            "Quien es autor o miembro del proyecto no puede revisar sus resultados.",
            "The author and the members of a project never check its outputs.",
        ),
        Word("Otro revisor debe hacerlo.", "Another checker must do it."),
    ),
    "airlock.voted-already": Wording(
        Word("Ya ha votado en esta ronda.", "You have voted in this round already."),
        Word("Espere a los demás revisores.", "Wait for the other checkers."),
    ),
    "airlock.reason-required": Wording(
        Word("Falta el motivo.", "A reason is missing."),
        Word("Explique al autor qué debe cambiar.", "Tell the author what must change."),
    ),
    "airlock.no-vote": Wording(
        Word("No ha elegido su voto.", "You chose no vote."),
        Word("Apruebe, pida cambios o rechace.", "Approve, ask for changes, or reject."),
    ),
    "airlock.context-required": Wording(
        Word("Falta el contexto de los resultados.", "The context of the outputs is missing."),
        Word(
            "Describa qué es cada archivo, a quién cuenta y cómo se protegió.",
            "Say what each file is, who is counted and how they were protected.",
        ),
    ),
    "airlock.no-files": Wording(
        Word("No ha elegido ningún archivo.", "No file was named."),
        Word(
            "Elija entre 1 y 100 archivos de su bandeja de salida.", "Choose 1 to 100 files of your outbox."
        ),
    ),
    "airlock.same-name": Wording(
        Word("El mismo archivo aparece dos veces.", "The same file was named twice."),
        Word("Nombre cada archivo una vez.", "Name each file once."),
    ),
    "airlock.no-account": Wording(
        Word("No es miembro de este proyecto.", "You are not a member of this project."),
        Word("Pregunte a quien dirige el proyecto.", "Ask the project's lead."),
    ),
    "airlock.other-project": Wording(
        Word("La solicitud es de otro proyecto.", "The request belongs to another project."),
        Word("Abra el espacio de trabajo de ese proyecto.", "Open that project's workspace."),
    ),
    "airlock.content-changed": Wording(
        Word(
            "Los archivos guardados no son los que se aprobaron.",
            "The stored files are not the ones that were approved.",
        ),
        Word("No se publica nada. Avise a administración.", "Nothing is released. Tell the administrators."),
    ),
    "airlock.two-approvals": Wording(
        Word(
            "Faltan dos aprobaciones independientes de estos archivos.",
            "Two independent approvals of exactly these files are missing.",
        ),
        Word("Espere a los revisores.", "Wait for the checkers."),
    ),
    "airlock.identity-mismatch": Wording(
        Word("La identidad de la sesión no es válida.", "The session's identity does not hold."),
        Word("Cierre el espacio de trabajo y ábralo de nuevo.", "Close the workspace and open it again."),
    ),
    "airlock.forged-form": Wording(
        Word(
            "El formulario ha caducado o no viene de esta página.", "The form is stale or not from this page."
        ),
        Word("Vuelva a cargar la página y repita.", "Load the page again and repeat."),
    ),
}


def refuse(rule: str) -> Refused:
    """Return the refusal of one of our rules, worded in English.

    Raises:
        KeyError: there is no such rule; a typing error must not become a permission.
    """
    wording = REFUSALS[rule]
    return Refused(wording.reason.en, wording.remedy.en, rule)


def spoken(refusal: Refused, language: str) -> Refused:
    """Return the refusal in `language` where we have the words, else as it is."""
    if language != "es":
        return refusal
    if refusal.rule in SPANISH:
        return Refused(*SPANISH[refusal.rule], refusal.rule)
    wording = REFUSALS.get(refusal.rule)
    if wording is None:
        return refusal
    return Refused(wording.reason.es, wording.remedy.es, refusal.rule)
