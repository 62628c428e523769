"""Services that keep people's own signing keys."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import CleanText, Json, Time

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "signing_services",
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("name", CleanText(), nullable=False),
        sa.Column("kind", CleanText(), nullable=False),
        sa.Column("url", CleanText(), nullable=False),
        sa.Column("client_id", CleanText(), nullable=False),
        sa.Column("client_secret", sa.LargeBinary(), nullable=False),
        sa.Column("authorities", Json(), nullable=False),
        sa.Column("tls_authority", CleanText(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_signing_services_account_id"
        ),
        sa.PrimaryKeyConstraint("account_id", "name", name="pk_signing_services"),
    )
