"""The sandbox's clock can be moved forward, and everybody follows."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from countersign.adapters.clock import SandboxClock, parse_span, system_clock
from countersign.adapters.database.engine import Database
from countersign.adapters.database.jobs import JobQueue
from countersign.usecases.ports import NewJob
from tests.contracts.conftest import opener

A_MOMENT = timedelta(seconds=5)


def test_it_shows_the_systems_time_at_first(database: Database) -> None:
    assert abs(SandboxClock(database)() - system_clock()) < A_MOMENT


def test_every_process_follows_an_advance(database: Database) -> None:
    here, there = SandboxClock(database), SandboxClock(database)
    there()
    here.advance(timedelta(days=1))
    shown = here.advance(timedelta(days=2))
    assert abs(shown - datetime.now(UTC) - timedelta(days=3)) < A_MOMENT
    time.sleep(0.11)
    assert abs(there() - shown) < A_MOMENT
    assert abs(there.exactly() - shown) < A_MOMENT


def test_it_does_not_go_back(database: Database) -> None:
    with pytest.raises(ValueError, match="forward"):
        SandboxClock(database).advance(timedelta(seconds=-1))


def test_running_jobs_are_not_taken_from_their_workers_by_an_advance(database: Database) -> None:
    clock = SandboxClock(database)
    queue = JobQueue(database, clock.exactly)
    with opener(database, queue)() as uow:
        uow.jobs.add(NewJob(kind="seal", args={}))
        uow.jobs.add(NewJob(kind="expire", args={}, run_at=clock() + timedelta(days=2)))
        uow.commit()
    (running,) = queue.claim("default", 1)
    clock.advance(timedelta(days=3))
    assert [job.kind for job in queue.claim("default", 10)] == ["expire"]
    assert queue.finish(running) is True


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("31m", timedelta(minutes=31)),
        ("2h", timedelta(hours=2)),
        ("3d", timedelta(days=3)),
        ("1d12h", timedelta(days=1, hours=12)),
        (" 0s ", timedelta()),
    ],
)
def test_spans_are_read_as_people_write_them(text: str, span: timedelta) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize(
    "text", ["", "3", "d", "-3d", "3w", "12h1d", "1.5h", "3 d", "99999999999999d"]
)
def test_what_is_no_span_is_refused_with_words(text: str) -> None:
    with pytest.raises(ValueError, match="span"):
        parse_span(text)
