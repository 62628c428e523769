"""Optional tasks, national ids (closed), attempts to prove an identity, and proofs (closed)."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import CleanText, Json, Time

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _tasks()
    op.create_table(
        "identity_attempts",
        sa.Column("task_id", CleanText(), nullable=False),
        sa.Column("method", CleanText(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("begun", Json(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("reference", CleanText(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("task_id", "method", name="pk_identity_attempts"),
    )
    op.create_table(
        "identity_proofs",
        sa.Column("task_id", CleanText(), nullable=False),
        sa.Column("method", CleanText(), nullable=False),
        sa.Column("closed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("task_id", "method", name="pk_identity_proofs"),
    )


def _tasks() -> None:
    """Nobody was optional before."""
    op.add_column(
        "tasks", sa.Column("optional", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("tasks", sa.Column("national_id", sa.LargeBinary(), nullable=True))
