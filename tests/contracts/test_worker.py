"""The worker: jobs are done at once, in their own lanes, and survive whatever happens to it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
import structlog
from sqlalchemy import select

from countersign.adapters.clock import system_clock
from countersign.adapters.database.engine import Database
from countersign.adapters.database.jobs import ClaimedJob, JobQueue
from countersign.adapters.database.tables import jobs
from countersign.adapters.worker import Worker
from countersign.domain.errors import Unavailable
from countersign.usecases.ports import NewJob
from tests.contracts.conftest import OpenUnit
from tests.support.processes import wait_until

pytestmark = pytest.mark.slow

SOON = timedelta(milliseconds=20)
Handler = Callable[[Mapping[str, Any]], None]


@pytest.fixture
def queue(database: Database) -> JobQueue:
    return JobQueue(database, system_clock, lease=timedelta(seconds=1))


@contextmanager
def working(
    queue: JobQueue,
    handlers: Mapping[str, Handler],
    threads: Mapping[str, int] = {"default": 1},
    *,
    tries: int = 3,
    poll: float = 30,
) -> Iterator[Worker]:
    """A worker that hears of jobs by its bell only, unless `poll` is short."""
    worker = Worker(
        queue, handlers, lambda _kind, made: SOON if made < tries else None, threads, poll=poll
    )
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def put(unit: OpenUnit, kind: str, **more: Any) -> None:
    with unit() as uow:
        uow.jobs.add(NewJob(kind=kind, args=more.pop("args", {}), **more))
        uow.commit()


def test_a_job_is_done_as_soon_as_it_is_committed(queue: JobQueue, stored_unit: OpenUnit) -> None:
    done: list[Mapping[str, Any]] = []
    with working(queue, {"seal": done.append}):
        time.sleep(0.1)
        put(stored_unit, "seal", args={"envelope": "e1"})
        wait_until(lambda: queue.counts() == {}, "the job", patience=5)
    assert done == [{"envelope": "e1"}]


def test_a_slow_queue_does_not_hold_up_another(queue: JobQueue, stored_unit: OpenUnit) -> None:
    release, done = Event(), Event()
    handlers = {"slow": lambda _: release.wait(10), "quick": lambda _: done.set()}
    with working(queue, handlers, {"webhook": 1, "pdf": 1}):
        put(stored_unit, "slow", queue="webhook")
        put(stored_unit, "quick", queue="pdf")
        assert done.wait(5)
        release.set()


def test_a_failed_job_is_tried_again_until_it_works(queue: JobQueue, stored_unit: OpenUnit) -> None:
    tries: list[int] = []

    def fail_once(_args: Mapping[str, Any]) -> None:
        tries.append(1)
        if len(tries) < 2:
            raise TimeoutError

    with working(queue, {"send": fail_once}, poll=0.02):
        put(stored_unit, "send")
        wait_until(lambda: len(tries) == 2 and queue.counts() == {}, "the second try", patience=5)


def test_a_job_that_never_works_is_kept_with_its_error_and_nobodys_name(
    queue: JobQueue, stored_unit: OpenUnit, database: Database
) -> None:
    def fail(_args: Mapping[str, Any]) -> None:
        raise ValueError("ada@example.org is no address")

    with structlog.testing.capture_logs() as logs, working(queue, {"send": fail}, poll=0.02):
        put(stored_unit, "send")
        wait_until(lambda: queue.counts() == {("default", "dead"): 1}, "its end", patience=5)
    with database.engine.connect() as connection:
        kept = connection.execute(select(jobs)).one()
    assert (kept.kind, kept.attempts) == ("send", 3)
    assert kept.error.startswith("ValueError in ")
    assert [(line["event"], line["attempts"]) for line in logs] == [
        ("job_failed", 1),
        ("job_failed", 2),
        ("job_dead", 3),
    ]
    assert "ada" not in str(logs) + str(kept)


def test_a_kind_that_nobody_knows_is_not_lost(queue: JobQueue, stored_unit: OpenUnit) -> None:
    with working(queue, {}, tries=1):
        put(stored_unit, "of_a_newer_version")
        wait_until(lambda: queue.counts() == {("default", "dead"): 1}, "its end", patience=5)


@pytest.mark.slow
def test_a_job_that_takes_longer_than_its_lease_is_done_once(
    queue: JobQueue, stored_unit: OpenUnit
) -> None:
    begun: list[int] = []

    def slow(_args: Mapping[str, Any]) -> None:
        begun.append(1)
        time.sleep(1.5)

    with working(queue, {"seal": slow}, {"default": 2}, poll=0.05):
        put(stored_unit, "seal")
        wait_until(lambda: queue.counts() == {}, "the job", patience=10)
    assert len(begun) == 1


def test_stopping_lets_running_jobs_end(queue: JobQueue, stored_unit: OpenUnit) -> None:
    begun, ended = Event(), Event()

    def slow(_args: Mapping[str, Any]) -> None:
        begun.set()
        time.sleep(0.3)
        ended.set()

    with working(queue, {"seal": slow}) as worker:
        put(stored_unit, "seal")
        put(stored_unit, "seal")
        assert begun.wait(5)
        assert worker.stop() is True
    assert ended.is_set()
    assert queue.counts() == {("default", "due"): 1}


def test_a_job_that_does_not_end_does_not_hold_up_stopping(
    queue: JobQueue, stored_unit: OpenUnit
) -> None:
    begun, release = Event(), Event()

    def hang(_args: Mapping[str, Any]) -> None:
        begun.set()
        release.wait(20)

    with working(queue, {"seal": hang}) as worker:
        put(stored_unit, "seal")
        assert begun.wait(5)
        assert worker.stop(patience=0.2) is False
        release.set()


HANG = """
import sys, time
from datetime import timedelta
from countersign.adapters.clock import system_clock
from countersign.adapters.database.engine import Database
from countersign.adapters.database.jobs import ClaimedJob, JobQueue
from countersign.adapters.worker import Worker

def hang(_args):
    print("begun", flush=True)
    time.sleep(60)

queue = JobQueue(Database(sys.argv[1]), system_clock, lease=timedelta(seconds=2))
Worker(queue, {"seal": hang}, lambda kind, tries: None, {"default": 1}, poll=0.05).start()
time.sleep(60)
"""


@pytest.mark.slow
def test_the_job_of_a_killed_worker_is_done_by_another(
    queue: JobQueue, stored_unit: OpenUnit, database: Database
) -> None:
    put(stored_unit, "seal")
    address = database.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-c", HANG, address], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "begun\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    process.stdout.close()
    with working(queue, {"seal": lambda _: None}, poll=0.1):
        wait_until(lambda: queue.counts() == {}, "the lease to end", patience=20)


@pytest.mark.slow
def test_an_idle_worker_costs_next_to_nothing(queue: JobQueue) -> None:
    with working(queue, {}, {"pdf": 1, "mail": 1, "webhook": 4, "default": 1}, poll=0.2):
        time.sleep(0.3)
        before = time.process_time()
        time.sleep(2)
        assert time.process_time() - before < 0.2


def test_a_database_that_is_away_is_told_of_once(
    queue: JobQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every thread asks every second, for as long as it is away."""
    claim, away = queue.claim, Event()
    away.set()

    def claimed(name: str, limit: int) -> Sequence[ClaimedJob]:
        if away.is_set():
            raise Unavailable("database")
        return claim(name, limit)

    monkeypatch.setattr(queue, "claim", claimed)
    lanes = {"one": 3, "two": 3}
    with structlog.testing.capture_logs() as logs, working(queue, {}, lanes, poll=0.01):
        time.sleep(0.2)
        away.clear()
        wait_until(lambda: len(logs) > 1, "the second line")
    assert [one["event"] for one in logs] == ["jobs_not_available", "jobs_available_again"]
    assert "see that the database answers" in logs[0]["do"]
