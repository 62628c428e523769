"""Who computes at once.

Python computes in one thread at a time, and threads that fight for it cost twice the processor time
(decision record 35). So only a few handlers compute at once; whoever waits for a disk, another
process or another host steps aside meanwhile. A turn is a courtesy and no lock: nobody waits for
one longer than `PATIENCE`, so a wait that says nothing slows the others and stops nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, local

PATIENCE = 0.25  # seconds


class Turns:
    """`count` threads compute at once."""

    def __init__(self, count: int) -> None:
        self._free = BoundedSemaphore(count)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """The calling thread computes inside; `waiting` finds its turn."""
        _mine.turns = self
        self.take()
        try:
            yield
        finally:
            self.give()
            _mine.turns = None

    def take(self) -> None:
        _mine.has_one = self._free.acquire(timeout=PATIENCE)

    def give(self) -> None:
        if _mine.has_one:
            self._free.release()


class _Mine(local):
    turns: Turns | None = None
    has_one = False


_mine = _Mine()


@contextmanager
def waiting() -> Iterator[None]:
    """Somebody else may compute while the calling thread waits inside. Never around something that
    waits for a lock which another handler holds while it computes."""
    turns, _mine.turns = _mine.turns, None
    if turns is None:
        yield
        return
    turns.give()
    try:
        yield
    finally:
        turns.take()
        _mine.turns = turns
