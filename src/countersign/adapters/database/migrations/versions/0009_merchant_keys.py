"""Keys with which accounts sign in their own name."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import ByCodePoint, CleanText, Json, Time

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "merchant_keys",
        sa.Column("account_id", CleanText(), nullable=False),
        sa.Column("vendor", ByCodePoint, nullable=False),
        sa.Column("kind", CleanText(), nullable=False),
        sa.Column("place", Json(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("subject", CleanText(), nullable=False),
        sa.Column("begins", Time, nullable=False),
        sa.Column("expires", Time, nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_merchant_keys_account_id"
        ),
        sa.PrimaryKeyConstraint("account_id", "vendor", name="pk_merchant_keys"),
    )
