"""Counts hits for rate limits, exactly, however many processes serve.

A window begins with a key's first hit and is one row; counting is one statement. What is counted
is worth nothing an hour later, so it stands apart from the real data: with SQLite in a file of its
own that nobody syncs and that never waits for the main database's writer, with PostgreSQL in an
UNLOGGED table. Both are made here and not by a migration: there is nothing in them to migrate.

Time is real time, also in a sandbox. When nothing can be counted, everything is let through and
the log says so once: a full disk must not lock customers out.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from threading import Lock
from typing import Protocol

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from countersign.adapters.database.engine import Database
from countersign.domain.errors import DomainError
from countersign.httpkit import Allowed, Refusal, too_many_requests

BUSY_TIMEOUT = 1.0  # seconds; then the hit is let through
SWEEP_EVERY = 60.0  # seconds
CREATING = 7_164_220  # an advisory lock; any number that nobody else locks in this database

TABLE = """TABLE IF NOT EXISTS rate_limits (
    name text PRIMARY KEY, ends double precision NOT NULL, hits bigint NOT NULL)"""

# `excluded.ends` is the window plus the time when this hit came, which may be a little before the
# time of a hit that it had to wait for. A window that ends more than a window later was begun by a
# clock that has been set back since.
COUNT = """INSERT INTO rate_limits AS r (name, ends, hits) VALUES (:name, {now} + :window, 1)
ON CONFLICT (name) DO UPDATE SET
    hits = CASE WHEN r.ends > excluded.ends - :window AND r.ends <= excluded.ends + :window
           THEN r.hits + 1 ELSE 1 END,
    ends = CASE WHEN r.ends > excluded.ends - :window AND r.ends <= excluded.ends + :window
           THEN r.ends ELSE excluded.ends END
RETURNING hits, ends - {now}"""
SWEEP = "DELETE FROM rate_limits WHERE ends <= {now}"

log = structlog.get_logger(__name__)


class Counter(Protocol):
    def count(self, name: str, window: float) -> tuple[int, float]:
        """Hits in this window, this one included, and the seconds until it ends. Raises
        CannotCount."""

    def sweep(self) -> None:
        """Removes windows that are over. Raises CannotCount."""

    def close(self) -> None: ...


class CannotCount(Exception):
    """The text says why."""


class Hits:
    """httpkit's `Hit` over a counter."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._swept_at = time.monotonic()
        self._failing = False

    def __call__(self, key: str, limit: int, window_seconds: float) -> Allowed | Refusal:
        try:
            hits, left = self._counter.count(key, window_seconds)
            self._sweep_sometimes()
        except CannotCount as problem:
            self._tell(problem)
            return Allowed(remaining=limit, reset=window_seconds)
        self._failing = False
        if hits > limit:
            return too_many_requests(left)
        return Allowed(remaining=limit - hits, reset=left)

    def close(self) -> None:
        self._counter.close()

    def _sweep_sometimes(self) -> None:
        now = time.monotonic()
        if now - self._swept_at >= SWEEP_EVERY:
            self._swept_at = now
            self._counter.sweep()

    def _tell(self, problem: CannotCount) -> None:
        if not self._failing:
            self._failing = True
            log.error("rate_limits_not_counted", why=str(problem))


class SqliteCounter:
    """In `path`, which is made, and made anew when a power cut damaged it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None

    def count(self, name: str, window: float) -> tuple[int, float]:
        given = {"name": name, "window": window, "now": time.time()}
        with self._lock:
            hits, left = self._run(COUNT.format(now=":now"), given)[0]
        return hits, left

    def sweep(self) -> None:
        with self._lock:
            self._run(SWEEP.format(now=":now"), {"now": time.time()})

    def close(self) -> None:
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _run(self, statement: str, given: dict[str, object]) -> list[tuple[int, float]]:
        try:
            if self._connection is None:
                self._connection = _opened(self._path)
            return self._connection.execute(statement, given).fetchall()
        except sqlite3.Error as problem:
            self._forget()
            raise CannotCount(f"{self._path}: {problem}") from problem


def _opened(path: Path) -> sqlite3.Connection:
    try:
        return _connected(path)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:  # damaged
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        return _connected(path)


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"CREATE {TABLE}")
        if connection.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("damaged")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


class PostgresCounter:
    """In a table of `database`, whose clock counts: servers may disagree on the time."""

    _NOW = "CAST(extract(epoch FROM clock_timestamp()) AS double precision)"
    _COUNT = text(COUNT.format(now=_NOW))
    _SWEEP = text(SWEEP.format(now=_NOW))

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self._is_there = False

    def count(self, name: str, window: float) -> tuple[int, float]:
        try:
            self._create_once()
            with self._engine.connect() as connection:
                row = connection.execute(self._COUNT, {"name": name, "window": window}).one()
        except (SQLAlchemyError, DomainError) as problem:
            raise CannotCount(str(problem)) from problem
        return row[0], row[1]

    def sweep(self) -> None:
        try:
            with self._engine.connect() as connection:
                connection.execute(self._SWEEP)
        except (SQLAlchemyError, DomainError) as problem:
            raise CannotCount(str(problem)) from problem

    def close(self) -> None:
        """The connections belong to the database."""

    def _create_once(self) -> None:
        if self._is_there:
            return
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            # IF NOT EXISTS alone fails when two processes create at once
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({CREATING})")
            connection.exec_driver_sql(f"CREATE UNLOGGED {TABLE}")
            connection.commit()
        self._is_there = True


def hits_beside(database: Database) -> Hits:
    """Counts where `database` is."""
    if not database.is_sqlite:
        return Hits(PostgresCounter(database))
    return Hits(SqliteCounter(Path(database.url.database or "").with_name("rate-limits.db")))
