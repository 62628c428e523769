"""What depends on several fields of an order, or on what there is: every violation at its path."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from countersign.dialects.signicat_v1 import schemas
from countersign.dialects.signicat_v1.errors import json_path, required
from countersign.dialects.signicat_v1.methods import eid_of, is_by_sms, service_of
from countersign.dialects.signicat_v1.places import bringers, brought_as, documents_of
from countersign.domain.phone import EXPECTED as NO_PHONE
from countersign.domain.phone import is_phone
from countersign.domain.reaching import NO_GATEWAY
from countersign.domain.signing_service import service_of as key_of
from countersign.domain.stored_file import StoredFile
from countersign.domain.web_address import is_web_address

Path = tuple[str | int, ...]
Violation = tuple[Path, str]
PADES = "pades"
DEFAULT = "default"  # the profile of everybody
TAKEN = "is used more than once"
NO_TASK = "no task of this order has this id"
NO_MOBILE = "must hold a mobile, to which codes are sent by SMS"
UNKNOWN_METHOD = "no identity method of this name is configured"
THIRD_PARTY = "THIRD_PARTY"
NO_SERVICE = "no signing service of this name is configured for this account"
ALONE = "a third party's signature must be the only signature method of the task"
NOBODY_KNOWN = (
    "a handwritten signature needs authentication, or a subject with a first-name or a last-name"
)
MAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+")
MOBILE = "mobile"
NATIONAL_ID, NAMES, CONTACTS = "national-id", ("first-name", "last-name"), ("email", MOBILE)
ATTRIBUTES = (NATIONAL_ID, *NAMES, *CONTACTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What there is: names of eIDs, the account's interfaces (name → whether people log in first),
    its services that keep people's own keys (name → what tasks are signed with), the caller's
    uploads, and how people can be reached."""

    eids: Collection[str] = ()
    services: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, StoredFile] = field(default_factory=dict)
    interfaces: Mapping[str, bool] = field(default_factory=dict)
    sms: bool = False
    plain_http: bool = False


def violations(order: schemas.SigningOrder, offered: Offered) -> dict[str, str]:
    """Path → message. The first one at a path is kept."""
    found: dict[str, str] = {}
    for path, message in _order(order, offered):
        found.setdefault(json_path(path), message)
    return found


def _order(order: schemas.SigningOrder, offered: Offered) -> Iterator[Violation]:
    yield from _repeated(("tasks",), [task.id for task in order.tasks])
    for number, task in enumerate(order.tasks):
        yield from _task(("tasks", number), task, offered)
    yield from _brought(order)
    yield from _forms(order)
    yield from _dependencies(order.tasks)
    packages = order.packagingTasks or ()
    yield from _repeated(("packagingTasks",), [package.id for package in packages])
    for number, package in enumerate(packages):
        yield from _package(("packagingTasks", number), package, order)
    yield from _notifications(order, offered)


def _repeated(path: Path, ids: Sequence[str | None]) -> Iterator[Violation]:
    for number, id in enumerate(ids):
        if id is not None and id in ids[:number]:
            yield (*path, number, "id"), TAKEN
        if id in (".", ".."):
            yield (*path, number, "id"), "can't be part of an address"


# ------------------------------------------------------------------ tasks


def _task(path: Path, task: schemas.Task, offered: Offered) -> Iterator[Violation]:
    yield from _repeated((*path, "documents"), [document.id for document in task.documents])
    refs: list[str] = []
    for number, document in enumerate(task.documents):
        here: Path = (*path, "documents", number)
        yield from _document(here, document, offered)
        if document.documentRef in refs:
            yield (*here, "documentRef"), "this document is in this task already"
        refs += [document.documentRef] if document.documentRef else []
    yield from _methods(path, task, offered)
    yield from _subject((*path, "subject", "attributes"), task)
    if _gets_codes(task) and not any(each.name == MOBILE for each in attributes_of(task)):
        yield (*path, "subject", "attributes"), NO_MOBILE
    yield from _interface(path, task, offered)


def _document(path: Path, document: schemas.TaskDocument, offered: Offered) -> Iterator[Violation]:
    if document.description is None and document.action != "UPLOAD":
        yield (*path, "description"), required((*path, "description"))
    if document.action == "UPLOAD":
        yield from _upload(path, document)
    elif document.source == "SESSION" and document.documentRef is None:
        yield (*path, "documentRef"), required((*path, "documentRef"))
    elif document.source == "SESSION" and document.documentRef not in offered.files:
        yield (*path, "documentRef"), "there is no document of this id, or its time has passed"
    if document.sendResultToArchive and document.action != "SIGN":
        yield (*path, "sendResultToArchive"), "is for documents that are signed"
    if document.signTextEntry is not None and document.action != "SIGN":
        yield (*path, "signTextEntry"), "is for documents that are signed"


def _upload(path: Path, document: schemas.TaskDocument) -> Iterator[Violation]:
    if document.source != "UPLOAD":
        yield (*path, "source"), "must be UPLOAD for a document that the person brings"
    if document.documentRef is not None:
        yield (*path, "documentRef"), "the person brings this document"


def _brought(order: schemas.SigningOrder) -> Iterator[Violation]:
    """A file that somebody brings may be signed and viewed by those who wait for that."""
    for (number, place), document in documents_of(order):
        here: Path = ("tasks", number, "documents", place)
        if document.source != "UPLOAD":
            continue
        found = bringers(order, brought_as(document))
        if len(found) > 1:
            yield (
                (*here, "id" if document.action == "UPLOAD" else "documentRef"),
                ("more than one task brings a document of this id"),
            )
        elif not found:
            yield (*here, "documentRef"), "no task brings a document of this id"
        elif document.action != "UPLOAD" and found[0] not in _awaited(order.tasks, number):
            yield ("tasks", number, "dependsOnTasks"), "must name the task that brings its document"


def _awaited(tasks: Sequence[schemas.Task], number: int) -> set[int]:
    """The tasks that must be completed before one, those included that they wait for."""
    places = {task.id: place for place, task in enumerate(tasks) if task.id}
    found, look_at = set[int](), [number]
    while look_at:
        after = (places.get(id) for id in tasks[look_at.pop()].dependsOnTasks or ())
        new = {place for place in after if place is not None} - found
        found |= new
        look_at.extend(new)
    return found


def _forms(order: schemas.SigningOrder) -> Iterator[Violation]:
    seen: set[str] = set()
    for (number, place), document in documents_of(order):
        here: Path = ("tasks", number, "documents", place, "form")
        if document.form is None:
            continue
        if document.source != "SESSION":
            yield here, "only the form of an upload can be filled in"
        elif document.form.interactive and document.action != "SIGN":
            yield (*here, "interactive"), "only who signs a document can fill in its form"
        elif document.documentRef in seen:
            yield here, "the form of this document is filled in already"
        seen.add(document.documentRef or "")
        yield from _parameters((*here, "inputParams"), document.form)


def _parameters(path: Path, form: schemas.Form) -> Iterator[Violation]:
    seen: set[str] = set()
    for number, each in enumerate(form.inputParams or ()):
        if each.name in seen:
            yield (*path, number, "name"), TAKEN
        seen.add(each.name)


def _interface(path: Path, task: schemas.Task, offered: Offered) -> Iterator[Violation]:
    """A profile is an interface too; the configuration counts when there are both."""
    if task.configuration is not None and task.configuration not in offered.interfaces:
        yield (*path, "configuration"), "no signing interface of this name is configured"
    if task.profile not in (None, DEFAULT, *offered.interfaces):
        yield (*path, "profile"), "no signing interface of this name is configured"


def _methods(path: Path, task: schemas.Task, offered: Offered) -> Iterator[Violation]:
    authentication = (task.authentication and task.authentication.methods) or []
    for number, name in enumerate(authentication):
        if eid_of(name, offered.eids) is None:
            yield (*path, "authentication", "methods", number), _unknown(name)
    here: Path = (*path, "signatureMethods")
    methods = task.signatureMethods or []
    if not methods and any(document.action == "SIGN" for document in task.documents):
        yield here, required(here)
    for number, method in enumerate(methods):
        if method.type == THIRD_PARTY:
            yield from _third_party((*here, number), method, len(methods), offered)
            continue
        yield from _method((*here, number), method, offered)
        if method.handwritten and not method.name and not authentication and not _is_named(task):
            yield (*here, number), NOBODY_KNOWN


def _method(path: Path, method: schemas.SignatureMethod, offered: Offered) -> Iterator[Violation]:
    for name, value in (("name", method.name), ("type", method.type)):
        if value is None and not method.handwritten:
            yield (*path, name), required((*path, name))
    if method.name is not None and eid_of(method.name, offered.eids) is None:
        yield (*path, "name"), _unknown(method.name)


def _unknown(method: str) -> str:
    return NO_GATEWAY if is_by_sms(method) else UNKNOWN_METHOD


def _gets_codes(task: schemas.Task) -> bool:
    methods = [method.name for method in task.signatureMethods or ()]
    methods += (task.authentication and task.authentication.methods) or []
    return any(is_by_sms(name) for name in methods if name)


def _third_party(
    path: Path, method: schemas.SignatureMethod, among: int, offered: Offered
) -> Iterator[Violation]:
    """Who signs with a key of their own goes to its keeper, and to nobody else."""
    if among > 1:
        yield (*path, "type"), ALONE
    if method.handwritten:
        yield (*path, "handwritten"), "nobody signs by hand with a key that a third party keeps"
    if method.name is None:
        yield (*path, "name"), required((*path, "name"))
    elif third_party_of(method, offered) is None:
        yield (*path, "name"), NO_SERVICE


def third_party_of(method: schemas.SignatureMethod, offered: Offered) -> str | None:
    """What a task is signed with that asks for a third party's service; None when the account has
    none of this name, or the server no client for it."""
    found = offered.services.get(service_of(method.name or "", offered.services) or "")
    is_there = found is not None and (bool(key_of(found)) or found in offered.eids)
    return found if is_there else None


def _is_named(task: schemas.Task) -> bool:
    return any(each.name in NAMES for each in attributes_of(task))


def attributes_of(task: schemas.Task) -> Sequence[schemas.SubjectAttribute]:
    return (task.subject and task.subject.attributes) or ()


def _subject(path: Path, task: schemas.Task) -> Iterator[Violation]:
    signing = {method.name for method in task.signatureMethods or () if method.name}
    attributes = attributes_of(task)
    names = Counter(each.name for each in attributes)
    for number, each in enumerate(attributes):
        here: Path = (*path, number)
        if each.name not in ATTRIBUTES:
            yield (*here, "name"), f"must be one of {', '.join(ATTRIBUTES)}"
        elif names[each.name] > 1:
            yield (*here, "name"), TAKEN
        if each.methods and (unknown := set(each.methods) - signing):
            yield (*here, "methods"), f"not a signature method of this task: {min(unknown)}"
        if each.name == MOBILE and not is_phone(each.value):
            yield (*here, "value"), NO_PHONE
        if each.name == "email" and not MAIL.fullmatch(each.value):
            yield (*here, "value"), NO_MAIL
    said = {frozenset(each.methods or ()) for each in attributes if each.name in NAMES}
    if len(said) > 1:
        yield path, "first-name and last-name must name the same methods"


def _dependencies(tasks: Sequence[schemas.Task]) -> Iterator[Violation]:
    known = {task.id for task in tasks if task.id}
    waiting = {task.id: set(task.dependsOnTasks or ()) & known for task in tasks if task.id}
    while free := {id for id, after in waiting.items() if not after}:
        waiting = {id: after - free for id, after in waiting.items() if id not in free}
    for number, task in enumerate(tasks):
        for place, id in enumerate(task.dependsOnTasks or ()):
            here: Path = ("tasks", number, "dependsOnTasks", place)
            if id not in known:
                yield here, NO_TASK
            elif task.id in waiting and id in waiting:
                yield here, "tasks must not wait for each other in a circle"


# ------------------------------------------------------------------ packages


def _package(
    path: Path, package: schemas.PackagingTask, order: schemas.SigningOrder
) -> Iterator[Violation]:
    if package.method != PADES:
        yield (*path, "method"), f"must be {PADES}"
    tasks = {task.id: task for task in order.tasks}
    seen: set[str] = set()
    for number, chosen in enumerate(package.documents):
        here: Path = (*path, "documents", number)
        if chosen.taskId not in tasks:
            yield (*here, "taskId"), NO_TASK
            continue
        if chosen.taskId in seen:
            yield (*here, "taskId"), TAKEN
        seen.add(chosen.taskId)
        actions = {document.id: document.action for document in tasks[chosen.taskId].documents}
        for place, id in enumerate(chosen.documentIds):
            if message := _wrong_part(id, chosen.documentIds[:place], actions):
                yield (*here, "documentIds", place), message


def _wrong_part(id: str, before: Collection[str], actions: Mapping[str, str]) -> str:
    if id not in actions:
        return "this task has no document of this id"
    if actions[id] != "SIGN":
        return "this document is not signed in this task"
    return TAKEN if id in before else ""


# ------------------------------------------------------------------ notifications


NO_MAIL = "must be an e-mail address"


def every_notification(
    order: schemas.SigningOrder,
) -> Iterable[tuple[Path, schemas.Notification]]:
    """With where each stands."""
    for number, task in enumerate(order.tasks):
        for place, each in enumerate(task.notifications or ()):
            yield ("tasks", number, "notifications", place), each
    for place, notification in enumerate(order.notifications or ()):
        yield ("notifications", place), notification
    for number, package in enumerate(order.packagingTasks or ()):
        for place, found in enumerate(package.notifications or ()):
            yield ("packagingTasks", number, "notifications", place), found


def _notifications(order: schemas.SigningOrder, offered: Offered) -> Iterator[Violation]:
    """Programs that write all tasks of an order alike call their notifications alike: an id counts
    within its task, package or order."""
    seen: set[tuple[Path, str]] = set()
    for path, notification in every_notification(order):
        if (path[:-1], notification.id) in seen:
            yield (*path, "id"), TAKEN
        seen.add((path[:-1], notification.id))
        yield from _notification(path, notification, offered)


def _notification(
    path: Path, notification: schemas.Notification, offered: Offered
) -> Iterator[Violation]:
    kind = notification.type
    if kind == "EMAIL" and notification.header is None:
        yield (*path, "header"), required((*path, "header"))
    if kind in ("EMAIL", "SMS") and notification.sender is None:
        yield (*path, "sender"), required((*path, "sender"))
    if message := _wrong_recipient(notification, offered):
        yield (*path, "recipient"), message
    if kind == "SMS" and not offered.sms:
        yield (*path, "type"), NO_GATEWAY


def _wrong_recipient(notification: schemas.Notification, offered: Offered) -> str:
    recipient = notification.recipient
    if notification.type == "EMAIL":
        return "" if len(recipient) <= 254 and MAIL.fullmatch(recipient) else NO_MAIL
    if notification.type == "SMS":
        return "" if is_phone(recipient) else NO_PHONE
    allowed = offered.plain_http or recipient.startswith("https://")
    return "" if allowed and is_web_address(recipient) else schemas.NO_ADDRESS
