"""A signer signs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from countersign.domain import signing
from countersign.domain.document import Base, FileRef, Segment
from countersign.domain.envelope import Envelope
from countersign.domain.errors import NotFound
from countersign.domain.events import Event
from countersign.domain.task import Act, Task, Visitor
from countersign.usecases.held_task import seen_by
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state


@dataclass(frozen=True, slots=True, kw_only=True)
class SignTask:
    """What the signing page sends. `image` is a PNG, JPEG or WebP; `consent` the text agreed to,
    "" when it was not; `values` maps field id to text."""

    task_id: str
    method: str
    consent: str
    visitor: Visitor
    image: bytes | None = None
    text: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


def sign_task(command: SignTask, ports: Ports) -> Envelope:
    """Records the act and puts the signature into every document that this task signs.

    When another signer finishes in the same instant, the loser of the compare-and-set makes its
    act again on the new revision. Raises what `signing.check_act` raises, UnusableFile for an
    image that is none, Unavailable when no timestamp authority answers; then nothing has changed.
    """
    image = _kept_image(command.image, command, ports) if command.image else None
    return on_stale_state(
        lambda: _sign(command.task_id, _act(command, image, ports.clock()), ports)
    )


def _act(command: SignTask, image: FileRef | None, now: datetime) -> Act:
    return Act(
        method=command.method,
        consent=command.consent,
        visitor=command.visitor,
        at=now,
        image=image,
        text=command.text,
        values=command.values,
    )


def _kept_image(data: bytes, command: SignTask, ports: Ports) -> FileRef:
    """Nobody's signature is kept, or even opened, for an act that can't be made."""
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.of_task(command.task_id)
    unseen = FileRef(sha256="", size=len(data))
    signing.check_act(
        envelope, envelope.task(command.task_id), _act(command, unseen, ports.clock())
    )
    return ports.engine.signature_image(data)


def _sign(task_id: str, act: Act, ports: Ports) -> Envelope:
    with ports.unit_of_work() as uow:
        held_by = uow.envelopes.holding(task_id)
    for envelope in held_by:
        signing.check_act(envelope, envelope.task(task_id), act)
    completed = [_completed(envelope, task_id, act, ports) for envelope in held_by]
    with ports.unit_of_work() as uow:
        for envelope, events in completed:
            uow.envelopes.save(envelope, events)
        uow.commit()
    return seen_by(task_id, [envelope for envelope, _ in completed])


def _completed(
    envelope: Envelope, task_id: str, act: Act, ports: Ports
) -> tuple[Envelope, list[Event]]:
    task = envelope.task(task_id)
    with ports.unit_of_work() as uow:
        bases = {id: uow.bases.get(envelope.document(id).base_key) for id in task.signs}
    revisions = {id: _revise(envelope, id, base, task, act, ports) for id, base in bases.items()}
    return signing.complete_task(envelope, task_id, act, revisions)


def _revise(
    envelope: Envelope, document_id: str, base: Base | None, task: Task, act: Act, ports: Ports
) -> tuple[Segment, ...]:
    """The first act on a document is preceded by the platform's certification of this copy."""
    document = envelope.document(document_id)
    if base is None:
        raise NotFound("base", document.base_key)
    opening: tuple[Segment, ...] = ()
    if not document.segments:
        opening = ports.engine.certify(envelope, document, base, act.at)
        document = document.append(*opening)
    return (*opening, ports.engine.act(envelope, document, base, task, act))
