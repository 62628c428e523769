"""People are added to envelopes that are there already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from countersign.domain import growing
from countersign.domain.account import Caller
from countersign.domain.archive import Archiving, Period
from countersign.domain.document import Base
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Forbidden, Invalid, NotFound
from countersign.domain.events import Event
from countersign.domain.task import Action, Person, Task, TaskStatus
from countersign.usecases.collections import owned_collection
from countersign.usecases.owned import owned_envelope
from countersign.usecases.ports import Ports, Repeatable, UnitOfWork
from countersign.usecases.prepare_documents import on_kept_bases, prepare_documents
from countersign.usecases.retrying import on_stale_state


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """What to do with one stored file in one envelope, and whether the result is archived."""

    envelope_id: str
    file_id: str
    action: Action
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedTask:
    """As `Task`; the first envelope in `doings` is its home. `after` are ids of earlier tasks. What
    is archived is kept `keep_for`."""

    title: str
    person: Person
    doings: tuple[Doing, ...]
    after: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    identity_choice: tuple[str, ...] = ()
    language: str = ""
    sign_text: str = ""
    packaged: bool = False
    keep_for: Period | None = None
    due_at: datetime | None = None
    link_expires_at: datetime | None = None
    redirects: Mapping[str, str] = field(default_factory=dict)
    extras: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTasks:
    caller: Caller
    origin: str
    tasks: tuple[AddedTask, ...]
    repeatable: Repeatable | None = None


def add_tasks(command: AddTasks, ports: Ports) -> list[Task]:
    """All of them or none, as their homes hold them, in the order given; or those that the same
    request made before. Raises Invalid, whose fields are `tasks[n].doings[m].envelope_id`,
    `….file_id` or `tasks[n].after[m]`; Conflict for an envelope that takes nobody any more;
    IdempotencyMismatch."""
    return on_stale_state(lambda: _add(command, ports))


def _add(command: AddTasks, ports: Ports) -> list[Task]:
    now, batch = ports.clock(), str(uuid4())
    with ports.unit_of_work() as uow:
        if command.repeatable and (earlier := uow.repeats.find(command.repeatable)):
            return _tasks_of(earlier, command, uow)
        found = _Found.of(command, uow)
    made = [_made(id, new, found, now) for id, new in _numbered(batch, command)]
    grown = [_grown(envelope, made, found, now, ports) for envelope in found.envelopes.values()]
    with ports.unit_of_work() as uow:
        if command.repeatable:
            earlier = uow.repeats.claim(command.repeatable, batch, now)
            if earlier != batch:
                return _tasks_of(earlier, command, uow)
        _save(grown, found, uow)
        uow.commit()
    at_home = {t.id: t for each in grown for t in each.envelope.tasks if not t.guest}
    return [at_home[id] for id, _ in _numbered(batch, command)]


def _numbered(batch: str, command: AddTasks) -> list[tuple[str, AddedTask]]:
    """Each with its id, which follows from what the request was kept under."""
    return [(str(uuid5(UUID(batch), str(number))), new) for number, new in enumerate(command.tasks)]


def _tasks_of(batch: str, command: AddTasks, uow: UnitOfWork) -> list[Task]:
    return [uow.envelopes.of_task(id).task(id) for id, _ in _numbered(batch, command)]


def _save(grown: Sequence[_Grown], found: _Found, uow: UnitOfWork) -> None:
    for each in grown:
        kept = [uow.bases.add(base) for base in each.bases]
        uow.envelopes.save(on_kept_bases(each.envelope, kept), each.events)
    for envelope in found.elsewhere():
        uow.envelopes.save(envelope, [])  # whoever completes it now sees who waits for it


@dataclass(frozen=True, slots=True)
class _Grown:
    envelope: Envelope
    events: list[Event]
    bases: list[Base]


def _grown(
    envelope: Envelope,
    made: Sequence[Mapping[str, Task]],
    found: _Found,
    now: datetime,
    ports: Ports,
) -> _Grown:
    new = [held[envelope.id] for held in made if envelope.id in held]
    there = {task.id for task in envelope.tasks}
    awaited = {id for task in new for id in task.after} - there
    guests = [_guest(found.awaited[id]) for id in sorted(awaited)]
    envelope, events = growing.add_tasks(envelope, [*guests, *new], now)
    envelope, bases = prepare_documents(envelope, ports)
    return _Grown(envelope, events, bases)


def _guest(task: Task) -> Task:
    """Somebody who acts elsewhere and is waited for here."""
    return replace(task, guest=True, actions={}, archiving=None, fields=(), after=())


def _made(id: str, new: AddedTask, found: _Found, now: datetime) -> dict[str, Task]:
    """The task as each of its envelopes holds it."""
    done = TaskStatus.COMPLETED
    home = Task(
        id=id,
        person=new.person,
        actions={},
        after=tuple(each for each in new.after if found.awaited[each].status is not done),
        methods=new.methods,
        identity=new.identity,
        identity_choice=new.identity_choice,
        language=new.language,
        title=new.title,
        sign_text=new.sign_text,
        packaged=new.packaged,
        created_at=now,
        due_at=new.due_at,
        link_expires_at=new.link_expires_at,
        redirects=new.redirects,
        is_text=found.is_text(new),
        extras=new.extras,
    )
    first = new.doings[0].envelope_id
    doings: dict[str, dict[str, Doing]] = {}
    for doing in new.doings:
        document_id = found.uses[doing.envelope_id][doing.file_id]
        doings.setdefault(doing.envelope_id, {})[document_id] = doing
    return {
        held: replace(
            home,
            actions={document_id: doing.action for document_id, doing in own.items()},
            archiving=_archiving(own, new.keep_for),
            guest=held != first,
        )
        for held, own in doings.items()
    }


def _archiving(doings: Mapping[str, Doing], keep_for: Period | None) -> Archiving | None:
    documents = tuple(document_id for document_id, doing in doings.items() if doing.archived)
    return Archiving(documents, keep_for) if documents else None


@dataclass(frozen=True, slots=True)
class _Found:
    """What the new tasks speak of: envelopes, the files in them, and tasks that are waited for with
    the envelopes that are their homes."""

    envelopes: Mapping[str, Envelope]
    uses: Mapping[str, Mapping[str, str]]
    awaited: Mapping[str, Task]
    homes: Mapping[str, Envelope]

    @classmethod
    def of(cls, command: AddTasks, uow: UnitOfWork) -> _Found:
        search = _Search(command, uow)
        for number, new in enumerate(command.tasks):
            for place, doing in enumerate(new.doings):
                search.doing(doing, f"tasks[{number}].doings[{place}]")
            search.same_kind(new, f"tasks[{number}].doings")
            for place, id in enumerate(new.after):
                search.awaited_task(id, f"tasks[{number}].after[{place}]")
        if search.wrong:
            raise Invalid("a task names something that is not there", search.wrong)
        return cls(search.envelopes, search.uses, search.awaited, search.homes)

    def is_text(self, new: AddedTask) -> bool:
        first = new.doings[0]
        document_id = self.uses[first.envelope_id][first.file_id]
        return self.envelopes[first.envelope_id].document(document_id).is_text

    def elsewhere(self) -> list[Envelope]:
        """Homes of awaited tasks that are pending and get nobody new themselves."""
        homes = {
            self.homes[id].id: self.homes[id]
            for id, task in self.awaited.items()
            if task.status.pending
        }
        return [envelope for id, envelope in sorted(homes.items()) if id not in self.envelopes]


class _Search:
    """Looks everything up and notes what is wrong, all of it at once."""

    def __init__(self, command: AddTasks, uow: UnitOfWork) -> None:
        self._uow = uow
        self._by = (command.caller, command.origin, uow)
        self.envelopes: dict[str, Envelope] = {}
        self.uses: dict[str, Mapping[str, str]] = {}
        self.awaited: dict[str, Task] = {}
        self.homes: dict[str, Envelope] = {}
        self.wrong: dict[str, str] = {}

    def doing(self, doing: Doing, path: str) -> None:
        id = doing.envelope_id
        try:
            if id not in self.envelopes:
                self.envelopes[id] = owned_collection(id, *self._by)
                self.uses[id] = self._uow.stored_files.uses(id)
        except (NotFound, Forbidden):
            self.wrong[f"{path}.envelope_id"] = "no such envelope"
            return
        if doing.file_id not in self.uses[id]:
            self.wrong[f"{path}.file_id"] = "not a document of this envelope"

    def same_kind(self, new: AddedTask, path: str) -> None:
        """Texts are signed in another way than PDFs, so one act is for the ones or the others."""
        if self.wrong:
            return
        kinds = {
            self.envelopes[doing.envelope_id]
            .document(self.uses[doing.envelope_id][doing.file_id])
            .is_text
            for doing in new.doings
        }
        if len(kinds) > 1:
            self.wrong[path] = "all documents must be PDFs, or all texts"

    def awaited_task(self, id: str, path: str) -> None:
        try:
            home = owned_envelope(self._uow.envelopes.of_task(id).id, *self._by)
        except (NotFound, Forbidden):
            self.wrong[path] = "no such task"
            return
        self.homes[id], self.awaited[id] = home, home.task(id)
        if self.awaited[id].removed:
            self.wrong[path] = "no such task"
