"""The list of an account's envelopes, and jobs as their keeper sees them, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.adapters.database.jobs import JobQueue
from countersign.domain.account import Account
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.errors import Invalid, NotFound
from countersign.domain.task import Person, TaskStatus
from countersign.usecases.account_list import ListQuery, Mark
from countersign.usecases.ports import NewJob
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, SENT, account, credential, envelope


def stored(unit: OpenUnit, count: int = 1, **changes: object) -> tuple[Account, list[Envelope]]:
    """Two at each moment, oldest first."""
    owner = account()
    key = credential(owner)
    with unit() as uow:
        uow.accounts.add(owner)
        uow.credentials.add(key)
        made = []
        for number in range(count):
            one = replace(
                envelope(),
                account_id=owner.id,
                credential_id=key.id,
                created_at=NOW + timedelta(minutes=number // 2),
                **changes,  # type: ignore[arg-type]
            )
            uow.envelopes.add(one, [SENT])
            made.append(one)
        uow.commit()
    return owner, made


def listed(unit: OpenUnit, owner: Account, **asked: object) -> list[str]:
    with unit() as uow:
        query = ListQuery(account_id=owner.id, **asked)  # type: ignore[arg-type]
        return [row.id for row in uow.dashboard.envelopes.page(query)]


@pytest.mark.parametrize("states", [(), ("open",), ("open", "completed", "draft")])
def test_pages_follow_one_another_without_gap_or_repetition(
    stored_unit: OpenUnit, states: tuple[str, ...]
) -> None:
    owner, made = stored(stored_unit, 9, status=EnvelopeStatus.OPEN)
    stored(stored_unit, 3)
    seen: list[str] = []
    behind = None
    while True:
        with stored_unit() as uow:
            query = ListQuery(account_id=owner.id, statuses=states, behind=behind, limit=4)
            rows = uow.dashboard.envelopes.page(query)
        if not rows:
            break
        seen += [row.id for row in rows]
        behind = Mark.read(str(rows[-1].mark))
    wanted = sorted(made, key=lambda one: (one.created_at, one.id), reverse=True)
    assert seen == [one.id for one in wanted]


def test_the_list_is_narrowed_by_what_is_asked(stored_unit: OpenUnit) -> None:
    owner, (first, second, third) = stored(stored_unit, 3, name="Ärende 100%_x")
    assert set(listed(stored_unit, owner, text="äRENDE")) == {first.id, second.id, third.id}
    assert listed(stored_unit, owner, text="100x") == []
    assert len(listed(stored_unit, owner, text="100%_X")) == 3
    assert listed(stored_unit, owner, since=third.created_at) == [third.id]
    assert third.id not in listed(stored_unit, owner, until=third.created_at)
    assert len(listed(stored_unit, owner, origin=first.origin)) == 3
    assert listed(stored_unit, owner, origin="another") == []
    assert listed(stored_unit, owner, statuses=("failed", "declined")) == []


def test_the_longest_names_are_found_too(stored_unit: OpenUnit) -> None:
    for name in ("ΐ" * 255, "𝔘𝔯" * 127):  # the first has three letters for each when folded
        owner, (one,) = stored(stored_unit, name=name)
        assert listed(stored_unit, owner, text=name[:20]) == [one.id]


def test_deleted_envelopes_are_not_listed(stored_unit: OpenUnit) -> None:
    owner, _ = stored(stored_unit, 1, status=EnvelopeStatus.DELETED)
    assert listed(stored_unit, owner) == []


def test_people_are_counted_and_found_by_their_whole_address(stored_unit: OpenUnit) -> None:
    owner, (one,) = stored(stored_unit)
    with stored_unit() as uow:
        task = replace(
            one.tasks[0], status=TaskStatus.COMPLETED, person=Person(name="A", email="a@find.test")
        )
        uow.envelopes.save(one.with_task(task), [])
        uow.commit()
    assert listed(stored_unit, owner, text="A@find.test") == [one.id]
    assert listed(stored_unit, owner, text="@find.test") == []
    with stored_unit() as uow:
        (row,) = uow.dashboard.envelopes.page(ListQuery(account_id=owner.id))
    assert (row.done, row.people) == (1, len(one.tasks))


@pytest.mark.parametrize("text", ["", "x", "W10", "bnVsbA", "WzEsMl0", "WyIyMDI2IiwgImEiXQ", "é"])
def test_a_place_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        Mark.read(text)


def test_jobs_that_failed_are_shown_and_brought_back(
    stored_unit: OpenUnit, queue: JobQueue
) -> None:
    with stored_unit() as uow:
        for kind in ("dead", "failing", "fine"):
            uow.jobs.add(NewJob(kind=kind, args={"envelope": "e"}, queue=kind))
        uow.commit()
    queue.bury(queue.claim("dead", 1)[0], "given up")
    queue.retry(queue.claim("failing", 1)[0], timedelta(hours=1), "later")
    with stored_unit() as uow:
        found = uow.dashboard.jobs.troubled(10)
    assert [(one.kind, one.error) for one in found] == [("dead", "given up"), ("failing", "later")]
    with stored_unit() as uow:
        assert uow.dashboard.jobs.revive(found[0].id, queue.clock()) == "dead"
        uow.commit()
    (again,) = queue.claim("dead", 1)
    assert again.attempts == 1
    with stored_unit() as uow, pytest.raises(NotFound):
        uow.dashboard.jobs.revive(again.id, queue.clock())
