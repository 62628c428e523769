"""A draft → the command to send it, and what is missing in it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from countersign.domain.account import Account, Caller, Credential
from countersign.domain.draft import ORIGIN, Draft
from countersign.domain.envelope import EnvelopeSettings
from countersign.domain.errors import Invalid
from countersign.domain.identity import CODE_METHODS, SMS_CODE
from countersign.domain.member import clean_email
from countersign.domain.phone import plain_phone
from countersign.domain.project import Project, ProjectSettings
from countersign.domain.task import Action, Person, Visitor
from countersign.domain.turns import after_orders
from countersign.pages.dashboard.placing import PlacedField, check_fields
from countersign.pages.dashboard.sending.offers import Offers
from countersign.pages.dashboard.sending.schemas import LINK, DraftContent, DraftPerson
from countersign.usecases.receive_file import ReceivedFile
from countersign.usecases.send_envelope import NewField, NewTask, SendEnvelope

METHODS = ("drawn", "typed")


def _(text: str) -> str:
    return text


def content_of(draft: Draft) -> DraftContent:
    """As its writer left it."""
    return DraftContent.model_validate(draft.content)


def last_moment(day: str, zone: ZoneInfo) -> datetime | None:
    """The end of that day there, in UTC. Raises ValueError."""
    if not day:
        return None
    end = time(23, 59, 59)
    return datetime.combine(date.fromisoformat(day), end, zone).astimezone(UTC)


# ------------------------------------------------------------------ what is missing


def problems(content: DraftContent, draft: Draft, offers: Offers) -> dict[str, str]:
    """What keeps it from being sent, by the place where it is to be put right."""
    found: dict[str, str] = {}
    if not draft.documents:
        found["documents"] = _("Add the document that is to be signed.")
    if not any(person.role == "sign" for person in content.people):
        found["people"] = _("Add somebody who is to sign.")
    for person in content.people:
        for part, text in _wrong_with(person, offers).items():
            found[f"people.{person.key}.{part}"] = text
    if content.project and content.project not in offers.projects:
        found["project"] = _("This project is not there any more. Choose another one.")
    return found | _wrong_fields(content, draft) | _wrong_day(content, offers)


def _wrong_with(person: DraftPerson, offers: Offers) -> dict[str, str]:
    found: dict[str, str] = {}
    if not person.name.strip():
        found["name"] = _("Give the name.")
    try:
        clean_email(person.email)
    except Invalid:
        found["email"] = _("Give a whole e-mail address, such as name@example.com.")
    phone = person.phone.strip()
    if phone and plain_phone(phone) is None:
        found["phone"] = _("Give the number with its country, such as +45 12 34 56 78.")
    if person.proof == SMS_CODE and not phone:
        found["phone"] = _("The code goes to a mobile phone: give its number.")
    if person.role == "sign" and person.proof not in offers.proofs:
        found["proof"] = _("This way is not offered any more. Choose another one.")
    return found


def _wrong_fields(content: DraftContent, draft: Draft) -> dict[str, str]:
    pages = {document.id: document.pages for document in draft.documents}
    signers = [person.key for person in content.people if person.role == "sign"]
    try:
        check_fields(content.fields, pages, signers)
    except Invalid as problem:
        return {"fields": f"{problem.message} {'; '.join(sorted(set(problem.fields.values())))}."}
    return {}


def _wrong_day(content: DraftContent, offers: Offers) -> dict[str, str]:
    try:
        due = last_moment(content.due, offers.zone)
    except (ValueError, OverflowError):
        return {"due": _("Give the day as year-month-day.")}
    return {"due": _("The last day to sign is over.")} if due and due <= offers.now else {}


# ------------------------------------------------------------------ the command


def to_command(
    content: DraftContent, draft: Draft, account: Account, sender: Visitor, offers: Offers
) -> SendEnvelope:
    """Of a draft without problems. Its caller is filled in by who sends it."""
    documents = draft.in_order(content.order)
    project = offers.projects.get(content.project)
    places = {document.id: place for place, document in enumerate(documents)}
    return SendEnvelope(
        caller=_nobody(account),
        origin=ORIGIN,
        name=content.name.strip() or documents[0].name.rpartition(".")[0] or documents[0].name,
        documents=tuple(
            ReceivedFile(name=one.name, upload=one.upload, pages=one.pages) for one in documents
        ),
        tasks=_tasks(content, places),
        sender_name=account.name,
        settings=to_settings(content, project),
        sender=sender,
        due_at=last_moment(content.due, offers.zone),
        project_id=project.id if project else None,
    )


def _nobody(account: Account) -> Caller:
    """A preview belongs to no credential."""
    return Caller(
        account,
        Credential(
            id="", account_id=account.id, api=ORIGIN, name="", secret_hash="",
            created_at=account.created_at,
        ),
    )  # fmt: skip


def to_settings(content: DraftContent, project: Project | None) -> EnvelopeSettings:
    """What the draft says itself goes before what its project says."""
    chosen = project.settings if project else ProjectSettings(chat=False)
    return EnvelopeSettings(
        send_invitations=True,
        send_final_copy=True,
        reminder_days=content.reminder_days,
        reminders=content.reminders,
        branding=chosen.branding,
        audit_in_document=chosen.audit_in_document,
        chat=chosen.chat,
        after=chosen.after,
    )


def _tasks(content: DraftContent, places: Mapping[str, int]) -> tuple[NewTask, ...]:
    people = content.people
    copies = [person.role == "copy" for person in people]
    turns = [person.turn if content.ordered else 1 for person in people]
    signers = tuple(place for place, copy in enumerate(copies) if not copy)
    orders = after_orders(turns, copies)
    return tuple(
        _task(person, signers if copy else after, content, places)
        for person, copy, after in zip(people, copies, orders, strict=True)
    )


def _task(
    person: DraftPerson, after: tuple[int, ...], content: DraftContent, places: Mapping[str, int]
) -> NewTask:
    copy = person.role == "copy"
    return NewTask(
        person=Person(
            name=person.name.strip(),
            email=person.email.strip(),
            phone=plain_phone(person.phone),
        ),
        actions=dict.fromkeys(places.values(), Action.VIEW if copy else Action.SIGN),
        fields=() if copy else _fields(person.key, content.fields, places),
        after=after,
        optional=copy,
        message=content.message.strip(),
        language=person.language,
        **({} if copy else _proof(person.proof)),
    )


def _proof(proof: str) -> dict[str, Any]:
    """An eID signs as well; a code comes before reading."""
    if proof == LINK:
        return {"methods": METHODS}
    if proof in CODE_METHODS:
        return {"methods": METHODS, "identity": (proof,)}
    return {"methods": (proof,)}


def _fields(
    key: str, fields: Sequence[PlacedField], places: Mapping[str, int]
) -> tuple[NewField, ...]:
    return tuple(
        NewField(
            document=places[field.document],
            kind=field.kind,
            name=field.name,
            area=field.area,
            required=field.required,
            options=field.choices,
        )
        for field in fields
        if field.person == key and field.document in places
    )
