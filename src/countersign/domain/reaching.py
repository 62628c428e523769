"""Whether people can be reached as a sender wants them to be."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from countersign.domain.errors import Invalid
from countersign.domain.identity import SMS_CODE
from countersign.domain.phone import EXPECTED, is_phone
from countersign.domain.task import Task

NO_GATEWAY = "no SMS gateway is configured on this server"


def check_sms(tasks: Iterable[Task], channels: Collection[str]) -> None:
    """`channels` are those by which messages can be sent now. Raises Invalid for somebody who is to
    get an SMS, a message or a code, without a number to send it to or a gateway to send it by."""
    wrong = {}
    for number, task in enumerate(tasks):
        if not _gets_sms(task):
            continue
        if not is_phone(task.person.phone or ""):
            wrong[f"tasks[{number}].person.phone"] = EXPECTED
        elif "sms" not in channels:
            wrong[f"tasks[{number}].person.phone"] = NO_GATEWAY
    if wrong:
        raise Invalid("somebody can't be reached by SMS", wrong)


def _gets_sms(task: Task) -> bool:
    proofs = (*task.identity, *task.identity_choice, *task.methods)
    return SMS_CODE in proofs or "sms" in task.person.reached_by
