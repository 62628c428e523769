"""The job table: outbox and queue in one."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, delete, func, select, update

from countersign.adapters.database.engine import Database
from countersign.adapters.database.prepared import Prepared
from countersign.adapters.database.tables import WAITING, jobs
from countersign.adapters.database.transaction import Transaction
from countersign.adapters.database.waking import CHANNEL, Bell, listen
from countersign.domain.errors import Conflict
from countersign.usecases.ports import Clock, NewJob

# One of its kind is enough while it waits
_ADD = Prepared(
    lambda insert: insert(jobs).on_conflict_do_nothing(
        index_elements=["unique_key"], index_where=WAITING
    )
)
LEASE = timedelta(seconds=30)


class Jobs:
    """The port of the same name."""

    def __init__(self, transaction: Transaction, clock: Clock) -> None:
        self._tx, self._clock = transaction, clock
        self._due: Counter[str] = Counter()

    def add(self, job: NewJob) -> None:
        self.add_all([job])

    def add_all(self, new: Sequence[NewJob]) -> None:
        if not new:
            return
        now = self._clock()
        self._tx.write(_ADD, [_row(job, now) for job in new])
        self._due.update(job.queue for job in new if job.run_at is None or job.run_at <= now)

    def announce(self) -> Mapping[str, int]:
        """How many jobs can be done now, by queue, since the last call; PostgreSQL tells other
        processes when the transaction is committed."""
        due, self._due = self._due, Counter()
        if due:
            self._tx.notify(CHANNEL, " ".join(due))
        return due


def _row(job: NewJob, now: datetime) -> dict[str, Any]:
    return {
        "queue": job.queue,
        "kind": job.kind,
        "args": job.args,
        "run_at": job.run_at or now,
        "attempts": 0,
        "unique_key": job.unique,
    }


# ------------------------------------------------------------------ working them off


@dataclass(frozen=True, slots=True, eq=False)
class ClaimedJob:
    """A job that is ours until the lease ends. `attempts` counts this one; `token` fences a
    worker that comes back after its lease went to another."""

    id: int
    kind: str
    args: Mapping[str, Any]
    attempts: int
    token: str


_OURS = and_(jobs.c.id == bindparam("of_id"), jobs.c.token == bindparam("of_token"))
_FINISH = Prepared(delete(jobs).where(_OURS))


class JobQueue:
    """What a worker needs. The clock is an argument because a sandbox's can be moved. `bell` is
    rung in this process whenever a unit of work has queued something that is due. A power cut may
    undo what is written here: then a job is done again."""

    def __init__(self, database: Database, clock: Clock, *, lease: timedelta = LEASE) -> None:
        self._database, self.clock, self.lease = database, clock, lease
        self.bell = Bell()

    def listen(self, stopping: Event) -> None:
        """Rings `bell` for what other processes queue, until `stopping`."""
        listen(self._database, self.bell, stopping)

    def claim(self, queue: str, limit: int) -> Sequence[ClaimedJob]:
        """Takes up to `limit` jobs that are due, or whose worker has not been heard of."""
        now = self.clock()
        with Transaction(self._database) as tx:
            if tx.read(_due(queue, now, 1)).first() is None:
                return []
            found = tx.write(_claim(queue, now, now + self.lease, limit)).all()
            tx.commit(durable=False)
        found = sorted(found, key=lambda row: row.id)
        return [ClaimedJob(row.id, row.kind, row.args, row.attempts, row.token) for row in found]

    def finish(self, job: ClaimedJob) -> bool:
        """Done. False when the lease had gone to somebody else."""
        return self._change(_FINISH, job)

    def retry(self, job: ClaimedJob, pause: timedelta, error: str) -> bool:
        """Waits for another try. When one with the same unique key waits already, that one does."""
        again = (
            update(jobs).where(_OURS).values(run_at=self.clock() + pause, error=error, token=None)
        )
        try:
            return self._change(again, job)
        except Conflict:
            return self.finish(job)

    def bury(self, job: ClaimedJob, error: str) -> bool:
        """Nobody tries again by himself; the row stays for the operator."""
        dead = update(jobs).where(_OURS).values(dead_at=self.clock(), error=error, token=None)
        return self._change(dead, job)

    def heartbeat(self, job: ClaimedJob) -> bool:
        """Prolongs the lease."""
        longer = update(jobs).where(_OURS).values(run_at=self.clock() + self.lease)
        return self._change(longer, job)

    def counts(self) -> Mapping[tuple[str, str], int]:
        """The number of jobs by (queue, state): due, later, running or dead."""
        state = _state(self.clock())
        wanted = select(jobs.c.queue, state, func.count()).group_by(jobs.c.queue, state)
        with Transaction(self._database) as tx:
            return {(row[0], row[1]): row[2] for row in tx.read(wanted)}

    def _change(self, statement: Any, job: ClaimedJob) -> bool:
        with Transaction(self._database) as tx:
            changed = tx.write(statement, {"of_id": job.id, "of_token": job.token}).rowcount
            tx.commit(durable=False)
        return bool(changed)


def _due(queue: str, now: datetime, limit: int) -> Any:
    return (
        select(jobs.c.id)
        .where(jobs.c.queue == queue, jobs.c.run_at <= now, jobs.c.dead_at.is_(None))
        .order_by(jobs.c.run_at, jobs.c.id)
        .limit(limit)
    )


def _claim(queue: str, now: datetime, until: datetime, limit: int) -> Any:
    """A common table expression with FOR UPDATE is run once; as a sub-query PostgreSQL might run
    it again for every row and take more than `limit`. SQLite needs no row locks."""
    due = _due(queue, now, limit).with_for_update(skip_locked=True).cte("due")
    return (
        update(jobs)
        .where(jobs.c.id.in_(select(due.c.id)))
        .values(run_at=until, token=str(uuid.uuid4()), attempts=jobs.c.attempts + 1)
        .returning(jobs.c.id, jobs.c.kind, jobs.c.args, jobs.c.attempts, jobs.c.token)
    )


def _state(now: datetime) -> ColumnElement[str]:
    return case(
        (jobs.c.dead_at.is_not(None), "dead"),
        (jobs.c.token.is_not(None), "running"),
        (jobs.c.run_at <= now, "due"),
        else_="later",
    )
