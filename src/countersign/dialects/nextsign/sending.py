"""A request to create a case: what becomes of it. Nothing is kept of a request that is refused."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.dialects.nextsign import schemas, translate
from countersign.dialects.nextsign.access import to_access
from countersign.dialects.nextsign.auth import API
from countersign.dialects.nextsign.checks import check_case
from countersign.dialects.nextsign.documents import receive
from countersign.dialects.nextsign.status_mail import kept_beside
from countersign.domain.account import Caller
from countersign.domain.short_id import new_short_id
from countersign.domain.task import Visitor
from countersign.usecases.ports import Ports
from countersign.usecases.send_envelope import SendEnvelope


@dataclass(frozen=True, slots=True)
class AskedCase:
    """What was asked for, and by whom."""

    caller: Caller
    asked: schemas.NewCase
    sender: Visitor


def to_command(new: AskedCase, ports: Ports) -> SendEnvelope:
    """Raises Rejected, QuotaExceeded, UnusableFile, Unavailable."""
    caller, asked = new.caller, _owned(new)
    caller.credential.check_quota()
    check_case(asked, ports.identity.of_account(caller.account.id).methods, ports.mailer.channels)
    case_id = new_short_id()
    access = to_access(asked, caller.account.id, ports)
    return SendEnvelope(
        id=case_id,
        caller=caller,
        origin=API,
        draft=not asked.autoSend,
        restricted=bool(access.roles),
        name=asked.title.strip(),
        folder=asked.folder.strip(),
        documents=receive(asked.documents, caller, ports),
        tasks=translate.to_tasks(asked, case_id),
        sender_name=caller.account.name,
        settings=translate.to_settings(asked),
        sender=new.sender,
        due_at=translate.deadline(asked.settings, ports.clock()),
        extras=translate.echoed_case(asked),
        beside=kept_beside(asked, access, ports),
    )


def _owned(new: AskedCase) -> schemas.NewCase:
    """A case belongs to the key's owner unless it names somebody."""
    owner = new.asked.user_email or new.caller.account.email or None
    return new.asked.model_copy(update={"user_email": owner})
