"""What can be said of a request only when its values stand side by side. The first thing that is
wrong is told."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from countersign.dialects.nextsign.errors import Rejected
from countersign.dialects.nextsign.methods import check_schemas
from countersign.dialects.nextsign.schemas import NewCase, NewRecipient
from countersign.domain.national_id import is_cpr_number


def check_case(asked: NewCase, offered: Collection[str], channels: Collection[str]) -> None:
    """`offered` are the eIDs that can be asked, `channels` the ways to send messages. Raises
    Rejected."""
    check_people(asked.recipients, asked.signingSchemas, offered, channels)
    if not any(document.signObligated for document in asked.documents):
        raise Rejected(400, "At least one document to sign is required")


def check_people(
    recipients: Sequence[NewRecipient],
    schemas: Sequence[str],
    offered: Collection[str],
    channels: Collection[str],
) -> None:
    """Raises Rejected; `schemas` are those of the case."""
    check_schemas(schemas, offered)
    for index, each in enumerate(recipients):
        if wrong := _wrong_way(each, channels) or _wrong_cpr(each):
            raise Rejected(400, f"Recipient {index}: {wrong}")
        check_schemas(schemas_of(each, schemas), offered)
    if not any(each.signing for each in recipients):
        raise Rejected(400, "At least one signing recipient is required")


def schemas_of(recipient: NewRecipient, schemas: Sequence[str]) -> Sequence[str]:
    """Those among which this one may choose."""
    return schemas if recipient.signingSchema is None else (recipient.signingSchema,)


def _wrong_way(each: NewRecipient, channels: Collection[str]) -> str:
    """Of how they are reached."""
    if each.type == "eboks":
        return "delivery by e-Boks is not available"
    if "sms" in each.ways and not each.phone:
        return "phone is required"
    if "sms" in each.ways and "sms" not in channels:
        return "delivery by SMS is not available: this server has no SMS gateway"
    return "email is required" if "email" in each.ways and not each.email else ""


def _wrong_cpr(each: NewRecipient) -> str:
    if each.needsCpr and not each.cpr:
        return "cpr is required when needsCpr is true"
    if each.cpr and not is_cpr_number(plain_cpr(each.cpr)):
        return "invalid cpr"
    return ""


def plain_cpr(text: str) -> str:
    """One hyphen is forgiven."""
    return text.replace("-", "", 1)
