"""Notices in the sender's words, packages of chosen parts, uploads that expire, names to prove."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import CleanText, Json, Time

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    _notices()
    op.add_column("packages", sa.Column("name", CleanText(), nullable=False, server_default=""))
    for table, column in (("packages", "parts"), ("tasks", "person_names")):
        op.add_column(table, sa.Column(column, Json(), nullable=False, server_default="[]"))
    op.add_column("stored_files", sa.Column("expires_at", Time, nullable=True))


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
