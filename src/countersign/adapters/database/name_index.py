"""The index of names' parts, where the database can have one."""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

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


def add_name_index(connection: Connection) -> None:
    """Without one a search reads the names, which is slower and finds the same."""
    try:
        with connection.begin_nested():
            for statement in INDEX[connection.dialect.name]:
                connection.exec_driver_sql(statement)
    except DBAPIError:
        pass
