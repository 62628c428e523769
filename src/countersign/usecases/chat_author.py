"""Who reads and writes in a chat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from countersign.domain.account import Caller
from countersign.domain.envelope import Envelope
from countersign.domain.task import Task
from countersign.usecases.owned import owned_envelope
from countersign.usecases.ports import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """The person of `task`, or the sender (None)."""

    envelope: Envelope
    task: Task | None

    @property
    def task_id(self) -> str | None:
        return self.task.id if self.task else None

    @property
    def name(self) -> str:
        return self.task.person.name if self.task else self.envelope.sender_name


Who = Callable[[UnitOfWork], Author]


def person(task_id: str) -> Who:
    """The one who has the link of a task. Finding raises NotFound."""

    def find(uow: UnitOfWork) -> Author:
        envelope = uow.envelopes.of_task(task_id)
        return Author(envelope=envelope, task=envelope.task(task_id))

    return find


def sender(envelope_id: str, caller: Caller, origin: str) -> Who:
    """The account that sent an envelope. Finding raises NotFound, Forbidden."""

    def find(uow: UnitOfWork) -> Author:
        return Author(envelope=owned_envelope(envelope_id, caller, origin, uow), task=None)

    return find
