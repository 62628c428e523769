"""How workers hear of new jobs at once: a bell in this process, LISTEN/NOTIFY between processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from threading import Condition, Event
from typing import TYPE_CHECKING, cast

from countersign.adapters.database.engine import Database
from countersign.domain.errors import Unavailable

if TYPE_CHECKING:
    import psycopg

CHANNEL = "countersign_jobs"
PAUSE = 1.0  # seconds between tries to reach the database
LOOK_UP = 0.25  # seconds until a listener sees that it is time to stop


class Bell:
    """Counts how often each queue was rung, so that no ring is lost between looking and waiting."""

    def __init__(self) -> None:
        self._rung: Counter[str] = Counter()
        self._changed = Condition()

    def ring(self, queues: Iterable[str]) -> None:
        with self._changed:
            self._rung.update(queues)
            self._changed.notify_all()

    def rung(self, queue: str) -> int:
        with self._changed:
            return self._rung[queue]

    def wait(self, queue: str, since: int, timeout: float) -> None:
        """Until the queue has been rung more than `since` times, at most `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._rung[queue] != since, timeout)


def listen(database: Database, bell: Bell, stopping: Event) -> None:
    """Rings for what other processes queue on PostgreSQL, until `stopping`. SQLite tells nobody:
    workers of other processes find the job when they look the next time."""
    if database.is_sqlite:
        return
    import psycopg  # a server on SQLite never loads it

    while not stopping.is_set():
        try:
            _listen(database, bell, stopping)
        except (psycopg.Error, Unavailable):
            stopping.wait(PAUSE)


def _listen(database: Database, bell: Bell, stopping: Event) -> None:
    borrowed = database.engine.raw_connection()
    borrowed.detach()  # it listens for ever, so it can't go back to the others
    with cast("psycopg.Connection", borrowed.dbapi_connection) as connection:
        connection.execute(f"LISTEN {CHANNEL}")
        while not stopping.is_set():
            for notice in connection.notifies(timeout=LOOK_UP):
                bell.ring(notice.payload.split())
