"""Sending to many, and versions of templates and forms."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import CleanText, Json, Time

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    _batches()
    _rows()
    for table in ("templates", "forms"):
        op.add_column(table, sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        op.add_column(table, sa.Column("version_of", CleanText()))
        op.create_index(f"ix_{table}_version_of", table, ["version_of"])


def _batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("origin", CleanText(), nullable=False),
        sa.Column("kind", CleanText(), nullable=False),
        sa.Column("source_id", CleanText(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source_name", CleanText(), nullable=False),
        sa.Column("file_name", CleanText(), nullable=False),
        sa.Column("columns", Json(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("who", CleanText(), nullable=False),
        sa.Column("title", CleanText(), nullable=False),
        sa.Column("language", CleanText(), nullable=False),
        sa.Column("mapping", Json(), nullable=False),
        sa.Column("status", CleanText(), nullable=False),
        sa.Column("sender", Json(), nullable=False),
        sa.Column("started_at", Time),
        sa.Column("ended_at", Time),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_batches_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    op.create_index("ix_batches_account_id_created_at", "batches", ["account_id", "created_at"])


def _rows() -> None:
    op.create_table(
        "batch_rows",
        sa.Column("batch_id", CleanText(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", CleanText(), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.Column("problems", Json(), nullable=False),
        sa.Column("is_wrong", sa.Boolean(), nullable=False),
        sa.Column("envelope_id", CleanText(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_batch_rows_batch_id"),
        sa.PrimaryKeyConstraint("batch_id", "number", name="pk_batch_rows"),
    )
    op.create_index(
        "ix_batch_rows_batch_id_status_number", "batch_rows", ["batch_id", "status", "number"]
    )
