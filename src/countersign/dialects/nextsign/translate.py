"""Wire → command, pure. The way back is present.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from countersign.dialects.nextsign import schemas
from countersign.dialects.nextsign.checks import plain_cpr, schemas_of
from countersign.dialects.nextsign.methods import (
    COMPARING,
    DRAW_CPR,
    SUBSTANTIAL,
    codes_of,
    proof_of,
)
from countersign.domain.account import Caller
from countersign.domain.envelope import AfterSigning, EnvelopeSettings, EnvelopeStatus
from countersign.domain.short_id import new_short_id, short_id
from countersign.domain.task import Action, Person
from countersign.domain.turns import after_orders
from countersign.usecases.ports import EnvelopeQuery
from countersign.usecases.send_envelope import NewTask

WARNING_DAYS = 7
USUAL_DAYS = 10  # of availability, where a limit but no number is given
# The vendor's language codes; all others are ours as they are
LANGUAGES: Mapping[schemas.Language, str] = {"no": "nb"}


# ------------------------------------------------------------------ people


def to_tasks(asked: schemas.NewCase, case_id: str) -> tuple[NewTask, ...]:
    """Everybody in the order of the request. Lower groups sign before higher ones; who only gets a
    copy waits for all who sign."""
    copies = [not each.signing for each in asked.recipients]
    orders = after_orders([each.place for each in asked.recipients], copies)
    signers = tuple(index for index, copy in enumerate(copies) if not copy)
    return tuple(
        _signer(each, after, asked, case_id) if each.signing else _copy(each, signers, asked)
        for each, after in zip(asked.recipients, orders, strict=True)
    )


def _signer(
    each: schemas.NewRecipient, after: tuple[int, ...], asked: schemas.NewCase, case_id: str
) -> NewTask:
    choice = schemas_of(each, asked.signingSchemas)
    proof = proof_of(choice, needs_cpr=each.needsCpr, codes=codes_of(each.ways))
    return NewTask(
        id=new_short_id(),
        person=_person(each, _cpr(each, choice)),
        actions={
            number: Action.SIGN if document.signObligated else Action.VIEW
            for number, document in enumerate(asked.documents)
        },
        after=after,
        methods=proof.methods,
        identity=proof.identity,
        identity_choice=proof.choice,
        number_by=COMPARING,
        message=_message(each, asked),
        redirects=_redirects(each, case_id),
        language=language_of(asked.settings),
        interface=_look(asked.settings),
        extras=_echoed(each),
    )


def _copy(each: schemas.NewRecipient, signers: tuple[int, ...], asked: schemas.NewCase) -> NewTask:
    return NewTask(
        id=new_short_id(),
        person=_person(each, None),
        actions=dict.fromkeys(range(len(asked.documents)), Action.VIEW),
        after=signers,
        optional=True,
        message=_message(each, asked),
        language=language_of(asked.settings),
        interface=_look(asked.settings),
        extras=_echoed(each),
    )


def _person(each: schemas.NewRecipient, cpr: str | None) -> Person:
    return Person(
        name=each.name.strip(),
        email=each.email,
        phone=each.phone,
        reached_by=each.ways,
        title=(each.position or "").strip(),
        national_id=cpr,
    )


def _cpr(each: schemas.NewRecipient, choice: Sequence[str]) -> str | None:
    """Kept only where it will be compared: an eID that tells no CPR number could match none."""
    compared = each.needsCpr or set(choice) <= {SUBSTANTIAL, DRAW_CPR}
    return plain_cpr(each.cpr) if each.cpr and compared else None


def _message(each: schemas.NewRecipient, asked: schemas.NewCase) -> str:
    return (each.message or asked.message or "") if asked.customMessage else ""


def _redirects(each: schemas.NewRecipient, case_id: str) -> dict[str, str]:
    if each.redirectUrl is None:
        return {}
    parts = urlsplit(each.redirectUrl)
    told = urlencode({"case": short_id(case_id), "status": "signed"})
    query = f"{parts.query}&{told}" if parts.query else told
    return {"success": urlunsplit(parts._replace(query=query))}


def language_of(settings: schemas.Settings) -> str:
    """In our words."""
    return LANGUAGES.get(settings.lang, settings.lang)


def _look(settings: schemas.Settings) -> str:
    """The name of the account's interface that the signing page has; one that is not there leaves
    the sender's own look."""
    return "" if settings.template is None else str(settings.template)


def _echoed(each: schemas.NewRecipient) -> dict[str, Any]:
    """What is answered as it was given. The CPR number is not among it."""
    return {
        "group": each.place,
        "signing": each.signing,
        "type": each.type,
        "needsCpr": each.needsCpr,
        "addPhone": each.addPhone,
        "position": each.position,
        "message": each.message,
        "signingSchema": each.signingSchema,
        "redirectUrl": each.redirectUrl,
        "template": each.template,
    }


# ------------------------------------------------------------------ settings


def to_settings(asked: schemas.NewCase) -> EnvelopeSettings:
    settings = asked.settings
    reminders, deletion = settings.reminders, settings.deletion
    reminded = reminders.send and reminders.amount > 0
    return EnvelopeSettings(
        send_invitations=True,
        send_final_copy=True,
        reminder_days=reminders.daysBetween if reminded else None,
        reminders=reminders.amount,
        warning_days=WARNING_DAYS,
        days_kept=deletion.days if deletion.autoDelete else None,
        erases_unended=True,
        after=AfterSigning(type="none"),
        has_notices=asked.user_email is not None,
    )


def is_unlimited(availability: schemas.Availability) -> bool:
    """Whoever gives days wants them to count."""
    if availability.unlimited is not None:
        return availability.unlimited
    return availability.days is None


def deadline(settings: schemas.Settings, now: datetime) -> datetime | None:
    """In UTC; None when there is none."""
    availability = settings.availability
    if is_unlimited(availability):
        return None
    return now + timedelta(days=availability.days or USUAL_DAYS)


def echoed_settings(settings: schemas.Settings) -> dict[str, Any]:
    """As the case will answer them, but for whether it has expired."""
    availability = settings.availability
    return {
        "reminders": settings.reminders.model_dump(),
        "availability": {
            "unlimited": is_unlimited(availability),
            "days": availability.days or USUAL_DAYS,
        },
        "deletion": settings.deletion.model_dump(),
        "lang": settings.lang,
        "template": settings.template,
        "allowAPI": bool(settings.allowAPI),
        "allowedRoles": settings.allowedRoles,
    }


def echoed_case(asked: schemas.NewCase) -> dict[str, Any]:
    return {
        "referenceId": asked.referenceId,
        "customMessage": asked.customMessage,
        "message": asked.message,
        "user_name": asked.user_name,
        "user_email": asked.user_email,
        "emailtemplate": asked.emailtemplate,
        "signingSchemas": asked.signingSchemas,
        "draft": not asked.autoSend,
        "settings": echoed_settings(asked.settings),
    }


# ------------------------------------------------------------------ lists


ASKED_FOR: Mapping[str | None, tuple[str, ...]] = {
    None: tuple(state for state in EnvelopeStatus if state is not EnvelopeStatus.DELETED),
    "signed": (EnvelopeStatus.SEALING, EnvelopeStatus.COMPLETED, EnvelopeStatus.FAILED),
    "denied": (EnvelopeStatus.DECLINED,),
    "pending": (
        EnvelopeStatus.DRAFT,
        EnvelopeStatus.OPEN,
        EnvelopeStatus.EXPIRED,
        EnvelopeStatus.CANCELLED,
    ),
}


def listing(caller: Caller, query: schemas.CaseQuery, origin: str) -> EnvelopeQuery:
    return EnvelopeQuery(
        account_id=caller.account.id,
        origin=origin,
        environment=caller.environment,
        statuses=ASKED_FOR[query.status],
        folder=query.folder,
        offset=query.index * query.limit,
        limit=query.limit,
    )
