"""A signer signs with a key of their own that somebody else keeps.

Between the two halves the person is asked by the keeper of the key, which takes minutes and may
come to nothing; meanwhile nothing is recorded, and others may sign.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from countersign.domain import identity, signing
from countersign.domain.document import FileRef, Segment, SegmentKind
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid, StaleState
from countersign.domain.events import Event
from countersign.domain.task import Act, Task, Visitor
from countersign.usecases.file_ports import PreparedAct
from countersign.usecases.held_task import seen_by
from countersign.usecases.pki_port import KeyOwner
from countersign.usecases.ports import Ports, UnitOfWork
from countersign.usecases.retrying import on_stale_state
from countersign.usecases.sign_task import SignTask, act_of, needed, opening_of

# The claimed time is that of the first half; the verifier lets it be an hour before the proven one
LIFETIME = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteDocument:
    """One document's act; `opening` is the certification that has to come before it."""

    document_id: str
    opening: tuple[Segment, ...]
    prepared: PreparedAct


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteAct:
    """All acts of one task, which wait for their signatures. `name` and `certificate` (DER) are the
    owner's of the key."""

    task_id: str
    act: Act
    name: str = field(repr=False)
    certificate: bytes = field(repr=False)
    documents: tuple[RemoteDocument, ...] = field(repr=False)

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """SHA-256 hashes to be signed, one for each document."""
        return tuple(document.prepared.to_sign for document in self.documents)

    def to_json(self) -> str:
        """Holds what the signer wrote: to be stored closed."""
        documents = [
            {
                "id": one.document_id,
                "opening": list(map(asdict, one.opening)),
                "to_sign": base64.b64encode(one.prepared.to_sign).decode(),
                "state": one.prepared.state,
            }
            for one in self.documents
        ]
        kept = {
            "task_id": self.task_id,
            "act": asdict(self.act) | {"at": self.act.at.isoformat()},
            "name": self.name,
            "certificate": base64.b64encode(self.certificate).decode(),
            "documents": documents,
        }
        return json.dumps(kept)

    @classmethod
    def from_json(cls, text: str) -> RemoteAct:
        kept = json.loads(text)
        return cls(
            task_id=kept["task_id"],
            act=_act(kept["act"]),
            name=kept["name"],
            certificate=base64.b64decode(kept["certificate"]),
            documents=tuple(map(_document, kept["documents"])),
        )


def check_ready(command: SignTask, held_by: Sequence[Envelope], now: datetime) -> None:
    """Raises what `signing.check_act` raises, but for the proof that the key's keeper will give."""
    act = act_of(command, None, now)
    for envelope in held_by:
        task = envelope.task(command.task_id)
        proven = replace(task, identified=(*task.identified, command.method))
        signing.check_act(envelope, proven, act)


def prepare_remotely(command: SignTask, owner: KeyOwner, ports: Ports) -> RemoteAct:
    """The acts without signatures. Raises what `sign_task` raises, Invalid for a key of a kind that
    can't sign here."""
    with ports.unit_of_work() as uow:
        held_by = uow.envelopes.holding(command.task_id)
    tasks = [envelope.task(command.task_id) for envelope in held_by]
    act = signing.as_theirs(act_of(command, None, ports.clock()), tasks)
    documents: list[RemoteDocument] = []
    for held in held_by:
        envelope, _ = _proved(held, command.task_id, act, owner.name, owner.certificate, act.at)
        signing.check_act(envelope, envelope.task(command.task_id), act)
        documents += _prepared(envelope, envelope.task(command.task_id), act, owner, ports)
    return RemoteAct(
        task_id=command.task_id,
        act=act,
        name=owner.name,
        certificate=owner.certificate,
        documents=tuple(documents),
    )


def _proved(
    envelope: Envelope, task_id: str, act: Act, name: str, certificate: bytes, now: datetime
) -> tuple[Envelope, list[Event]]:
    """The certificate is the proof of who it is."""
    digest = hashlib.sha256(certificate).hexdigest()
    return identity.prove(envelope, task_id, act.method, digest, now, name)


def _prepared(
    envelope: Envelope, task: Task, act: Act, owner: KeyOwner, ports: Ports
) -> list[RemoteDocument]:
    with ports.unit_of_work() as uow:
        bases = {id: uow.bases.get(envelope.document(id).base_key) for id in task.signs}
    documents = []
    for id, found in bases.items():
        base = needed(found, envelope.document(id))
        opening = opening_of(envelope, id, base, act.at, ports)
        document = envelope.document(id).append(*opening)
        prepared = ports.engine.prepare_act(
            envelope, document, base, task, act, owner.certificates, pss=owner.pss
        )
        documents.append(RemoteDocument(document_id=id, opening=opening, prepared=prepared))
    return documents


class _Overtaken(Exception):
    """A document is not what it was when its act was prepared."""


def finish_remotely(remote: RemoteAct, values: Sequence[bytes], ports: Ports) -> Envelope | None:
    """Records the act with one signature value for each of `remote.hashes`. Returns the task's home
    as the person sees it; None when the act has to be prepared again, because somebody else signed
    meanwhile or too much time has passed. Raises what `signing.check_act` raises now, Invalid for a
    value that is not the certificate's, and Unavailable; then nothing has changed."""
    if len(values) != len(remote.documents):
        raise Invalid("a signature is missing", {"signatures": f"{len(remote.documents)} are due"})
    try:
        return on_stale_state(lambda: _finish(remote, values, ports))
    except _Overtaken:
        return None


def _finish(remote: RemoteAct, values: Sequence[bytes], ports: Ports) -> Envelope:
    with ports.unit_of_work() as uow:
        held_by = uow.envelopes.holding(remote.task_id)
    now = ports.clock()
    proved = [
        _proved(one, remote.task_id, remote.act, remote.name, remote.certificate, now)
        for one in held_by
    ]
    for envelope, _ in proved:  # nobody is asked for a timestamp in vain
        task = envelope.task(remote.task_id)
        signing.check_act(envelope, task, replace(remote.act, at=now))
    if now > remote.act.at + LIFETIME:
        raise _Overtaken
    by_id = {
        one.document_id: (one, value) for one, value in zip(remote.documents, values, strict=True)
    }
    completed = [
        _completed(envelope, events, by_id, remote, now, ports) for envelope, events in proved
    ]
    with ports.unit_of_work() as uow:
        _save(remote, completed, now, uow)
        uow.commit()
    return seen_by(remote.task_id, [envelope for envelope, _ in completed])


def _completed(
    envelope: Envelope,
    before: list[Event],
    by_id: Mapping[str, tuple[RemoteDocument, bytes]],
    remote: RemoteAct,
    now: datetime,
    ports: Ports,
) -> tuple[Envelope, list[Event]]:
    task = envelope.task(remote.task_id)
    revisions = {id: _revision(envelope, task, *by_id[id], ports) for id in task.signs}
    envelope, events = signing.complete_task(envelope, task.id, remote.act, revisions, now)
    return envelope, [*before, *events]


def _save(
    remote: RemoteAct,
    completed: Sequence[tuple[Envelope, list[Event]]],
    now: datetime,
    uow: UnitOfWork,
) -> None:
    for envelope, events in completed:
        uow.envelopes.save(envelope, events)
    uow.identity.keep_proof(remote.task_id, remote.act.method, remote.certificate, now)


def _revision(
    envelope: Envelope, task: Task, one: RemoteDocument, value: bytes, ports: Ports
) -> tuple[Segment, ...]:
    document = envelope.document(one.document_id).append(*one.opening)
    try:
        segment = ports.engine.finish_act(document, task, one.prepared.state, value)
    except StaleState:
        raise _Overtaken from None
    return (*one.opening, segment)


# ------------------------------------------------------------------ read again


def _act(kept: dict[str, Any]) -> Act:
    image = FileRef(**kept["image"]) if kept["image"] else None
    at, visitor = datetime.fromisoformat(kept["at"]), Visitor(**kept["visitor"])
    return Act(**{**kept, "image": image, "at": at, "visitor": visitor})


def _document(kept: dict[str, Any]) -> RemoteDocument:
    to_sign = base64.b64decode(kept["to_sign"])
    return RemoteDocument(
        document_id=kept["id"],
        opening=tuple(map(_segment, kept["opening"])),
        prepared=PreparedAct(to_sign=to_sign, state=kept["state"]),
    )


def _segment(kept: dict[str, Any]) -> Segment:
    return Segment(**{**kept, "kind": SegmentKind(kept["kind"]), "file": FileRef(**kept["file"])})
