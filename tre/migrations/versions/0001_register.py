"""The register, the audit chain, and logins.

Identities, their versions, and the triggers that keep versions and events append-only.
"""

import sqlalchemy as sa
from alembic import op

from governance.append_only import STATEMENTS

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "audit_event",
    "instance_facts",
    "login_failure",
    "person",
    "project",
    "login",
    "membership",
    "person_version",
    "project_version",
    "membership_version",
)
APPEND_ONLY = (
    "audit_event",
    "person_version",
    "project_version",
    "membership_version",
)


def upgrade() -> None:
    """Create the tables."""
    _create_audit_event()
    _create_instance_facts()
    _create_login_failure()
    _create_person()
    _create_project()
    _create_login()
    _create_membership()
    _create_person_version()
    _create_project_version()
    _create_membership_version()
    statements = STATEMENTS[op.get_bind().dialect.name]
    for table in APPEND_ONLY:
        for statement in statements(table):
            op.execute(statement)


def downgrade() -> None:
    """Drop the tables, and with them their content."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _create_audit_event() -> None:
    op.create_table(
        "audit_event",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("tag", sa.String(length=100), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("project", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_event")),
    )
    op.create_index(op.f("ix_audit_event_project"), "audit_event", ["project"], unique=False)
    op.create_index(op.f("ix_audit_event_subject"), "audit_event", ["subject"], unique=False)
    op.create_index(op.f("ix_audit_event_tag"), "audit_event", ["tag"], unique=False)


def _create_instance_facts() -> None:
    op.create_table(
        "instance_facts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=8), nullable=False),
        sa.Column("uid_first", sa.Integer(), nullable=False),
        sa.Column("uid_count", sa.Integer(), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance_facts")),
    )


def _create_login_failure() -> None:
    op.create_table(
        "login_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_failure")),
    )
    op.create_index(op.f("ix_login_failure_name"), "login_failure", ["name"], unique=False)


def _create_person() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )


def _create_project() -> None:
    op.create_table(
        "project",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("gid", sa.Integer(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
    )
    op.create_index(
        "uq_project_gid_lasting",
        "project",
        ["gid"],
        unique=True,
        sqlite_where=sa.text("exercise = 0"),
        postgresql_where=sa.text("NOT exercise"),
    )


def _create_login() -> None:
    op.create_table(
        "login",
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_login_person")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_login")),
    )


def _create_membership() -> None:
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("uid", sa.Integer(), nullable=False),
        sa.Column("gid", sa.Integer(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_membership_person")),
        sa.ForeignKeyConstraint(["project"], ["project.id"], name=op.f("fk_membership_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("account", name=op.f("uq_membership_account")),
        sa.UniqueConstraint("project", "number", name=op.f("uq_membership_project_number")),
        sa.UniqueConstraint("project", "person", name=op.f("uq_membership_project_person")),
    )
    op.create_index(op.f("ix_membership_person"), "membership", ["person"], unique=False)
    op.create_index(op.f("ix_membership_project"), "membership", ["project"], unique=False)
    op.create_index(op.f("ix_membership_uid"), "membership", ["uid"], unique=False)
    op.create_index(
        "uq_membership_uid_lasting",
        "membership",
        ["uid"],
        unique=True,
        sqlite_where=sa.text("exercise = 0"),
        postgresql_where=sa.text("NOT exercise"),
    )


def _create_person_version() -> None:
    op.create_table(
        "person_version",
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("os_user", sa.String(length=32), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_person_version_person")),
        sa.PrimaryKeyConstraint("person", "version", name=op.f("pk_person_version")),
    )
    op.create_index(op.f("ix_person_version_os_user"), "person_version", ["os_user"], unique=False)


def _create_project_version() -> None:
    op.create_table(
        "project_version",
        sa.Column("project", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["project"], ["project.id"], name=op.f("fk_project_version_project")),
        sa.PrimaryKeyConstraint("project", "version", name=op.f("pk_project_version")),
    )


def _create_membership_version() -> None:
    op.create_table(
        "membership_version",
        sa.Column("membership", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("roles", sa.String(length=64), nullable=False),
        sa.Column("valid_start", sa.Date(), nullable=False),
        sa.Column("valid_end", sa.Date(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership"], ["membership.id"], name=op.f("fk_membership_version_membership")
        ),
        sa.PrimaryKeyConstraint("membership", "version", name=op.f("pk_membership_version")),
    )
