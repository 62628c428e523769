"""Providers of eIDs that accounts have themselves, and attempts found by their reference."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import CleanText, Json, Time

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "identity_providers",
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("name", CleanText(), nullable=False),
        sa.Column("issuer", CleanText(), nullable=False),
        sa.Column("client_id", CleanText(), nullable=False),
        sa.Column("client_secret", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", Json(), nullable=False),
        sa.Column("acr_values", Json(), nullable=False),
        sa.Column("national_id_claim", CleanText(), nullable=False),
        sa.Column("name_claim", CleanText(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_identity_providers_account_id"
        ),
        sa.PrimaryKeyConstraint("account_id", "name", name="pk_identity_providers"),
    )
    op.create_index("ix_identity_attempts_reference", "identity_attempts", ["reference"])
