"""Forms, folders of envelopes, senders' words to people."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import CleanText, Json, Time

revision = "0017"
down_revision = "0016"

COLUMNS = (("envelopes", "folder"), ("tasks", "message"), ("tasks", "person_title"))

FORMS: tuple[sa.schema.SchemaItem, ...] = (
    sa.Column("id", CleanText(), nullable=False),
    sa.Column("account_id", CleanText(), nullable=False),
    sa.Column("origin", CleanText(), nullable=False),
    sa.Column("name", CleanText(), nullable=False),
    sa.Column("folder", CleanText(), nullable=False),
    sa.Column("is_active", sa.Boolean(), nullable=False),
    sa.Column("is_public", sa.Boolean(), nullable=False),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("updated_at", Time, nullable=False),
    sa.Column("tags", Json(), nullable=False),
    sa.Column("defaults", Json(), nullable=False),
    sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_forms_account_id"),
    sa.PrimaryKeyConstraint("id", name="pk_forms"),
)
FORM_DOCUMENTS: tuple[sa.schema.SchemaItem, ...] = (
    sa.Column("form_id", CleanText(), nullable=False),
    sa.Column("position", sa.Integer(), nullable=False),
    sa.Column("name", CleanText(), nullable=False),
    sa.Column("media_type", CleanText(), nullable=False),
    sa.Column("upload_sha256", sa.String(64), nullable=False),
    sa.Column("upload_size", sa.BigInteger(), nullable=False),
    sa.Column("pages", Json(), nullable=False),
    sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name="fk_form_documents_form_id"),
    sa.PrimaryKeyConstraint("form_id", "position", name="pk_form_documents"),
)


def upgrade() -> None:
    for table, column in COLUMNS:
        op.add_column(table, sa.Column(column, CleanText(), nullable=False, server_default=""))
    op.create_index("ix_documents_base_key", "documents", ["base_key"])
    op.create_table("forms", *FORMS)
    op.create_index("ix_forms_account_id_created_at", "forms", ["account_id", "created_at"])
    op.create_table("form_documents", *FORM_DOCUMENTS)
    op.create_index("ix_form_documents_upload_sha256", "form_documents", ["upload_sha256"])
