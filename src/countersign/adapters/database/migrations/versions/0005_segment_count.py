"""How many segments an envelope has, so that none are looked for where there are none."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

COUNT = """UPDATE envelopes SET segment_count =
(SELECT count(*) FROM segments JOIN documents ON segments.document_id = documents.id
WHERE documents.envelope_id = envelopes.id)"""


def upgrade() -> None:
    count = sa.Column("segment_count", sa.Integer(), nullable=False, server_default="0")
    op.add_column("envelopes", count)
    op.execute(COUNT)
