"""Folders of envelopes, senders' words to people."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.types import CleanText

revision = "0016"
down_revision = "0011"


def upgrade() -> None:
    for table, column in (("envelopes", "folder"), ("tasks", "message")):
        op.add_column(table, sa.Column(column, CleanText(), nullable=False, server_default=""))
