"""What whoever sent a case is told by mail: how it ended."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid5

from countersign.dialects.nextsign import schemas
from countersign.dialects.nextsign.access import CaseAccess
from countersign.dialects.nextsign.translate import language_of
from countersign.domain.envelope import Envelope
from countersign.domain.events import EventKind
from countersign.domain.notice import Channel, Notice
from countersign.usecases.ports import Ports, UnitOfWork

ENDS = (EventKind.ENVELOPE_COMPLETED, EventKind.TASK_DECLINED, EventKind.ENVELOPE_EXPIRED)


def kept_beside(
    asked: schemas.NewCase, access: CaseAccess, ports: Ports
) -> Callable[[Envelope, UnitOfWork], None]:
    """Everything that is kept in the transaction that creates the case."""

    def keep(envelope: Envelope, uow: UnitOfWork) -> None:
        access.keep(envelope, uow)
        if asked.user_email is not None:
            uow.notices.add([_mail(ends, asked, envelope, ports) for ends in ENDS])

    return keep


def _mail(ends: EventKind, asked: schemas.NewCase, envelope: Envelope, ports: Ports) -> Notice:
    subject, text = ports.invitations.ending(envelope, ends, language_of(asked.settings))
    return Notice(
        id=str(uuid5(UUID(envelope.id), f"ending {ends}")),
        envelope_id=envelope.id,
        name=ends.value,
        channel=Channel.EMAIL,
        recipient=asked.user_email or "",
        subject=subject,
        text=(text,),
        on=ends,
    )
