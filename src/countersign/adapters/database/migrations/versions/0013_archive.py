"""The archive, and what a task says of it."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import CleanText, Json, Time

revision = "0013"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "archived_files",
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("media_type", CleanText(), nullable=False),
        sa.Column("parts", Json(), nullable=False),
        sa.Column("filename", CleanText(), nullable=False),
        sa.Column("archived_at", Time, nullable=False),
        sa.Column("keep_until", Time),
        sa.Column("removed_at", Time),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_archived_files"),
    )
    op.create_index(
        "ix_archived_files_account_id_archived_at_id",
        "archived_files",
        ["account_id", "archived_at", "id"],
    )
    op.add_column("tasks", sa.Column("archiving", Json()))
