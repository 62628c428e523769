"""The ports of keeping_ports.py, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from threading import Event as Flag
from threading import Thread

import pytest

from countersign.adapters.database.engine import Database
from countersign.adapters.database.jobs import JobQueue
from countersign.domain.account import Account, Credential
from countersign.domain.document import Base, FileRef, Segment, SegmentKind
from countersign.domain.envelope import Envelope
from countersign.domain.erasing import Deletion
from countersign.domain.errors import Held, NotFound, Unauthorized
from countersign.domain.keeping import Hold, RetentionRules
from countersign.domain.task import Act, Visitor
from countersign.usecases.keeping_ports import Export, ExportStatus, Spot, Use
from countersign.usecases.ports import UnitOfWork
from tests.contracts.conftest import OpenUnit, opener
from tests.contracts.samples import NOW, SENT, account, credential, envelope, stored_file, template
from tests.contracts.threads import at_once

FILE = FileRef("5a" * 32, 7)
DAY = NOW.date()


def added(unit: OpenUnit) -> Account:
    owner = account()
    with unit() as uow:
        uow.accounts.add(owner)
        uow.commit()
    return owner


def keyed(unit: OpenUnit) -> Credential:
    key = credential(added(unit))
    with unit() as uow:
        uow.credentials.add(key)
        uow.commit()
    return key


# ------------------------------------------------------------------ contents


def signed(image: FileRef | None = None, segment: FileRef | None = None) -> Envelope:
    sent = envelope()
    (document, *others), (first, *rest) = sent.documents, sent.tasks
    if segment is not None:
        made = Segment(kind=SegmentKind.ACT, file=segment, chain={}, facts={})
        document = replace(document, segments=(made,))
    act = Act(
        method="drawn",
        consent="yes",
        visitor=Visitor(),
        at=NOW,
        image=image,
        text=None,
        values={},
    )
    return replace(sent, documents=(document, *others), tasks=(replace(first, act=act), *rest))


def with_upload(uow: UnitOfWork) -> None:
    sent = envelope()
    document = replace(sent.documents[0], upload=FILE)
    uow.envelopes.add(replace(sent, documents=(document, *sent.documents[1:])), [SENT])


def with_stored_file(uow: UnitOfWork) -> None:
    uow.stored_files.add(replace(stored_file(new_account(uow)), sha256=FILE.sha256))


def with_template(uow: UnitOfWork) -> None:
    uow.templates.add(replace(template(new_account(uow)), upload=FILE))


def new_account(uow: UnitOfWork) -> Account:
    owner = account()
    uow.accounts.add(owner)
    return owner


USERS: dict[str, Callable[[UnitOfWork], object]] = {
    "an upload": with_upload,
    "a signature": lambda uow: uow.envelopes.add(signed(segment=FILE), [SENT]),
    "a drawn signature": lambda uow: uow.envelopes.add(signed(image=FILE), [SENT]),
    "a base": lambda uow: uow.bases.add(Base(key="k", file=FILE, state={})),
    "a stored file": with_stored_file,
    "a template": with_template,
    "an owner": lambda uow: uow.keeping.contents.use("somebody", [FILE, FILE]),
}


@pytest.mark.parametrize("kind", list(USERS))
def test_whoever_names_a_content_uses_it(unit: OpenUnit, kind: str) -> None:
    with unit() as uow:
        assert not uow.deletions.is_used(FILE.sha256)
        USERS[kind](uow)
        uow.commit()
    with unit() as uow:
        assert uow.deletions.is_used(FILE.sha256)
        assert not uow.deletions.is_used("00" * 32)


def test_a_content_is_used_until_its_last_owner_drops_it(unit: OpenUnit) -> None:
    for owner in ("one", "two", "one"):
        with unit() as uow:
            uow.keeping.contents.use(owner, [FILE, FileRef("6b" * 32, 1)])
            uow.keeping.contents.use(owner, [])
            uow.commit()
    for owner, is_used in (("two", True), ("nobody", True), ("one", False)):
        with unit() as uow:
            uow.keeping.contents.drop(owner)
            uow.commit()
        with unit() as uow:
            assert uow.deletions.is_used(FILE.sha256) is is_used


def test_what_people_brought_to_an_envelope_goes_with_it(unit: OpenUnit) -> None:
    sent = envelope()
    with unit() as uow:
        uow.envelopes.add(sent, [SENT])
        uow.keeping.contents.use(sent.id, [FILE])
        uow.deletions.erase(sent.id, [], [])
        uow.commit()
    with unit() as uow:
        assert not uow.deletions.is_used(FILE.sha256)


# ------------------------------------------------------------------ holds


def held(owner: Account, envelope_id: str = "", reason: str = "A lawsuit") -> Hold:
    return Hold(
        account_id=owner.id,
        envelope_id=envelope_id,
        reason=reason,
        set_by="o@acme.test",
        set_at=NOW,
    )


def test_a_hold_stands_for_one_envelope_or_for_all(unit: OpenUnit) -> None:
    owner, other = added(unit), added(unit)
    with unit() as uow:
        uow.keeping.holds.check(owner.id, "e1")
        uow.keeping.holds.add(held(owner, "e1"))
        uow.keeping.holds.add(held(owner, "e1", "Another reason"))
        uow.commit()
    with unit() as uow:
        with pytest.raises(Held):
            uow.keeping.holds.check(owner.id, "e1")
        uow.keeping.holds.check(owner.id, "e2")
        uow.keeping.holds.check(other.id, "e1")
        assert [one.reason for one in uow.keeping.holds.of_account(owner.id)] == ["Another reason"]
        uow.keeping.holds.add(held(owner))
        uow.commit()
    with unit() as uow:
        with pytest.raises(Held):
            uow.keeping.holds.check(owner.id, "e2")
        with pytest.raises(Held):
            uow.keeping.holds.check(owner.id)
        found = [one.envelope_id for one in uow.keeping.holds.of_account(owner.id)]
        assert found == ["", "e1"]
        for one in found:
            uow.keeping.holds.remove(owner.id, one)
        uow.keeping.holds.check(owner.id, "e1")
        with pytest.raises(NotFound):
            uow.keeping.holds.remove(owner.id, "e1")


def test_a_hold_waits_for_who_is_erasing_and_then_sees_what_is_left(stored_unit: OpenUnit) -> None:
    owner = added(stored_unit)
    sent = replace(envelope(), account_id=owner.id)
    with stored_unit() as uow:
        uow.envelopes.add(sent, [SENT])
        uow.commit()
    seen: list[bool] = []
    begun = Flag()

    def hold_it() -> None:
        with stored_unit() as uow:
            begun.set()
            uow.keeping.holds.add(held(owner, sent.id))
            seen.append(bool(uow.envelopes.get(sent.id).tasks))

    with stored_unit() as uow:
        uow.keeping.holds.check(owner.id, sent.id)
        holder = Thread(target=hold_it)
        holder.start()
        assert begun.wait(10)
        holder.join(0.3)
        assert not seen, "it waits"
        emptied = replace(uow.envelopes.get(sent.id), documents=(), tasks=())
        uow.envelopes.save(emptied, [])
        uow.commit()
    holder.join(10)
    assert seen == [False]


@pytest.mark.slow
def test_those_who_erase_do_not_wait_for_each_other(postgres_database: Database) -> None:
    """On SQLite there is one writer."""
    unit = opener(postgres_database, JobQueue(postgres_database, lambda: NOW))
    owner = added(unit)
    with unit() as uow:
        uow.keeping.holds.check(owner.id, "e1")
        with unit() as second:
            second.keeping.holds.check(owner.id, "e2")


# ------------------------------------------------------------------ rules


def test_rules_are_kept_and_changed_and_say_how_far_one_has_looked(stored_unit: OpenUnit) -> None:
    owner = added(stored_unit)
    rules = RetentionRules(account_id=owner.id, completed_days=30)
    with stored_unit() as uow:
        assert uow.keeping.rules.get(owner.id) == RetentionRules(account_id=owner.id)
        uow.keeping.rules.put(rules)
        uow.commit()
    with stored_unit() as uow:
        assert uow.keeping.rules.get(owner.id) == rules
        uow.keeping.rules.saw(rules, Spot(NOW, "e1"))
        seen = uow.keeping.rules.get(owner.id)
        assert (seen.seen_at, seen.seen_id) == (NOW, "e1")
        others = replace(rules, unfinished_days=5)
        uow.keeping.rules.put(others)
        uow.keeping.rules.saw(rules, Spot(NOW, "e2"))
        assert uow.keeping.rules.get(owner.id) == others, "they begin anew"


def test_envelopes_are_walked_through_from_the_oldest_on(stored_unit: OpenUnit) -> None:
    owner = added(stored_unit)
    made = sorted(
        (
            replace(envelope(), account_id=owner.id, created_at=NOW + timedelta(days=n // 2))
            for n in range(6)
        ),
        key=lambda one: (one.created_at, one.id),
    )
    with stored_unit() as uow:
        uow.envelopes.add(envelope(), [SENT])
        for one in reversed(made):
            uow.envelopes.add(one, [SENT])
        uow.commit()
    with stored_unit() as uow:
        walk, until = uow.keeping.walk, NOW + timedelta(days=1)
        first = walk.envelopes(owner.id, None, until, 3)
        rest = walk.envelopes(owner.id, first[-1], until, 3)
        assert [spot.id for spot in [*first, *rest]] == [one.id for one in made[:4]]
        assert walk.envelopes(owner.id, rest[-1], until, 3) == []


# ------------------------------------------------------------------ usage of keys


def test_processes_add_up_what_they_have_counted(stored_unit: OpenUnit) -> None:
    key, other = keyed(stored_unit), keyed(stored_unit)

    def count(number: int) -> None:
        days = [
            Use(id, DAY - timedelta(days=day), number, NOW + timedelta(seconds=number))
            for id in (key.id, other.id)
            for day in (0, 1)
        ]
        with stored_unit() as uow:
            uow.keeping.usage.add(days if number % 2 else days[::-1])
            uow.commit()

    at_once(8, count)
    with stored_unit() as uow:
        found = uow.keeping.usage.since([key.id], date(2026, 1, 1))
        assert [(use.day, use.calls) for use in found] == [(DAY - timedelta(days=1), 28), (DAY, 28)]
        assert len(uow.keeping.usage.since([key.id, other.id], DAY)) == 2
        last = uow.keeping.usage.last([key.id, "never"])
        assert last == {key.id: NOW + timedelta(seconds=7)}


def test_the_newest_use_counts_in_whichever_order_it_is_told(stored_unit: OpenUnit) -> None:
    key = keyed(stored_unit)
    for second in (9, 5):
        with stored_unit() as uow:
            uow.keeping.usage.add([Use(key.id, DAY, 1, NOW + timedelta(seconds=second))])
            uow.commit()
    with stored_unit() as uow:
        assert uow.keeping.usage.last([key.id]) == {key.id: NOW + timedelta(seconds=9)}


def test_an_old_secret_opens_its_key_for_a_while(stored_unit: OpenUnit) -> None:
    key = keyed(stored_unit)
    day = NOW + timedelta(days=1)
    with stored_unit() as uow:
        uow.keeping.old_secrets.replace(key.id, "1" * 64, day)
        uow.commit()
    with stored_unit() as uow:
        secrets = uow.keeping.old_secrets
        assert secrets.caller(key.secret_hash, NOW).credential.id == key.id
        assert uow.credentials.by_secret_hash("1" * 64).credential.id == key.id
        with pytest.raises(Unauthorized):
            uow.credentials.by_secret_hash(key.secret_hash)
        with pytest.raises(Unauthorized):
            secrets.caller(key.secret_hash, day)
        assert secrets.until(key.id, NOW) == day
        assert secrets.until(key.id, day) is None
        secrets.replace(key.id, "2" * 64, day + timedelta(days=6))
        assert secrets.caller(key.secret_hash, NOW).credential.id == key.id
        assert secrets.until(key.id, NOW) == day + timedelta(days=6)
        secrets.replace(key.id, "3" * 64, None)
        for ended in (key.secret_hash, "1" * 64, "2" * 64):
            with pytest.raises(Unauthorized):
                secrets.caller(ended, NOW)


def test_a_revoked_key_gets_no_secret_and_its_old_ones_open_nothing(stored_unit: OpenUnit) -> None:
    key = keyed(stored_unit)
    with stored_unit() as uow:
        uow.keeping.old_secrets.replace(key.id, "1" * 64, NOW + timedelta(days=1))
        uow.credentials.revoke(key.id, NOW)
        with pytest.raises(Unauthorized):
            uow.keeping.old_secrets.caller(key.secret_hash, NOW)
        with pytest.raises(NotFound):
            uow.keeping.old_secrets.replace(key.id, "2" * 64, None)


# ------------------------------------------------------------------ exports, deletions


def test_exports_are_their_accounts(stored_unit: OpenUnit) -> None:
    owner = added(stored_unit)
    asked = Export(id="x1", account_id=owner.id, asked_by="o@acme.test", asked_at=NOW)
    later = replace(asked, id="x2", asked_at=NOW + timedelta(days=1))
    ready = replace(
        asked, status=ExportStatus.READY, file=FileRef("ab" * 32, 5_000_000_000), ready_at=NOW,
        expires_at=NOW + timedelta(days=7),
    )  # fmt: skip
    with stored_unit() as uow:
        uow.keeping.exports.add(asked)
        uow.keeping.exports.add(later)
        uow.keeping.exports.save(ready)
        uow.commit()
    with stored_unit() as uow:
        assert uow.keeping.exports.of_account(owner.id) == [later, ready]
        assert uow.keeping.exports.get(owner.id, "x1") == ready
        with pytest.raises(NotFound):
            uow.keeping.exports.get("another", "x1")


def test_deletions_are_listed_from_the_newest_on(stored_unit: OpenUnit) -> None:
    made = [
        Deletion(
            envelope_id=f"e{number}", account_id="a1", origin="signicat-v1", created_at=NOW,
            deleted_at=NOW + timedelta(days=number // 2), by="retention", tasks=("t1",),
            removed=(FILE,), kept=(), chain_length=3, chain_head="cd" * 32,
        )
        for number in range(5)
    ]  # fmt: skip
    with stored_unit() as uow:
        for one in made:
            uow.deletions.add(one)
        uow.deletions.add(replace(made[0], envelope_id="other", account_id="a2"))
        uow.commit()
    with stored_unit() as uow:
        first = uow.keeping.deletions.page("a1", None, 3)
        rest = uow.keeping.deletions.page("a1", first[-1], 3)
        assert [*first, *rest] == made[::-1]
