"""Every refusal's words, once, in English and Spanish: page, log and command line print the same sentence.

Keyed by rule and case. `{…}` takes ids, names and dates from the register; never anything from patient data.
"""

from dataclasses import dataclass

from governance.decisions import Refused

DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """A reason and its remedy in one language."""

    reason: str
    remedy: str


ASK_ADMINISTRATOR = "Ask an administrator of the environment."
PIDA_ADMINISTRADOR = "Pida ayuda a un administrador del entorno."

ENGLISH: dict[str, Words] = {
    "person-known": Words("{subject} is not registered.", ASK_ADMINISTRATOR),
    "person-active": Words("The access of {subject} is suspended.", ASK_ADMINISTRATOR),
    "exercise-apart": Words("{subject} acts in exercises only.", "A real person must do this."),
    "project-known": Words("There is no project {project}.", "Check the name of the project."),
    "project-active/suspended": Words("Project {project} is suspended.", ASK_ADMINISTRATOR),
    "project-active/closed": Words("Project {project} is closed.", "A closed project is not opened again."),
    "project-valid/early": Words("Project {project} begins on {start}.", "Come back on that day."),
    "project-valid/over": Words(
        "Project {project} ended on {end}.",
        "The lead can ask for an extension; its end is set in the project file.",
    ),
    "ethics-valid/early": Words(
        "The ethics approval {reference} of project {project} begins on {start}.", "Come back on that day."
    ),
    "ethics-valid/over": Words(
        "The ethics approval {reference} of project {project} ended on {end}.",
        "The lead can hand in a renewed approval.",
    ),
    "membership-valid/none": Words(
        "{subject} is not a member of project {project}.", "The project's lead can ask for a membership."
    ),
    "membership-valid/early": Words(
        "The membership of {subject} in project {project} begins on {start}.", "Come back on that day."
    ),
    "membership-valid/over": Words(
        "The membership of {subject} in project {project} ended on {end}.",
        "The project's lead can ask for more time.",
    ),
    "training-valid/none": Words(
        "{subject} has not passed the course {course}.", "Take the course and hand in the certificate."
    ),
    "training-valid/early": Words(
        "The course {course} of {subject} counts from {start}.", "Come back on that day."
    ),
    "training-valid/over": Words(
        "The course {course} of {subject} lapsed on {end}.",
        "Take the course again and hand in the certificate.",
    ),
    "agreement-signed": Words(
        "{subject} has not signed the agreement {text}.", "Sign it with an administrator."
    ),
    "grant-valid/over": Words(
        "The grant of {snapshot} to project {project} ended on {end}.",
        "An administrator renews the grant or removes it from the project file.",
    ),
    "dataset-agreement-valid/none": Words(
        "No agreement of the controller of {snapshot} is recorded for project {project}.",
        "An administrator records it in the project file.",
    ),
    "dataset-agreement-valid/early": Words(
        "The controller's agreement {reference} for project {project} begins on {start}.",
        "Come back on that day.",
    ),
    "dataset-agreement-valid/over": Words(
        "The controller's agreement {reference} for project {project} ended on {end}.",
        "Its controller can renew it.",
    ),
    "house-role/none": Words(
        "This needs the role {roles}, which {subject} does not hold.",
        "Somebody who holds it must do this (root says who acts with --as PERSON).",
    ),
    "house-role/early": Words("{subject} holds the role {roles} from {start}.", "Come back on that day."),
    "house-role/over": Words("{subject} held the role {roles} until {end}.", ASK_ADMINISTRATOR),
    "independent": Words(
        "{subject} is or was a member of project {project}.", "Somebody outside the project must do this."
    ),
    "may-read-outputs": Words(
        "{subject} is neither a member of project {project} nor charged with its outputs.",
        "The project's lead can ask for a membership.",
    ),
    "first-administrator": Words(
        "An administrator is registered, so root no longer acts in its own name.",
        "Say who acts: --as PERSON.",
    ),
    "audit-chain": Words(
        "The audit chain is broken in {count} places.",
        "Keep the database as it is and call the data protection officer.",
    ),
    "service-order": Words("{subject} may not do this by itself.", "A person must do it: --as PERSON."),
    "project-reopen": Words("Project {project} is closed; its id is not used again.", "Choose a new id."),
    "checker-is-member": Words(
        "{subject} checks outputs and cannot be a member of project {project}.",
        "Remove the membership, or end the checker's role.",
    ),
    "os-user-taken": Words(
        "The operating-system user {os_user} already acts as {subject}.", "Take it from that person first."
    ),
    "member-unknown": Words(
        "{subject} is a member of project {project} but not registered.", "Apply the person's file first."
    ),
    "exercise-fixed": Words("Project {project} cannot turn into an exercise or back.", "Choose a new id."),
    "status-unchanged": Words("Project {project} is already {status}.", "Nothing needs to be done."),
    "password": Words("Name or password is wrong.", "Try again, or ask an administrator for a new password."),
    "password-wait": Words("Too many attempts.", "Wait {seconds} seconds and try again."),
    "password-short": Words("The password is too short.", "Use at least {length} characters."),
}

SPANISH: dict[str, Words] = {
    "person-known": Words("{subject} no está registrado.", PIDA_ADMINISTRADOR),
    "person-active": Words("El acceso de {subject} está suspendido.", PIDA_ADMINISTRADOR),
    "exercise-apart": Words("{subject} solo actúa en ejercicios.", "Debe hacerlo una persona real."),
    "project-known": Words("No existe el proyecto {project}.", "Compruebe el nombre del proyecto."),
    "project-active/suspended": Words("El proyecto {project} está suspendido.", PIDA_ADMINISTRADOR),
    "project-active/closed": Words(
        "El proyecto {project} está cerrado.", "Un proyecto cerrado no se reabre."
    ),
    "project-valid/early": Words("El proyecto {project} empieza el {start}.", "Vuelva ese día."),
    "project-valid/over": Words(
        "El proyecto {project} terminó el {end}.",
        "El responsable puede pedir una prórroga; el fin se fija en el fichero del proyecto.",
    ),
    "ethics-valid/early": Words(
        "La aprobación ética {reference} del proyecto {project} empieza el {start}.", "Vuelva ese día."
    ),
    "ethics-valid/over": Words(
        "La aprobación ética {reference} del proyecto {project} terminó el {end}.",
        "El responsable puede entregar una aprobación renovada.",
    ),
    "membership-valid/none": Words(
        "{subject} no es miembro del proyecto {project}.", "El responsable del proyecto puede pedir su alta."
    ),
    "membership-valid/early": Words(
        "La participación de {subject} en el proyecto {project} empieza el {start}.", "Vuelva ese día."
    ),
    "membership-valid/over": Words(
        "La participación de {subject} en el proyecto {project} terminó el {end}.",
        "El responsable del proyecto puede pedir más tiempo.",
    ),
    "training-valid/none": Words(
        "{subject} no ha superado el curso {course}.", "Haga el curso y entregue el certificado."
    ),
    "training-valid/early": Words(
        "El curso {course} de {subject} cuenta desde el {start}.", "Vuelva ese día."
    ),
    "training-valid/over": Words(
        "El curso {course} de {subject} caducó el {end}.", "Repita el curso y entregue el certificado."
    ),
    "agreement-signed": Words("{subject} no ha firmado el acuerdo {text}.", "Fírmelo con un administrador."),
    "grant-valid/over": Words(
        "La concesión de {snapshot} al proyecto {project} terminó el {end}.",
        "Un administrador la renueva o la quita del fichero del proyecto.",
    ),
    "dataset-agreement-valid/none": Words(
        "No consta el acuerdo del responsable de {snapshot} para el proyecto {project}.",
        "Un administrador lo anota en el fichero del proyecto.",
    ),
    "dataset-agreement-valid/early": Words(
        "El acuerdo {reference} del responsable de los datos para el proyecto {project} empieza el {start}.",
        "Vuelva ese día.",
    ),
    "dataset-agreement-valid/over": Words(
        "El acuerdo {reference} del responsable de los datos para el proyecto {project} terminó el {end}.",
        "El responsable de los datos puede renovarlo.",
    ),
    "house-role/none": Words(
        "Hace falta la función {roles}, que {subject} no tiene.",
        "Debe hacerlo quien la tenga (root dice quién actúa con --as PERSONA).",
    ),
    "house-role/early": Words("{subject} tiene la función {roles} desde el {start}.", "Vuelva ese día."),
    "house-role/over": Words("{subject} tuvo la función {roles} hasta el {end}.", PIDA_ADMINISTRADOR),
    "independent": Words(
        "{subject} es o fue miembro del proyecto {project}.", "Debe hacerlo alguien ajeno al proyecto."
    ),
    "may-read-outputs": Words(
        "{subject} no es miembro del proyecto {project} ni tiene a su cargo sus resultados.",
        "El responsable del proyecto puede pedir su alta.",
    ),
    "first-administrator": Words(
        "Ya hay un administrador registrado: root no actúa en su propio nombre.",
        "Diga quién actúa: --as PERSONA.",
    ),
    "audit-chain": Words(
        "La cadena de auditoría está rota en {count} puntos.",
        "Conserve la base de datos como está y avise al delegado de protección de datos.",
    ),
    "service-order": Words(
        "{subject} no puede hacer esto por sí mismo.", "Debe hacerlo una persona: --as PERSONA."
    ),
    "project-reopen": Words(
        "El proyecto {project} está cerrado; su identificador no se reutiliza.", "Elija otro identificador."
    ),
    "checker-is-member": Words(
        "{subject} revisa resultados y no puede ser miembro del proyecto {project}.",
        "Quite la participación o termine la función de revisor.",
    ),
    "os-user-taken": Words(
        "El usuario del sistema {os_user} ya actúa como {subject}.", "Quíteselo antes a esa persona."
    ),
    "member-unknown": Words(
        "{subject} es miembro del proyecto {project} pero no está registrado.",
        "Aplique antes su ficha de persona.",
    ),
    "exercise-fixed": Words(
        "El proyecto {project} no puede convertirse en ejercicio ni dejar de serlo.",
        "Elija otro identificador.",
    ),
    "status-unchanged": Words("El proyecto {project} ya está {status}.", "No hay nada que hacer."),
    "password": Words(
        "El nombre o la contraseña no son correctos.", "Inténtelo otra vez o pida una contraseña nueva."
    ),
    "password-wait": Words("Demasiados intentos.", "Espere {seconds} segundos e inténtelo otra vez."),
    "password-short": Words("La contraseña es demasiado corta.", "Use al menos {length} caracteres."),
}

LANGUAGES: dict[str, dict[str, Words]] = {"en": ENGLISH, "es": SPANISH}


def refuse(rule: str, language: str = DEFAULT_LANGUAGE, /, *, case: str = "", **values: object) -> Refused:
    """Build the refusal of `rule` in `language` (English when it is not spoken here)."""
    words = LANGUAGES.get(language, ENGLISH)[f"{rule}/{case}" if case else rule]
    return Refused(words.reason.format(**values), words.remedy.format(**values), rule)
