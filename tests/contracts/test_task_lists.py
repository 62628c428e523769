"""Tasks.find: whatever is asked, the page and the total are those of somebody who looks at all."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from countersign.adapters.database import tasks as lists
from countersign.domain.envelope import Envelope
from countersign.domain.task import Task, TaskStatus
from countersign.usecases.library_ports import TaskQuery
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, document, envelope, task

ORIGIN = "signicat-v2"
STATES = (TaskStatus.READY, TaskStatus.BLOCKED, TaskStatus.COMPLETED, TaskStatus.EXPIRED)
ORDER = (TaskStatus.BLOCKED, TaskStatus.EXPIRED, TaskStatus.READY, TaskStatus.COMPLETED)


@pytest.fixture
def unit(stored_unit: OpenUnit) -> OpenUnit:
    return stored_unit


def holding(*tasks: Task, **changes: object) -> Envelope:
    return envelope(origin=ORIGIN, tasks=tasks, **changes)


def titled(number: int, chance: random.Random) -> Task:
    due = NOW + timedelta(hours=chance.randrange(24 * 30)) if number % 5 else None
    return task(
        document(),
        title=f"Lease {number % 7}",
        status=chance.choice(STATES),
        created_at=NOW + timedelta(minutes=number // 2),  # two at a time
        due_at=due,
        actions={},
        fields=(),
    )


@pytest.fixture
def shelf(unit: OpenUnit) -> list[Task]:
    """Sixty tasks in three envelopes, among others that are not listed."""
    chance = random.Random(7)
    made = [titled(number, chance) for number in range(60)]
    with unit() as uow:
        for start in (0, 20, 40):
            uow.envelopes.add(holding(*made[start : start + 20]), [])
        guest = replace(titled(1, chance), guest=True)
        hidden = replace(titled(2, chance), removed=True)
        nameless = replace(titled(3, chance), title="")
        uow.envelopes.add(holding(guest, hidden, nameless), [])
        uow.envelopes.add(holding(titled(4, chance), account_id="a2"), [])
        uow.commit()
    return made


def queries() -> Iterator[dict[str, Any]]:
    statuses = [(), ("ready",), ("ready", "blocked", "cancelled")]
    bounds: list[dict[str, Any]] = [
        {},
        {"due_from": NOW + timedelta(days=2, hours=5)},
        {"due_to": NOW + timedelta(days=9)},
        {"due_from": NOW + timedelta(days=3), "due_to": NOW + timedelta(days=3, hours=7)},
        {"due_from": NOW.replace(hour=0, minute=0, second=0, microsecond=0)},
        {"due_from": NOW + timedelta(days=3), "due_to": NOW + timedelta(days=20, hours=3)},
        {"created_from": NOW + timedelta(minutes=3), "created_to": NOW + timedelta(minutes=20)},
        {"created_to": NOW + timedelta(minutes=20), "due_to": NOW + timedelta(days=12)},
        {"title": "LEASE 3"},
    ]
    sorts = [(name, down) for name in ("created_at", "title") for down in (False, True)]
    for states, bound, sort in product(statuses, bounds, sorts):
        yield {"statuses": states, "sort": (sort,), **bound}
    for states, bound, down in product(statuses, bounds[:6], (False, True)):
        yield {"statuses": states, "sort": (("due_at", down),), **bound}
    for down in (False, True):
        yield {"sort": (("status", down), ("created_at", True)), "status_order": ORDER}


def wanted(tasks: Sequence[Task], query: TaskQuery) -> list[str]:
    def between(at: Any, least: Any, most: Any) -> bool:
        if at is None:
            return least is None and most is None
        return (least is None or least <= at) and (most is None or at <= most)

    found = [
        one
        for one in tasks
        if (not query.statuses or one.status in query.statuses)
        and between(one.due_at, query.due_from, query.due_to)
        and between(one.created_at, query.created_from, query.created_to)
        and query.title.casefold() in one.title.casefold()
    ]

    def key(one: Task, name: str) -> Any:
        return 1 + ORDER.index(one.status) if name == "status" else getattr(one, name)

    found.sort(key=lambda one: one.id, reverse=query.sort[-1][1])
    for name, descending in reversed(query.sort):
        found.sort(key=lambda one, name=name: key(one, name) or NOW, reverse=descending)  # type: ignore[misc]
        found.sort(key=lambda one, name=name: key(one, name) is None)  # type: ignore[misc]
    return [one.id for one in found]


@pytest.mark.slow
@pytest.mark.parametrize("few", [0, 10_000], ids=["read in order", "sorted when few"])
def test_every_list_is_what_one_finds_by_looking_at_all(
    unit: OpenUnit, shelf: list[Task], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "FEW", few)
    with unit() as uow:
        for asked in queries():
            for page in ({"limit": 7}, {"limit": 7, "offset": 25}, {"limit": 50, "offset": 9}):
                query = TaskQuery(account_id="a1", origin=ORIGIN, **asked, **page)
                found, total = uow.tasks.find(query)
                ids = wanted(shelf, query)
                assert total == len(ids), query
                page_of = ids[query.offset : query.offset + query.limit]
                assert [one.id for one in found] == page_of, query


def test_totals_follow_every_change(unit: OpenUnit) -> None:
    """Made, moved to another state and another day, taken back, and gone again."""
    one, two = (titled(number, random.Random(1)) for number in (1, 2))
    home = holding(replace(one, status=TaskStatus.READY), replace(two, status=TaskStatus.READY))

    def totals() -> list[int]:
        soon = {"due_to": NOW + timedelta(days=40)}
        late = {"due_from": NOW + timedelta(days=50)}
        asked: list[dict[str, Any]] = [{}, {"statuses": ("ready",)}, soon, late]
        with unit() as uow:
            return [
                uow.tasks.find(TaskQuery(account_id="a1", origin=ORIGIN, **each))[1]
                for each in asked
            ]

    def save(envelope: Envelope) -> Envelope:
        with unit() as uow:
            uow.envelopes.save(envelope, [])
            uow.commit()
        return replace(envelope, version=envelope.version + 1)

    with unit() as uow:
        uow.envelopes.add(home, [])
        uow.commit()
    assert totals() == [2, 2, 2, 0]
    home = save(home.with_task(replace(home.tasks[0], status=TaskStatus.COMPLETED)))
    assert totals() == [2, 1, 2, 0]
    home = save(home.with_task(replace(home.tasks[1], due_at=NOW + timedelta(days=60))))
    assert totals() == [2, 1, 1, 1]
    home = save(home.with_task(replace(home.tasks[1], removed=True)))
    assert totals() == [1, 0, 1, 0]
    home = save(replace(home, tasks=()))
    assert totals() == [0, 0, 0, 0]


def test_what_is_not_committed_is_not_counted(unit: OpenUnit) -> None:
    with unit() as uow:
        uow.envelopes.add(holding(titled(1, random.Random(1))), [])
    with unit() as uow:
        query = TaskQuery(account_id="a1", origin=ORIGIN)
        assert uow.tasks.find(query) == ([], 0)


def test_tasks_that_came_through_another_api_are_left_out(unit: OpenUnit) -> None:
    ours, theirs = (titled(number, random.Random(1)) for number in (1, 2))
    with unit() as uow:
        uow.envelopes.add(holding(ours), [])
        uow.envelopes.add(envelope(origin="other", tasks=(theirs,)), [])
        uow.commit()
    with unit() as uow:
        found, total = uow.tasks.find(TaskQuery(account_id="a1", origin=ORIGIN))
        assert ([one.id for one in found], total) == ([ours.id], 1)
