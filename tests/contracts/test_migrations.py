"""The schema that migrations make is the one in tables.py, and starting is quick and safe."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Table, inspect, select, text

from countersign.adapters.database import envelope_rows as shape
from countersign.adapters.database import migrations, tables
from countersign.adapters.database.engine import Database
from countersign.adapters.database.migrations import HEAD, NewerDatabase, migrate
from countersign.adapters.database.projects import Projects
from countersign.adapters.database.schema import metadata
from countersign.adapters.database.tables import accounts
from countersign.adapters.database.transaction import Transaction
from countersign.domain.project import standard_projects
from countersign.usecases.ports import ProjectQuery
from tests.contracts.samples import NOW, account, document, envelope, task
from tests.support.postgres import Cluster

pytestmark = pytest.mark.slow

BEFORE_ARCHIVE = "0012"
# Everything that the databases know of their tables, constraints and indexes, but for what only
# one of them has
SQLITE_SCHEMA = "SELECT name, sql FROM sqlite_master"
POSTGRES_SCHEMA = """
SELECT c.relname || '.' || a.attname,
       format_type(a.atttypid, a.atttypmod) || a.attnotnull::text || a.attidentity::text
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
UNION ALL SELECT indexname, indexdef FROM pg_indexes
 WHERE schemaname = 'public'
UNION ALL SELECT conname, conrelid::regclass || pg_get_constraintdef(oid) FROM pg_constraint
 WHERE connamespace = 'public'::regnamespace
"""


def schema(database: Database) -> dict[str, Any]:
    wanted = SQLITE_SCHEMA if database.is_sqlite else POSTGRES_SCHEMA
    with database.engine.connect() as connection:
        rows = connection.execute(text(wanted)).all()
    return {name: "".join((sql or "").split()).replace('"', "") for name, sql in rows}


def is_on_both(name: str | None, _kind: str, _parents: object) -> bool:
    return not (name or "").startswith(("name_index", "ix_envelope_names_trigrams"))


def sorted_columns(schema: dict[str, str]) -> dict[str, list[str]]:
    """SQLite keeps the text of CREATE TABLE, in which constraints may stand in any order, and a
    column that came later stands last, before the closing bracket."""
    return {name: sorted(sql.removesuffix(")").split(",")) for name, sql in schema.items()}


@pytest.fixture
def two_urls(database_url: str, request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """Of empty databases of the same kind."""
    if database_url.startswith("sqlite"):
        yield database_url, f"{database_url}-2"
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    name = cluster.create_database()
    yield database_url, cluster.url(name)
    cluster.drop_database(name)


def test_a_new_database_is_as_all_migrations_make_it(two_urls: tuple[str, str]) -> None:
    made, migrated = map(Database, two_urls)
    assert migrate(made) == HEAD
    migrate_to(migrated, "head")
    with migrated.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_on_both})
        assert compare_metadata(context, metadata) == []
    schemas = [sorted_columns(schema(each)) for each in (made, migrated)]
    assert len(schemas[0]) > 100
    assert schemas[0] == schemas[1]
    assert [versions(each) for each in (made, migrated)] == [[HEAD], [HEAD]]
    made.close()
    migrated.close()


def test_a_database_of_before_is_migrated(database_url: str) -> None:
    database = Database(database_url)
    migrate_to(database, BEFORE_ARCHIVE)
    assert versions(database) == [BEFORE_ARCHIVE]
    assert migrate(database) == HEAD
    assert versions(database) == [HEAD]
    database.close()


def test_a_database_of_a_newer_version_is_left_alone(database_url: str) -> None:
    database = Database(database_url)
    migrate(database)
    with database.engine.connect() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerDatabase, match=f"version 9999, .* up to {HEAD} only"):
        migrate(database)
    assert versions(database) == ["9999"]
    database.close()


def versions(database: Database) -> list[str]:
    with database.engine.connect() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version"))
        return [*found.scalars()]


def migrate_to(database: Database, revision: str) -> None:
    with database.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        migrations.upgrade(connection, revision)
        connection.commit()


def test_the_newest_migration_is_the_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_accounts_that_were_there_before_get_the_projects_of_every_account(
    database_url: str,
) -> None:
    database = Database(database_url)
    owner = account()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        migrations.upgrade(connection, "0001")
        connection.execute(accounts.insert(), asdict(owner))
        connection.commit()
    migrate(database)
    with Transaction(database) as transaction:
        found, total = Projects(transaction).find(ProjectQuery(account_id=owner.id, sort="name"))
    database.close()
    expected = [replace(one, created_at=NOW) for one in standard_projects(owner.id, NOW)]
    assert total == 2
    assert [replace(one, id="", created_at=NOW, updated_at=NOW) for one in found] == [
        replace(one, id="") for one in expected
    ]


def test_sessions_that_were_there_before_are_about_texts_or_are_not(database_url: str) -> None:
    database = Database(database_url)
    made = envelope(documents=())
    told = ({"text": True}, {"text": False}, {}, {"session": {"title": '"text":true}'}})
    tasks = tuple(task(document(), actions={}, extras={"session": {}, **one}) for one in told)
    rows = shape.to_rows(replace(made, tasks=tasks)).tasks.values()
    chain = {"version": 0, "chain_length": 0, "chain_head": ""}
    with database.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        migrations.upgrade(connection, BEFORE_ARCHIVE)
        insert_then(connection, tables.envelopes, shape.envelope_row(made) | chain)
        for row in rows:
            insert_then(connection, tables.tasks, row)
        connection.commit()
    migrate(database)
    with database.engine.connect() as connection:
        found = connection.execute(select(tables.tasks.c.id, tables.tasks.c.is_text)).all()
    database.close()
    assert {id for id, is_text in found if is_text} == {tasks[0].id}


def insert_then(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    """With the columns that there were."""
    known = {column["name"] for column in inspect(connection).get_columns(table.name)}
    then = {name: value for name, value in row.items() if name in known}
    connection.execute(table.insert(), then)


MIGRATE = """
import sys
from countersign.adapters.database.engine import Database
from countersign.adapters.database.migrations import migrate
print("started", flush=True)
sys.stdin.readline()
print(migrate(Database(sys.argv[1])))
"""


@pytest.mark.slow
def test_processes_that_start_at_once_migrate_once(database_url: str) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE, database_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "started\n"
    results = [process.communicate("go\n", timeout=60) for process in started]
    assert results == [(f"{HEAD}\n", "")] * 3


def test_a_migrated_database_is_found_ready_in_no_time(database_url: str) -> None:
    first = Database(database_url)
    migrate(first)
    first.close()
    again = Database(database_url)
    began = time.process_time()
    migrate(again)
    assert time.process_time() - began < 0.1
    again.close()


@pytest.mark.slow
def test_alembic_is_not_imported_when_there_is_nothing_to_change(sqlite_url: str) -> None:
    program = MIGRATE.replace("sys.stdin.readline()", "") + "assert 'alembic' not in sys.modules"
    for _ in ("a new one", "the same again"):
        subprocess.run([sys.executable, "-c", program, sqlite_url], check=True, capture_output=True)
