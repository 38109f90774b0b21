"""The rules of access: one frozen dataclass each, and the tables that say which guard which action.

A rule answers for a moment: `Allowed` until its own end, or `Refused` with words from `governance.wording`.
It looks only at `Facts`; it reads and writes nothing. What is missing refuses.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from governance.actions import Action
from governance.decisions import Allowed, Decision, Refused
from governance.facts import Facts, Service
from governance.grants import Grant
from governance.people import CHECKER_ROLES, HouseRole
from governance.periods import FOREVER, Period
from governance.projects import ProjectStatus
from governance.wording import refuse

ALWAYS = Allowed(FOREVER)


class Rule(Protocol):
    """One condition of an action."""

    def decide(self, facts: Facts, at: datetime) -> Decision:
        """Answer for the moment `at`."""


def combine(decisions: Iterable[Decision]) -> Decision:
    """Return the first refusal, else the permission that ends first."""
    until = FOREVER
    for decision in decisions:
        if isinstance(decision, Refused):
            return decision
        until = min(until, decision.until)
    return Allowed(until)


def within(rule: str, valid: Period, facts: Facts, at: datetime, **values: object) -> Decision:
    """Permit within a period, until its end; before and after it refuse with the words of `rule`."""
    days = {"start": valid.start, "end": valid.end}
    if valid.is_early(at, facts.zone):
        return refuse(rule, facts.language, case="early", **values, **days)
    if valid.is_over(at, facts.zone):
        return refuse(rule, facts.language, case="over", **values, **days)
    return Allowed(valid.ends_at(facts.zone))


def latest(periods: Sequence[Period], at: datetime, facts: Facts) -> Period:
    """Return the period that serves longest: the last to end of those that hold, else the last to end."""
    holding = [period for period in periods if period.holds(at, facts.zone)]
    return max(holding or periods, key=lambda period: period.end)


@dataclass(frozen=True, slots=True)
class PersonKnown:
    """The subject is a registered person whose access is not suspended."""

    def decide(self, facts: Facts, at: datetime) -> Decision:
        """Answer for the moment `at`."""
        if facts.person is None:
            return refuse("person-known", facts.language, subject=facts.subject)
        if facts.person.suspended:
            return refuse("person-active", facts.language, subject=facts.subject)
        return ALWAYS


@dataclass(frozen=True, slots=True)
class ExerciseApart:
    """A figure of rehearsals acts in exercise projects alone: its checkers never judge a real output."""

    def decide(self, facts: Facts, at: datetime) -> Decision:
        """Answer for the moment `at`."""
        if facts.person is None or not facts.person.exercise:
            return ALWAYS
        if facts.project is not None and facts.project.exercise:
            return ALWAYS
        return refuse("exercise-apart", facts.language, subject=facts.subject)


@dataclass(frozen=True, slots=True)
class ProjectKnown:
    """The question names a registered project."""

    def decide(self, facts: Facts, at: datetime) -> Decision:
        """Answer for the moment `at`."""
        if facts.project is None:
            return refuse("project-known", facts.language, project=facts.project_id)
        return ALWAYS


@dataclass(frozen=True, slots=True)
class ProjectActive:
    """The project is registered, and neither suspended nor closed."""

    def decide(self, facts: Facts, at: datetime) -> Decision:
        """Answer for the moment `at`."""
        if facts.project is None:
            return refuse("project-known", facts.language, project=facts.project_id)
        if facts.project.status is not ProjectStatus.ACTIVE:
            case = facts.project.status
            return refuse("project-active", facts.language, case=case, project=facts.project.id)
        return ALWAYS


@dataclass(frozen=True, slots=True)
class ProjectValid:
    """The project's own dates permit it."""

    def decide(self, facts: Facts, at: datetime) -> Decision:
        """Answer for the moment `at`."""
        if facts.project is None:
            return refuse("project-known", facts.language, project=facts.project_id)
        return within("project-valid", facts.project.valid, facts, at, project=facts.project.id)


@dataclass(frozen=True, slots=True)
class EthicsValid:
    """The ethics committee's approval is in force."""

    def decide(self, facts: Facts, at: datetime) -> Decision:
        """Answer for the moment `at`."""
        if facts.project is None:
            return refuse("project-known", facts.language, project=facts.project_id)
        ethics = facts.project.ethics
        names = {"project": facts.project.id, "reference": ethics.reference}
        return within("ethics-valid", ethics.valid, facts, at, **names)


@dataclass(frozen=True, slots=True)
class GrantsValid:
    """No grant that has begun is over, and the controller agrees to each.

    A grant that is over refuses the whole workspace: its rows lie in the extract that would be mounted.
    One that has not begun is in no extract yet and so does not count.
    """

    def decide(self, facts: Facts, at: datetime) -> Decision:
        """Answer for the moment `at`."""
        if facts.project is None:
            return refuse("project-known", facts.language, project=facts.project_id)
        begun = [grant for grant in facts.project.grants if not grant.valid.is_early(at, facts.zone)]
        return combine(decision for grant in begun for decision in self._of_grant(grant, facts, at))

    @staticmethod
    def _of_grant(grant: Grant, facts: Facts, at: datetime) -> Iterable[Decision]:
        names = {"project": grant.project, "snapshot": grant.snapshot}
        yield within("grant-valid", grant.valid, facts, at, **names)
        rule, agreement = "dataset-agreement-valid", grant.agreement
        if agreement is None:
            yield refuse(rule, facts.language, case="none", **names)
        else:
            yield within(rule, agreement.valid, facts, at, **names, reference=agreement.reference)


@dataclass(frozen=True, slots=True)
class MembershipValid:
    """The person is a member of the project, today."""

    def decide(self, facts: Facts, at: datetime) -> Decision:
        """Answer for the moment `at`."""
        names = {"subject": facts.subject, "project": facts.project_id}
        if facts.membership is None or facts.membership.removed:
            return refuse("membership-valid", facts.language, case="none", **names)
        return within("membership-valid", facts.membership.valid, facts, at, **names)


@dataclass(frozen=True, slots=True)
class TrainingValid:
    """The person has passed every course the project asks for, and no pass has lapsed."""

    def decide(self, facts: Facts, at: datetime) -> Decision:
        """Answer for the moment `at`."""
        courses = () if facts.project is None else facts.project.training
        return combine(self._of_course(course, facts, at) for course in courses)

    @staticmethod
    def _of_course(course: str, facts: Facts, at: datetime) -> Decision:
        training = () if facts.person is None else facts.person.training
        passes = [one.valid for one in training if one.course == course]
        names = {"subject": facts.subject, "course": course}
        if not passes:
            return refuse("training-valid", facts.language, case="none", **names)
        return within("training-valid", latest(passes, at, facts), facts, at, **names)


@dataclass(frozen=True, slots=True)
class AgreementSigned:
    """The person has signed the agreement text that the project names."""

    def decide(self, facts: Facts, at: datetime) -> Decision:
        """Answer for the moment `at`."""
        text = "" if facts.project is None else facts.project.agreement
        agreements = () if facts.person is None else facts.person.agreements
        today = at.astimezone(facts.zone).date()
        if any(one.text == text and one.signed <= today for one in agreements):
            return ALWAYS
        return refuse("agreement-signed", facts.language, subject=facts.subject, text=text)


@dataclass(frozen=True, slots=True)
class HouseRoleHeld:
    """The person holds one of these house roles, today."""

    roles: frozenset[HouseRole]

    def decide(self, facts: Facts, at: datetime) -> Decision:
        """Answer for the moment `at`."""
        terms = () if facts.person is None else facts.person.terms(self.roles)
        names = {"subject": facts.subject, "roles": " / ".join(sorted(self.roles))}
        if not terms:
            return refuse("house-role", facts.language, case="none", **names)
        return within("house-role", latest([term.valid for term in terms], at, facts), facts, at, **names)


@dataclass(frozen=True, slots=True)
class Independent:
    """The person is not, and never was, a member of the project: nobody judges his own work."""

    def decide(self, facts: Facts, at: datetime) -> Decision:
        """Answer for the moment `at`."""
        if facts.membership is None:
            return ALWAYS
        return refuse("independent", facts.language, subject=facts.subject, project=facts.project_id)


@dataclass(frozen=True, slots=True)
class MayReadOutputs:
    """The person is a member within his dates, or holds a role charged with outputs."""

    def decide(self, facts: Facts, at: datetime) -> Decision:
        """Answer for the moment `at`."""
        ways = (MembershipValid(), HouseRoleHeld(CHECKER_ROLES | {HouseRole.AUDITOR}))
        open_ways = [way for way in (one.decide(facts, at) for one in ways) if isinstance(way, Allowed)]
        if open_ways:
            return max(open_ways, key=lambda allowed: allowed.until)
        names = {"subject": facts.subject, "project": facts.project_id}
        return refuse("may-read-outputs", facts.language, **names)


@dataclass(frozen=True, slots=True)
class NotYetAdministered:
    """Nobody was ever made administrator: root registers the first one."""

    def decide(self, facts: Facts, at: datetime) -> Decision:
        """Answer for the moment `at`."""
        if not facts.administered:
            return ALWAYS
        return refuse("first-administrator", facts.language)


PERSON_RULES: tuple[Rule, ...] = (PersonKnown(), ExerciseApart())
PROJECT_RULES: tuple[Rule, ...] = (ProjectActive(), ProjectValid(), EthicsValid())
MEMBER_RULES: tuple[Rule, ...] = (MembershipValid(), TrainingValid(), AgreementSigned())
WORKSPACE_RULES: tuple[Rule, ...] = (*PERSON_RULES, *PROJECT_RULES, *MEMBER_RULES, GrantsValid())


def _house(*roles: HouseRole) -> tuple[Rule, ...]:
    return (*PERSON_RULES, HouseRoleHeld(frozenset(roles)))


CHECKER_RULES: tuple[Rule, ...] = (*_house(*CHECKER_ROLES), ProjectActive(), Independent())

# What a person may do. Review and release ask for an active project, not for one within its dates: what was
# submitted in time may still be judged, while a suspension stops everything (docs/adr/0002).
RULES: Mapping[Action, tuple[Rule, ...]] = {
    Action.AUDIT_VERIFY: _house(HouseRole.AUDITOR, HouseRole.ADMINISTRATOR),
    Action.DATA_EXTRACT: (*_house(HouseRole.CUSTODIAN), *PROJECT_RULES, GrantsValid()),
    Action.INSTANCE_PROVISION: _house(HouseRole.ADMINISTRATOR),
    Action.OUTPUT_READ: (*PERSON_RULES, ProjectKnown(), MayReadOutputs()),
    Action.OUTPUT_RELEASE: CHECKER_RULES,
    Action.OUTPUT_REVIEW: CHECKER_RULES,
    Action.OUTPUT_SUBMIT: (*PERSON_RULES, *PROJECT_RULES, *MEMBER_RULES),
    Action.PROJECT_APPLY: (*_house(HouseRole.ADMINISTRATOR), Independent()),
    Action.WAREHOUSE_INGEST: _house(HouseRole.CUSTODIAN),
    Action.WORKSPACE_OPEN: WORKSPACE_RULES,
    Action.WORKSPACE_SUBMIT: WORKSPACE_RULES,
}

# What runs without a person at the keyboard: the provisioner has extracts made, the airlock's worker packs
# what two people decided. Nothing else.
SERVICE_RULES: Mapping[tuple[Service, Action], tuple[Rule, ...]] = {
    (Service.AIRLOCK, Action.OUTPUT_RELEASE): (ProjectActive(),),
    (Service.CUSTODIAN, Action.DATA_EXTRACT): (*PROJECT_RULES, GrantsValid()),
    (Service.PROVISIONER, Action.INSTANCE_PROVISION): (),
    (Service.ROOT, Action.AUDIT_VERIFY): (),
    (Service.ROOT, Action.INSTANCE_PROVISION): (),
    (Service.ROOT, Action.PROJECT_APPLY): (NotYetAdministered(),),
}
