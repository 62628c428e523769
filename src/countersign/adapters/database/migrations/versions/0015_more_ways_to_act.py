"""Tasks that bring files, look at documents or are handed on; filled forms; short codes; named
interfaces."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import CleanText, Json, Time

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("documents", sa.Column("blank_sha256", sa.String(64), nullable=True))
    op.add_column("documents", sa.Column("blank_size", sa.BigInteger(), nullable=True))
    op.add_column("tasks", sa.Column("viewed", Json(), nullable=False, server_default="[]"))
    op.add_column("tasks", sa.Column("asks", Json(), nullable=True))
    op.add_column("tasks", sa.Column("forwarding", Json(), nullable=True))
    op.create_table(
        "sign_codes",
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("task_id", CleanText(), nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name="pk_sign_codes"),
    )
    op.create_table(
        "interfaces",
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("name", CleanText(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("branding", Json(), nullable=False),
        sa.Column("hidden", Json(), nullable=False),
        sa.Column("skip_intro", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_interfaces_account_id"),
        sa.PrimaryKeyConstraint("account_id", "name", name="pk_interfaces"),
    )
