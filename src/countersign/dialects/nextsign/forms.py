"""A form that is submitted: what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from countersign.dialects.nextsign import answers, schemas, translate
from countersign.dialects.nextsign.access import to_access
from countersign.dialects.nextsign.auth import API
from countersign.dialects.nextsign.checks import check_people
from countersign.dialects.nextsign.errors import Rejected
from countersign.dialects.nextsign.present import timestamp
from countersign.dialects.nextsign.status_mail import kept_beside
from countersign.dialects.nextsign.tags import written
from countersign.domain.account import Caller
from countersign.domain.form import Form, Tag
from countersign.domain.short_id import new_short_id, short_id
from countersign.domain.task import Visitor
from countersign.usecases.fill_in_form import fill_in_form
from countersign.usecases.ports import Ports
from countersign.usecases.send_envelope import SendEnvelope

HIDDEN = ("cpr", "eboks")


@dataclass(frozen=True, slots=True)
class Submitted:
    """What was asked for, by whom, of which form; `webflow` when it was at its public link,
    `by_hand` when a member of the account did it."""

    caller: Caller
    form: Form
    asked: schemas.Submission
    sender: Visitor
    webflow: bool = False
    by_hand: bool = False


def to_command(new: Submitted, ports: Ports) -> SendEnvelope:
    """Raises Rejected, QuotaExceeded, UnusableFile, Unavailable."""
    caller, form = new.caller, new.form
    caller.credential.check_quota()
    asked = _whole(new)
    by_program = not new.webflow and not new.by_hand
    if by_program and asked.settings.allowAPI is False:
        raise Rejected(400, "API is not allowed for this form")
    check_people(
        asked.recipients,
        asked.signingSchemas,
        ports.identity.of_account(form.account_id).methods,
        ports.mailer.channels,
    )
    values = written(new.asked.tags, form.tags, translate.language_of(asked.settings))
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
        documents=fill_in_form(form, values, ports),
        tasks=translate.to_tasks(asked, case_id),
        sender_name=caller.account.name,
        settings=translate.to_settings(asked),
        sender=new.sender,
        due_at=translate.deadline(asked.settings, ports.clock()),
        extras=translate.echoed_case(asked) | {"form": form.id, "webflow": new.webflow},
        beside=kept_beside(asked, access, ports),
    )


def _whole(new: Submitted) -> schemas.NewCase:
    """The submission with the form's words for what it leaves out. Raises Rejected for a form that
    is not active."""
    form, asked = new.form, new.asked
    if not form.is_active:
        raise Rejected(400, "Form is not active")
    usual = schemas.FormDefaults.model_validate(form.defaults)
    given = asked.settings.model_dump(exclude_unset=True) if asked.settings else {}
    laid = _laid_over(usual.settings.model_dump(exclude_unset=True), given)
    return schemas.NewCase.model_construct(
        title=asked.title or form.name,
        settings=schemas.Settings.model_validate(laid),
        recipients=asked.recipients,
        documents=[
            schemas.NewDocument.model_construct(name=each.name, file="") for each in form.documents
        ],
        folder=asked.folder or form.folder,
        referenceId=asked.referenceId,
        autoSend=asked.state == "open",
        customMessage=asked.customMessage,
        message=asked.message,
        user_name=asked.user_name,
        user_email=asked.user_email or _owner(new),
        emailtemplate=None,
        signingSchemas=asked.signingSchemas or usual.signingSchemas,
    )


def _owner(new: Submitted) -> str | None:
    """Whose form it is. Who sends to many from the dashboard sees there how each one ends."""
    return None if new.by_hand else new.caller.account.email or None


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` over `below`, at every depth."""
    both = {**below, **above}
    for name in below.keys() & above.keys():
        if isinstance(below[name], dict) and isinstance(above[name], dict):
            both[name] = _laid_over(below[name], above[name])
    return both


# ------------------------------------------------------------------ what is answered


def shown(form: Form) -> answers.Form:
    usual = schemas.FormDefaults.model_validate(form.defaults)
    settings = translate.echoed_settings(usual.settings)
    settings["allowAPI"] = usual.settings.allowAPI is not False
    settings["availability"]["isExpired"] = False
    return answers.Form(
        id=short_id(form.id),
        companyId=short_id(form.account_id),
        folder=form.folder,
        active=form.is_active,
        title=form.name,
        settings=answers.Settings(**settings),
        tags=shown_tags(form),
        recipients=[_recipient(each) for each in usual.recipients],
        documents=[
            answers.FormDocument(name=each.name, type=each.media_type) for each in form.documents
        ],
        createdAt=timestamp(form.created_at),
        updatedAt=timestamp(form.updated_at),
    )


def shown_tags(form: Form) -> list[answers.Tag]:
    return [_tag(tag) for tag in form.tags]


def _tag(tag: Tag) -> answers.Tag:
    """The usual value of a sensitive one is nobody's business."""
    return answers.Tag(
        id=short_id(tag.id),
        name=tag.label,
        tag=tag.name,
        value="" if tag.sensitive else tag.value,
        type=tag.kind.value,
    )


def _recipient(each: schemas.NewRecipient) -> dict[str, Any]:
    values = each.model_dump(exclude_none=True, exclude=set(HIDDEN))
    return values | {"group": each.place, "order": each.place}
