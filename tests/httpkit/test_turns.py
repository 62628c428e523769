"""Few compute at once; whoever waits lets others; nobody waits long for a turn."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Lock

import pytest

from countersign.turns import PATIENCE, Turns, waiting

LONG = 10.0  # seconds; a test that needs them has failed


class Watch:
    """Counts who computes at the same time."""

    def __init__(self) -> None:
        self._lock, self._now, self.most = Lock(), 0, 0

    def compute(self, seconds: float) -> None:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(seconds)
        with self._lock:
            self._now -= 1


def all_at_once(count: int, work: Callable[[], None]) -> None:
    start = Barrier(count)

    def begin() -> None:
        start.wait(LONG)
        work()

    with ThreadPoolExecutor(count) as threads:
        for done in [threads.submit(begin) for _ in range(count)]:
            done.result(LONG)


def test_no_more_compute_at_once_than_there_are_turns() -> None:
    turns, watch = Turns(2), Watch()

    def work() -> None:
        with turns.taken():
            watch.compute(0.01)

    all_at_once(8, work)
    assert watch.most == 2


def test_while_one_waits_another_computes() -> None:
    turns, answered = Turns(1), Event()

    def wait() -> None:
        with turns.taken(), waiting():
            assert answered.wait(LONG)

    def answer() -> None:
        with turns.taken():
            answered.set()

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(wait)
        threads.submit(answer).result(LONG)
        first.result(LONG)


def test_after_waiting_it_needs_a_turn_again() -> None:
    turns, watch = Turns(2), Watch()

    def work() -> None:
        with turns.taken():
            with waiting():
                time.sleep(0.01)
            watch.compute(0.01)

    all_at_once(8, work)
    assert watch.most <= 2


def test_waiting_inside_of_waiting_gives_one_turn_only() -> None:
    turns, watch = Turns(1), Watch()

    def work() -> None:
        with turns.taken():
            with waiting(), waiting():
                pass
            watch.compute(0.005)

    all_at_once(4, work)
    assert watch.most == 1


def test_who_has_no_turn_may_wait_all_the_same() -> None:
    with waiting():
        pass


def test_an_error_gives_the_turn_back() -> None:
    turns = Turns(1)
    for _ in range(3):
        with pytest.raises(OSError, match="no disk"), turns.taken(), waiting():
            raise OSError("no disk")
    began = time.monotonic()
    with turns.taken():
        assert time.monotonic() - began < PATIENCE


def test_one_that_never_ends_stops_nobody() -> None:
    turns, end = Turns(1), Event()

    def hang() -> None:
        with turns.taken():
            assert end.wait(LONG)

    with ThreadPoolExecutor(1) as threads:
        hanging = threads.submit(hang)
        for _ in range(2):
            with turns.taken():
                pass
        end.set()
        hanging.result(LONG)
