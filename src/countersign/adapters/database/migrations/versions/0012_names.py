"""The names of a project's envelopes in a table of their own, and an index of their parts where
the database can have one."""

import sqlalchemy as sa
from alembic import op

from countersign.adapters.database.name_index import add_name_index
from countersign.adapters.database.types import ByCodePoint, CleanText, Serial

revision = "0012"
down_revision = "0011"

FILL = """INSERT INTO envelope_names (envelope_id, project_id, folded_name)
SELECT id, project_id, folded_name FROM envelopes
 WHERE project_id IS NOT NULL ORDER BY created_at"""


def upgrade() -> None:
    op.create_table(
        "envelope_names",
        sa.Column("number", Serial, nullable=False),
        sa.Column("envelope_id", CleanText(), nullable=False),
        sa.Column("project_id", CleanText(), nullable=False),
        sa.Column("folded_name", ByCodePoint, nullable=False),
        sa.ForeignKeyConstraint(
            ["envelope_id"],
            ["envelopes.id"],
            name="fk_envelope_names_envelope_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("number", name="pk_envelope_names"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_envelope_names_envelope_id", "envelope_names", ["envelope_id"])
    op.execute(FILL)
    op.create_table(
        "indexed_names",
        sa.Column("up_to", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("up_to", name="pk_indexed_names"),
    )
    op.execute("INSERT INTO indexed_names (up_to) VALUES (0)")
    add_name_index(op.get_bind())
