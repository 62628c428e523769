"""How many listed tasks an account has in every state, and how many of them are due on each day.

Kept in the transaction that changes a task. They are written at its end, in one order over all
envelopes of the transaction, so that no two writers wait for each other in turn. See decision
record 37.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zlib import crc32

from sqlalchemy import Executable, bindparam, func, select

from countersign.adapters.database.envelope_rows import Row
from countersign.adapters.database.prepared import Prepared
from countersign.adapters.database.project_tables import task_counts
from countersign.adapters.database.transaction import Transaction
from countersign.domain.envelope import Envelope

SLOTS = 8
ANY_DAY = -1  # the row that counts all tasks of a state, whether they are due or not
EPOCH, DAY = datetime(1970, 1, 1, tzinfo=UTC), timedelta(days=1)

_OF_STATES = Prepared(
    select(task_counts.c.origin, task_counts.c.status, func.sum(task_counts.c.count))
    .where(task_counts.c.account_id == bindparam("account_id"), task_counts.c.day == ANY_DAY)
    .group_by(task_counts.c.origin, task_counts.c.status)
)
_DUE = Prepared(
    select(func.coalesce(func.sum(task_counts.c.count), 0)).where(
        task_counts.c.account_id == bindparam("account_id"),
        task_counts.c.status == bindparam("status"),
        task_counts.c.day.between(bindparam("first"), bindparam("last")),
        task_counts.c.origin == bindparam("origin"),
    )
)


def _counting(insert: Any) -> Executable:
    put = insert(task_counts)
    statement: Executable = put.on_conflict_do_update(
        index_elements=list(task_counts.primary_key),
        set_={"count": task_counts.c.count + put.excluded.count},
    )
    return statement


_COUNT = Prepared(_counting)


class Place(NamedTuple):
    """A row of the counts, as its key orders them."""

    account_id: str
    status: str
    day: int
    origin: str
    slot: int


class TaskCounts:
    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction
        self._changes: Counter[Place] = Counter()

    def of_account(self, account_id: str) -> Mapping[tuple[str, str], int]:
        """(origin, status) → number, where there are any."""
        found = self._tx.read(_OF_STATES, {"account_id": account_id})
        return {(origin, status): int(count) for origin, status, count in found if count}

    def due(self, account_id: str, origin: str, status: str, first: int, last: int) -> int:
        """How many are due on the days from `first` to `last` (`day_of`), both included."""
        values = {"account_id": account_id, "origin": origin, "status": status}
        found = self._tx.read(_DUE, values | {"first": first, "last": last})
        return int(found.scalar_one_or_none() or 0)

    def changed(self, envelope: Envelope, before: Iterable[Row], after: Iterable[Row]) -> None:
        """Notes that an envelope's rows of tasks were these and are those."""
        slot = crc32(envelope.id.encode()) % SLOTS
        for rows, change in ((before, -1), (after, 1)):
            for row in rows:
                for day in _days(row):
                    place = Place(row["account_id"], row["status"], day, envelope.origin, slot)
                    self._changes[place] += change

    def write(self) -> None:
        """What was noted, before the commit."""
        changes = [
            {**place._asdict(), "count": change}
            for place, change in sorted(self._changes.items())
            if change
        ]
        self._changes.clear()
        if changes:
            self._tx.write(_COUNT, changes)


def day_of(moment: datetime) -> int:
    """Days in UTC since 1970."""
    return (moment - EPOCH) // DAY


def start_of(day: int) -> datetime:
    return EPOCH + day * DAY


def _days(row: Row) -> Iterable[int]:
    """The days under which a row is counted; none when it is not listed."""
    if row["guest_of"] is not None or not row["title"] or row["removed"]:
        return ()
    due = [day_of(row["due_at"])] if row["due_at"] is not None else []
    return (ANY_DAY, *due)
