"""A draft → the command to send it, and what is missing in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from countersign.domain.account import Account, Caller, Credential
from countersign.domain.draft import ORIGIN, Draft
from countersign.domain.eids import eid_name
from countersign.domain.envelope import AfterSigning, EnvelopeSettings
from countersign.domain.errors import Invalid
from countersign.domain.identity import CODE_METHODS
from countersign.domain.member import clean_email
from countersign.domain.task import Action, Person, Visitor
from countersign.domain.turns import after_orders
from countersign.pages.dashboard.placing import PlacedField, check_fields
from countersign.pages.dashboard.sending.schemas import LINK, DraftContent, DraftPerson
from countersign.usecases.receive_file import ReceivedFile
from countersign.usecases.send_envelope import NewField, NewTask, SendEnvelope

_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{3,}")
METHODS = ("drawn", "typed")


def _(text: str) -> str:
    return text


PROOFS: Mapping[str, str] = {
    LINK: _("The link in the mail"),
    "email_code": _("A code by e-mail"),
    "sms_code": _("A code by SMS"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What this account can offer: ways to know people, by name, and when `today` is there."""

    proofs: Mapping[str, str]
    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()


def offered_proofs(eids: Sequence[str]) -> Mapping[str, str]:
    """`eids` are the methods that can be started for this account."""
    known = {LINK: PROOFS[LINK]} | {code: PROOFS.get(code, code) for code in CODE_METHODS}
    return known | {method: eid_name(method) for method in eids}


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
    if phone and not _PHONE.fullmatch(phone):
        found["phone"] = _("Give the number with its country, such as +45 12 34 56 78.")
    if person.proof == "sms_code" and not phone:
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
    return {"due": _("This day is over.")} if due and due <= offers.now else {}


# ------------------------------------------------------------------ the command


def to_command(
    content: DraftContent, draft: Draft, account: Account, sender: Visitor, zone: ZoneInfo
) -> SendEnvelope:
    """Of a draft without problems. Its caller is filled in by who sends it."""
    documents = draft.in_order(content.order)
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
        settings=to_settings(content),
        sender=sender,
        due_at=last_moment(content.due, zone),
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


def to_settings(content: DraftContent) -> EnvelopeSettings:
    return EnvelopeSettings(
        send_invitations=True,
        send_final_copy=True,
        reminder_days=content.reminder_days,
        reminders=content.reminders,
        after=AfterSigning(type="message"),
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
            name=person.name.strip(), email=person.email.strip(), phone=person.phone.strip() or None
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
