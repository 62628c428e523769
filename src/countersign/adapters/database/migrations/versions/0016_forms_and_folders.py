"""Folders of envelopes, senders' words to people, records of deletions."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import CleanText, Time

revision = "0016"
down_revision = "0011"

# By which it is found whether somebody still needs a file
INDEXES = (("documents", "upload_sha256"), ("documents", "base_key"), ("stored_files", "sha256"))


def upgrade() -> None:
    for table, column in (("envelopes", "folder"), ("tasks", "message")):
        op.add_column(table, sa.Column(column, CleanText(), nullable=False, server_default=""))
    for table, column in INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column])
    op.create_table(
        "deletions",
        sa.Column("envelope_id", CleanText(), nullable=False),
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("origin", CleanText(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("deleted_at", Time, nullable=False),
        sa.Column("deleted_by", CleanText(), nullable=False),
        sa.Column("status", CleanText(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("envelope_id", name="pk_deletions"),
    )
    op.create_index("ix_deletions_account_id_deleted_at", "deletions", ["account_id", "deleted_at"])
