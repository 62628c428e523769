"""Pure: the wire's words to commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from countersign.dialects.signicat_v1 import schemas
from countersign.dialects.signicat_v1.checks import (
    CONTACTS,
    NAMES,
    NATIONAL_ID,
    Offered,
    attributes_of,
    violations,
)
from countersign.dialects.signicat_v1.errors import Rejected
from countersign.dialects.signicat_v1.ids import order_id_of
from countersign.dialects.signicat_v1.methods import eid_of
from countersign.dialects.signicat_v1.notices import Notices
from countersign.domain.account import Caller
from countersign.domain.task import Action, Person, Visitor
from countersign.usecases.ports import Repeatable
from countersign.usecases.send_stored import SendStored, SentPackage, SentTask

ORIGIN = "signicat-v1"
ORDER, TASK = "order", "task"  # what was asked for is kept under these names, to be answered again
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


def to_send_stored(order: schemas.SigningOrder, asked: Asked, offered: Offered) -> SendStored:
    """Raises Rejected with everything that is wrong with it."""
    if wrong := violations(order, offered):
        raise Rejected(wrong)
    id = str(uuid4())
    known = order_id_of(id, asked.now)
    keys = [task.id or str(uuid4()) for task in order.tasks]
    files = _files(order)
    days_kept = order.daysUntilDeletion or schemas.USUAL_DAYS_UNTIL_DELETION
    return SendStored(
        id=id,
        caller=asked.caller,
        origin=ORIGIN,
        name=next(iter(files.values())),
        files=files,
        tasks=tuple(
            _task(task, key, known, offered, asked.now)
            for task, key in zip(order.tasks, keys, strict=True)
        ),
        packages=_packages(order),
        notices=tuple(Notices(order, known).all(keys)),
        days_kept=days_kept,
        sender=asked.sender,
        extras={ORDER: order.model_dump(mode="json", exclude_unset=True, exclude={"tasks"})},
        repeatable=asked.repeatable,
    )


def _files(order: schemas.SigningOrder) -> dict[str, str]:
    """Each file once, by the name that it is given first."""
    files: dict[str, str] = {}
    for task in order.tasks:
        for document in task.documents:
            if document.documentRef:
                files.setdefault(document.documentRef, document.description or document.id)
    return files


def _task(task: schemas.Task, key: str, order_id: str, offered: Offered, now: datetime) -> SentTask:
    methods, identity_choice = _ways(task, offered)
    days = task.daysToLive or schemas.USUAL_DAYS_TO_LIVE
    return SentTask(
        key=key,
        person=_person(task, is_asked=bool(identity_choice)),
        actions={
            document.documentRef: ACTIONS[document.action]
            for document in task.documents
            if document.documentRef
        },
        after=tuple(dict.fromkeys(task.dependsOnTasks or ())),
        methods=methods,
        identity_choice=identity_choice,
        language=task.language or "",
        sign_text=_sign_text(task),
        due_at=now + timedelta(days=days),
        redirects=_redirects(task, order_id, key),
        extras={TASK: _kept(task, key)},
    )


def _ways(task: schemas.Task, offered: Offered) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How the person signs, and one of what they have to prove before."""
    signing = task.signatureMethods or []
    by_eid = _eids([method.name for method in signing if not method.handwritten], offered)
    by_hand = HANDWRITTEN if any(method.handwritten for method in signing) else ()
    before = _eids((task.authentication and task.authentication.methods) or [], offered)
    if not before and all(method.name for method in signing):
        before = _eids([method.name for method in signing], offered)
    return (*by_eid, *by_hand), before


def _eids(names: Sequence[str | None], offered: Offered) -> tuple[str, ...]:
    found = (eid_of(name, offered.eids) for name in names if name)
    return tuple(dict.fromkeys(eid for eid in found if eid))


def _person(task: schemas.Task, *, is_asked: bool) -> Person:
    """Who proves who they are gets their name from that."""
    given = {each.name: each.value for each in attributes_of(task)}
    email, mobile = (given.get(name) for name in CONTACTS)
    names = tuple(given[name] for name in NAMES if name in given)
    return Person(
        name="" if is_asked else " ".join(names),
        email=email,
        phone=mobile,
        national_id=given.get(NATIONAL_ID),
        names=names,
    )


def _sign_text(task: schemas.Task) -> str:
    """What the person agrees to, with a line for each document that has one."""
    entries = [document.signTextEntry for document in task.documents if document.signTextEntry]
    return "\n".join(filter(None, [task.signText, *entries]))


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


def _packages(order: schemas.SigningOrder) -> tuple[SentPackage, ...]:
    refs = {
        (task.id, document.id): document.documentRef or ""
        for task in order.tasks
        for document in task.documents
    }
    return tuple(
        SentPackage(
            key=package.id,
            parts=tuple(
                (chosen.taskId, refs[chosen.taskId, id])
                for chosen in package.documents
                for id in chosen.documentIds
            ),
        )
        for package in order.packagingTasks or ()
    )
