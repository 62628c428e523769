"""How many codes went out by SMS."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import Time

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "text_counts",
        sa.Column("whom", sa.String(64), nullable=False),
        sa.Column("begins", Time, nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("whom", "begins", name="pk_text_counts"),
    )
    op.create_index("ix_text_counts_begins", "text_counts", ["begins"])
