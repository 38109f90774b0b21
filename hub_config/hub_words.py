"""Words of the hub's pages, in Spanish and English; the frame's own are in `look.words`."""

from collections.abc import Mapping
from types import MappingProxyType

from look.words import Word

HUB: Mapping[str, Word] = MappingProxyType(
    {
        "user_name": Word("Usuario", "User name"),
        "password": Word("Contraseña", "Password"),
        "sign_in_lead": Word(
            "Acceso solo para personas registradas, a los proyectos que tienen autorizados.",
            "For registered persons, to the projects they are permitted to work in.",
        ),
        "sign_in_failed": Word(
            "Usuario o contraseña no son correctos, o ha habido demasiados intentos. Espere un momento.",
            "User name or password is not right, or there were too many attempts. Wait a moment.",
        ),
        "your_projects": Word("Sus proyectos", "Your projects"),
        "projects_lead": Word(
            "Cada proyecto tiene su propio espacio de trabajo, sin red y solo con sus datos.",
            "Each project has a workspace of its own, without network and with its data only.",
        ),
        "no_projects": Word(
            "Todavía no es miembro de ningún proyecto.", "You are not a member of any project yet."
        ),
        "ask_lead": Word(
            "La dirección de un proyecto puede pedir su incorporación.",
            "A project's lead can ask to add you.",
        ),
        "open": Word("Abrir", "Open"),
        "go_on": Word("Continuar", "Continue"),
        "watch_start": Word("Ver el arranque", "Watch it start"),
        "stop": Word("Detener", "Stop"),
        "permitted_until": Word("Permiso hasta", "Permitted until"),
        "permitted": Word("Permitido", "Permitted"),
        "running": Word("En marcha", "Running"),
        "starting": Word("Arrancando", "Starting"),
        "open_project": Word("Abrir el espacio de trabajo", "Open the workspace"),
        "choose_profile": Word("Potencia de cálculo", "Compute profile"),
        "choose_profile_hint": Word(
            "Elija la menor que le sirva: arranca antes y deja sitio a los demás.",
            "Choose the smallest that serves: it starts sooner and leaves room for others.",
        ),
        "start_work": Word("Abrir el espacio de trabajo", "Open the workspace"),
        "opening": Word("Abriendo", "Opening"),
        "opening_lead": Word(
            "Esta página continúa sola en cuanto el espacio de trabajo esté listo. Puede cerrarla: la petición queda guardada.",  # noqa: E501
            "This page goes on by itself once the workspace is ready. You may close it: the request is kept.",
        ),
        "step_permitted": Word("Permiso concedido", "Permission given"),
        "step_accepted": Word("Petición aceptada", "Request accepted"),
        "step_queued": Word("En cola", "In the queue"),
        "step_allocated": Word("Máquina asignada", "Machine allocated"),
        "step_sandboxed": Word("Entorno aislado listo", "Sandbox built"),
        "step_open": Word("Cuaderno listo", "Notebook ready"),
        "progress": Word("Progreso", "Progress"),
        "cancel_start": Word("Cancelar el arranque", "Cancel the start"),
        "start_failed": Word("El espacio de trabajo no se abrió", "The workspace did not open"),
        "not_running": Word("El espacio de trabajo no está en marcha", "The workspace is not running"),
        "not_running_lead": Word(
            "Sus archivos siguen en su sitio. Puede abrirlo de nuevo.",
            "Your files are where you left them. You can open it again.",
        ),
        "stopping": Word("Deteniendo el espacio de trabajo", "Stopping the workspace"),
        "stopping_lead": Word("Esta página se actualiza sola.", "This page updates by itself."),
        "to_projects": Word("Ir a sus proyectos", "Go to your projects"),
        "airlock_lead": Word(
            "Los resultados salen solo por la esclusa, después de dos revisiones.",
            "Results leave only through the airlock, after two reviews.",
        ),
        "to_airlock": Word("Ir a la esclusa", "Go to the airlock"),
        "way_closed": Word("Los archivos no se descargan aquí", "Files are not downloaded here"),
        "way_closed_why": Word(
            "Un archivo de un espacio puede tener datos de pacientes: ninguno sale por el navegador.",
            "A file in a workspace may hold data of patients: none leaves through the browser.",
        ),
        "way_out_save": Word("Guarde el resultado en", "Save the result in"),
        "way_out_submit": Word(
            "Envíelo a la esclusa con su contexto: qué muestra y sobre quién.",
            "Submit it to the airlock with its context: what it shows, about whom.",
        ),
        "way_out_wait": Word(
            "Dos personas lo revisan; lo aprobado se descarga desde la esclusa.",
            "Two people review it; what they approve is downloaded from the airlock.",
        ),
        "signed_out": Word("Sesión cerrada", "Signed out"),
        "signed_out_lead": Word(
            "Los espacios de trabajo abiertos siguen en marcha.", "Workspaces that are open go on running."
        ),
        "authorise": Word("Autorizar el acceso", "Authorise access"),
        "authorise_lead": Word("quiere saber quién es usted.", "wants to know who you are."),
    }
)

TOLD: Mapping[str, Word] = MappingProxyType(
    {
        "permitted": Word(
            "Permiso concedido y anotado; la petición va al planificador.",
            "Permission given and written down; the request goes to the scheduler.",
        ),
        "accepted": Word(
            "El planificador ha aceptado la petición.", "The scheduler has accepted the request."
        ),
        "queued": Word("En cola: {}.", "Waiting in the queue: {}."),
        "allocated": Word(
            "Máquina {} asignada; se construye el entorno aislado.",
            "Machine {} is allocated; the sandbox is being built.",
        ),
        "sandboxed": Word(
            "Entorno aislado listo en {}; arranca el cuaderno.",
            "The sandbox is built on {}; the notebook server starts.",
        ),
        "open": Word("El espacio de trabajo está listo.", "The workspace is ready."),
        "unknown": Word(
            "El planificador no responde; su petición queda guardada.",
            "The scheduler does not answer; your request is kept.",
        ),
    }
)
"""What each step of a start says; `{}` takes the machine's name or SLURM's own reason."""


def told(step: str, detail: str, language: str) -> str:
    """Return a step's sentence in a language, or nothing for a step without one."""
    word = TOLD.get(step)
    return "" if word is None else str(getattr(word, language)).format(detail)
