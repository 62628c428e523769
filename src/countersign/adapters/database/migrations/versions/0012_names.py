"""The names of a project's envelopes in a table of their own, and an index of their parts where
the database can have one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import DBAPIError

from countersign.adapters.database.types import ByCodePoint, CleanText, Serial

revision = "0012"
down_revision = "0011"

FILL = """INSERT INTO envelope_names (envelope_id, project_id, folded_name)
SELECT id, project_id, folded_name FROM envelopes
 WHERE project_id IS NOT NULL ORDER BY created_at"""
INDEX = {
    "sqlite": [
        "CREATE VIRTUAL TABLE name_index USING fts5"
        " (grams, content='', detail=none, columnsize=0, tokenize='ascii')"
    ],
    # Without a list of what is still to be merged: every search would read it
    "postgresql": [
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        "CREATE INDEX ix_envelope_names_trigrams ON envelope_names"
        " USING gin (folded_name gin_trgm_ops) WITH (fastupdate = off)",
    ],
}


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
    _index()


def _index() -> None:
    """Without one a search reads the names, which is slower and finds the same."""
    connection = op.get_bind()
    try:
        with connection.begin_nested():
            for statement in INDEX[connection.dialect.name]:
                connection.exec_driver_sql(statement)
    except DBAPIError:
        pass
