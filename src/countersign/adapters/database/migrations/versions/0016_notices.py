"""Notices in the sender's words, packages of chosen parts, uploads that expire, names to prove."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import CleanText, Json, Time

revision = "0016"
down_revision = "0015"

# Whether a content is used is asked when it may be removed
CONTENTS = (
    ("documents", "upload_sha256"),
    ("documents", "base_sha256"),
    ("documents", "blank_sha256"),
    ("stored_files", "sha256"),
)


def upgrade() -> None:
    _notices()
    _deletions()
    for table, column in (("packages", "name"), ("messages", "reply_to")):
        op.add_column(table, sa.Column(column, CleanText(), nullable=False, server_default=""))
    op.add_column(
        "packages",
        sa.Column("archived", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("packages", sa.Column("ready_at", Time, nullable=True))
    for table, column in (("packages", "parts"), ("tasks", "person_names")):
        op.add_column(table, sa.Column(column, Json(), nullable=False, server_default="[]"))
    op.add_column("stored_files", sa.Column("expires_at", Time, nullable=True))


def _deletions() -> None:
    op.create_table(
        "deletions",
        sa.Column("envelope_id", CleanText(), nullable=False),
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("origin", CleanText(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("deleted_at", Time, nullable=False),
        sa.Column("by", CleanText(), nullable=False),
        *(sa.Column(name, Json(), nullable=False) for name in ("tasks", "removed", "kept")),
        sa.Column("chain_length", sa.Integer(), nullable=False),
        sa.Column("chain_head", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("envelope_id", name="pk_deletions"),
    )
    op.create_index("ix_deletions_account_id_deleted_at", "deletions", ["account_id", "deleted_at"])
    for table, column in CONTENTS:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _notices() -> None:
    texts = ("name", "channel", "recipient", "sender", "subject")
    op.create_table(
        "notices",
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("envelope_id", CleanText(), nullable=False),
        sa.Column("task_id", CleanText(), nullable=True),
        sa.Column("package_id", CleanText(), nullable=True),
        sa.Column("event", CleanText(), nullable=False),
        sa.Column("delay_s", sa.BigInteger(), nullable=False),
        *(sa.Column(name, CleanText(), nullable=False) for name in texts),
        sa.Column("text", Json(), nullable=False),
        sa.Column("layout", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
    )
    op.create_index("ix_notices_envelope_id", "notices", ["envelope_id"])
