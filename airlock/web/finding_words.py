"""What findings say in Spanish, by rule; a rule without words here is shown in English.

``{number}`` is the first number of the English message (a threshold or a base), never one out of a file.
"""

import re
from collections.abc import Mapping

from airlock.domain.finding import Finding

NUMBER = re.compile(r"\d+")

SPANISH: Mapping[str, str] = {
    "checks.failed": "Las comprobaciones automáticas no terminaron: debe mirarlo una persona.",
    "csv.binary": "El texto contiene bytes que no son texto.",
    "csv.not-utf8": "El archivo no es UTF-8. Se leyó como Windows-1252; guárdelo como UTF-8.",
    "csv.ragged": "No todas las filas tienen las mismas columnas: un recuento puede estar bajo otro título.",
    "csv.too-wide": "Una fila tiene más columnas de las que se pueden comprobar.",
    "csv.unreadable": "A partir de aquí el texto no se puede leer como tabla.",
    "differencing.recoverable": "Una publicación anterior revela esta celda suprimida.",
    "differencing.reveals-earlier": "Con esta tabla se puede calcular un recuento suprimido antes.",
    "differencing.small-difference": "Una publicación anterior muestra aquí un recuento casi igual: "
    "la diferencia es menor que {number}.",
    "differencing.unreadable": "Un archivo publicado antes no se puede comparar: debe hacerlo una persona.",
    "frequency.complement": "El todo y la parte difieren en menos de {number}: queda un recuento pequeño.",
    "frequency.narrow-mark": "La marca dice más que «menor que {number}».",
    "frequency.numeric-heading": "La cabecera contiene números: ¿son títulos o recuentos?",
    "frequency.recoverable": "Un recuento suprimido que cualquiera puede calcular restando de los totales.",
    "frequency.recoverable-other": "Los totales devuelven un valor suprimido: explique por qué se suprimió.",
    "frequency.small-count": "Un recuento menor que {number}: tan pocas personas se pueden reconocer.",
    "frequency.too-large": "La tabla es demasiado grande para auditar sus totales.",
    "frequency.totals": "Un total no cuadra con sus celdas.",
    "frequency.unclear-number": "Un número menor que {number} que puede ser un recuento: diga qué es.",
    "frequency.unrounded": "Un recuento sin redondear a múltiplos de {number}, como pide el perfil.",
    "frequency.zero": "Una celda vacía o con cero puede decir que nadie de un grupo tiene la otra respuesta.",
    "identifiers.direct": "Un identificador directo de una persona.",
    "identifiers.too-long": "Una línea demasiado larga para buscar identificadores.",
    "intake.empty": "El archivo está vacío.",
    "intake.mislabelled": "El contenido no es lo que dice el nombre del archivo.",
    "intake.too-large": "El archivo es mayor de lo que leen las comprobaciones: un resultado es pequeño.",
    "intake.unknown-suffix": "El nombre del archivo no dice qué es.",
    "json.duplicate-key": "Un objeto repite una clave; solo una es visible.",
    "json.no-table": "El contenido no es una tabla: debe mirarlo una persona.",
    "json.too-wide": "Una fila tiene más columnas de las que se pueden comprobar.",
    "json.unreadable": "El archivo no es JSON bien formado.",
    "kind.held": "Ninguna comprobación automática puede dar por bueno este tipo de archivo.",
    "panel.broken": "Las comprobaciones fallaron con este archivo: debe mirarlo una persona.",
    "panel.timeout": "Las comprobaciones tardaron demasiado con este archivo.",
    "panel.unreadable": "El archivo no se puede leer.",
    "parquet.too-wide": "La tabla tiene más columnas de las que se pueden comprobar.",
    "parquet.unreadable": "El archivo no se puede leer como Parquet.",
    "percentages.gives-count": "El porcentaje revela un recuento suprimido: suprímalo también.",
    "percentages.may-be-small": "El porcentaje puede corresponder a un recuento menor que {number}.",
    "percentages.narrows": "El porcentaje acota un recuento suprimido: suprímalo también.",
    "percentages.small-count": "El porcentaje por el total da un recuento menor que {number}.",
    "percentages.unexplained": "Porcentajes sin sus recuentos: publique también numerador y denominador.",
    "records.person-column": "Una columna parece identificar personas, una por fila.",
    "records.rows": "Cada fila puede ser una persona: la tabla no está agregada.",
    "records.too-many-rows": "Más de {number} filas: son datos, no un resultado.",
    "xlsx.bomb": "Una parte del libro está comprimida como solo lo está una bomba zip.",
    "xlsx.entities": "El libro declara entidades XML.",
    "xlsx.too-large": "El libro es mayor de lo que se puede comprobar.",
    "xlsx.unreadable": "El archivo no se puede leer como libro: está dañado o cifrado.",
    "hidden.hidden-sheet": "Una hoja oculta.",
    "hidden.very-hidden-sheet": "Una hoja oculta que ni el menú muestra.",
    "hidden.hidden-row": "Una fila oculta con contenido.",
    "hidden.hidden-column": "Una columna oculta con contenido.",
    "hidden.pivot-cache": "Una tabla dinámica guarda copia de los datos de origen.",
    "hidden.comment": "Un comentario.",
    "hidden.defined-name": "Nombres definidos, que pueden contener valores que ninguna celda muestra.",
    "hidden.external-link": "Un vínculo a otro libro guarda copia de sus celdas.",
    "hidden.macro": "El archivo contiene macros o controles.",
    "hidden.embedded-file": "Hay otro archivo incrustado en este.",
    "hidden.custom-xml": "Propiedades o XML propios que ninguna celda muestra.",
    "hidden.connection": "Una conexión a una fuente de datos.",
    "hidden.data-model": "El libro contiene un modelo de datos: los datos detrás de sus tablas.",
    "hidden.formula": "Fórmulas: lo calculado y su origen no es lo que se muestra.",
    "hidden.picture-or-chart": "Imágenes o gráficos, que llevan datos propios.",
    "hidden.metadata": "Metadatos más allá de la descripción de las columnas.",
}


def said(finding: Finding, language: str) -> str:
    """Return what a finding says in a language; in English, and for an unknown rule, its own message."""
    words = SPANISH.get(finding.rule)
    if language != "es" or words is None:
        return finding.message
    number = NUMBER.search(finding.message)
    if "{number}" in words and number is None:
        return finding.message
    return words.format(number=number.group() if number else "")
