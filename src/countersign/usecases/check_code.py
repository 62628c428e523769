"""A signer enters the code that was sent."""

from __future__ import annotations

from countersign.domain import identity
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid, TooManyTries
from countersign.domain.identity import IdentityAttempt
from countersign.usecases.held_task import change_task
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state


def check_code(task_id: str, method: str, code: str, ports: Ports) -> Envelope:
    """Identifies the task; doing it again changes nothing.

    The try is counted and committed before the code is looked at, so that however many guesses
    come at once, to however many servers, `identity.CODE_TRIES` of them are compared.

    Raises NotFound, what `identity.check_offered` raises, Invalid (no code, too old, wrong),
    TooManyTries.
    """
    attempt = _counted(task_id, method, ports)
    if attempt is not None:
        identity.check_code(attempt, code, ports.code_key)
    return on_stale_state(lambda: _identify(task_id, method, attempt, ports))


def _counted(task_id: str, method: str, ports: Ports) -> IdentityAttempt | None:
    """The attempt, with one try fewer left; None for a task that is identified."""
    now = ports.clock()
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.of_task(task_id)
        task = identity.check_offered(envelope, task_id, method, identity.CODE_METHODS, now)
        if method in task.identified:
            return None
        attempt = identity.check_code_is_good(uow.identity.attempt(task_id, method), now)
        if not uow.identity.count_try(attempt, identity.CODE_TRIES):
            wait = identity.wait_before_next(attempt, identity.CODE_PACE, now)
            raise TooManyTries(identity.seconds(wait))
        uow.commit()
    return attempt


def _identify(task_id: str, method: str, attempt: IdentityAttempt | None, ports: Ports) -> Envelope:
    with ports.unit_of_work() as uow:
        envelope, now = uow.envelopes.of_task(task_id), ports.clock()
        if attempt is None or method in envelope.task(task_id).identified:
            return envelope
        if not uow.identity.end(attempt):
            raise Invalid("a newer code was sent", {"code": "wrong"})
        envelope = change_task(
            task_id, lambda held: identity.prove(held, task_id, method, None, now), uow
        )
        uow.commit()
    return envelope
