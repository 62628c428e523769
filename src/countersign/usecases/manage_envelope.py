"""Members look at the envelopes of their account, whichever API sent them, and look after them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from countersign.domain import closing
from countersign.domain.delivery import Message
from countersign.domain.document import Document
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.errors import NotFound
from countersign.domain.events import Event
from countersign.domain.evidence import Link
from countersign.usecases.enter_dashboard import record
from countersign.usecases.list_deliveries import DeliveryRun
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.ports import UnitOfWork
from countersign.usecases.resend_delivery import resend_any_delivery
from countersign.usecases.retrying import on_stale_state


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeHistory:
    """An envelope and all that is known of it, each in the order of time."""

    envelope: Envelope
    links: Sequence[Link]
    messages: Sequence[Message]
    runs: Sequence[DeliveryRun]


def look_at_envelope(envelope_id: str, visit: Visit, desk: MemberPorts) -> EnvelopeHistory:
    """Raises NotFound, also for another account's."""
    with desk.ports.unit_of_work() as uow:
        envelope = _own(envelope_id, visit, uow)
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
        )


def document_of(envelope_id: str, document_id: str, visit: Visit, desk: MemberPorts) -> Document:
    """As it is now; the audit is one, too. Raises NotFound, also for another account's."""
    with desk.ports.unit_of_work() as uow:
        envelope = _own(envelope_id, visit, uow)
    if envelope.audit is not None and envelope.audit.id == document_id:
        return envelope.audit
    return envelope.document(document_id)


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


def call_again(envelope_id: str, delivery_id: str, visit: Visit, desk: MemberPorts) -> None:
    """A webhook call is made once more. Raises NotFound, also for another envelope's."""
    with desk.ports.unit_of_work() as uow:
        _own(envelope_id, visit, uow)
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
            changed, events = change(_own(envelope_id, visit, uow))
            if not events:
                return
            uow.envelopes.save(changed, events)
            record(visit.member, action, visit.visitor, uow, desk, f"{changed.name} ({changed.id})")
            uow.commit()

    on_stale_state(attempt)


def _own(envelope_id: str, visit: Visit, uow: UnitOfWork) -> Envelope:
    envelope = uow.envelopes.get(envelope_id)
    is_gone = envelope.status is EnvelopeStatus.DELETED
    if envelope.account_id != visit.account.id or is_gone:
        raise NotFound("envelope", envelope_id)
    return envelope
