"""Words of the page frame and of what all rooms name alike, in Spanish and English, as data.

A room adds its own list: ``words(language, ROOM_WORDS)``. A `Word` has both languages by construction, so a
page can never be half translated; templates run with undefined names as errors.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

LANGUAGES = ("es", "en")
DEFAULT_LANGUAGE = "es"


class Word(NamedTuple):
    """One thing to say, in both languages."""

    es: str
    en: str


SHARED: Mapping[str, Word] = MappingProxyType(
    {
        "product": Word("Entorno de Investigación Seguro", "Trusted Research Environment"),
        "hub": Word("Espacios de trabajo", "Workspaces"),
        "airlock": Word("Esclusa", "Airlock"),
        "skip": Word("Saltar al contenido", "Skip to content"),
        "navigation": Word("Navegación principal", "Main navigation"),
        "where_you_are": Word("Dónde está", "Where you are"),
        "signed_in_as": Word("Sesión iniciada como", "Signed in as"),
        "sign_in": Word("Iniciar sesión", "Sign in"),
        "sign_out": Word("Cerrar sesión", "Sign out"),
        "every_act_is_recorded": Word(
            "Cada acción queda registrada en una cadena de auditoría.",
            "Every act is recorded in one audit chain.",
        ),
        "data_stays": Word(
            "Los datos no salen; solo salen resultados revisados.",
            "Data stay inside; only checked results leave.",
        ),
        "project": Word("Proyecto", "Project"),
        "person": Word("Persona", "Person"),
        "state": Word("Estado", "State"),
        "reason": Word("Motivo", "Reason"),
        "remedy": Word("Qué puede hacer", "What you can do"),
        "refused": Word("No permitido", "Not allowed"),
        "not_found": Word("No existe", "Not found"),
        "not_found_lead": Word(
            "Esta página no existe o no está abierta para usted.",
            "This page does not exist, or is not open to you.",
        ),
        "broken": Word("Algo no funciona", "Something is broken"),
        "back": Word("Volver", "Back"),
        "until": Word("hasta", "until"),
        "cancel": Word("Cancelar", "Cancel"),
    }
)


def language_of(wanted: str | None) -> str:
    """Return the first language of `wanted` (code or Accept-Language header) that we speak, else Spanish."""
    for part in (wanted or "").split(","):
        code = part.split(";")[0].strip().lower()[:2]
        if code in LANGUAGES:
            return code
    return DEFAULT_LANGUAGE


def words(language: str, *lists: Mapping[str, Word]) -> dict[str, str]:
    """Return every word of the shared list and of `lists` in one language.

    Raises:
        KeyError: the language is not one of `LANGUAGES`.
        ValueError: a key is in two lists; the page could say either.
    """
    column = {"es": 0, "en": 1}[language]
    spoken: dict[str, str] = {}
    for words_of_room in (SHARED, *lists):
        if twice := spoken.keys() & words_of_room.keys():
            raise ValueError(f"In two word lists: {', '.join(sorted(twice))}.")
        spoken.update({key: word[column] for key, word in words_of_room.items()})
    return spoken
