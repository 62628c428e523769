"""An interface may ask people to log in before the documents show."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.add_column(
        "interfaces",
        sa.Column("identify_first", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
