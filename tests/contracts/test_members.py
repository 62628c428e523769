"""The dashboard's tables: what is good once is good once, and nobody is overtaken."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from countersign.adapters.database.engine import Database
from countersign.domain.errors import NameTaken, NotFound, StaleState, TooManyTries, Unauthorized
from countersign.domain.member import (
    AuditEntry,
    Guessing,
    Member,
    Passkey,
    Role,
    SavedView,
    Session,
    Ticket,
)
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, account, new_id
from tests.contracts.threads import at_once

SECRET = "JBSWY3DPEHPK3PXP"


def member(unit: OpenUnit, account_id: str = "", **changes: object) -> Member:
    with unit() as uow:
        if not account_id:
            made_account = account()
            uow.accounts.add(made_account)
            account_id = made_account.id
        made = Member(
            id=new_id(),
            account_id=account_id,
            email=f"{new_id()}@x.test",
            name="Åsa",
            role=Role.ADMIN,
            created_at=NOW,
            joined_at=NOW,
            totp_secret=SECRET,
            recovery=("ab" * 32,),
        )
        made = replace(made, **changes)  # type: ignore[arg-type]
        uow.dashboard.members.add(made)
        uow.commit()
    return made


def session(owner: Member, mark: str = "a", **changes: object) -> Session:
    made = Session(
        id=mark * 64,
        member_id=owner.id,
        how="password",
        created_at=NOW,
        seen_at=NOW,
        ip="::1",
        user_agent="Firefox",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def ticket(mark: str = "a", **changes: object) -> Ticket:
    made = Ticket(id=mark * 64, purpose="sign in", expires_at=NOW, data={"challenge": "sécret"})
    return replace(made, **changes)  # type: ignore[arg-type]


def test_members_come_back_as_they_were(stored_unit: OpenUnit) -> None:
    first = member(stored_unit)
    second = member(stored_unit, first.account_id, joined_at=None, totp_secret="", recovery=())
    with stored_unit() as uow:
        stored = uow.dashboard.members
        assert stored.get(first.id) == first
        assert stored.joined(first.email) == first
        assert stored.joined(second.email) is None, "is invited only"
        assert {one.id for one in stored.of_account(first.account_id)} == {first.id, second.id}
        assert stored.anybody_joined()
        with pytest.raises(NotFound):
            stored.get(new_id())


def test_an_app_is_stored_closed(stored_unit: OpenUnit, database: Database) -> None:
    made = member(stored_unit)
    with database.engine.connect() as connection:
        (stored,) = connection.execute(text("SELECT totp_secret FROM members")).one()
    assert SECRET.encode() not in bytes(stored)
    assert SECRET not in repr(made)


def test_an_address_is_once_in_an_account_and_joins_one(stored_unit: OpenUnit) -> None:
    mine = member(stored_unit)
    with pytest.raises(NameTaken):
        member(stored_unit, mine.account_id, email=mine.email, joined_at=None)
    invited = member(stored_unit, email=mine.email, joined_at=None)
    with stored_unit() as uow, pytest.raises(NameTaken):
        uow.dashboard.members.save(replace(invited, joined_at=NOW))


def test_of_many_who_change_a_member_at_once_one_does(stored_unit: OpenUnit) -> None:
    made = member(stored_unit)

    def change(number: int) -> bool:
        try:
            with stored_unit() as uow:
                uow.dashboard.members.save(replace(made, totp_step=number))
                uow.commit()
        except StaleState:
            return False
        return True

    assert sum(at_once(8, change)) == 1


def test_who_is_removed_is_signed_out_everywhere(stored_unit: OpenUnit) -> None:
    made, other = member(stored_unit), member(stored_unit)
    with stored_unit() as uow:
        store = uow.dashboard
        store.sessions.add(session(made))
        store.sessions.add(session(other, "b"))
        store.passkeys.add(passkey(made))
        store.views.add(SavedView(id=new_id(), member_id=made.id, name="x", query={}))
        store.tickets.add(ticket(member_id=made.id))
        store.members.remove(made.id)
        uow.commit()
    with stored_unit() as uow:
        store = uow.dashboard
        with pytest.raises(Unauthorized):
            store.sessions.get("a" * 64)
        assert store.sessions.get("b" * 64)[1] == other
        with pytest.raises(NotFound):
            store.members.get(made.id)
        with pytest.raises(NotFound):
            store.tickets.take("a" * 64, "sign in")


def test_sessions_know_whose_they_are_and_end(stored_unit: OpenUnit) -> None:
    made = member(stored_unit)
    later = NOW + timedelta(hours=1)
    with stored_unit() as uow:
        store = uow.dashboard.sessions
        for mark in "abc":
            store.add(session(made, mark))
        store.touch("b" * 64, later)
        uow.commit()
    with stored_unit() as uow:
        store = uow.dashboard.sessions
        found, owner, its_account = store.get("b" * 64)
        assert (found.seen_at, owner, its_account.id) == (later, made, made.account_id)
        assert store.of_member(made.id)[0] == found
        store.remove("a" * 64)
        store.remove_others(made.id, but="b" * 64)
        assert [one.id for one in store.of_member(made.id)] == ["b" * 64]


def test_a_ticket_is_good_once_and_for_one_purpose(stored_unit: OpenUnit) -> None:
    with stored_unit() as uow:
        uow.dashboard.tickets.add(ticket())
        uow.commit()
    with stored_unit() as uow:
        store = uow.dashboard.tickets
        with pytest.raises(NotFound):
            store.take("a" * 64, "invitation")
        assert store.look("a" * 64, "sign in") == ticket()

    def take(_number: int) -> bool:
        try:
            with stored_unit() as uow:
                uow.dashboard.tickets.take("a" * 64, "sign in")
                uow.commit()
        except NotFound:
            return False
        return True

    assert sum(at_once(8, take)) == 1


def test_what_a_ticket_carries_is_stored_closed(stored_unit: OpenUnit, database: Database) -> None:
    with stored_unit() as uow:
        uow.dashboard.tickets.add(ticket())
        uow.commit()
    with database.engine.connect() as connection:
        (stored,) = connection.execute(text("SELECT data FROM tickets")).one()
    assert "sécret".encode() not in bytes(stored)


def test_expired_and_withdrawn_tickets_go(stored_unit: OpenUnit) -> None:
    with stored_unit() as uow:
        store = uow.dashboard.tickets
        store.add(ticket("a"))
        store.add(ticket("b", expires_at=NOW + timedelta(hours=1), member_id="m"))
        store.add(ticket("c", expires_at=NOW + timedelta(hours=1), member_id="n"))
        store.sweep(NOW + timedelta(minutes=1))
        store.forget("sign in", "m")
        uow.commit()
    with stored_unit() as uow:
        for gone in "ab":
            with pytest.raises(NotFound):
                uow.dashboard.tickets.look(gone * 64, "sign in")
        uow.dashboard.tickets.look("c" * 64, "sign in")


def passkey(owner: Member, **changes: object) -> Passkey:
    made = Passkey(
        id="key", member_id=owner.id, name="Phone", public_key="pk", sign_count=0, created_at=NOW
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_passkeys_are_kept_by_one_member(stored_unit: OpenUnit) -> None:
    mine, other = member(stored_unit), member(stored_unit)
    with stored_unit() as uow:
        uow.dashboard.passkeys.add(passkey(mine))
        with pytest.raises(NameTaken):
            uow.dashboard.passkeys.add(passkey(other))
        uow.dashboard.passkeys.used("key", 4_000_000_000, NOW)
        uow.commit()
    with stored_unit() as uow:
        store = uow.dashboard.passkeys
        (kept,) = store.of_member(mine.id)
        assert kept == store.get("key")
        assert (kept.sign_count, kept.used_at) == (4_000_000_000, NOW)
        with pytest.raises(NotFound):
            store.remove(other.id, "key")
        store.remove(mine.id, "key")
        assert store.of_member(mine.id) == []


def test_the_audit_log_is_read_from_its_end_and_by_account(stored_unit: OpenUnit) -> None:
    mine, other = new_id(), new_id()
    with stored_unit() as uow:
        for number in range(5):
            uow.dashboard.audit.add(
                AuditEntry(account_id=mine, at=NOW, who="å@x.test", action=f"did {number}")
            )
        uow.dashboard.audit.add(AuditEntry(account_id=other, at=NOW, who="", action="else"))
        uow.commit()
    with stored_unit() as uow:
        first = uow.dashboard.audit.page(mine, None, 3)
        second = uow.dashboard.audit.page(mine, first[-1].number, 3)
    assert [one.action for one in (*first, *second)] == [f"did {n}" for n in (4, 3, 2, 1, 0)]


def test_tries_are_counted_exactly_by_many_at_once(stored_unit: OpenUnit) -> None:
    def guess(_number: int) -> bool:
        try:
            with stored_unit() as uow:
                tried = uow.dashboard.guesses.hold("k" * 64).tried(NOW)
                uow.dashboard.guesses.save(tried)
                uow.commit()
        except TooManyTries:
            return False
        return True

    assert sum(at_once(12, guess)) == 5
    with stored_unit() as uow:
        assert uow.dashboard.guesses.hold("k" * 64).tries == 5
        uow.dashboard.guesses.sweep(NOW)
        assert uow.dashboard.guesses.hold("k" * 64).tries == 5
        uow.dashboard.guesses.sweep(NOW + timedelta(seconds=1))
        assert uow.dashboard.guesses.hold("k" * 64).tries == 0
        uow.dashboard.guesses.forget("k" * 64)
        uow.commit()
    with stored_unit() as uow:
        assert uow.dashboard.guesses.hold("k" * 64) == Guessing("k" * 64)


def test_a_members_own_filters_are_listed_by_name(stored_unit: OpenUnit) -> None:
    mine, other = member(stored_unit), member(stored_unit)
    with stored_unit() as uow:
        views = uow.dashboard.views
        late = SavedView(id=new_id(), member_id=mine.id, name="late", query={"state": "open"})
        all_ = SavedView(id=new_id(), member_id=mine.id, name="All", query={})
        for view in (late, all_):
            views.add(view)
        views.remove(other.id, late.id)
        uow.commit()
    with stored_unit() as uow:
        assert uow.dashboard.views.of_member(mine.id) == [all_, late]
        uow.dashboard.views.remove(mine.id, late.id)
        assert uow.dashboard.views.of_member(mine.id) == [all_]
