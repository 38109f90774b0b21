"""The refusals of `airlock.intake` (names, staging) in Spanish, by rule; English is where they are made."""

from collections.abc import Mapping

_RENAME = "Cambie el nombre del archivo y vuelva a enviarlo."
_PLAIN = "Ponga un archivo normal en la bandeja de salida y vuelva a enviarlo."

SPANISH: Mapping[str, tuple[str, str]] = {
    "name.absolute": ("Nombre el archivo con respecto a su bandeja de salida.", _RENAME),
    "name.edge": (
        "Ninguna parte del nombre puede empezar por «-», «.» o espacio, ni acabar en «.».",
        _RENAME,
    ),
    "name.elsewhere": ("El nombre contiene caracteres que otros sistemas no aceptan.", _RENAME),
    "name.empty": ("El archivo no tiene nombre.", _RENAME),
    "name.invisible": ("El nombre contiene caracteres que no se ven o no son texto.", _RENAME),
    "name.long": ("El nombre es demasiado largo o está en demasiadas carpetas.", _RENAME),
    "name.path": ("La ruta no puede contener «.», «..» ni partes vacías.", _RENAME),
    "staging.changed": ("El archivo cambió mientras se leía.", "Vuelva a enviarlo."),
    "staging.hard-link": (
        "El archivo tiene un segundo nombre (enlace duro) y podría ser de otra persona.",
        "Cópielo y envíe la copia.",
    ),
    "staging.kind": ("No es un archivo normal.", "Envíe archivos, uno por uno."),
    "staging.link": ("La ruta pasa por un enlace simbólico.", _PLAIN),
    "staging.missing": ("No hay ningún archivo con ese nombre en la bandeja de salida.", _PLAIN),
    "staging.no-openat2": (
        "Esta máquina no puede abrir archivos de forma segura.",
        "Avise a administración.",
    ),
    "staging.outside": ("La ruta sale de la bandeja de salida.", _PLAIN),
    "staging.too-large": (
        "El archivo es mayor de lo que puede salir de una vez.",
        "Publique resultados, no datos: agregue o divida la solicitud.",
    ),
    "staging.unopened": ("El archivo no se puede abrir.", _PLAIN),
    "staging.unreadable": ("El archivo no se puede leer; su grupo necesita permiso de lectura.", _PLAIN),
}
