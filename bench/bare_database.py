"""The least that a create can cost its database: the same rows in the same tables, written by the
bare driver in one transaction. The rows are those of a real create, under new ids."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from tests.support.server import RunningServer

# What one create writes, found by the envelope's id; parents first
ROWS = {
    "envelopes": "SELECT * FROM envelopes WHERE id = '{0}'",
    "documents": "SELECT * FROM documents WHERE envelope_id = '{0}'",
    "tasks": "SELECT * FROM tasks WHERE envelope_id = '{0}'",
    "task_documents": "SELECT * FROM task_documents WHERE envelope_id = '{0}'",
    "evidence": "SELECT * FROM evidence WHERE envelope_id = '{0}'",
}
Values = Sequence[tuple[Any, ...]]
Write = Callable[[], None]


@contextmanager
def opened(server: RunningServer, uuid: str, folder: Path) -> Iterator[Write]:
    """Gives a function that writes one create's rows and commits."""
    url = server.environment.get("COUNTERSIGN_DATABASE_URL")
    if url:
        with psycopg.connect(url) as connection:
            rows = _rows(lambda query: connection.execute(query).fetchall(), uuid)
            yield lambda: _write(connection.cursor(), rows, "%s", connection.commit)
        return
    with closing(_copied(server.data / "countersign.db", folder / "limit.db")) as file:
        rows = _rows(lambda query: file.execute(query).fetchall(), uuid)
        yield lambda: _write(file.cursor(), rows, "?", file.commit)


def per_s(write: Write, seconds: float) -> float:
    done, ends_at = 0, time.perf_counter() + seconds
    while time.perf_counter() < ends_at:
        write()
        done += 1
    return done / seconds


def _copied(source: Path, target: Path) -> sqlite3.Connection:
    """With everything that is in it: an index of an empty table costs nothing to keep."""
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as original:
        original.execute("VACUUM INTO ?", (str(target),))
    file = sqlite3.connect(target)
    file.execute("PRAGMA journal_mode = WAL")
    file.execute("PRAGMA synchronous = FULL")
    file.execute("PRAGMA foreign_keys = ON")
    return file


def _rows(read: Callable[[str], Values], uuid: str) -> dict[str, Values]:
    return {table: read(query.format(uuid)) for table, query in ROWS.items()}


def _write(cursor: Any, rows: dict[str, Values], mark: str, commit: Write) -> None:
    ids: dict[str, str] = {}
    for table, values in rows.items():
        marks = ", ".join([mark] * len(values[0]))
        cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", _renamed(values, ids))
    commit()


def _renamed(rows: Values, ids: dict[str, str]) -> list[list[Any]]:
    """Each id becomes another one, the same wherever it stands."""
    return [
        [ids.setdefault(value, str(uuid4())) if _is_id(value) else value for value in row]
        for row in rows
    ]


def _is_id(value: object) -> bool:
    return isinstance(value, str) and len(value) == 36 and value.count("-") == 4
