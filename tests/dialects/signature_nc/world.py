"""The outside world in memory: what the dialect's tests need of the ports."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from countersign import jobs
from countersign.domain.account import Caller, Credential
from countersign.domain.delivery import Delivery, Message, MessageStatus
from countersign.domain.document import Document, FileRef
from countersign.domain.envelope import Envelope
from countersign.domain.errors import (
    Gone,
    IdempotencyMismatch,
    NameTaken,
    NotFound,
    StaleState,
    Unauthorized,
)
from countersign.domain.events import Event
from countersign.domain.evidence import GENESIS, chain
from countersign.domain.task import Task
from countersign.usecases.ports import Download, EnvelopeQuery, NewJob, Ports, Repeatable

TABLES = (
    *("accounts", "credentials", "envelopes", "evidence", "bases", "messages"),
    *("endpoints", "deliveries", "repeats", "answers"),
)
Rows = dict[Any, Any]


@dataclass
class World:
    """`now` is the time, `queue` the waiting jobs, `called` the webhooks that were delivered."""

    now: datetime = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    tables: dict[str, Rows] = field(default_factory=lambda: {name: {} for name in TABLES})
    queue: list[NewJob] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    called: list[Delivery] = field(default_factory=list)
    mailed: list[Message] = field(default_factory=list)

    def ports(self, engine: Callable[[Any], Any], translators: Callable[..., Any]) -> Ports:
        files, links = MemoryFiles(self.files), MemoryLinks()
        return Ports(
            unit_of_work=lambda: MemoryUnitOfWork(self),
            clock=lambda: self.now,
            files=files,
            engine=engine(files),
            mailer=SimpleNamespace(send=self._mail),
            invitations=Words(),
            webhooks=SimpleNamespace(send=self._call),
            translators=translators(links, lambda: self.now, timedelta(hours=1)),
            links=links,
        )

    def work(self, ports: Ports) -> None:
        """Does every job that is due, and what follows from it."""
        handlers = jobs.handlers(ports)
        while self.queue:
            job = self.queue.pop(0)
            handlers[job.kind](job.args)

    def _call(self, delivery: Delivery, _endpoint: Any) -> str:
        self.called.append(delivery)
        return "200"

    def _mail(self, message: Message) -> Message:
        self.mailed.append(message)
        return replace(message, status=MessageStatus.ACCEPTED)


class Words:
    """Plain texts for mails."""

    def invitation(self, envelope: Envelope, _task: Task, link: str) -> tuple[str, str, str]:
        return f"Please sign {envelope.name}", link, link

    def reminder(self, envelope: Envelope, _task: Task, link: str) -> tuple[str, str, str]:
        return f"Reminder: {envelope.name}", link, link

    def final_copy(self, envelope: Envelope, _task: Task, link: str) -> tuple[str, str, str]:
        return f"Signed: {envelope.name}", link, link


class MemoryFiles:
    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files

    def put(self, data: bytes) -> FileRef:
        file = FileRef(hashlib.sha256(data).hexdigest(), len(data))
        self._files[file.sha256] = data
        return file

    def adopt(self, path: Path, sha256: str) -> FileRef:
        file = self.put(path.read_bytes())
        assert file.sha256 == sha256
        return file

    def read(self, file: FileRef) -> bytes:
        return self._files[file.sha256]

    def stream(
        self, parts: Sequence[FileRef], start: int = 0, length: int | None = None
    ) -> Iterator[bytes]:
        whole = b"".join(map(self.read, parts))
        yield whole[start : None if length is None else start + length]


class MemoryLinks:
    """A signing link is the task's id; a download link says what it opens, and until when."""

    def signing(self, task: Task) -> str:
        return f"https://sign.example/s/token-{task.id}"

    def task_id(self, token: str) -> str:
        return token.removeprefix("token-")

    def download(self, envelope: Envelope, document: Document, expires: datetime) -> str:
        parts = (envelope.id, document.id, len(document.segments), int(expires.timestamp()))
        return "https://sign.example/d/" + "~".join(map(str, parts))

    def downloadable(self, token: str, now: datetime) -> Download:
        envelope_id, document_id, segments, expires = token.rpartition("/")[2].split("~")
        if int(expires) <= now.timestamp():
            raise Gone("expired")
        return Download(envelope_id=envelope_id, document_id=document_id, segments=int(segments))


class MemoryUnitOfWork:
    """Works on copies of the tables; `commit` puts them back."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.rows = {name: dict(rows) for name, rows in world.tables.items()}
        self.queued: list[NewJob] = []
        self.accounts = Table(self.rows["accounts"])
        self.bases = Table(self.rows["bases"], key="key", lenient=True)
        self.messages = Messages(self.rows["messages"])
        self.credentials = Credentials(self.rows)
        self.envelopes = Envelopes(self)
        self.webhooks = Webhooks(self.rows)
        self.repeats = Repeats(self.rows)
        self.jobs = SimpleNamespace(add=self.queued.append)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def commit(self) -> None:
        self._world.tables.update(self.rows)
        self._world.queue += self.queued
        self.queued.clear()


class Table:
    def __init__(self, rows: Rows, key: str = "id", lenient: bool = False) -> None:
        self._rows, self._key, self._lenient = rows, key, lenient

    def add(self, row: Any) -> None:
        self._rows.setdefault(getattr(row, self._key), row)

    def save(self, row: Any) -> None:
        self._rows[getattr(row, self._key)] = row

    def get(self, key: str) -> Any:
        if key not in self._rows and not self._lenient:
            raise NotFound("row", key)
        return self._rows.get(key)

    def all(self) -> list[Any]:
        return list(self._rows.values())


class Messages(Table):
    def add(self, row: Message) -> bool:
        if any(each.key == row.key for each in self._rows.values()):
            return False
        self._rows[row.id] = row
        return True


class Credentials:
    def __init__(self, tables: dict[str, Rows]) -> None:
        self._rows, self._accounts = tables["credentials"], tables["accounts"]

    def add(self, new: Credential) -> None:
        if any(each.name == new.name for each in self.of_account(new.account_id, new.api)):
            raise NameTaken()
        self._rows[new.id] = new

    def by_secret_hash(self, secret_hash: str) -> Caller:
        for each in self._rows.values():
            if each.secret_hash == secret_hash and each.revoked_at is None:
                return Caller(self._accounts[each.account_id], each)
        raise Unauthorized()

    def of_account(self, account_id: str, api: str) -> list[Credential]:
        found = self._rows.values()
        return [each for each in found if (each.account_id, each.api) == (account_id, api)]

    def get(self, id: str) -> Credential:
        if id not in self._rows:
            raise NotFound("credential", id)
        found: Credential = self._rows[id]
        return found

    def count_use(self, id: str) -> None:
        self._rows[id] = self.get(id).count_use()

    def revoke(self, id: str, at: datetime) -> None:
        self._rows[id] = replace(self.get(id), revoked_at=at)


class Envelopes:
    def __init__(self, uow: MemoryUnitOfWork) -> None:
        self._uow, self._rows = uow, uow.rows["envelopes"]
        self._evidence = uow.rows["evidence"]

    def add(self, envelope: Envelope, events: Iterable[Event]) -> None:
        self._rows[envelope.id] = envelope
        self._record(envelope, list(events))

    def save(self, envelope: Envelope, events: Iterable[Event]) -> None:
        if self._rows[envelope.id].version != envelope.version:
            raise StaleState()
        saved = replace(envelope, version=envelope.version + 1)
        self._rows[envelope.id] = saved
        self._record(saved, list(events))

    def _record(self, envelope: Envelope, events: list[Event]) -> None:
        links = self._evidence.get(envelope.id, [])
        head = links[-1].hash if links else GENESIS
        self._evidence[envelope.id] = links + chain(envelope.id, len(links), head, events)
        for event in events:
            self._uow.queued += jobs.follow_ups(envelope, event, self._uow)  # type: ignore[arg-type]

    def get(self, id: str) -> Envelope:
        if id not in self._rows:
            raise NotFound("envelope", id)
        found: Envelope = self._rows[id]
        return found

    def of_task(self, task_id: str) -> Envelope:
        for envelope in self._rows.values():
            if any(task.id == task_id for task in envelope.tasks):
                found: Envelope = envelope
                return found
        raise NotFound("task", task_id)

    def find(self, query: EnvelopeQuery) -> tuple[list[Envelope], int]:
        found = [each for each in self._rows.values() if _matches(each, query)]
        found.reverse()
        return found[query.offset : query.offset + query.limit], len(found)

    def evidence(self, id: str) -> list[Any]:
        found: list[Any] = self._evidence[id]
        return found


def _matches(envelope: Envelope, query: EnvelopeQuery) -> bool:
    wanted = (
        envelope.account_id == query.account_id,
        query.credential_ids is None or envelope.credential_id in query.credential_ids,
        query.origin in (None, envelope.origin),
        query.environment in (None, envelope.environment),
        not query.statuses or envelope.status in query.statuses,
        query.name.lower() in envelope.name.lower(),
        any(_task_matches(task, query) for task in envelope.tasks),
    )
    return all(wanted)


def _task_matches(task: Task, query: EnvelopeQuery) -> bool:
    opened = query.opened is None or query.opened == (task.opened_at is not None)
    return opened and (not query.task_statuses or task.status in query.task_statuses)


class Webhooks:
    def __init__(self, tables: dict[str, Rows]) -> None:
        self._endpoints, self._deliveries = tables["endpoints"], tables["deliveries"]

    def put_endpoint(self, new: Any) -> None:
        for id, old in list(self._endpoints.items()):
            if (old.credential_id, old.slot) == (new.credential_id, new.slot):
                del self._endpoints[id]
        self._endpoints[new.id] = new

    def endpoints(self, account_id: str, api: str) -> list[Any]:
        found = self._endpoints.values()
        return [each for each in found if (each.account_id, each.api) == (account_id, api)]

    def endpoint(self, id: str) -> Any:
        return self._endpoints[id]

    def add_delivery(self, new: Delivery) -> bool:
        return self._deliveries.setdefault(new.id, new) is new

    def delivery(self, id: str) -> Any:
        return self._deliveries[id]

    def save_delivery(self, changed: Delivery) -> None:
        self._deliveries[changed.id] = changed

    def add_attempt(self, _attempt: Any) -> None:
        return None


class Repeats:
    def __init__(self, tables: dict[str, Rows]) -> None:
        self._made, self._answers = tables["repeats"], tables["answers"]

    def claim(self, request: Repeatable, resource_id: str, _at: datetime) -> str:
        earlier = self.find(request)
        if earlier is None:
            self._made[request.credential_id, request.key] = (request.fingerprint, resource_id)
        return earlier or resource_id

    def find(self, request: Repeatable) -> str | None:
        earlier = self._made.get((request.credential_id, request.key))
        if earlier is None:
            return None
        fingerprint, resource_id = earlier
        if fingerprint != request.fingerprint:
            raise IdempotencyMismatch()
        return str(resource_id)

    def answer(self, request: Repeatable) -> bytes | None:
        if self.find(request) is None:
            return None
        found: bytes | None = self._answers.get((request.credential_id, request.key))
        return found

    def keep_answer(self, request: Repeatable, answer: bytes) -> None:
        self._answers[request.credential_id, request.key] = answer
