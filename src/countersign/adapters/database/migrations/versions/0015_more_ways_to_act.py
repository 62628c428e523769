"""Tasks that bring files, look at documents or are handed on; filled forms; short codes."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import CleanText, Json

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
