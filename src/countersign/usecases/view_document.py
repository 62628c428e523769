"""A signer has looked at a document."""

from __future__ import annotations

from collections.abc import Sequence

from countersign.domain import viewing
from countersign.domain.envelope import Envelope
from countersign.domain.errors import NotFound
from countersign.domain.events import Event
from countersign.domain.task import Visitor
from countersign.usecases.held_task import change_task
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state


def view_document(task_id: str, document_id: str, visitor: Visitor, ports: Ports) -> None:
    """Records the first look to the end; any later one changes nothing. Raises NotFound and what
    `viewing.view_document` raises."""
    on_stale_state(lambda: _view(task_id, document_id, visitor, ports))


def _view(task_id: str, document_id: str, visitor: Visitor, ports: Ports) -> None:
    now, found = ports.clock(), False

    def look(held: Envelope) -> tuple[Envelope, Sequence[Event]]:
        nonlocal found
        if document_id not in held.task(task_id).actions:
            return held, []
        found = True
        return viewing.view_document(held, task_id, document_id, visitor, now)

    with ports.unit_of_work() as uow:
        change_task(task_id, look, uow)
        if not found:
            raise NotFound("document", document_id)
        uow.commit()
