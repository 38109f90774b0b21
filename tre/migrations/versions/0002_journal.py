"""The broker's journal of jobs.

What was promised before it was done.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("spawn",)


def upgrade() -> None:
    """Create the tables."""
    _create_spawn()


def downgrade() -> None:
    """Drop the tables, and with them their content."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _create_spawn() -> None:
    op.create_table(
        "spawn",
        sa.Column("spawn_id", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("project", sa.String(length=16), nullable=False),
        sa.Column("account", sa.String(length=31), nullable=False),
        sa.Column("uid", sa.Integer(), nullable=False),
        sa.Column("gid", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(length=32), nullable=False),
        sa.Column("cores", sa.Integer(), nullable=False),
        sa.Column("memory_gib", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=15), nullable=False),
        sa.Column("lease", sa.DateTime(), nullable=False),
        sa.Column("wall_minutes", sa.Integer(), nullable=False),
        sa.Column("parent", sa.String(length=20), nullable=True),
        sa.Column("scheduler", sa.String(length=64), nullable=True),
        sa.Column("worker_name", sa.String(length=64), nullable=True),
        sa.Column("phase", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("slurm_job_id", sa.Integer(), nullable=True),
        sa.Column("node", sa.String(length=63), nullable=True),
        sa.Column("url", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["parent"], ["spawn.spawn_id"], name=op.f("fk_spawn_parent")),
        sa.PrimaryKeyConstraint("spawn_id", name=op.f("pk_spawn")),
    )
    op.create_index("living_spawns", "spawn", ["phase"], unique=False)
    op.create_index(
        "one_living_notebook",
        "spawn",
        ["account"],
        unique=True,
        sqlite_where=sa.text("role = 'notebook' AND phase NOT IN ('ended', 'refused')"),
        postgresql_where=sa.text("role = 'notebook' AND phase NOT IN ('ended', 'refused')"),
    )
