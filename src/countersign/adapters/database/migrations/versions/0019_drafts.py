"""Drafts of the dashboard."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import CleanText, Json, Time

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("author_id", CleanText(), nullable=False),
        sa.Column("name", CleanText(), nullable=False),
        sa.Column("folded_name", CleanText(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("updated_at", Time, nullable=False),
        sa.Column("content", Json(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_drafts_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
    op.create_index("ix_drafts_account_id_updated_at", "drafts", ["account_id", "updated_at"])
    op.create_table(
        "draft_documents",
        sa.Column("draft_id", CleanText(), nullable=False),
        sa.Column("id", CleanText(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", CleanText(), nullable=False),
        sa.Column("upload_sha256", sa.String(64), nullable=False),
        sa.Column("upload_size", sa.BigInteger(), nullable=False),
        sa.Column("pages", Json(), nullable=False),
        sa.Column("form", Json(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name="fk_draft_documents_draft_id"),
        sa.PrimaryKeyConstraint("draft_id", "id", name="pk_draft_documents"),
    )
    op.create_index("ix_draft_documents_upload_sha256", "draft_documents", ["upload_sha256"])
