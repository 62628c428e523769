"""What goes wrong in a database reaches the core in the core's own words."""

from __future__ import annotations

from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import event, text

from countersign.adapters.database.engine import Database
from countersign.adapters.database.jobs import JobQueue
from countersign.adapters.database.migrations import migrate
from countersign.domain.errors import Invalid, NotFound, StaleState, Unavailable
from tests.contracts.conftest import OpenUnit, empty, opener
from tests.contracts.moving_clock import MovingClock
from tests.contracts.samples import account, credential, envelope
from tests.contracts.threads import at_once


@pytest.fixture
def on_postgres(postgres_database: Database, clock: MovingClock) -> OpenUnit:
    empty(postgres_database)
    return opener(postgres_database, JobQueue(postgres_database, clock))


def test_a_lost_connection_is_told_once_and_then_replaced(
    on_postgres: OpenUnit, postgres_database: Database
) -> None:
    made = account()
    with on_postgres() as uow:
        uow.accounts.add(made)
        uow.commit()
    with postgres_database.engine.connect() as other, on_postgres() as uow:
        uow.accounts.get(made.id)
        other.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        with pytest.raises(Unavailable):
            uow.accounts.get(made.id)
    with on_postgres() as uow:
        assert uow.accounts.get(made.id) == made


@pytest.mark.slow
def test_of_two_that_wait_for_each_other_one_has_to_try_again(on_postgres: OpenUnit) -> None:
    pair = [account(), account()]
    with on_postgres() as uow:
        for made in pair:
            uow.accounts.add(made)
        uow.commit()
    first_taken = Barrier(2)

    def save_both(number: int) -> bool:
        mine, others = pair[number], pair[1 - number]
        try:
            with on_postgres() as uow:
                uow.accounts.save(replace(mine, name="mine"))
                first_taken.wait(10)
                uow.accounts.save(replace(others, name="mine"))
                uow.commit()
        except StaleState:
            return False
        return True

    assert sorted(at_once(2, save_both)) == [False, True]


def test_a_number_that_does_not_fit_is_the_callers_mistake(on_postgres: OpenUnit) -> None:
    owner = account()
    with on_postgres() as uow:
        uow.accounts.add(owner)
        with pytest.raises(Invalid):
            uow.credentials.add(credential(owner, quota=2**40))


def test_a_full_database_is_told_and_keeps_what_it_has(sqlite_url: str, clock: MovingClock) -> None:
    """SQLite refuses to grow beyond a number of pages as it would on a full disk."""
    database = Database(sqlite_url)
    event.listen(
        database.engine, "connect", lambda raw, _: raw.execute("PRAGMA max_page_count = 300")
    )
    migrate(database)
    unit = opener(database, JobQueue(database, clock))
    large, small = envelope(extras={"a": "x" * 3_000_000}), envelope()
    with unit() as uow, pytest.raises(Unavailable):
        uow.envelopes.add(large, [])
    with unit() as uow:
        uow.envelopes.add(small, [])
        uow.commit()
        with pytest.raises(NotFound):
            uow.envelopes.get(large.id)
    database.close()


@pytest.mark.slow
def test_a_server_that_has_become_a_standby_is_away(postgres_url: str, clock: MovingClock) -> None:
    first = Database(postgres_url)
    migrate(first)
    first.close()
    standby = Database(f"{postgres_url}?options=-c%20default_transaction_read_only%3Don")
    with opener(standby, JobQueue(standby, clock))() as uow:
        assert uow.accounts.all() == []
        with pytest.raises(Unavailable):
            uow.accounts.add(account())
    standby.close()


@pytest.mark.slow
def test_a_machine_that_is_gone_is_given_up_in_time(postgres_url: str) -> None:
    for query, timeout in (("", "30000"), ("?tcp_user_timeout=5000", "5000")):
        database = Database(postgres_url + query)
        with database.engine.connect() as connection:
            driven = connection.connection.driver_connection
            assert driven is not None
            used = driven.info.get_parameters()
            assert connection.scalar(text("SHOW timezone")) == "UTC"
        assert (used["tcp_user_timeout"], used["connect_timeout"]) == (timeout, "10")
        database.close()
