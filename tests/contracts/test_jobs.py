"""The job table: what is queued is done at least once, by one worker at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

import pytest

from countersign.adapters.database.engine import Database
from countersign.adapters.database.jobs import JobQueue
from countersign.usecases.ports import NewJob
from tests.contracts.conftest import OpenUnit, opener
from tests.contracts.moving_clock import MovingClock
from tests.contracts.threads import at_once
from tests.support.processes import wait_until

Add = Callable[..., None]
PAUSE = timedelta(seconds=5)


@pytest.fixture
def add(stored_unit: OpenUnit) -> Add:
    def add(**job: object) -> None:
        with stored_unit() as uow:
            uow.jobs.add(NewJob(**{"kind": "seal", "args": {}, **job}))  # type: ignore[arg-type]
            uow.commit()

    return add


def test_a_job_is_claimed_once_with_its_arguments(add: Add, queue: JobQueue) -> None:
    add(args={"envelope": "e1", "α": [1, None]})
    (job,) = queue.claim("default", 10)
    assert (job.kind, job.args, job.attempts) == ("seal", {"envelope": "e1", "α": [1, None]}, 1)
    assert queue.claim("default", 10) == []


def test_a_job_of_a_unit_that_is_not_committed_is_never_done(
    stored_unit: OpenUnit, queue: JobQueue
) -> None:
    with stored_unit() as uow:
        uow.jobs.add(NewJob(kind="seal", args={}))
    assert queue.claim("default", 1) == []


def test_jobs_are_claimed_oldest_first_and_not_more_than_asked(
    add: Add, queue: JobQueue, clock: MovingClock
) -> None:
    for kind in "abc":
        add(kind=kind)
        clock.advance(seconds=1)
    assert [job.kind for job in queue.claim("default", 2)] == ["a", "b"]
    assert [job.kind for job in queue.claim("default", 2)] == ["c"]


def test_queues_do_not_see_each_others_jobs(add: Add, queue: JobQueue) -> None:
    add(queue="mail")
    assert queue.claim("default", 1) == []
    assert len(queue.claim("mail", 1)) == 1


def test_a_job_waits_until_it_is_due(add: Add, queue: JobQueue, clock: MovingClock) -> None:
    add(run_at=clock() + PAUSE)
    assert queue.claim("default", 1) == []
    clock.advance(seconds=5)
    assert len(queue.claim("default", 1)) == 1


def test_a_finished_job_is_gone(add: Add, queue: JobQueue, clock: MovingClock) -> None:
    add()
    (job,) = queue.claim("default", 1)
    assert queue.finish(job) is True
    clock.advance(days=1)
    assert queue.claim("default", 1) == []
    assert queue.counts() == {}


def test_the_job_of_a_dead_worker_is_taken_after_its_lease(
    add: Add, queue: JobQueue, clock: MovingClock
) -> None:
    add()
    (lost,) = queue.claim("default", 1)
    clock.advance(seconds=29)
    assert queue.claim("default", 1) == []
    clock.advance(seconds=1)
    (taken,) = queue.claim("default", 1)
    assert taken.attempts == 2
    assert queue.finish(lost) is False
    assert queue.heartbeat(lost) is False
    assert queue.retry(lost, PAUSE, "late") is False
    assert queue.bury(lost, "late") is False
    assert queue.finish(taken) is True


def test_a_heartbeat_keeps_the_lease(add: Add, queue: JobQueue, clock: MovingClock) -> None:
    add()
    (job,) = queue.claim("default", 1)
    clock.advance(seconds=29)
    assert queue.heartbeat(job) is True
    clock.advance(seconds=29)
    assert queue.claim("default", 1) == []


def test_a_failed_job_is_tried_again_after_its_pause(
    add: Add, queue: JobQueue, clock: MovingClock
) -> None:
    add()
    (job,) = queue.claim("default", 1)
    assert queue.retry(job, PAUSE, "TimeoutError") is True
    assert queue.claim("default", 1) == []
    clock.advance(seconds=5)
    (again,) = queue.claim("default", 1)
    assert again.attempts == 2


def test_a_dead_job_is_kept_and_not_tried_again(
    add: Add, queue: JobQueue, clock: MovingClock
) -> None:
    add()
    (job,) = queue.claim("default", 1)
    assert queue.bury(job, "ValueError") is True
    clock.advance(days=100)
    assert queue.claim("default", 1) == []
    assert queue.counts() == {("default", "dead"): 1}


def test_a_unique_job_waits_once(add: Add, queue: JobQueue) -> None:
    add(unique="sweep")
    add(unique="sweep")
    add(unique="other")
    assert len(queue.claim("default", 10)) == 2


def test_a_unique_job_may_be_queued_again_while_it_runs(
    add: Add, queue: JobQueue, clock: MovingClock
) -> None:
    add(unique="sweep")
    (running,) = queue.claim("default", 1)
    add(unique="sweep")
    assert queue.retry(running, PAUSE, "TimeoutError") is True
    clock.advance(seconds=5)
    assert len(queue.claim("default", 10)) == 1


def test_a_dead_unique_job_does_not_keep_others_away(add: Add, queue: JobQueue) -> None:
    add(unique="sweep")
    (job,) = queue.claim("default", 1)
    queue.bury(job, "ValueError")
    add(unique="sweep")
    assert len(queue.claim("default", 10)) == 1


def test_jobs_are_counted_by_queue_and_state(add: Add, queue: JobQueue, clock: MovingClock) -> None:
    add(queue="mail")
    (_running,) = queue.claim("mail", 1)
    add(queue="mail")
    add(queue="mail", run_at=clock() + PAUSE)
    add()
    assert queue.counts() == {
        ("mail", "running"): 1,
        ("mail", "due"): 1,
        ("mail", "later"): 1,
        ("default", "due"): 1,
    }


def test_workers_at_the_same_moment_never_get_the_same_job(add: Add, queue: JobQueue) -> None:
    for number in range(40):
        add(args={"number": number})

    def work(_number: int) -> list[int]:
        done = []
        while claimed := queue.claim("default", 3):
            done += [job.args["number"] for job in claimed]
            assert all([queue.finish(job) for job in claimed])
        return done

    counted = Counter(number for done in at_once(6, work) for number in done)
    assert counted == Counter(range(40))


def test_a_commit_rings_for_what_is_due_now(add: Add, queue: JobQueue, clock: MovingClock) -> None:
    add(queue="mail")
    add(queue="pdf", run_at=clock() + PAUSE)
    assert (queue.bell.rung("mail"), queue.bell.rung("pdf")) == (1, 0)


def test_postgresql_tells_workers_of_other_processes(
    postgres_database: Database, clock: MovingClock
) -> None:
    here, there = JobQueue(postgres_database, clock), JobQueue(postgres_database, clock)
    stopping = Event()
    listener = Thread(target=there.listen, args=(stopping,))
    listener.start()

    def heard() -> bool:
        with opener(postgres_database, here)() as uow:
            uow.jobs.add(NewJob(kind="seal", args={}, queue="pdf", unique="seal"))
            uow.jobs.add(NewJob(kind="send", args={}, queue="mail", unique="send"))
            uow.commit()
        return there.bell.rung("pdf") > 0 and there.bell.rung("mail") > 0

    wait_until(heard, "hearing of a job")
    stopping.set()
    listener.join(5)
    assert not listener.is_alive()
