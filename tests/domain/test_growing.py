"""Envelopes whose tasks come one after the other, and end one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain import growing
from countersign.domain.closing import decline_task
from countersign.domain.envelope import Envelope, EnvelopeSettings, OnDecline
from countersign.domain.errors import Conflict, Invalid, NotYourTurn
from countersign.domain.events import Event
from countersign.domain.signing import complete_task
from countersign.domain.task import Action, Task, Visitor
from countersign.domain.turns import check_may_act
from tests.domain.building import LATER, NOW, act, draft, segment, task

GROWING = EnvelopeSettings(on_decline=OnDecline.KEEP_OPEN, takes_new_tasks=True)
PHONE = Visitor(ip="203.0.113.7")


def gathered(*tasks: Task) -> Envelope:
    envelope = replace(draft(), settings=GROWING)
    return add(envelope, *tasks) if tasks else envelope


def add(envelope: Envelope, *tasks: Task) -> Envelope:
    return growing.add_tasks(envelope, tasks, NOW)[0]


def sign(envelope: Envelope, id: str) -> Envelope:
    revisions = dict.fromkeys(envelope.task(id).signs, (segment(),))
    return complete_task(envelope, id, act(), revisions)[0]


def guest(id: str) -> Task:
    """Somebody who acts elsewhere and is waited for here."""
    return replace(task(id), guest=True, actions={})


def kinds(events: Sequence[Event]) -> list[str]:
    return [str(event.kind) for event in events]


def statuses(envelope: Envelope) -> dict[str, str]:
    return {one.id: str(one.status) for one in envelope.tasks}


# ------------------------------------------------------------------ coming


def test_the_first_people_open_the_envelope() -> None:
    envelope, events = growing.add_tasks(gathered(), [task("ada"), task("bo")], NOW)
    assert envelope.status == "open"
    assert statuses(envelope) == {"ada": "ready", "bo": "ready"}
    added, ready = ["task_added"] * 2, ["task_ready"] * 2
    assert kinds(events) == ["envelope_sent", *added, *ready]


def test_those_who_come_later_open_nothing() -> None:
    envelope, events = growing.add_tasks(gathered(task("ada")), [task("bo")], LATER)
    assert kinds(events) == ["task_added", "task_ready"]
    assert events[0].data == {"documents": {"d1": "sign"}}
    assert envelope.updated_at == LATER


def test_who_waits_for_somebody_who_has_signed_is_ready_at_once() -> None:
    envelope = add(sign(gathered(task("ada"), task("bo")), "ada"), task("cy", after=("ada",)))
    assert statuses(envelope) == {"ada": "completed", "bo": "ready", "cy": "ready"}


def test_who_waits_for_somebody_who_has_declined_waits_for_ever() -> None:
    envelope = gathered(task("ada"))
    envelope, _ = decline_task(envelope, "ada", "", PHONE, NOW)
    envelope = add(envelope, task("bo", after=("ada",)))
    assert statuses(envelope) == {"ada": "declined", "bo": "blocked"}


def test_an_impossible_order_is_refused() -> None:
    with pytest.raises(Invalid):
        add(gathered(), task("ada", after=("nobody",)))


def test_a_closed_envelope_takes_nobody() -> None:
    envelope = sign(gathered(task("ada")), "ada")
    assert envelope.status == "sealing"
    with pytest.raises(Conflict, match="nobody can be added"):
        add(envelope, task("bo"))


@pytest.mark.parametrize(("signers", "places"), [(0, 0), (1, 5), (4, 5), (5, 5), (6, 10), (11, 15)])
def test_the_last_evidence_page_is_full_of_blocks(signers: int, places: int) -> None:
    assert growing.places_for(signers) == places


def test_a_signed_document_takes_as_many_as_its_pages_have_room_for() -> None:
    envelope = sign(gathered(task("a0"), task("a1")), "a0")
    for number in range(2, 5):
        envelope = add(envelope, task(f"a{number}"))
    with pytest.raises(Conflict, match="no room for more than 5 people"):
        add(envelope, task("a5"))


def test_people_taken_back_keep_their_places() -> None:
    envelope = sign(gathered(*(task(f"a{number}") for number in range(5))), "a0")
    envelope, _ = growing.remove_task(envelope, "a1", NOW)
    with pytest.raises(Conflict):
        add(envelope, task("a5"))


def test_who_only_views_a_signed_document_needs_no_place() -> None:
    envelope = sign(gathered(*(task(f"a{number}") for number in range(5))), "a0")
    viewer = replace(task("viewer"), actions={"d1": Action.VIEW})
    assert statuses(add(envelope, viewer))["viewer"] == "ready"


def test_a_document_that_nobody_signed_takes_any_number_up_to_a_thousand() -> None:
    many = [task(f"a{number}") for number in range(growing.MOST_SIGNERS)]
    envelope = gathered(*many)
    with pytest.raises(Conflict, match="more than 1000"):
        add(envelope, task("one more"))


# ------------------------------------------------------------------ across envelopes


def test_somebody_is_waited_for_who_acts_elsewhere() -> None:
    envelope, events = growing.add_tasks(
        gathered(), [guest("ada"), task("bo", after=("ada",))], NOW
    )
    assert statuses(envelope) == {"ada": "ready", "bo": "blocked"}
    assert kinds(events) == ["envelope_sent", "task_added", "task_added"]
    with pytest.raises(NotYourTurn):
        check_may_act(envelope, envelope.task("bo"), LATER)
    envelope, events = complete_task(envelope, "ada", act(), {})
    assert kinds(events) == ["task_completed", "task_ready"]
    assert statuses(envelope) == {"ada": "completed", "bo": "ready"}


def test_an_envelope_waits_for_its_guests_before_it_closes() -> None:
    shared = replace(task("cy"), guest=True)
    envelope = sign(gathered(task("ada"), shared), "ada")
    assert envelope.status == "open"
    assert sign(envelope, "cy").status == "sealing"


def test_an_envelope_that_is_not_packaged_stays_open() -> None:
    lasting = replace(GROWING, closes_when_signed=False)
    envelope = sign(replace(gathered(task("ada")), settings=lasting), "ada")
    assert envelope.status == "open"
    assert statuses(add(envelope, task("bo")))["bo"] == "ready"


# ------------------------------------------------------------------ going


def test_a_pending_task_that_is_taken_back_is_cancelled() -> None:
    envelope, events = growing.remove_task(gathered(task("ada"), task("bo")), "ada", LATER)
    assert (envelope.task("ada").status, envelope.task("ada").removed) == ("cancelled", True)
    assert kinds(events) == ["task_cancelled"]
    assert events[0].data == {"was": "ready"}
    assert envelope.status == "open"


def test_a_task_is_taken_back_once() -> None:
    envelope, _ = growing.remove_task(gathered(task("ada"), task("bo")), "ada", LATER)
    assert growing.remove_task(envelope, "ada", LATER) == (envelope, [])


def test_what_was_signed_stays_when_its_task_is_taken_back() -> None:
    envelope = sign(gathered(task("ada"), task("bo")), "ada")
    envelope, events = growing.remove_task(envelope, "ada", LATER)
    assert kinds(events) == ["task_removed"]
    assert (envelope.task("ada").status, envelope.task("ada").removed) == ("completed", True)
    assert envelope.document("d1").segments
    assert sign(envelope, "bo").status == "sealing"


def test_an_envelope_closes_when_its_last_pending_task_is_taken_back() -> None:
    envelope = sign(gathered(task("ada"), task("bo")), "ada")
    envelope, events = growing.remove_task(envelope, "bo", LATER)
    assert envelope.status == "sealing"
    assert kinds(events) == ["task_cancelled", "envelope_all_signed"]


def test_an_envelope_waits_for_who_declined_until_that_task_is_taken_back() -> None:
    envelope = gathered(task("ada"), task("bo"))
    envelope, _ = decline_task(envelope, "bo", "", PHONE, NOW)
    envelope = sign(envelope, "ada")
    assert envelope.status == "open"
    envelope, events = growing.remove_task(envelope, "bo", LATER)
    assert envelope.status == "sealing"
    assert kinds(events) == ["task_removed", "envelope_all_signed"]
    assert envelope.task("bo").status == "declined"


def test_an_envelope_without_anybody_stays_open() -> None:
    envelope, _ = growing.remove_task(gathered(task("ada")), "ada", NOW)
    assert envelope.status == "open"
    assert statuses(add(envelope, task("bo")))["bo"] == "ready"


def test_nobody_is_waited_for_any_more_when_who_waits_is_taken_back() -> None:
    """The guest is left alone, and can act at home."""
    envelope = gathered(guest("ada"), task("bo", after=("ada",)), task("cy"))
    envelope, _ = growing.remove_task(envelope, "bo", NOW)
    assert statuses(envelope) == {"bo": "cancelled", "cy": "ready"}
    assert sign(envelope, "cy").status == "sealing"


def test_a_guest_that_somebody_else_waits_for_stays() -> None:
    waiting = [task("bo", after=("ada",)), task("cy", after=("ada",))]
    envelope, _ = growing.remove_task(gathered(guest("ada"), *waiting), "bo", NOW)
    assert statuses(envelope) == {"ada": "ready", "bo": "cancelled", "cy": "blocked"}
    assert statuses(add(envelope, task("di")))["di"] == "ready"


# ------------------------------------------------------------------ deadlines


def test_a_task_expires_when_its_own_deadline_has_passed() -> None:
    envelope = gathered(replace(task("ada"), due_at=LATER), task("bo"))
    assert growing.expire_task(envelope, "ada", LATER - timedelta(seconds=1)) == (envelope, [])
    expired, events = growing.expire_task(envelope, "ada", LATER)
    assert statuses(expired) == {"ada": "expired", "bo": "ready"}
    assert kinds(events) == ["task_expired"]
    assert growing.expire_task(expired, "ada", LATER) == (expired, [])


def test_a_task_without_a_deadline_or_that_is_done_never_expires() -> None:
    envelope = gathered(task("ada"), replace(task("bo"), due_at=LATER))
    envelope = sign(envelope, "ada")
    assert growing.expire_task(envelope, "ada", LATER) == (envelope, [])
    assert growing.expire_task(envelope, "bo", NOW) == (envelope, [])


def test_a_task_that_waits_expires_and_lets_go_of_its_guests() -> None:
    waiting = replace(task("bo", after=("ada",)), due_at=NOW)
    envelope, _ = growing.expire_task(gathered(guest("ada"), waiting), "bo", LATER)
    assert statuses(envelope) == {"bo": "expired"}


def test_a_pending_task_gets_another_deadline() -> None:
    envelope = gathered(replace(task("ada"), due_at=NOW + timedelta(seconds=1)))
    envelope, events = growing.change_due(envelope, "ada", LATER, NOW)
    assert envelope.task("ada").due_at == LATER
    assert kinds(events) == ["task_due_changed"]


def test_a_task_that_has_ended_gets_no_other_deadline() -> None:
    envelope = sign(gathered(task("ada"), replace(task("bo"), due_at=NOW)), "ada")
    for id in ("ada", "bo"):
        with pytest.raises(Conflict, match="ended"):
            growing.change_due(envelope, id, LATER, NOW)
