"""The archive, what a task says of it, and which tasks are about texts."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import CleanText, Json, Time

revision = "0013"
down_revision = "0012"


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
    op.add_column(
        "tasks", sa.Column("is_text", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    # Until now it stood among what only the dialect reads, as the last of it
    of_texts = sa.text("UPDATE tasks SET is_text = true WHERE extras LIKE :end")
    op.execute(of_texts.bindparams(end='%,"text":true}'))
