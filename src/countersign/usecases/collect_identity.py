"""How an eID's order stands, and what follows when the person is done."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from countersign.domain import identity
from countersign.domain.errors import Invalid
from countersign.domain.identity import IdentityAttempt
from countersign.usecases.held_task import change_task
from countersign.usecases.identity_port import Failed, IdentityProvider, Pending, Proved
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`idle` means that no order is going on. `hint` is the provider's word for how far the person
    is, or for why it failed; `page` what the page shows now."""

    status: Literal["idle", "pending", "failed", "proved"]
    hint: str = ""
    page: Mapping[str, Any] = field(default_factory=dict)


def collect_identity(task_id: str, method: str, ports: Ports) -> Standing:
    """Asks the provider, and identifies the task once the right person has proved who they are;
    the proof is kept closed, its SHA-256 goes into the evidence.

    Raises NotFound, what `identity.check_offered` raises, Invalid (another person, which becomes
    evidence), Unavailable.
    """
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.of_task(task_id)
        attempt = uow.identity.attempt(task_id, method)
    now = ports.clock()
    provider = ports.identity.of_account(envelope.account_id)
    task = identity.check_offered(envelope, task_id, method, provider.methods, now)
    if method in task.identified:
        return Standing(status="proved")
    if attempt is None or not attempt.reference:
        return Standing(status="idle")
    return ask(provider, attempt, ports)


def ask(provider: IdentityProvider, attempt: IdentityAttempt, ports: Ports) -> Standing:
    """As `collect_identity`, for an order that is known to go on."""
    elapsed = max(0, int((ports.clock() - attempt.begun_at).total_seconds()))
    outcome = provider.collect(attempt.method, attempt.reference, attempt.secret, elapsed)
    match outcome:
        case Pending(hint=hint, page=page):
            return Standing(status="pending", hint=hint, page=page)
        case Failed(hint=hint):
            return _fail(attempt, hint, ports)
        case Proved():
            if not on_stale_state(lambda: _prove(attempt, outcome, ports)):
                fields = {"national_id": "somebody else"}
                raise Invalid("this eID belongs to another person", fields)
    return Standing(status="proved")


def _fail(attempt: IdentityAttempt, hint: str, ports: Ports) -> Standing:
    """A page open elsewhere may have collected the proof, of which a provider tells once."""
    with ports.unit_of_work() as uow:
        uow.identity.end(attempt)
        uow.commit()
        task = uow.envelopes.of_task(attempt.task_id).task(attempt.task_id)
    if attempt.method in task.identified:
        return Standing(status="proved")
    return Standing(status="failed", hint=hint)


def _prove(attempt: IdentityAttempt, proved: Proved, ports: Ports) -> bool:
    """False for another person than the task names."""
    task_id, method, now = attempt.task_id, attempt.method, ports.clock()
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.of_task(task_id)
        task = envelope.task(task_id)
        is_right = identity.is_person(task, method, proved.national_id, proved.name)
        is_right = is_right and identity.is_same_person(task, method, proved.name)
        if is_right:
            digest = hashlib.sha256(proved.proof).hexdigest()
            uow.identity.keep_proof(task_id, method, proved.proof, now)
            change_task(
                task_id,
                lambda held: identity.prove(
                    held, task_id, method, digest, now, proved.name, proved.checked
                ),
                uow,
            )
        else:
            events = [identity.refuse(task_id, method, "another person", now)]
            uow.envelopes.save(envelope, events)
        uow.identity.end(attempt)
        uow.commit()
    return is_right
