"""What a credential may do; those that are there may do everything."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import Json

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column(
        "credentials", sa.Column("permissions", Json(), nullable=False, server_default="[]")
    )
