"""Brings a database to this version's schema.

A new database is made as schema.py has it, in one step. Alembic, which takes a long time to import
and memory that is never given back, comes only where there is something to change.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select

from countersign.adapters.database.engine import Database
from countersign.adapters.database.name_index import add_name_index
from countersign.adapters.database.schema import metadata

HEAD = "0026"
# Any number that nobody else locks in this database
LOCK = 7_164_219

# Alembic's own table, where it looks for it
_naming = {"pk": "%(table_name)s_pkc"}
_VERSION = Table(
    "alembic_version",
    MetaData(naming_convention=_naming),
    Column("version_num", String(32), primary_key=True),
)


class NewerDatabase(Exception):
    """A newer version has changed it in a way that this one does not know."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"the database is at schema version {revision}, and this Countersign knows versions up"
            f" to {HEAD} only: install the newer one again, or restore the backup made before it"
        )


def migrate(database: Database) -> str:
    """Returns the revision that the database is at now. All or nothing: both databases undo a
    schema change that breaks off. Processes that start at once wait for the first. Raises
    NewerDatabase."""
    with database.engine.connect() as connection:
        if _revision(connection) != HEAD:
            _begin_alone(connection, database.is_sqlite)
            _bring_to_head(connection)
            connection.commit()
    return HEAD


def _bring_to_head(connection: Connection) -> None:
    revision = _revision(connection)  # once more: somebody else may have been first
    if revision is None:
        _create(connection)
    elif revision > HEAD:
        raise NewerDatabase(revision)
    elif revision != HEAD:
        upgrade(connection, "head")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSION.name):
        return None
    return connection.scalar(select(_VERSION.c.version_num))


def _begin_alone(connection: Connection, is_sqlite: bool) -> None:
    if is_sqlite:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def _create(connection: Connection) -> None:
    metadata.create_all(connection, checkfirst=False)
    add_name_index(connection)
    _VERSION.create(connection)
    connection.execute(_VERSION.insert(), {"version_num": HEAD})


def upgrade(connection: Connection, revision: str) -> None:
    """By Alembic, within the connection's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    command.upgrade(config, revision)
