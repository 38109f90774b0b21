"""What was promised before it was done: one row per job, committed before anything is submitted.

The journal is the broker's only memory that matters. A broker or hub killed at any moment finds in it, beside
one look at the queue, every job it started (`hub_config.reconcile`). Tokens are not in it: the database is
shared by several services (`hub_config.environments`).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from governance.database import Base, UtcDateTime
from kernels.protocol import Phase, Role

LIVING = (Phase.JOURNALED, Phase.SUBMITTED, Phase.STARTING, Phase.READY)
"""Phases a row is stored in while its job lives; `pending` and `unknown` are what the queue adds."""


class Spawn(Base):
    """One job: a notebook, a Dask worker or a batch run."""

    __tablename__ = "spawn"
    __table_args__ = (
        # One notebook per membership, whatever two requests at the same moment believe.
        Index(
            "one_living_notebook",
            "account",
            unique=True,
            sqlite_where=text("role = 'notebook' AND phase NOT IN ('ended', 'refused')"),
            postgresql_where=text("role = 'notebook' AND phase NOT IN ('ended', 'refused')"),
        ),
        Index("living_spawns", "phase"),
    )

    spawn_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    role: Mapped[str] = mapped_column(String(10))
    person: Mapped[str] = mapped_column(String(32))
    project: Mapped[str] = mapped_column(String(16))
    account: Mapped[str] = mapped_column(String(31))
    uid: Mapped[int]
    gid: Mapped[int]
    profile: Mapped[str] = mapped_column(String(32))
    cores: Mapped[int]
    memory_gib: Mapped[int]
    address: Mapped[str] = mapped_column(String(15))
    lease: Mapped[datetime] = mapped_column(UtcDateTime)  # what may never be passed
    wall_minutes: Mapped[int]
    parent: Mapped[str | None] = mapped_column(ForeignKey("spawn.spawn_id"))
    scheduler: Mapped[str | None] = mapped_column(String(64))
    worker_name: Mapped[str | None] = mapped_column(String(64))
    phase: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(400), default="")
    slurm_job_id: Mapped[int | None]
    node: Mapped[str | None] = mapped_column(String(63))
    url: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_living(self) -> bool:
        """Whether the job has not ended."""
        return self.phase in LIVING


def living(session: Session, project: str | None = None) -> Sequence[Spawn]:
    """Return all rows whose job has not ended, oldest first; of one project if named."""
    query = select(Spawn).where(Spawn.phase.in_(LIVING)).order_by(Spawn.created_at)
    if project is not None:
        query = query.where(Spawn.project == project)
    return session.scalars(query).all()


def living_notebook(session: Session, person: str, project: str) -> Spawn | None:
    """Return the person's running or starting notebook in a project."""
    mine = (Spawn.person == person) & (Spawn.project == project) & (Spawn.role == Role.NOTEBOOK)
    return session.scalars(select(Spawn).where(mine, Spawn.phase.in_(LIVING))).first()


def workers_of(session: Session, notebook: str) -> Sequence[Spawn]:
    """Return the workers a notebook asked for, ended ones included, oldest first."""
    return session.scalars(select(Spawn).where(Spawn.parent == notebook).order_by(Spawn.created_at)).all()


def started(session: Session) -> int:
    """Count the jobs the instance has ever started."""
    return session.scalar(select(func.count()).select_from(Spawn)) or 0


def end(row: Spawn, reason: str, at: datetime, phase: Phase = Phase.ENDED) -> None:
    """Write that a job is over, once; a second reason does not replace the first."""
    if row.is_living:
        row.phase, row.reason, row.ended_at = phase, reason[:400], at
