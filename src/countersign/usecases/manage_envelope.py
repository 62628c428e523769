"""Members look at the envelopes of their account, whichever API sent them, and look after them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from countersign.domain import closing
from countersign.domain.access import AccessRole, EnvelopeAccess
from countersign.domain.delivery import Message
from countersign.domain.document import Document
from countersign.domain.envelope import Envelope
from countersign.domain.errors import NotFound
from countersign.domain.events import Event
from countersign.domain.evidence import Link
from countersign.domain.forwarding import correct_address
from countersign.domain.member import clean_email
from countersign.domain.short_id import new_short_id, short_form
from countersign.usecases.enter_dashboard import record
from countersign.usecases.held_task import change_task
from countersign.usecases.list_deliveries import DeliveryRun
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.resend_delivery import resend_any_delivery
from countersign.usecases.retrying import on_stale_state
from countersign.usecases.verify_envelope import check_again
from countersign.usecases.visible import visible_envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeHistory:
    """An envelope and all that is known of it, each in the order of time; `roles` are those of the
    account."""

    envelope: Envelope
    links: Sequence[Link]
    messages: Sequence[Message]
    runs: Sequence[DeliveryRun]
    access: EnvelopeAccess
    roles: Sequence[AccessRole]


def look_at_envelope(envelope_id: str, visit: Visit, desk: MemberPorts) -> EnvelopeHistory:
    """Raises NotFound, also for another account's."""
    with desk.ports.unit_of_work() as uow:
        envelope = visible_envelope(envelope_id, visit, uow)
        attempts = uow.webhooks.attempts_of(envelope_id)
        return EnvelopeHistory(
            envelope=envelope,
            links=uow.envelopes.evidence(envelope_id),
            messages=uow.messages.of_envelope(envelope_id),
            runs=[
                DeliveryRun(
                    delivery=one, attempts=[each for each in attempts if each.delivery_id == one.id]
                )
                for one in uow.webhooks.deliveries(envelope_id)
            ],
            access=uow.dashboard.access.of_envelope(envelope_id),
            roles=uow.dashboard.access.of_account(visit.account.id),
        )


def document_of(envelope_id: str, document_id: str, visit: Visit, desk: MemberPorts) -> Document:
    """As it is now; the audit is one, too. Raises NotFound, also for another account's."""
    with desk.ports.unit_of_work() as uow:
        envelope = visible_envelope(envelope_id, visit, uow)
    if envelope.audit is not None and envelope.audit.id == document_id:
        return envelope.audit
    return envelope.document(document_id)


def documents_of(
    envelope_id: str, visit: Visit, desk: MemberPorts
) -> tuple[Envelope, Sequence[Document]]:
    """All that there are, the audit last. Raises NotFound as `document_of`."""
    with desk.ports.unit_of_work() as uow:
        envelope = visible_envelope(envelope_id, visit, uow)
    return envelope, [*envelope.documents, *filter(None, [envelope.audit])]


def recheck_document(
    envelope_id: str, document_id: str, visit: Visit, desk: MemberPorts
) -> tuple[Document, str | None]:
    """A document, and what comparing it with what is recorded says (verify_envelope.py). Raises
    NotFound as `document_of`."""
    with desk.ports.unit_of_work() as uow:
        envelope = visible_envelope(envelope_id, visit, uow)
        links = uow.envelopes.evidence(envelope_id)
    document = document_of(envelope_id, document_id, visit, desk)
    return document, check_again(envelope, document, links, desk.ports)


def withdraw_envelope(envelope_id: str, reason: str, visit: Visit, desk: MemberPorts) -> None:
    """Raises NotFound, AlreadyCompleted, Gone."""
    _change(
        envelope_id,
        "cancelled an envelope",
        lambda envelope: closing.cancel(envelope, desk.ports.clock(), reason),
        visit,
        desk,
    )


def remind_person(envelope_id: str, task_id: str, visit: Visit, desk: MemberPorts) -> None:
    """Raises NotFound, Gone, AlreadyCompleted, NotYourTurn, Invalid (no address), TooSoon."""
    _change(
        envelope_id,
        "reminded somebody",
        lambda envelope: closing.remind(envelope, task_id, desk.ports.clock()),
        visit,
        desk,
    )


def invite_person_again(envelope_id: str, task_id: str, visit: Visit, desk: MemberPorts) -> None:
    """The invitation once more. Raises as `remind_person`."""
    _change(
        envelope_id,
        "sent an invitation again",
        lambda envelope: closing.invite_again(envelope, task_id, desk.ports.clock()),
        visit,
        desk,
    )


def extend_deadline(envelope_id: str, due_at: datetime, visit: Visit, desk: MemberPorts) -> None:
    """Raises NotFound, and what `closing.extend` raises."""
    _change(
        envelope_id,
        "extended a deadline",
        lambda envelope: closing.extend(envelope, due_at, desk.ports.clock()),
        visit,
        desk,
    )


def correct_person(
    envelope_id: str, task_id: str, email: str, visit: Visit, desk: MemberPorts
) -> None:
    """The old link is good for nothing any more; the new address gets an invitation. In every
    envelope that holds the task. Raises NotFound, Invalid, and what `forwarding.correct_address`
    raises."""
    address, new_id = clean_email(email), _id_like(task_id)

    def correct(held: Envelope) -> tuple[Envelope, list[Event]]:
        return correct_address(held, task_id, new_id, address, desk.ports.clock())

    def attempt() -> None:
        with desk.ports.unit_of_work() as uow:
            home = visible_envelope(envelope_id, visit, uow)
            if home.task(task_id).guest:
                raise NotFound("task", task_id)
            changed = change_task(task_id, correct, uow)
            if changed == home:
                return
            about = f"{home.name} ({home.id})"
            record(visit.member, "corrected an address", visit.visitor, uow, desk, about)
            uow.commit()

    on_stale_state(attempt)


def _id_like(task_id: str) -> str:
    """Some APIs write ids in a short form."""
    return str(uuid4()) if short_form(task_id) == task_id else new_short_id()


def call_again(envelope_id: str, delivery_id: str, visit: Visit, desk: MemberPorts) -> None:
    """A webhook call is made once more. Raises NotFound, also for another envelope's."""
    with desk.ports.unit_of_work() as uow:
        visible_envelope(envelope_id, visit, uow)
        if uow.webhooks.delivery(delivery_id).envelope_id != envelope_id:
            raise NotFound("delivery", delivery_id)
        record(visit.member, "resent a webhook call", visit.visitor, uow, desk, delivery_id)
        uow.commit()
    resend_any_delivery(delivery_id, desk.ports)


def _change(
    envelope_id: str,
    action: str,
    change: Callable[[Envelope], tuple[Envelope, list[Event]]],
    visit: Visit,
    desk: MemberPorts,
) -> None:
    def attempt() -> None:
        with desk.ports.unit_of_work() as uow:
            changed, events = change(visible_envelope(envelope_id, visit, uow))
            if not events:
                return
            uow.envelopes.save(changed, events)
            record(visit.member, action, visit.visitor, uow, desk, f"{changed.name} ({changed.id})")
            uow.commit()

    on_stale_state(attempt)
