"""Projects and people as code: a YAML file → models → difference with the register → one audited transaction.

Applying a file twice changes nothing the second time. A file is applied whole or not at all.
"""

from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy.orm import Session

from governance import applying, authority
from governance.actions import Action
from governance.decisions import Refused
from governance.diffs import Diff
from governance.errors import RefusedError, UsageError
from governance.file_models import PEOPLE_SCHEMA, PROJECT_SCHEMA, PeopleModel, PersonModel, ProjectModel
from governance.yaml_reader import Path, Source, read

MODELS: dict[str, type[PeopleModel] | type[ProjectModel]] = {
    PEOPLE_SCHEMA: PeopleModel,
    PROJECT_SCHEMA: ProjectModel,
}

# Pydantic's words for the slips people make most, in ours; other kinds keep theirs. None repeats the value.
WORDS = {
    "date_from_datetime_inexact": "this must be a day, such as 2026-01-31",
    "date_from_datetime_parsing": "this must be a day, such as 2026-01-31",
    "date_parsing": "this must be a day, such as 2026-01-31",
    "date_type": "this must be a day, such as 2026-01-31",
    "extra_forbidden": "there is no such field",
    "missing": "this field is missing",
    "string_type": "this must be text",
    "string_pattern_mismatch": "this is not a valid name here",
}


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """The checked content of a file: persons first, then projects, each in the file's order."""

    people: tuple[PersonModel, ...]
    projects: tuple[ProjectModel, ...]


def load(text: str) -> ProjectFile:
    """Read and check a file of ``tre.people/1`` and ``tre.project/1`` documents.

    Raises:
        UsageError: everything that is wrong with it, each with line and field.
    """
    sources = read(text)
    if not sources:
        raise UsageError("The file is empty.")
    documents = [_document(source) for source in sources]
    problems = [line for _, lines in documents for line in lines]
    if problems:
        raise UsageError("\n".join(problems))
    models = [model for model, _ in documents]
    people = tuple(person for model in models if isinstance(model, PeopleModel) for person in model.people)
    projects = tuple(model for model in models if isinstance(model, ProjectModel))
    _refuse_twins("person", [person.id for person in people])
    _refuse_twins("project", [project.id for project in projects])
    return ProjectFile(people, projects)


def apply(session: Session, file: ProjectFile, actor: str, at: datetime) -> Diff:
    """Bring the register into line with a file, in the caller's transaction; returns what changed.

    Raises:
        RefusedError: the actor may not, or a law of the register forbids it. Roll back: nothing may remain.
    """
    _permit(session, file, actor, at)
    diff = Diff()
    for person in file.people:
        diff += applying.apply_person(session, person.value(), actor, at)
    for project in file.projects:
        diff += applying.apply_project(session, project, actor, at)
    return diff


def _permit(session: Session, file: ProjectFile, actor: str, at: datetime) -> None:
    # Asked once per project, so that nobody widens a project of which he is or would be a member.
    for project in [None, *(model.id for model in file.projects)]:
        decision = authority.decide(session, actor, Action.PROJECT_APPLY, project, at)
        if isinstance(decision, Refused):
            raise RefusedError(decision)
    for model in file.projects:
        applying.refuse_own_project(model, actor)


def _document(source: Source) -> tuple[PeopleModel | ProjectModel | None, list[str]]:
    schema = source.value.get("schema") if isinstance(source.value, dict) else None
    model = MODELS.get(schema) if isinstance(schema, str) else None
    if model is None:
        known = " or ".join(MODELS)
        return None, [f"Line {source.line(())}, schema: every document says which it is, {known}."]
    try:
        return model.model_validate(source.value), []
    except ValidationError as error:
        return None, [_sentence(source, _path(one["loc"]), one) for one in error.errors(include_input=False)]


def _sentence(source: Source, path: Path, error: object) -> str:
    assert isinstance(error, dict)  # noqa: S101  (pydantic's ErrorDetails is a dict)
    text = WORDS.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    field = ".".join(str(part) for part in path) or "document"
    return f"Line {source.line(path)}, {field}: {text}."


def _path(location: tuple[str | int, ...]) -> Path:
    return tuple(location)


def _refuse_twins(kind: str, ids: list[str]) -> None:
    for one in ids:
        if ids.count(one) > 1:
            raise UsageError(f"The {kind} {one} stands in the file twice.")
