"""Chat; webhook calls in the order of their facts, with pauses of their own."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import CleanText, Json, Time

revision = "0004"
down_revision = "0003"

# What was waited until now between the tries of a webhook call, in seconds
PAUSES = "[5,30,120,600,1800,3600,10800,21600,43200,86400,86400]"


def upgrade() -> None:
    _chat()
    _deliveries()


def _chat() -> None:
    op.create_table(
        "chat",
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("envelope_id", CleanText(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("task_id", CleanText(), nullable=True),
        sa.Column("author_name", CleanText(), nullable=False),
        sa.Column("text", CleanText(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelopes.id"], name="fk_chat_envelope_id"),
        sa.PrimaryKeyConstraint("id", name="pk_chat"),
        sa.UniqueConstraint("envelope_id", "number", name="uq_chat_envelope_id_number"),
    )


def _deliveries() -> None:
    """Calls that are under way come before all others, in any order among themselves."""
    number = sa.Column("number", sa.Integer(), nullable=False, server_default="0")
    op.add_column("deliveries", number)
    op.add_column("deliveries", sa.Column("pauses", Json(), nullable=False, server_default="[]"))
    op.execute(sa.text("UPDATE deliveries SET pauses = :pauses").bindparams(pauses=PAUSES))
    op.drop_index("ix_deliveries_envelope_id_created_at", "deliveries")
    op.create_index("ix_deliveries_envelope_id_number", "deliveries", ["envelope_id", "number"])
