"""What people write: the fields of ``tre.people/1`` and ``tre.project/1`` files, and nothing else.

The JSON Schemas in ``docs/schemas`` are generated from these models. A field that is not listed is refused,
so that a misspelt restriction can never be silently absent.
"""

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, model_validator

from governance import grants
from governance.documents import Document
from governance.grants import DataAgreement, Grant, Operator, RowFilter
from governance.identity import PERSON_LAW, PROJECT_LAW
from governance.people import Agreement, HouseRole, HouseRoleTerm, Person, ProjectRole, Training
from governance.periods import Period

PEOPLE_SCHEMA = "tre.people/1"
PROJECT_SCHEMA = "tre.project/1"

# Far enough for any approval, near enough that a slip of the finger (9999) is noticed and arithmetic is safe.
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)


def _law(law: re.Pattern[str]) -> str:
    return f"^{law.pattern}$"


Day = Annotated[date, Field(ge=EARLIEST, le=LATEST, description="A local day, as 2026-01-31.")]
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Prose = Annotated[str, Field(min_length=1, max_length=4000)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,47}$", description="A short lower-case name.")]
Column = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$", description="A table or column, in lower case.")
]
PersonId = Annotated[
    str, Field(pattern=_law(PERSON_LAW), description="A login: lower-case letters and digits.")
]
ProjectId = Annotated[str, Field(pattern=_law(PROJECT_LAW), description="A project's id, never used again.")]
Count = Annotated[StrictInt, Field(ge=1, le=1_000_000)]
Value = StrictInt | StrictFloat | Annotated[str, Field(max_length=200)]


class Model(BaseModel):
    """Refuses unknown fields and never changes after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PeriodModel(Model):
    """Days from `start` to `end`, both included."""

    start: Day
    end: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end < self.start:
            raise ValueError("the end lies before the start")
        return self

    def value(self) -> Period:
        """Return the period."""
        return Period(self.start, self.end)


class TrainingModel(Model):
    """A course passed, and how long the pass counts."""

    course: Name
    valid: PeriodModel


class AgreementModel(Model):
    """A version of an agreement's text, and the day it was signed."""

    text: Name
    signed: Day


class HouseRoleModel(Model):
    """A task for the whole house, held for a time."""

    role: HouseRole
    valid: PeriodModel


class PersonModel(Model):
    """One human with one login."""

    id: PersonId
    name: Line
    email: Annotated[str, Field(max_length=200, pattern=r"^([^@\s]+@[^@\s]+)?$")] = ""
    organisation: Annotated[str, Field(max_length=200)] = ""
    os_user: Annotated[str, Field(pattern=r"^([a-z_][a-z0-9_-]{0,31})?$")] = ""
    suspended: StrictBool = False
    exercise: StrictBool = False
    training: tuple[TrainingModel, ...] = ()
    agreements: tuple[AgreementModel, ...] = ()
    house_roles: tuple[HouseRoleModel, ...] = ()

    def value(self) -> Person:
        """Return the person."""
        return Person(
            id=self.id,
            name=self.name,
            email=self.email,
            organisation=self.organisation,
            os_user=self.os_user,
            suspended=self.suspended,
            exercise=self.exercise,
            training=tuple(Training(one.course, one.valid.value()) for one in self.training),
            agreements=tuple(Agreement(one.text, one.signed) for one in self.agreements),
            house_roles=tuple(HouseRoleTerm(one.role, one.valid.value()) for one in self.house_roles),
        )


class PeopleModel(Model):
    """A ``tre.people/1`` document. Persons it does not name stay as they are."""

    schema_: Annotated[Literal["tre.people/1"], Field(alias="schema")]
    people: Annotated[tuple[PersonModel, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        _no_twins("person", [person.id for person in self.people])
        _no_twins("operating-system user", [person.os_user for person in self.people if person.os_user])
        return self


class EthicsModel(Model):
    """An ethics committee's approval."""

    committee: Line
    reference: Line
    valid: PeriodModel


class DisclosureModel(Model):
    """Which disclosure profile judges the project's outputs."""

    profile: Name


class QuotasModel(Model):
    """Ceilings for the whole project: CPU cores, memory and storage in GiB, jobs at one time."""

    cores: Count
    memory_gib: Count
    storage_gib: Count
    jobs: Count


class DataAgreementModel(Model):
    """The controller's recorded consent that its data serve this project."""

    reference: Line
    controller: Line
    valid: PeriodModel


class RowFilterModel(Model):
    """Keep only rows whose column stands in this relation to the value; a list goes with ``in`` alone."""

    table: Column
    column: Column
    op: Operator
    value: Value | tuple[Value, ...]

    @model_validator(mode="after")
    def _list_for_in(self) -> Self:
        if (self.op == "in") != isinstance(self.value, tuple):
            raise ValueError("a list of values goes with the operator in, and only with it")
        return self


class GrantModel(Model):
    """What the project may see of one snapshot. A table that is not named is not granted."""

    snapshot: Name
    valid: PeriodModel
    agreement: DataAgreementModel
    tables: Annotated[
        dict[Column, Literal["all"] | Annotated[tuple[Column, ...], Field(min_length=1)]], Field(min_length=1)
    ]
    rows: tuple[RowFilterModel, ...] = ()
    concepts: tuple[StrictInt, ...] = ()

    @model_validator(mode="after")
    def _filters_fit(self) -> Self:
        strangers = sorted({row.table for row in self.rows} - set(self.tables))
        if strangers:
            raise ValueError(f"rows filter a table that is not granted: {', '.join(strangers)}")
        return self

    def value(self, project: str) -> Grant:
        """Return the grant to `project`."""
        agreement = self.agreement
        return Grant(
            project=project,
            snapshot=self.snapshot,
            tables=dict(self.tables),
            rows=tuple(RowFilter(row.table, row.column, row.op, row.value) for row in self.rows),
            concepts=self.concepts,
            valid=self.valid.value(),
            agreement=DataAgreement(agreement.reference, agreement.controller, agreement.valid.value()),
        )


class MemberModel(Model):
    """A person in the project."""

    person: PersonId
    roles: Annotated[tuple[ProjectRole, ...], Field(min_length=1)]
    valid: PeriodModel


class ProjectModel(Model):
    """A ``tre.project/1`` document. Members it no longer names lose their membership."""

    schema_: Annotated[Literal["tre.project/1"], Field(alias="schema")]
    id: ProjectId
    title: Line
    purpose: Prose
    sponsor: Line
    legal_basis: Line
    risk_tier: Annotated[StrictInt, Field(ge=0, le=4, description="0 (open data) to 4 (most sensitive).")]
    valid: PeriodModel
    ethics: EthicsModel
    training: tuple[Name, ...] = ("research-data-protection",)
    agreement: Name = "terms-of-use-1"
    disclosure: DisclosureModel
    compute_profiles: Annotated[tuple[Name, ...], Field(min_length=1)]
    quotas: QuotasModel
    intended_outputs: tuple[Line, ...] = ()
    grants: tuple[GrantModel, ...] = ()
    members: Annotated[tuple[MemberModel, ...], Field(min_length=1)]
    exercise: StrictBool = False

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        _no_twins("member", [member.person for member in self.members])
        _no_twins("grant of the snapshot", [grant.snapshot for grant in self.grants])
        return self

    def document(self) -> Document:
        """Return what a project's version row holds: everything but id, members and the exercise mark."""
        dumped: dict[str, Any] = self.model_dump(
            mode="json", exclude={"schema_", "id", "members", "exercise", "grants"}
        )
        return {**dumped, "grants": [grants.to_document(grant.value(self.id)) for grant in self.grants]}


def _no_twins(kind: str, names: list[str]) -> None:
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise ValueError(f"the same {kind} stands twice: {', '.join(twins)}")
