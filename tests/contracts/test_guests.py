"""A task that several envelopes hold: one of them is its home, the others have it as a guest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.envelope import Envelope
from countersign.domain.errors import NotFound
from countersign.domain.events import Event
from countersign.domain.evidence import Link
from countersign.domain.task import Action, TaskStatus
from countersign.usecases.ports import NewJob, UnitOfWork
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, SENT, envelope, new_id, task


def two(unit: OpenUnit) -> tuple[Envelope, Envelope]:
    """The home of one task and an envelope that has it as a guest, beside a task of its own."""
    home, other = envelope(), envelope()
    shared = task(home.documents[0], after=(), title="Lease", extras={"a": [1]})
    guest = replace(shared, guest=True, fields=(), actions={other.documents[0].id: Action.SIGN})
    home = replace(home, tasks=(shared,))
    other = replace(other, tasks=(*other.tasks, guest))
    with unit() as uow:
        uow.envelopes.add(home, [SENT])
        uow.envelopes.add(other, [SENT])
        uow.commit()
    return home, other


def test_a_guest_comes_back_as_it_was_added(unit: OpenUnit) -> None:
    home, other = two(unit)
    with unit() as uow:
        assert uow.envelopes.get(home.id) == home
        assert uow.envelopes.get(other.id) == other


def test_a_task_is_held_by_its_home_first(unit: OpenUnit) -> None:
    home, other = two(unit)
    shared, own = home.tasks[0], other.tasks[0]
    with unit() as uow:
        assert uow.envelopes.of_task(shared.id) == home
        assert list(uow.envelopes.holding(shared.id)) == [home, other]
        assert list(uow.envelopes.holding(own.id)) == [other]
        with pytest.raises(NotFound):
            uow.envelopes.holding(new_id())


def test_a_task_of_three_envelopes_has_them_in_a_fixed_order(unit: OpenUnit) -> None:
    home, other = two(unit)
    third = replace(envelope(), documents=(), tasks=(replace(other.tasks[-1], actions={}),))
    with unit() as uow:
        uow.envelopes.add(third, [])
        uow.commit()
    with unit() as uow:
        held = [one.id for one in uow.envelopes.holding(home.tasks[0].id)]
    assert held == [home.id, *sorted([other.id, third.id])]


def test_saving_one_leaves_the_other_as_it_was(unit: OpenUnit) -> None:
    home, other = two(unit)
    done = replace(other.tasks[-1], status=TaskStatus.COMPLETED, completed_at=NOW)
    changed = other.with_task(done)
    with unit() as uow:
        uow.envelopes.save(changed, [])
        uow.commit()
    with unit() as uow:
        assert uow.envelopes.get(home.id) == home
        assert uow.envelopes.get(other.id) == replace(changed, version=1)
        assert [one.version for one in uow.envelopes.holding(done.id)] == [0, 1]


def test_a_guest_may_come_and_go(unit: OpenUnit) -> None:
    home, other = two(unit)
    alone = replace(other, tasks=other.tasks[:-1])
    with unit() as uow:
        uow.envelopes.save(alone, [])
        uow.commit()
    with unit() as uow:
        assert list(uow.envelopes.holding(home.tasks[0].id)) == [home]
        uow.envelopes.save(replace(other, version=1), [])
        uow.commit()
    with unit() as uow:
        assert len(uow.envelopes.holding(home.tasks[0].id)) == 2


def test_each_envelope_records_what_happened_to_the_task(unit: OpenUnit) -> None:
    home, other = two(unit)
    told: list[tuple[str, str]] = []

    def follow(envelope: Envelope, link: Link, _uow: UnitOfWork) -> list[NewJob]:
        told.append((envelope.id, link.event.task_id or ""))
        return []

    event = Event(kind=SENT.kind, at=NOW, task_id=home.tasks[0].id)
    with unit(follow) as uow:
        for one in uow.envelopes.holding(home.tasks[0].id):
            uow.envelopes.save(one, [event])
        uow.commit()
    assert told == [(home.id, event.task_id), (other.id, event.task_id)]
