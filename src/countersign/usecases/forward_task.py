"""A signer hands the task to somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from countersign.domain import forwarding
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid
from countersign.domain.task import Person, Visitor
from countersign.usecases.held_task import change_task
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state

LONGEST = {"name": 300, "email": 254, "phone": 40, "own_name": 300, "own_email": 254}


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardTask:
    """`own_name` and `own_email` are those of who hands it on; they count where the sender did not
    say whom he wrote to."""

    task_id: str
    name: str
    email: str
    visitor: Visitor
    phone: str = ""
    own_name: str = ""
    own_email: str = ""


def forward_task(command: ForwardTask, ports: Ports) -> Envelope:
    """The old link is good for nothing any more; the new one is mailed. Returns the task's home.
    Raises NotFound, Invalid, and what `forwarding.forward_task` raises."""
    _check_lengths(command)
    to = Person(
        name=command.name.strip(), email=command.email.strip(), phone=command.phone.strip() or None
    )
    by = {"name": command.own_name.strip(), "email": command.own_email.strip()}
    new_id = str(uuid4())

    def attempt() -> Envelope:
        with ports.unit_of_work() as uow:
            now = ports.clock()
            envelope = change_task(
                command.task_id,
                lambda held: forwarding.forward_task(
                    held, command.task_id, new_id, to, by, command.visitor, now
                ),
                uow,
            )
            uow.commit()
        return envelope

    return on_stale_state(attempt)


def _check_lengths(command: ForwardTask) -> None:
    wrong = {
        name: f"at most {most} characters"
        for name, most in LONGEST.items()
        if len(getattr(command, name)) > most
    }
    if wrong:
        raise Invalid("a text is too long", wrong)
