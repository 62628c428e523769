"""Pure: the wire's words to commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import uuid4

from countersign.dialects.signicat_v1 import schemas
from countersign.dialects.signicat_v1.checks import (
    CONTACTS,
    DEFAULT,
    NAMES,
    NATIONAL_ID,
    THIRD_PARTY,
    Offered,
    attributes_of,
    third_party_of,
)
from countersign.dialects.signicat_v1.ids import written_id
from countersign.dialects.signicat_v1.methods import SMS_CODE, eid_of
from countersign.dialects.signicat_v1.notices import Notices
from countersign.dialects.signicat_v1.places import Places, Source
from countersign.domain.account import Caller
from countersign.domain.envelope import EnvelopeSettings, OnDecline
from countersign.domain.identity import TICKET
from countersign.domain.signing_service import service_of
from countersign.domain.task import Action, Dialog, Person, Visitor
from countersign.usecases.ports import Repeatable
from countersign.usecases.receive_file import AwaitedFile, ReceivedFile
from countersign.usecases.send_envelope import NewField, NewTask, SendEnvelope
from countersign.usecases.send_stored import SendStored, SentPackage, received, task_id

T = TypeVar("T")

ORIGIN = "signicat-v1"
# What was asked for is kept under these names, to be answered again, and which of the envelope's
# documents is meant by a task's
ORDER, TASK, PLACES = "order", "task", "places"
ACTIONS = {"SIGN": Action.SIGN, "VIEW": Action.VIEW, "UPLOAD": Action.UPLOAD}
HANDWRITTEN = ("drawn", "typed")
REDIRECTS = {"onTaskComplete": "success", "onTaskReject": "reject", "onTaskPostpone": "cancel"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks, when, and from where."""

    caller: Caller
    sender: Visitor
    now: datetime
    repeatable: Repeatable | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is sent, with the fields of its form that are left to whoever signs it."""

    file: ReceivedFile | AwaitedFile
    fields: tuple[NewField, ...] = ()


def to_document(source: Source, offered: Offered) -> ReceivedFile | AwaitedFile:
    """Before its form is filled in."""
    if source.ref is None:
        return AwaitedFile(name=source.name)
    return received(offered.files[source.ref], source.name)


class Translation:
    """Of an order without violations, whose documents are `documents`."""

    def __init__(
        self,
        order: schemas.SigningOrder,
        places: Places,
        documents: Sequence[Document],
        asked: Asked,
        offered: Offered,
    ) -> None:
        self._order, self._places, self._documents = order, places, documents
        self._asked, self._offered = asked, offered
        self._id = str(uuid4())
        self._order_id = written_id(self._id, asked.now)
        self._keys = [task.id or str(uuid4()) for task in order.tasks]

    def command(self) -> SendStored:
        days = self._order.daysUntilDeletion or schemas.USUAL_DAYS_UNTIL_DELETION
        refs = {place: source.ref for place, source in enumerate(self._places.sources)}
        return SendStored(
            envelope=self._envelope(),
            files={place: self._offered.files[ref] for place, ref in refs.items() if ref},
            packages=tuple(self._packages()),
            notices=tuple(Notices(self._order, self._order_id).all(self._keys)),
            days_kept=days,
        )

    def _envelope(self) -> SendEnvelope:
        """Who refuses ends his own part only."""
        kept = self._order.model_dump(mode="json", exclude_unset=True, exclude={"tasks"})
        return SendEnvelope(
            id=self._id,
            caller=self._asked.caller,
            origin=ORIGIN,
            name=self._documents[0].file.name,
            documents=tuple(document.file for document in self._documents),
            tasks=tuple(self._task(number) for number in range(len(self._keys))),
            sender_name=self._asked.caller.account.name,
            settings=EnvelopeSettings(on_decline=OnDecline.KEEP_OPEN),
            sender=self._asked.sender,
            extras={ORDER: kept},
            repeatable=self._asked.repeatable,
        )

    def _task(self, number: int) -> NewTask:
        task, key = self._order.tasks[number], self._keys[number]
        methods, identity_choice = _ways(task, self._offered)
        person = _person(task, methods, identity_choice)
        days = task.daysToLive or schemas.USUAL_DAYS_TO_LIVE
        return NewTask(
            id=task_id(self._id, key),
            person=person,
            actions=self._by_place(number, lambda one: ACTIONS[one.action]),
            fields=self._fields(number),
            after=tuple(self._keys.index(id) for id in dict.fromkeys(task.dependsOnTasks or ())),
            methods=methods,
            identity_choice=identity_choice,
            sign_text=task.signText or "",
            sign_entries=self._by_place(number, lambda one: one.signTextEntry),
            dialog=_dialog(task),
            must_view=True,
            reads_first=True,
            archived=tuple(self._by_place(number, lambda one: one.sendResultToArchive)),
            may_forward=not (person.national_id or person.names),
            redirects=_redirects(task, self._order_id, key),
            due_at=self._asked.now + timedelta(days=days),
            language=task.language or "",
            interface=_interface(task),
            number_by=_methods_of(task, (NATIONAL_ID,), self._offered),
            names_by=_methods_of(task, NAMES, self._offered),
            extras={TASK: _kept(task, key), PLACES: self._places.kept(number, task)},
        )

    def _by_place(
        self, number: int, value: Callable[[schemas.TaskDocument], T | None]
    ) -> dict[int, T]:
        """What is said of a task's documents, by their indexes; nothing is left out."""
        said = enumerate(map(value, self._order.tasks[number].documents))
        return {self._places.index[number, place]: each for place, each in said if each}

    def _fields(self, number: int) -> tuple[NewField, ...]:
        return tuple(
            field
            for source, document in zip(self._places.sources, self._documents, strict=True)
            if source.form is not None and source.form[0] == number
            for field in document.fields
        )

    def _packages(self) -> list[SentPackage]:
        return [
            SentPackage(
                key=package.id,
                archived=package.sendToArchive,
                parts=tuple(
                    (chosen.taskId, self._place(chosen.taskId, id))
                    for chosen in package.documents
                    for id in chosen.documentIds
                ),
            )
            for package in self._order.packagingTasks or ()
        ]

    def _place(self, key: str, document_id: str) -> int:
        number = self._keys.index(key)
        ids = [document.id for document in self._order.tasks[number].documents]
        return self._places.index[number, ids.index(document_id)]


def _ways(task: schemas.Task, offered: Offered) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How the person signs, and one of what they have to prove before."""
    signing = task.signatureMethods or []
    kept = [third_party_of(each, offered) for each in signing if each.type == THIRD_PARTY]
    if by_key := tuple(method for method in kept if method):
        return by_key, _before(task, offered)
    by_eid = _eids([method.name for method in signing if not method.handwritten], offered)
    by_hand = HANDWRITTEN if any(method.handwritten for method in signing) else ()
    logs_in_first = offered.interfaces.get(_interface(task), False)
    before = _before(task, offered) or (by_eid if logs_in_first else ())
    return (*by_eid, *by_hand), before


def _methods_of(task: schemas.Task, attributes: Sequence[str], offered: Offered) -> tuple[str, ...]:
    """By which signature methods these attributes of the subject are checked; none means by all."""
    said = [each.methods for each in attributes_of(task) if each.name in attributes]
    names = next(filter(None, said), [])
    signing = [each for each in task.signatureMethods or () if each.name in names]
    kept = [third_party_of(each, offered) for each in signing if each.type == THIRD_PARTY]
    by_eid = [each.name for each in signing if each.type != THIRD_PARTY]
    return (*filter(None, kept), *_eids(by_eid, offered))


def _before(task: schemas.Task, offered: Offered) -> tuple[str, ...]:
    """A login, or the one-time artifact in its place. Whoever signs by hand with an eID's name
    beside it proves that first."""
    by_hand = [method.name for method in task.signatureMethods or () if method.handwritten]
    asked = task.authentication or schemas.Authentication()
    logins = _eids(asked.methods or [], offered)
    if asked.artifact:
        return (TICKET, *logins)
    if not logins and all(by_hand):
        return _eids(by_hand, offered)
    return logins


def _eids(names: Sequence[str | None], offered: Offered) -> tuple[str, ...]:
    found = (eid_of(name, offered.eids) for name in names if name)
    return tuple(dict.fromkeys(eid for eid in found if eid))


def _person(task: schemas.Task, methods: Sequence[str], before: Sequence[str]) -> Person:
    """Who proves who they are, by an eID or by the certificate of their key, gets their name from
    that, but for those who prove to have a phone: they are known by its number when the subject
    says nothing else."""
    given = {each.name: each.value for each in attributes_of(task)}
    email, mobile = (given.get(name) for name in CONTACTS)
    names = tuple(given[name] for name in NAMES if name in given)
    name, proofs = " ".join(names), {*methods, *before} - set(HANDWRITTEN)
    if proofs == {SMS_CODE}:
        name = name or mobile or ""
    elif any(map(service_of, methods)) or (before and SMS_CODE not in before):
        name = ""
    return Person(
        name=name,
        email=email,
        phone=mobile,
        national_id=given.get(NATIONAL_ID),
        names=names,
    )


def _interface(task: schemas.Task) -> str:
    profile = "" if task.profile == DEFAULT else task.profile
    return task.configuration or profile or ""


def _dialog(task: schemas.Task) -> Dialog | None:
    if task.dialog is None:
        return None
    return Dialog(title=task.dialog.title or "", message=task.dialog.message or "")


def _redirects(task: schemas.Task, order_id: str, key: str) -> dict[str, str]:
    words = {"${requestId}": order_id, "${taskId}": key}
    redirects = {}
    for name, kind in REDIRECTS.items():
        if (url := getattr(task, name)) is not None:
            for word, value in words.items():
                url = url.replace(word, quote(value, safe=""))
            redirects[kind] = url
    return redirects


def _kept(task: schemas.Task, key: str) -> dict[str, Any]:
    """The request as it came, but for what identifies the person."""
    kept = task.model_dump(mode="json", exclude_unset=True)
    for each in (kept.get("subject") or {}).get("attributes") or ():
        if each["name"] == NATIONAL_ID:
            del each["value"]
    return {"id": key, **kept}
