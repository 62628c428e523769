"""Calls of each key are counted in memory and written together, every few seconds and at the end.

A process that is killed loses what it has counted since. Several processes add up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import Event, Lock, Thread

import structlog

from countersign.usecases.keeping_ports import Use

PAUSE = 5.0  # seconds between two writes

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Count:
    calls: int
    last_at: datetime


class KeyMeter:
    """The port Meter. Its thread begins with the first call."""

    def __init__(self, write: Callable[[Sequence[Use]], None], pause: float = PAUSE) -> None:
        self._write, self._pause = write, pause
        self._lock, self._stopping = Lock(), Event()
        self._counted: dict[tuple[str, date], _Count] = {}
        self._thread: Thread | None = None

    def count(self, credential_id: str, at: datetime) -> None:
        with self._lock:
            self._add((credential_id, at.date()), 1, at)
            if self._thread is None:
                self._thread = Thread(target=self._work, daemon=True)
                self._thread.start()

    def flush(self) -> None:
        """Writes what was counted; when that fails it is tried again with what comes next."""
        with self._lock:
            taken, self._counted = self._counted, {}
        if not taken:
            return
        try:
            self._write([Use(*key, one.calls, one.last_at) for key, one in taken.items()])
        except Exception as error:
            log.warning("key_usage_not_written", error=type(error).__name__)
            with self._lock:
                for key, one in taken.items():
                    self._add(key, one.calls, one.last_at)

    def close(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()

    def _add(self, key: tuple[str, date], calls: int, at: datetime) -> None:
        known = self._counted.get(key)
        if known is None:
            self._counted[key] = _Count(calls, at)
            return
        known.calls += calls
        known.last_at = max(known.last_at, at)

    def _work(self) -> None:
        while not self._stopping.wait(self._pause):
            self.flush()
