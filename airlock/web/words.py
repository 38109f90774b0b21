"""Words of the airlock's pages in Spanish and English; states, acts and verdicts by their stable names."""

from collections.abc import Mapping

from look.words import Word

WORDS: Mapping[str, Word] = {
    # pages
    "my_requests": Word("Mis solicitudes", "My requests"),
    "queue": Word("Por revisar", "To review"),
    "submit": Word("Nueva solicitud", "New request"),
    "workspaces": Word("Espacios de trabajo", "Workspaces"),
    "request": Word("Solicitud", "Request"),
    "requests_lead": Word(
        "Resultados que usted o su proyecto han pedido sacar, y lo que falta en cada uno.",
        "Outputs that you or your project asked to take out, and what each is waiting for.",
    ),
    "queue_lead": Word(
        "Las más antiguas primero. Dos revisores votan sin conocer el voto del otro.",
        "Oldest first. Two checkers vote without knowing each other's vote.",
    ),
    "no_requests": Word("Todavía no hay solicitudes.", "There are no requests yet."),
    "no_queue": Word("No hay nada que revisar.", "There is nothing to review."),
    "no_queue_hint": Word(
        "Cuando alguien envíe resultados, aparecerán aquí.",
        "When somebody submits outputs, they appear here.",
    ),
    # columns
    "author": Word("Autor", "Author"),
    "files": Word("Archivos", "Files"),
    "file": Word("Archivo", "File"),
    "size": Word("Tamaño", "Size"),
    "changed": Word("Último cambio", "Last change"),
    "waiting": Word("En espera", "Waiting"),
    "round": Word("Ronda", "Round"),
    "checks": Word("Comprobación", "Checks"),
    "votes_in": Word("Votos", "Votes"),
    "what_next": Word("Qué falta", "What is next"),
    "open": Word("Abrir", "Open"),
    # states
    "state_submitted": Word("Comprobando", "Being checked"),
    "state_in_review": Word("En revisión", "In review"),
    "state_returned": Word("Devuelta", "Returned"),
    "state_approved": Word("Aprobada", "Approved"),
    "state_released": Word("Publicada", "Released"),
    "state_rejected": Word("Rechazada", "Rejected"),
    "state_withdrawn": Word("Retirada", "Withdrawn"),
    "next_submitted": Word("Terminan las comprobaciones automáticas", "The automatic checks finish"),
    "next_in_review": Word("Votan dos revisores", "Two checkers vote"),
    "next_returned": Word("El autor corrige y vuelve a enviar", "The author corrects and submits again"),
    "next_approved": Word("Un revisor publica el paquete", "A checker releases the package"),
    "next_released": Word("Nada: el paquete se puede descargar", "Nothing: the package can be downloaded"),
    "next_rejected": Word("Nada", "Nothing"),
    "next_withdrawn": Word("Nada", "Nothing"),
    "still_checking": Word(
        "Las comprobaciones siguen en marcha. Puede cerrar esta página.",
        "The checks are still running. You may close this page.",
    ),
    # verdicts
    "verdict_clear": Word("Sin hallazgos", "Nothing found"),
    "verdict_review": Word("Debe mirarlo una persona", "A person must look"),
    "verdict_refuse": Word("No puede salir así", "Cannot leave like this"),
    "verdict_none": Word("Aún sin comprobar", "Not checked yet"),
    # the request page
    "context": Word("Contexto", "Context"),
    "description": Word("Qué es", "What it is"),
    "population": Word("A quién cuenta", "Who is counted"),
    "controls": Word("Cómo se protegió", "How they are protected"),
    "not_said": Word("No se indicó", "Not stated"),
    "findings": Word("Hallazgos", "Findings"),
    "no_findings": Word("Las comprobaciones no encontraron nada.", "The checks found nothing."),
    "finding": Word("Hallazgo", "Finding"),
    "where_sheet": Word("hoja", "sheet"),
    "where_cell": Word("celda", "cell"),
    "where_row": Word("fila", "row"),
    "where_column": Word("columna", "column"),
    "where_page": Word("página", "page"),
    "where_line": Word("línea", "line"),
    "content": Word("Contenido", "Content"),
    "rows": Word("Filas", "Rows"),
    "no_preview": Word(
        "Este tipo de archivo no se muestra aquí de forma segura.",
        "This kind of file has no safe view here yet.",
    ),
    "cut_off": Word(
        "Se muestra solo el principio; las comprobaciones vieron el archivo entero.",
        "Only the beginning is shown; the checks saw the whole file.",
    ),
    "fingerprint": Word("Huella (SHA-256)", "Fingerprint (SHA-256)"),
    "kind": Word("Tipo", "Kind"),
    "kind_frequency_table": Word("tabla de frecuencias", "frequency table"),
    "kind_table": Word("tabla", "table"),
    "kind_records": Word("registros de personas", "records of persons"),
    "kind_text": Word("texto", "text"),
    "kind_document": Word("documento", "document"),
    "kind_figure": Word("figura", "figure"),
    "kind_notebook": Word("cuaderno", "notebook"),
    "kind_model": Word("modelo", "model"),
    "kind_archive": Word("archivo comprimido", "archive"),
    "kind_unknown": Word("desconocido", "unknown"),
    "timeline": Word("Historia", "History"),
    "remarks": Word("Opiniones y comentarios", "Votes and comments"),
    "no_remarks": Word("Aún no hay nada que mostrar.", "Nothing to show yet."),
    "blind_note": Word(
        "Los votos de los demás se muestran cuando haya dos.", "Other checkers' votes appear once two are in."
    ),
    "checker": Word("Un revisor", "An output checker"),
    "system": Word("El sistema", "The system"),
    "of_two_votes": Word("de 2 votos recibidos", "of 2 votes are in"),
    "conflict_note": Word(
        "Los dos primeros votos no coinciden: decide un tercer revisor.",
        "The first two votes differ: a third checker decides.",
    ),
    "you_voted": Word("Ha votado en esta ronda.", "You have voted in this round."),
    "returned_note": Word(
        "Corrija los archivos en su bandeja de salida y vuelva a enviarlos.",
        "Correct the files in your outbox and submit them again.",
    ),
    "resubmit": Word("Enviar corregido", "Submit corrected files"),
    "package": Word("Paquete publicado", "Release package"),
    "package_note": Word(
        "Cualquiera puede comprobar la firma sin conexión:", "Anyone can verify its signature offline:"
    ),
    "download_package": Word("Descargar el paquete", "Download the package"),
    "download_signature": Word("Descargar la firma", "Download the signature"),
    # acts in the timeline
    "act_submit": Word("envió los archivos", "submitted the files"),
    "act_hold": Word(
        "terminó las comprobaciones: deben mirarlo personas", "finished the checks: people must look"
    ),
    "act_refuse": Word("devolvió la solicitud por los hallazgos", "returned the request because of findings"),
    "act_vote": Word("votó", "voted"),
    "act_approve": Word("dio la solicitud por aprobada", "took the request as approved"),
    "act_ask_changes": Word("pidió cambios según los votos", "asked for changes after the votes"),
    "act_reject": Word("rechazó la solicitud según los votos", "rejected the request after the votes"),
    "act_return": Word("devolvió la solicitud", "returned the request"),
    "act_comment": Word("comentó", "commented"),
    "act_withdraw": Word("retiró la solicitud", "withdrew the request"),
    "act_release": Word("publicó el paquete", "released the package"),
    "act_download": Word("descargó el paquete", "downloaded the package"),
    # votes and forms
    "your_review": Word("Su revisión", "Your review"),
    "vote_approve": Word("Aprobar", "Approve"),
    "vote_changes": Word("Pedir cambios", "Ask for changes"),
    "vote_reject": Word("Rechazar", "Reject"),
    "vote_approve_hint": Word(
        "Estos archivos pueden salir tal como están.", "These files may leave as they are."
    ),
    "vote_changes_hint": Word("Pueden salir cuando se corrijan.", "They may leave once corrected."),
    "vote_reject_hint": Word("No deben salir.", "They must not leave."),
    "reason_for_author": Word("Motivo para el autor", "Reason for the author"),
    "reason_hint": Word(
        "Obligatorio salvo al aprobar. No copie valores de los datos.",
        "Required except for approval. Do not copy values of the data.",
    ),
    "send_vote": Word("Enviar mi voto", "Submit my vote"),
    "vote_final": Word("El voto no se puede cambiar.", "A vote cannot be changed."),
    "more_acts": Word("Otras acciones", "Other acts"),
    "comment": Word("Comentario", "Comment"),
    "send_comment": Word("Enviar comentario", "Send comment"),
    "give_back": Word("Devolver ahora", "Return now"),
    "give_back_hint": Word(
        "Devuelve la solicitud a su autor sin esperar a otros votos.",
        "Sends the request back to its author without waiting for other votes.",
    ),
    "withdraw": Word("Retirar la solicitud", "Withdraw the request"),
    "withdraw_hint": Word("No se puede deshacer.", "This cannot be undone."),
    "release": Word("Publicar", "Release"),
    "release_hint": Word(
        "Dos revisores aprobaron estos archivos. Se empaquetan y se firman.",
        "Two checkers approved these files. They are packed and signed.",
    ),
    # submitting
    "submit_lead": Word(
        "Elija archivos de su bandeja de salida. Se copian aparte: lo que se comprueba es lo que sale.",
        "Choose files of your outbox. They are copied aside: what is checked is what leaves.",
    ),
    "choose_project": Word("Elija el proyecto", "Choose the project"),
    "change_project": Word("Cambiar de proyecto", "Change the project"),
    "no_projects": Word("No es miembro de ningún proyecto.", "You are not a member of any project."),
    "outbox": Word("Bandeja de salida", "Outbox"),
    "outbox_empty": Word("La bandeja de salida está vacía.", "The outbox is empty."),
    "outbox_hint": Word(
        "En el cuaderno, guarde sus resultados en /workspace/outbox.",
        "In the notebook, save your outputs in /workspace/outbox.",
    ),
    "description_hint": Word(
        "Qué muestra cada archivo y qué pregunta responde.",
        "What each file shows, and which question it answers.",
    ),
    "population_hint": Word(
        "Quiénes son y cuántos; qué subgrupos aparecen.", "Who they are and how many; which subgroups appear."
    ),
    "controls_hint": Word(
        "Umbral, redondeo o supresión que ha aplicado.", "The threshold, rounding or suppression you applied."
    ),
    "check_first": Word("Comprobar sin enviar", "Check without submitting"),
    "send_request": Word("Enviar a revisión", "Submit for review"),
    "precheck_result": Word("Resultado de la comprobación", "Result of the checks"),
    "precheck_note": Word("No se ha enviado ni guardado nada.", "Nothing was submitted or kept."),
    "resubmitting": Word("Nueva ronda de la solicitud", "New round of request"),
    "sign_in_failed": Word(
        "No se pudo comprobar su sesión. Vuelva a intentarlo.",
        "Your session could not be verified. Try again.",
    ),
    "sign_in_again": Word("Iniciar sesión de nuevo", "Sign in again"),
    "broken_note": Word(
        "No se ha cambiado nada. Inténtelo más tarde o avise a administración.",
        "Nothing was changed. Try later or tell the administrators.",
    ),
    "too_large": Word("El formulario es demasiado grande.", "The form is too large."),
}
