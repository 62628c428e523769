"""A signer signs with a key of their own that somebody else keeps.

Between the two halves the person is asked by the keeper of the key, which takes minutes and may
come to nothing; meanwhile nothing is recorded, and others may sign.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from countersign.domain import signing
from countersign.domain.document import FileRef, Segment, SegmentKind
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Conflict, Invalid, StaleState
from countersign.domain.task import Act, Visitor
from countersign.usecases.file_ports import PreparedAct
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state
from countersign.usecases.sign_task import SignTask, act_of, kept_image, needed, opening_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteDocument:
    """One document's act; `opening` is the certification that has to come before it."""

    document_id: str
    opening: tuple[Segment, ...]
    prepared: PreparedAct


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteAct:
    """All acts of one task, which wait for their signatures."""

    task_id: str
    act: Act
    documents: tuple[RemoteDocument, ...] = field(repr=False)

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """SHA-256 hashes to be signed, one for each document."""
        return tuple(document.prepared.to_sign for document in self.documents)

    def to_json(self) -> str:
        """Holds what the signer wrote: to be stored closed."""
        act = asdict(self.act) | {"at": self.act.at.isoformat()}
        documents = [
            {
                "id": one.document_id,
                "opening": list(map(asdict, one.opening)),
                "to_sign": base64.b64encode(one.prepared.to_sign).decode(),
                "state": one.prepared.state,
            }
            for one in self.documents
        ]
        return json.dumps({"task_id": self.task_id, "act": act, "documents": documents})

    @classmethod
    def from_json(cls, text: str) -> RemoteAct:
        kept = json.loads(text)
        documents = tuple(map(_document, kept["documents"]))
        return cls(task_id=kept["task_id"], act=_act(kept["act"]), documents=documents)


def prepare_remotely(command: SignTask, certificates: tuple[bytes, ...], ports: Ports) -> RemoteAct:
    """The acts without signatures; `certificates` (DER) are the signer's own and those above it,
    without the root. Raises what `sign_task` raises, Invalid for a key of a kind that can't sign
    here, and Conflict for an upload that was signed before."""
    act = act_of(command, kept_image(command, ports), ports.clock())
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.of_task(command.task_id)
        task = envelope.task(command.task_id)
        signing.check_act(envelope, task, act)
        bases = {id: uow.bases.get(envelope.document(id).base_key) for id in task.signs}
    documents = []
    for id, found in bases.items():
        base = needed(found, envelope.document(id))
        opening = opening_of(envelope, id, base, act.at, ports)
        document = envelope.document(id).append(*opening)
        prepared = ports.engine.prepare_act(envelope, document, base, task, act, certificates)
        documents.append(RemoteDocument(document_id=id, opening=opening, prepared=prepared))
    return RemoteAct(task_id=command.task_id, act=act, documents=tuple(documents))


def finish_remotely(remote: RemoteAct, values: Sequence[bytes], ports: Ports) -> Envelope:
    """Records the act with one signature value for each of `remote.hashes`. Raises what
    `signing.check_act` raises now, Conflict when somebody else signed meanwhile, so that it has to
    be prepared again, Invalid for a value that is not the certificate's, and Unavailable; then
    nothing has changed."""
    if len(values) != len(remote.documents):
        raise Invalid("a signature is missing", {"signatures": f"{len(remote.documents)} are due"})
    return on_stale_state(lambda: _finish(remote, values, ports))


def _finish(remote: RemoteAct, values: Sequence[bytes], ports: Ports) -> Envelope:
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.of_task(remote.task_id)
    now = ports.clock()
    # Nobody is asked for a timestamp in vain
    signing.check_act(envelope, envelope.task(remote.task_id), replace(remote.act, at=now))
    revisions = {
        one.document_id: _revision(envelope, one, value, remote.task_id, ports)
        for one, value in zip(remote.documents, values, strict=True)
    }
    envelope, events = signing.complete_task(envelope, remote.task_id, remote.act, revisions, now)
    with ports.unit_of_work() as uow:
        uow.envelopes.save(envelope, events)
        uow.commit()
    return envelope


def _revision(
    envelope: Envelope, one: RemoteDocument, value: bytes, task_id: str, ports: Ports
) -> tuple[Segment, ...]:
    document = envelope.document(one.document_id).append(*one.opening)
    task = envelope.task(task_id)
    try:
        segment = ports.engine.finish_act(document, task, one.prepared.state, value)
    except StaleState:
        raise Conflict("somebody else signed meanwhile; signing has to be begun anew") from None
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
