"""The port Envelopes: what is saved comes back, and nobody overwrites anybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain.envelope import Envelope
from countersign.domain.errors import Conflict, Invalid, NotFound, StaleState
from countersign.domain.events import Event, EventKind
from countersign.domain.evidence import Link, broken_link
from countersign.domain.task import Person, TaskStatus
from countersign.usecases.ports import NewJob, UnitOfWork
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, SENT, document, envelope, segment, task
from tests.contracts.threads import at_once

OPENED = Event(kind=EventKind.TASK_OPENED, at=NOW, task_id="t", data={"ip": "203.0.113.7"})


def stored(unit: OpenUnit, made: Envelope) -> Envelope:
    with unit() as uow:
        uow.envelopes.add(made, [SENT])
        uow.commit()
    return made


def read(unit: OpenUnit, id: str) -> Envelope:
    with unit() as uow:
        return uow.envelopes.get(id)


def test_an_envelope_comes_back_as_it_was_added(unit: OpenUnit) -> None:
    made = stored(unit, envelope())
    assert read(unit, made.id) == made


def test_what_is_not_committed_never_happened(unit: OpenUnit) -> None:
    made = envelope()
    with unit() as uow:
        uow.envelopes.add(made, [SENT])
        assert uow.envelopes.get(made.id) == made
    with pytest.raises(NotFound):
        read(unit, made.id)


def test_a_failure_after_a_write_leaves_nothing(unit: OpenUnit) -> None:
    made = envelope()

    def write_and_fail() -> None:
        with unit() as uow:
            uow.envelopes.add(made, [SENT])
            uow.envelopes.get("nobody")

    with pytest.raises(NotFound):
        write_and_fail()
    with pytest.raises(NotFound):
        read(unit, made.id)


def test_the_same_envelope_is_not_added_twice(stored_unit: OpenUnit) -> None:
    made = stored(stored_unit, envelope())
    with pytest.raises(Conflict), stored_unit() as uow:
        uow.envelopes.add(made, [SENT])


def test_everything_that_changed_is_saved(unit: OpenUnit) -> None:
    made = stored(unit, envelope())
    first, second = made.tasks
    opened = replace(first, opened_at=NOW, status=TaskStatus.READY, extras={"a": [1, None]})
    file = made.documents[0].append(segment(), segment(task_id=second.id))
    changed = replace(
        made.with_task(opened).with_document(file), name="Überarbeitet", audit=document()
    )
    with unit() as uow:
        uow.envelopes.save(changed, [OPENED])
        uow.commit()
    assert read(unit, made.id) == replace(changed, version=1)


def test_a_second_save_adds_to_the_first(unit: OpenUnit) -> None:
    made = stored(unit, envelope())
    for number in range(1, 4):
        with unit() as uow:
            before = uow.envelopes.get(made.id)
            file = before.documents[0].append(segment())
            more = replace(
                before.with_document(file), tasks=(*before.tasks, task(before.documents[0]))
            )
            uow.envelopes.save(more, [OPENED])
            uow.commit()
        assert read(unit, made.id) == replace(more, version=number)


def test_who_read_an_older_version_cannot_save(unit: OpenUnit) -> None:
    made = stored(unit, envelope())
    with unit() as uow:
        uow.envelopes.save(made, [])
        uow.commit()
    with pytest.raises(StaleState), unit() as uow:
        uow.envelopes.save(made, [])


def test_an_envelope_that_is_not_there_cannot_be_saved(unit: OpenUnit) -> None:
    with pytest.raises(NotFound), unit() as uow:
        uow.envelopes.save(envelope(), [])


def test_of_many_who_save_the_same_version_exactly_one_wins(unit: OpenUnit) -> None:
    made = stored(unit, envelope())

    def save(number: int) -> bool:
        try:
            with unit() as uow:
                uow.envelopes.save(replace(made, name=str(number)), [OPENED])
                uow.commit()
        except StaleState:
            return False
        return True

    won = at_once(8, save)
    assert won.count(True) == 1
    assert read(unit, made.id).name == str(won.index(True))
    with unit() as uow:
        assert len(uow.envelopes.evidence(made.id)) == 2


def test_a_task_leads_to_its_envelope(unit: OpenUnit) -> None:
    made = stored(unit, envelope())
    stored(unit, envelope())
    with unit() as uow:
        assert uow.envelopes.of_task(made.tasks[1].id) == made
        with pytest.raises(NotFound):
            uow.envelopes.of_task("nobody")


def test_events_become_links_of_one_chain(unit: OpenUnit) -> None:
    made = stored(unit, envelope())
    with unit() as uow:
        uow.envelopes.save(made, [OPENED, SENT])
        uow.commit()
    with unit() as uow:
        links = uow.envelopes.evidence(made.id)
    assert [link.event for link in links] == [SENT, OPENED, SENT]
    assert broken_link(links) is None


def test_events_become_jobs_in_the_same_transaction(unit: OpenUnit) -> None:
    seen = []

    def follow_ups(made: Envelope, link: Link, uow: UnitOfWork) -> Iterable[NewJob]:
        seen.append((link.number, link.event, uow.webhooks.endpoints("a1", "signeum")))
        yield NewJob(kind="tell", args={"envelope": made.id})

    made = envelope()
    with unit(follow_ups) as uow:
        uow.envelopes.add(made, [SENT, OPENED])
        uow.commit()
    assert seen == [(1, SENT, []), (2, OPENED, [])]


@pytest.mark.parametrize("text", ["nul \x00", "half a pair \ud83d"])
def test_text_that_cannot_be_stored_is_the_callers_mistake(unit: OpenUnit, text: str) -> None:
    with pytest.raises(Invalid), unit() as uow:
        uow.envelopes.add(envelope(name=text), [])
    file = document()
    named = replace(task(file), person=Person(name=text))
    with pytest.raises(Invalid), unit() as uow:
        uow.envelopes.add(envelope(documents=(file,), tasks=(named,)), [])
    with pytest.raises(Invalid), unit() as uow:
        uow.envelopes.get(text)


@pytest.mark.slow
def test_a_thousand_signers_come_back_in_order(stored_unit: OpenUnit) -> None:
    file = document()
    made = stored(
        stored_unit, envelope(documents=(file,), tasks=tuple(task(file) for _ in range(1000)))
    )
    assert read(stored_unit, made.id) == made


def test_readers_never_see_half_of_a_change(stored_unit: OpenUnit) -> None:
    made = stored(stored_unit, envelope())

    def work(number: int) -> None:
        for turn in range(30):
            if number == 0:
                with stored_unit() as uow:
                    before = uow.envelopes.get(made.id)
                    named = [
                        replace(one, person=Person(name=f"turn {turn}")) for one in before.tasks
                    ]
                    uow.envelopes.save(replace(before, name=f"turn {turn}", tasks=tuple(named)), [])
                    uow.commit()
            else:
                seen = read(stored_unit, made.id)
                names = {one.person.name for one in seen.tasks}
                assert names == {seen.name} or seen.version == 0

    at_once(4, work)


def test_reading_waits_for_no_writer(stored_unit: OpenUnit) -> None:
    made = stored(stored_unit, envelope())
    with stored_unit() as writer:
        writer.envelopes.save(replace(made, name="changed"), [])
        assert read(stored_unit, made.id) == made


def test_old_and_new_times_keep_their_microseconds(unit: OpenUnit) -> None:
    made = stored(unit, envelope(due_at=NOW + timedelta(days=36500), created_at=NOW.replace(1969)))
    assert read(unit, made.id) == made
