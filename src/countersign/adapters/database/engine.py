"""Connections to SQLite or PostgreSQL, and what their failures mean.

Connections are in autocommit: a read costs one statement and waits for nobody. A unit of work says
itself when it begins to write (`transaction.py`).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any, TypeAlias

import sqlalchemy
import structlog
from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import ArgumentError

from countersign.adapters.database.group_commit import GroupCommit, log_of
from countersign.adapters.database.prepared import Compiled, Found, Prepared
from countersign.domain.errors import Conflict, DomainError, Invalid, StaleState, Unavailable

Values: TypeAlias = Mapping[str, Any] | Sequence[Mapping[str, Any]]
DATABASE_FORM = "a database is given as postgresql://user:password@host/name"
BUSY_TIMEOUT = 30  # seconds; other processes may be writing
POOL_SIZE, POOL_OVERFLOW = 8, 24  # connections kept open, and more under load
PREPARED = 400  # statements that PostgreSQL keeps ready for a connection

# PostgreSQL error codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
UNIQUE_VIOLATION, FOREIGN_KEY_VIOLATION = "23505", "23503"
OVERTAKEN = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock not available
READ_ONLY = "25006"  # what was the primary server is a standby now
TELL_AGAIN = 60.0  # seconds
LOOK_AFTER_IT = "see that it runs, can be reached and has room; requests get 503 until it does"
# Without these a connection to a machine that is gone is waited for a quarter of an hour, and
# a new one to it for two minutes; seconds, but for the last in milliseconds
GIVE_UP = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}

log = structlog.get_logger(__name__)


class BrokenReference(Exception):
    """A row would refer to one that is not there."""


class Database:
    """One database. `synchronous` is for SQLite: FULL survives a power cut, NORMAL may lose the
    last commits in one.

    `writer` is held by whoever writes to SQLite in this process: writers that queue here are
    served 5 to 15 times sooner at the tail than by SQLite's own waiting. `durable` is to be waited
    for after a commit that must not be lost. `insert` is the INSERT that knows ON CONFLICT, which
    SQLAlchemy spells once for each database."""

    def __init__(self, url: str, *, synchronous: str = "FULL") -> None:
        self.url = driver_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.insert = _insert(self.is_sqlite)
        self.writer = Lock()
        self.engine = _engine(self.url, self.is_sqlite)
        self.durable: GroupCommit | None = None
        self._cursor: Mapping[str, Any] = {} if self.is_sqlite else {"binary": True}
        self._execute: Mapping[str, Any] = {} if self.is_sqlite else {"prepare": True}
        if synchronous not in ("FULL", "NORMAL"):
            raise ValueError(f"synchronous is FULL or NORMAL, not {synchronous}")
        if self.is_sqlite:
            event.listen(self.engine, "connect", _set_up_sqlite)
            if synchronous == "FULL":
                self.durable = GroupCommit(log_of(self.url.database or ""))
        else:
            event.listen(self.engine, "connect", _set_up_postgres)
        self._told_at = float("-inf")
        self._driver: Any = self.engine.dialect.loaded_dbapi
        event.listen(self.engine, "handle_error", self._translate)

    def ping(self) -> None:
        """Raises Unavailable when the database does not answer."""
        with self.engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")

    def run(self, connection: Connection, statement: Prepared, values: Values) -> Found:
        """Runs a prepared statement on the driver's own connection; several `values` make several
        rows. Raises what every other statement would. PostgreSQL's values travel as bytes, which
        takes both sides less time than text."""
        each = values if isinstance(values, Sequence) else (values,)
        found, rowcount = [], 0
        try:
            for compiled, bound in statement.calls(self.engine.dialect, self.insert, each):
                cursor = self._cursor_for(connection, compiled)
                cursor.execute(compiled.sql, bound, **self._execute)
                rowcount += cursor.rowcount
                if compiled.returns_rows:
                    found += compiled.rows(cursor.fetchall())
            return Found(found, rowcount)
        except self._driver.Error as problem:
            self._renew_if_broken(connection, problem)
            if (meaning := self._meaning(problem)) is None:
                raise
            raise meaning from problem

    def close(self) -> None:
        self.engine.dispose()

    def _cursor_for(self, connection: Connection, compiled: Compiled) -> Any:
        """Each statement keeps a cursor on each connection: psycopg's learns how its columns are
        read, and learning it anew takes a third of running it."""
        kept = connection.connection.info
        if compiled not in kept:
            kept[compiled] = connection.connection.cursor(**self._cursor)
        return kept[compiled]

    def _renew_if_broken(self, connection: Connection, problem: Exception) -> None:
        """Asks once more through SQLAlchemy, which then throws away all that were connected to
        the database that went away."""
        driven = connection.connection.driver_connection
        if self.engine.dialect.is_disconnect(problem, driven, None):  # type: ignore[arg-type]
            connection.exec_driver_sql("SELECT 1")

    def _translate(self, context: ExceptionContext) -> None:
        """The core knows its own errors only. What a caller can't have caused stays as it is."""
        original = context.original_exception
        meaning = original if isinstance(original, DomainError) else self._meaning(original)
        if meaning is not None:
            raise meaning from original

    def _meaning(self, problem: BaseException) -> Exception | None:
        driver = self._driver
        if isinstance(problem, driver.IntegrityError):
            if _is_broken_reference(problem):
                return BrokenReference()
            return Conflict("exists already") if _is_unique_violation(problem) else None
        if getattr(problem, "sqlstate", None) in OVERTAKEN:
            return StaleState()
        if isinstance(problem, driver.DataError):
            return Invalid("a value is too large")
        unreachable = isinstance(problem, (driver.OperationalError, driver.InterfaceError))
        unreachable = unreachable or getattr(problem, "sqlstate", None) == READ_ONLY
        if not unreachable:
            return None
        self._tell(problem)
        return Unavailable("database")

    def _tell(self, problem: BaseException) -> None:
        """Once in a while, as every request meets it. The driver's own words may quote rows."""
        if time.monotonic() - self._told_at < TELL_AGAIN:
            return
        self._told_at = time.monotonic()
        name = type(problem).__name__
        code = getattr(problem, "sqlite_errorname", getattr(problem, "sqlstate", None))
        log.error("database_not_available", error=name, code=code, do=LOOK_AFTER_IT)


def driver_url(url: str) -> URL:
    """`postgresql://` means psycopg 3. Raises ValueError for anything but it and SQLite."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError(DATABASE_FORM) from None
    if parsed.get_backend_name() not in ("postgres", "postgresql", "sqlite"):
        raise ValueError(DATABASE_FORM)
    if parsed.drivername in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def _engine(url: URL, is_sqlite: bool) -> Engine:
    return sqlalchemy.create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        execution_options={"preserve_rowcount": True},
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        # A unit of work that wrote ends its transaction itself; reading alone opens none
        pool_reset_on_return=None,
        # The one used last knows most statements already
        pool_use_lifo=True,
        connect_args={"check_same_thread": False} if is_sqlite else _to_postgres(url),
    )


def _to_postgres(url: URL) -> dict[str, Any]:
    """What the URL says itself counts."""
    options = url.query.get("options", "")
    in_utc = {"options": f"{options} -c timezone=UTC".strip()}
    return in_utc | {name: value for name, value in GIVE_UP.items() if name not in url.query}


def _insert(is_sqlite: bool) -> Any:
    """Each brings megabytes of its dialect along, so only the one in use is imported."""
    if is_sqlite:
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        return sqlite_insert
    from sqlalchemy.dialects.postgresql import insert

    return insert


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")  # the rest is done by GroupCommit
    connection.execute("PRAGMA foreign_keys = ON")


def _set_up_postgres(connection: Any, _record: object) -> None:
    connection.prepared_max = PREPARED


def _is_broken_reference(error: BaseException) -> bool:
    if isinstance(error, sqlite3.IntegrityError):
        return error.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
    return getattr(error, "sqlstate", None) == FOREIGN_KEY_VIOLATION


def _is_unique_violation(error: BaseException) -> bool:
    if isinstance(error, sqlite3.IntegrityError):
        return error.sqlite_errorcode in (
            sqlite3.SQLITE_CONSTRAINT_UNIQUE,
            sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
        )
    return getattr(error, "sqlstate", None) == UNIQUE_VIOLATION
