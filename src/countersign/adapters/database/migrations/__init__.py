"""Brings a database to this version's schema.

Importing Alembic takes longer than all the rest of starting, so that happens only when there is
something to do.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from countersign.adapters.database.engine import Database

HEAD = "0024"
# Any number that nobody else locks in this database
LOCK = 7_164_219


def migrate(database: Database) -> str:
    """Returns the revision that the database is at now. All or nothing: both databases undo a
    schema change that breaks off. Processes that start at once wait for the first."""
    with database.engine.connect() as connection:
        if _revision(connection) != HEAD:
            _begin_alone(connection, database.is_sqlite)
            _upgrade(connection)
            connection.commit()
    return HEAD


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _begin_alone(connection: Connection, is_sqlite: bool) -> None:
    if is_sqlite:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    command.upgrade(config, "head")
