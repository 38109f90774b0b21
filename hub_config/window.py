"""What a person's home page shows of the register: each project with its lease, or the reason it is shut."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from governance import authority, register
from governance.actions import Action
from governance.database import transaction
from governance.decisions import Allowed, Decision, Refused
from hub_config import connection
from hub_config.profiles import ComputeProfile, offered

A_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class ProjectCard:
    """One project as its member sees it; `decision` is the register's answer at this moment."""

    id: str
    title: str
    decision: Decision

    @property
    def refusal(self) -> Refused | None:
        """Why the workspace cannot be opened, or None."""
        return self.decision if isinstance(self.decision, Refused) else None

    @property
    def until(self) -> datetime | None:
        """When the permission ends, or None when there is none."""
        return self.decision.until if isinstance(self.decision, Allowed) else None


@dataclass(frozen=True, slots=True)
class Window:
    """Reads the register for pages; decides nothing itself."""

    database_url: str
    zone: ZoneInfo
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def projects(self, person: str, language: str) -> list[ProjectCard]:
        """Return the person's projects, by id."""
        at = self.now()
        with transaction(connection.engine(self.database_url)) as session:
            cards = []
            for membership in register.memberships_of(session, person):
                project = register.get_project(session, membership.project)
                if project is not None:
                    decision = authority.decide(
                        session, person, Action.WORKSPACE_OPEN, project.id, at, language=language
                    )
                    cards.append(ProjectCard(project.id, project.title, decision))
        return cards

    def profiles(self, person: str, project: str, language: str) -> list[ComputeProfile] | Refused:
        """Return what the person can choose in a project, or why it cannot be opened."""
        with transaction(connection.engine(self.database_url)) as session:
            decision = authority.decide(
                session, person, Action.WORKSPACE_OPEN, project, self.now(), language=language
            )
            known = register.get_project(session, project)
        if isinstance(decision, Refused):
            return decision
        return offered(known.compute_profiles if known else ())

    def local(self, moment: datetime | None) -> str:
        """Write a moment in the institution's local time, without seconds; no moment is no text."""
        return "" if moment is None else moment.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")

    def last_day(self, moment: datetime | None) -> str:
        """Write the local day on which a permission is last good: one until midnight ends the day before."""
        return "" if moment is None else (moment - A_MOMENT).astimezone(self.zone).strftime("%d/%m/%Y")

    def form(self, person: str, project: str, language: str) -> str | Refused:
        """Return the choice of profiles as HTML (JupyterHub puts it into the spawn page as it is)."""
        profiles = self.profiles(person, project, language)
        if isinstance(profiles, Refused):
            return profiles
        return FORMS.get_template("profiles.html").render(profiles=profiles, language=language)


FORMS = Environment(
    loader=PackageLoader("hub_config"), autoescape=select_autoescape(), undefined=StrictUndefined
)
