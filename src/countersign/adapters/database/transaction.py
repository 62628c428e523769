"""One connection of one unit of work: reading until the first write, then a write transaction.

Reads before the first write see what is committed at that moment, each statement for itself, and
take no lock, on both databases. Nothing needs to be read again when writing begins, because every
save is a compare-and-set on the version that was read. See decision record 30.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, overload

from sqlalchemy import Connection, CursorResult, Executable, Row, func, select

from countersign.adapters.database.engine import Database
from countersign.adapters.database.prepared import Found, Prepared
from countersign.domain.errors import Unavailable
from countersign.turns import waiting

Values = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None
AnyRow: TypeAlias = Row[*tuple[Any, ...]]
Rows: TypeAlias = CursorResult[*tuple[Any, ...]]
LONGEST_WAIT = 30.0  # seconds for the writers before; more means that one of them hangs


class Transaction:
    """Connects at its first statement. Belongs to one thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.insert, self.is_sqlite = database.insert, database.is_sqlite
        self._connection: Connection | None = None
        self.writing = False

    @overload
    def read(self, statement: Prepared, values: Values = None) -> Found: ...
    @overload
    def read(self, statement: Executable, values: Values = None) -> Rows: ...
    def read(self, statement: Executable | Prepared, values: Values = None) -> Rows | Found:
        """Runs a statement that changes nothing."""
        return self._run(statement, values)

    @overload
    def write(self, statement: Prepared, values: Values = None) -> Found: ...
    @overload
    def write(self, statement: Executable, values: Values = None) -> Rows: ...
    def write(self, statement: Executable | Prepared, values: Values = None) -> Rows | Found:
        """Runs a statement that changes something; several `values` make several rows."""
        if not self.writing:
            self._begin()
        return self._run(statement, values)

    def notify(self, channel: str, payload: str) -> None:
        """On PostgreSQL, tells all who listen when this is committed."""
        if not self._database.is_sqlite:
            self.write(select(func.pg_notify(channel, payload)))

    def commit(self, *, durable: bool = True) -> None:
        """Without `durable` a power cut may undo it."""
        if self.writing:
            self._commit()
            self._stop_writing()
            if durable and self._database.durable:
                with waiting():
                    self._database.durable.wait()

    def __enter__(self) -> Transaction:
        return self

    def __exit__(self, *_reason: object) -> None:
        self.close()

    def close(self) -> None:
        """Undoes what was not committed."""
        connection, self._connection = self._connection, None
        try:
            if connection is not None:
                connection.close()
        finally:
            self._stop_writing()

    def _run(self, statement: Executable | Prepared, values: Values) -> Rows | Found:
        if isinstance(statement, Prepared):
            return self._database.run(self._connected(), statement, values or {})
        return self._connected().execute(statement, values)

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._database.engine.connect()
        return self._connection

    def _begin(self) -> None:
        if not self._database.is_sqlite:
            self._connected().exec_driver_sql("BEGIN")
        elif self._database.writer.acquire(timeout=LONGEST_WAIT):
            self._begin_immediately()
        else:
            raise Unavailable("database")
        self.writing = True

    def _begin_immediately(self) -> None:
        try:
            self._connected().exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            self._database.writer.release()
            raise

    def _commit(self) -> None:
        if self._database.is_sqlite:
            self._connected().commit()
        else:
            with waiting():  # PostgreSQL syncs its log
                self._connected().commit()

    def _stop_writing(self) -> None:
        if self.writing and self._database.is_sqlite:
            self._database.writer.release()
        self.writing = False
