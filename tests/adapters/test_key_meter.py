"""Calls are counted in memory and written together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from countersign.adapters.key_meter import KeyMeter
from countersign.usecases.keeping_ports import Use
from tests.contracts.threads import at_once
from tests.support.processes import wait_until

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Book:
    """Written in; fails as often as `failures` says."""

    def __init__(self, failures: int = 0) -> None:
        self.writes: list[Sequence[Use]] = []
        self._failures = failures

    def write(self, uses: Sequence[Use]) -> None:
        if self._failures:
            self._failures -= 1
            raise ConnectionError("the database is away")
        self.writes.append(uses)


def test_one_write_a_key_and_day_however_many_calls_there_were() -> None:
    book = Book()
    meter = KeyMeter(book.write, pause=60)

    def call(number: int) -> None:
        for second in range(100):
            meter.count("k1", NOON + timedelta(seconds=second))
            meter.count("k1" if number % 2 else "k2", NOON + timedelta(days=1))

    at_once(8, call)
    assert book.writes == []
    meter.close()
    ((*uses,),) = book.writes
    assert sorted((use.credential_id, use.day, use.calls) for use in uses) == [
        ("k1", date(2026, 11, 20), 800),
        ("k1", date(2026, 11, 21), 400),
        ("k2", date(2026, 11, 21), 400),
    ]
    assert max(use.last_at for use in uses if use.day == NOON.date()) == NOON + timedelta(
        seconds=99
    )


def test_what_could_not_be_written_is_written_later() -> None:
    book = Book(failures=1)
    meter = KeyMeter(book.write, pause=60)
    meter.count("k1", NOON)
    meter.flush()
    meter.count("k1", NOON + timedelta(seconds=1))
    meter.flush()
    assert book.writes == [[Use("k1", NOON.date(), 2, NOON + timedelta(seconds=1))]]
    meter.close()
    assert len(book.writes) == 1, "nothing is written twice"


def test_it_writes_by_itself_every_few_seconds() -> None:
    book = Book()
    meter = KeyMeter(book.write, pause=0.05)
    meter.count("k1", NOON)
    wait_until(lambda: len(book.writes) == 1, "the calls to be written")
    meter.count("k1", NOON)
    wait_until(lambda: len(book.writes) == 2, "the calls to be written")
    meter.close()
