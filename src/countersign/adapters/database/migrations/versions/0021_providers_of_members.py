"""Identity providers that members enter may not be inside the server's own network."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column(
        "identity_providers",
        sa.Column("inside", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
