"""The airlock: requests, rounds, files, remarks, moves, releases.

People and projects are ids, never foreign keys.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (
    "airlock_request",
    "airlock_move",
    "airlock_release",
    "airlock_remark",
    "airlock_round",
    "airlock_file",
)


def upgrade() -> None:
    """Create the tables."""
    _create_airlock_request()
    _create_airlock_move()
    _create_airlock_release()
    _create_airlock_remark()
    _create_airlock_round()
    _create_airlock_file()


def downgrade() -> None:
    """Drop the tables, and with them their content."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _create_airlock_request() -> None:
    op.create_table(
        "airlock_request",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("project", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_airlock_request")),
        sa.UniqueConstraint("project", "number", name=op.f("uq_airlock_request_project_number")),
    )
    op.create_index(op.f("ix_airlock_request_author"), "airlock_request", ["author"], unique=False)
    op.create_index(op.f("ix_airlock_request_state"), "airlock_request", ["state"], unique=False)


def _create_airlock_move() -> None:
    op.create_table(
        "airlock_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["request"], ["airlock_request.id"], name=op.f("fk_airlock_move_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_airlock_move")),
    )
    op.create_index(op.f("ix_airlock_move_request"), "airlock_move", ["request"], unique=False)


def _create_airlock_release() -> None:
    op.create_table(
        "airlock_release",
        sa.Column("request", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("released_at", sa.DateTime(), nullable=False),
        sa.Column("released_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["request"], ["airlock_request.id"], name=op.f("fk_airlock_release_request")),
        sa.PrimaryKeyConstraint("request", name=op.f("pk_airlock_release")),
        sa.UniqueConstraint("name", name=op.f("uq_airlock_release_name")),
    )


def _create_airlock_remark() -> None:
    op.create_table(
        "airlock_remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("vote", sa.String(length=16), nullable=True),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("once", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["request"], ["airlock_request.id"], name=op.f("fk_airlock_remark_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_airlock_remark")),
        sa.UniqueConstraint(
            "request", "round", "person", "once", name=op.f("uq_airlock_remark_request_round_person_once")
        ),
    )
    op.create_index(op.f("ix_airlock_remark_request"), "airlock_remark", ["request"], unique=False)


def _create_airlock_round() -> None:
    op.create_table(
        "airlock_round",
        sa.Column("request", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("population", sa.Text(), nullable=False),
        sa.Column("controls", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(), nullable=False),
        sa.Column("checking_since", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["request"], ["airlock_request.id"], name=op.f("fk_airlock_round_request")),
        sa.PrimaryKeyConstraint("request", "number", name=op.f("pk_airlock_round")),
    )


def _create_airlock_file() -> None:
    op.create_table(
        "airlock_file",
        sa.Column("request", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("report", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["request", "round"],
            ["airlock_round.request", "airlock_round.number"],
            name=op.f("fk_airlock_file_request_round"),
        ),
        sa.PrimaryKeyConstraint("request", "round", "number", name=op.f("pk_airlock_file")),
    )
    op.create_index(op.f("ix_airlock_file_sha256"), "airlock_file", ["sha256"], unique=False)
