"""Works off jobs: some threads for each queue, so that slow webhooks never hold up a seal."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import Event, Lock, Thread
from typing import Any

import structlog

from countersign.adapters.database.jobs import ClaimedJob, JobQueue

Handler = Callable[[Mapping[str, Any]], None]
Retry = Callable[[str, int], timedelta | None]

log = structlog.get_logger(__name__)

LOOK_AFTER_IT = "see that the database answers; jobs go on by themselves when it does"


class Worker:
    """`threads` says how many jobs of each queue run at once; `retry` after how long a job of a
    kind is tried again that failed so many times, None for never. It looks for jobs when the
    queue's bell rings, and every `poll` seconds for what became due or was left behind."""

    def __init__(
        self,
        queue: JobQueue,
        handlers: Mapping[str, Handler],
        retry: Retry,
        threads: Mapping[str, int],
        *,
        poll: float = 1.0,
    ) -> None:
        self._queue, self._handlers, self._retry = queue, handlers, retry
        self._names, self._poll = tuple(threads), poll
        self._stopping = Event()
        self._running: set[ClaimedJob] = set()
        self._running_lock = Lock()
        self._away = False
        self._threads = [
            _thread(self._work, name) for name, count in threads.items() for _ in range(count)
        ]
        self._threads += [_thread(self._keep_leases), _thread(queue.listen, self._stopping)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, patience: float = 5.0) -> bool:
        """Takes no more jobs and lets the running ones end. One that takes longer than `patience`
        seconds is left to the end of its lease, when another worker does it; then False."""
        self._stopping.set()
        self._queue.bell.ring(self._names)
        end = time.monotonic() + patience
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    # -------------------------------------------------------------- the threads

    def _work(self, name: str) -> None:
        while not self._stopping.is_set():
            rung = self._queue.bell.rung(name)
            if not self._work_off_one(name) and not self._stopping.is_set():
                self._queue.bell.wait(name, rung, self._poll)

    def _work_off_one(self, name: str) -> bool:
        """Whether there was one. A database that is away for a while ends no thread."""
        try:
            claimed = self._queue.claim(name, 1)
            self._say_available()
            for job in claimed:
                self._do(job)
        except Exception as error:
            self._say_away(error)
            return False
        return bool(claimed)

    def _say_away(self, error: Exception) -> None:
        """Once, not every second by every thread."""
        with self._running_lock:
            was, self._away = self._away, True
        if not was:
            log.error("jobs_not_available", error=_without_data(error), do=LOOK_AFTER_IT)

    def _say_available(self) -> None:
        if not self._away:
            return
        with self._running_lock:
            was, self._away = self._away, False
        if was:
            log.warning("jobs_available_again")

    def _do(self, job: ClaimedJob) -> None:
        with self._running_lock:
            self._running.add(job)
        try:
            self._handlers[job.kind](job.args)
        except Exception as error:
            self._failed(job, error)
        else:
            self._queue.finish(job)
        finally:
            with self._running_lock:
                self._running.discard(job)

    def _failed(self, job: ClaimedJob, error: Exception) -> None:
        pause = self._retry(job.kind, job.attempts)
        what = _without_data(error)
        facts = {"kind": job.kind, "job": job.id, "attempts": job.attempts, "error": what}
        if pause is None:
            self._queue.bury(job, what)
            log.error("job_dead", **facts)
        else:
            self._queue.retry(job, pause, what)
            log.warning("job_failed", again_in_s=pause.total_seconds(), **facts)

    def _keep_leases(self) -> None:
        while not self._stopping.wait(self._queue.lease.total_seconds() / 3):
            with self._running_lock:
                running = list(self._running)
            for job in running:
                self._keep_lease(job)

    def _is_running(self, job: ClaimedJob) -> bool:
        """One that ended a moment ago has no lease to lose."""
        with self._running_lock:
            return job in self._running

    def _keep_lease(self, job: ClaimedJob) -> None:
        try:
            if not self._queue.heartbeat(job) and self._is_running(job):
                log.warning("lease_lost", kind=job.kind, job=job.id)
        except Exception as error:
            log.warning("lease_not_kept", kind=job.kind, job=job.id, error=type(error).__name__)


def _thread(work: Callable[..., None], *arguments: object) -> Thread:
    """A daemon: a handler that hangs must not keep the process from ending."""
    return Thread(target=work, args=arguments, daemon=True)


def _without_data(error: Exception) -> str:
    """What kind of error and where. Its text may name a person, so it is not kept."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" in {trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else ""
    return type(error).__name__ + where
