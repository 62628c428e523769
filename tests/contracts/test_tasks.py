"""The port Tasks: one page of what matches, in the order asked for, and how many match in all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain.task import Person, Task, TaskStatus
from countersign.usecases.library_ports import TaskQuery
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, envelope, new_id, task

HOUR = timedelta(hours=1)
ORIGIN = "some-api"


def listed(title: str, age: int, due: int | None = None, **changes: object) -> Task:
    """Created `age` hours ago, due in `due` hours."""
    due_at = None if due is None else NOW + due * HOUR
    made = task(
        envelope().documents[0], title=title, created_at=NOW - age * HOUR, due_at=due_at, fields=()
    )
    return replace(made, actions={}, **changes)  # type: ignore[arg-type]


@pytest.fixture
def shelf(unit: OpenUnit) -> OpenUnit:
    """Tasks A to E in two envelopes, E newest; and several that nobody lists."""
    e = listed("E", 0, due=5, status=TaskStatus.COMPLETED)
    d = listed("D", 1, due=2, status=TaskStatus.READY)
    c = listed("C 100%", 2)
    b = listed("b Ärger", 3, due=2, status=TaskStatus.DECLINED)
    a = listed("A", 4, person=Person(name="", national_id="199001012385"))
    unlisted = [
        listed("removed", 0, removed=True),
        listed("guest", 0, guest=True, id=new_id()),
        listed("", 0),
    ]
    first = envelope(origin=ORIGIN, documents=(), tasks=(a, c, *unlisted))
    second = envelope(origin=ORIGIN, documents=(), tasks=(b, d, e))
    foreign = envelope(origin=ORIGIN, account_id="a2", documents=(), tasks=(listed("X", 0),))
    elsewhere = envelope(origin="another", documents=(), tasks=(listed("Y", 0),))
    with unit() as uow:
        for one in (first, second, foreign, elsewhere):
            uow.envelopes.add(one, [])
        uow.commit()
    return unit


def asked(**query: object) -> TaskQuery:
    values = {"account_id": "a1", "origin": ORIGIN, **query}
    return TaskQuery(**values)  # type: ignore[arg-type]


def find(shelf: OpenUnit, **query: object) -> tuple[str, int]:
    """The first letters of what is found, and the number of all."""
    with shelf() as uow:
        found, total = uow.tasks.find(asked(**query))
    return "".join(one.title[0].upper() for one in found), total


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, "EDCBA"),
        ({"statuses": ("ready",)}, "D"),
        ({"statuses": ("blocked", "completed")}, "ECA"),
        ({"statuses": ("expired",)}, ""),
        ({"created_from": NOW - HOUR}, "ED"),
        ({"created_to": NOW - 3 * HOUR}, "BA"),
        ({"created_from": NOW - 2 * HOUR, "created_to": NOW - HOUR}, "DC"),
        ({"due_from": NOW + 2 * HOUR}, "EDB"),
        ({"due_from": NOW + 2 * HOUR + timedelta(microseconds=1)}, "E"),
        ({"due_to": NOW + 2 * HOUR}, "DB"),
        ({"due_from": NOW + 2 * HOUR, "due_to": NOW + 2 * HOUR}, "DB"),
        ({"title": "äRG"}, "B"),
        ({"title": "%"}, "C"),
        ({"title": "_"}, ""),
        ({"title": "guest"}, ""),
        ({"statuses": ("declined",), "title": "b", "due_to": NOW + 9 * HOUR}, "B"),
    ],
)
def test_only_what_matches_is_listed(shelf: OpenUnit, query: dict[str, object], names: str) -> None:
    assert find(shelf, **query) == (names, len(names))


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ([("created_at", False)], "ABCDE"),
        ([("title", False)], "ABCDE"),
        ([("title", True)], "EDCBA"),
        ([("status", False), ("title", False)], "DEACB"),
        ([("status", True), ("title", True)], "BCAED"),
        ([("due_at", False), ("title", False)], "BDEAC"),
        ([("due_at", True), ("title", False)], "EBDAC"),
        ([("due_at", True), ("created_at", True)], "EDBCA"),
    ],
)
def test_a_list_has_the_order_that_was_asked_for(
    shelf: OpenUnit, sort: list[tuple[str, bool]], names: str
) -> None:
    """Without a deadline a task comes last, either way."""
    order = ("ready", "completed", "blocked")
    assert find(shelf, sort=tuple(sort), status_order=order)[0] == names


def test_equals_have_the_order_of_their_ids(unit: OpenUnit) -> None:
    tasks = tuple(listed("Same", 1) for _ in range(5))
    with unit() as uow:
        uow.envelopes.add(envelope(origin=ORIGIN, documents=(), tasks=tasks), [])
        uow.commit()
        found, _ = uow.tasks.find(asked(sort=(("title", False),)))
    assert [one.id for one in found] == sorted(one.id for one in tasks)


def test_pages_of_tasks_follow_each_other(shelf: OpenUnit) -> None:
    pages = [find(shelf, offset=offset, limit=2) for offset in (0, 2, 4, 6)]
    assert pages == [("ED", 5), ("CB", 5), ("A", 5), ("", 5)]


def test_a_listed_task_is_whole_but_for_its_actions_and_whom_an_eid_must_prove(
    shelf: OpenUnit,
) -> None:
    with shelf() as uow:
        (found,), _ = uow.tasks.find(asked(sort=(("title", False),), limit=1))
        kept = uow.envelopes.of_task(found.id).task(found.id)
    assert kept.person.national_id == "199001012385"
    assert found == replace(kept, person=Person(name=""))
