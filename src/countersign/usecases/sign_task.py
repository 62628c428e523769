"""A signer signs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from countersign.domain import signing
from countersign.domain.document import Base, Document, FileRef, Segment
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
    image = kept_image(command, ports)
    return on_stale_state(
        lambda: _sign(command.task_id, act_of(command, image, ports.clock()), ports)
    )


def act_of(command: SignTask, image: FileRef | None, now: datetime) -> Act:
    return Act(
        method=command.method,
        consent=command.consent,
        visitor=command.visitor,
        at=now,
        image=image,
        text=command.text,
        values=command.values,
    )


def kept_image(command: SignTask, ports: Ports) -> FileRef | None:
    """Nobody's signature is kept, or even opened, for an act that can't be made. Raises what
    `signing.check_act` raises, and UnusableFile."""
    if not command.image:
        return None
    with ports.unit_of_work() as uow:
        held_by = uow.envelopes.holding(command.task_id)
    if not any(envelope.task(command.task_id).signs for envelope in held_by):
        return None
    home, unseen = held_by[0], FileRef(sha256="", size=len(command.image))
    signing.check_act(home, home.task(command.task_id), act_of(command, unseen, ports.clock()))
    return ports.engine.signature_image(command.image)


def _sign(task_id: str, act: Act, ports: Ports) -> Envelope:
    with ports.unit_of_work() as uow:
        held_by = uow.envelopes.holding(task_id)
    act = signing.as_theirs(act, [envelope.task(task_id) for envelope in held_by])
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
    base = needed(base, envelope.document(document_id))
    opening = opening_of(envelope, document_id, base, act.at, ports)
    document = envelope.document(document_id).append(*opening)
    return (*opening, ports.engine.act(envelope, document, base, task, act))


def needed(base: Base | None, document: Document) -> Base:
    """Raises NotFound when there is none."""
    if base is None:
        raise NotFound("base", document.base_key)
    return base


def opening_of(
    envelope: Envelope, document_id: str, base: Base, at: datetime, ports: Ports
) -> tuple[Segment, ...]:
    """The first act on a document is preceded by the platform's certification of this copy."""
    document = envelope.document(document_id)
    return () if document.segments else ports.engine.certify(envelope, document, base, at)
