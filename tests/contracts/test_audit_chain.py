"""The audit log of members is a chain, whoever writes at once."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from countersign.adapters.database.engine import Database
from countersign.domain.audit_chain import AuditState, check_chain
from countersign.domain.member import AuditEntry
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, new_id
from tests.contracts.threads import at_once

WRITERS, EACH = 8, 5


def write(unit: OpenUnit, account_id: str, *abouts: str) -> None:
    with unit() as uow:
        for about in abouts:
            entry = AuditEntry(
                account_id=account_id, at=NOW, who="å@x.test", action="did", about=about
            )
            uow.dashboard.audit.add(entry)
        uow.commit()


def checked(unit: OpenUnit, account_id: str) -> AuditState:
    with unit() as uow:
        head = uow.dashboard.audit.head(account_id)
        entries = uow.dashboard.audit.chain(account_id, -1, head.length, 1000)
    return check_chain(entries, head)


def test_writers_at_once_make_one_chain(stored_unit: OpenUnit) -> None:
    mine, other = new_id(), new_id()

    def writer(number: int) -> None:
        for turn in range(EACH):
            write(stored_unit, mine, f"{number} {turn}", "and more")
            write(stored_unit, other, "x")

    at_once(WRITERS, writer)
    for account_id, length in ((mine, WRITERS * EACH * 2), (other, WRITERS * EACH)):
        state = checked(stored_unit, account_id)
        assert (state.broken, state.head.length) == (None, length)


def test_what_is_not_committed_leaves_no_gap(stored_unit: OpenUnit) -> None:
    mine = new_id()
    write(stored_unit, mine, "first")
    with stored_unit() as uow:
        uow.dashboard.audit.add(AuditEntry(account_id=mine, at=NOW, who="x", action="never"))
    write(stored_unit, mine, "second")
    state = checked(stored_unit, mine)
    assert (state.broken, state.head.length) == (None, 2)


def test_an_account_without_entries_has_a_whole_chain(stored_unit: OpenUnit) -> None:
    state = checked(stored_unit, new_id())
    assert (state.broken, state.head.length) == (None, 0)


@pytest.mark.parametrize(
    ("crime", "broken"),
    [
        ("UPDATE audit_log SET about = 'nothing' WHERE about = 'second'", 2),
        ("UPDATE audit_log SET who = 'eve' WHERE about = 'first'", 1),
        ("DELETE FROM audit_log WHERE about = 'second'", 2),
        ("DELETE FROM audit_log WHERE about = 'third'", 3),
        ("DELETE FROM audit_log", 1),
        ("UPDATE audit_heads SET length = 2", 3),
        ("UPDATE audit_log SET place = 9 WHERE about = 'third'", 3),
        ("UPDATE audit_log SET place = 0 WHERE about = 'first'", 1),
    ],
)
def test_a_change_behind_the_back_of_the_program_is_found(
    database: Database, stored_unit: OpenUnit, crime: str, broken: int
) -> None:
    mine = new_id()
    write(stored_unit, mine, "first", "second", "third")
    with database.engine.connect() as connection:
        connection.execute(text(crime))
        connection.commit()
    assert checked(stored_unit, mine).broken == broken
