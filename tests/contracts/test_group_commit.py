"""A commit to SQLite is on the disk before anybody is told, and commits share the waiting."""

from __future__ import annotations

import errno
import time
from threading import Event, Thread

import pytest

from countersign.adapters.clock import system_clock
from countersign.adapters.database.engine import Database
from countersign.adapters.database.group_commit import GroupCommit, log_of
from countersign.adapters.database.jobs import JobQueue
from countersign.adapters.database.migrations import migrate
from countersign.domain.errors import Unavailable
from tests.contracts.conftest import opener
from tests.contracts.samples import SENT, envelope
from tests.contracts.threads import at_once


def test_those_who_wait_at_the_same_time_share_a_sync() -> None:
    group = GroupCommit(lambda: time.sleep(0.05))
    at_once(20, lambda _: group.wait())
    assert 1 <= group.rounds <= 3


def test_a_sync_that_had_begun_before_is_not_trusted() -> None:
    begun, go_on = Event(), Event()

    def sync() -> None:
        begun.set()
        go_on.wait(5)

    group = GroupCommit(sync)
    first = Thread(target=group.wait)
    first.start()
    assert begun.wait(5)
    second = Thread(target=group.wait)
    second.start()
    go_on.set()
    first.join(5)
    second.join(5)
    assert group.rounds == 2


def test_a_disk_that_cannot_sync_is_told_and_may_recover() -> None:
    answers = [OSError(errno.EIO, "broken"), None]

    def sync() -> None:
        if problem := answers.pop(0):
            raise problem

    group = GroupCommit(sync)
    with pytest.raises(Unavailable):
        group.wait()
    group.wait()
    assert answers == []


def test_every_commit_is_synced_unless_asked_otherwise(sqlite_url: str) -> None:
    for synchronous in ("FULL", "NORMAL"):
        database = Database(sqlite_url, synchronous=synchronous)
        migrate(database)
        unit = opener(database, JobQueue(database, system_clock))
        for _ in range(3):
            with unit() as uow:
                uow.envelopes.add(envelope(), [SENT])
                uow.commit()
        assert (database.durable.rounds if database.durable else 0) == 3 * (synchronous == "FULL")
        database.close()


def test_a_log_that_is_not_there_is_no_quiet_success(sqlite_url: str) -> None:
    """Whoever has just committed has it open, so it is there."""
    group = GroupCommit(log_of(sqlite_url.removeprefix("sqlite:///") + "-moved"))
    with pytest.raises(Unavailable):
        group.wait()


def test_another_setting_is_refused(sqlite_url: str) -> None:
    with pytest.raises(ValueError, match="FULL or NORMAL"):
        Database(sqlite_url, synchronous="OFF")
