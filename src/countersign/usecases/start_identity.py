"""A signer begins to prove who they are with an eID."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from countersign.domain import identity
from countersign.domain.document import Document
from countersign.domain.envelope import Envelope
from countersign.domain.errors import StaleState, Unavailable
from countersign.domain.identity import IdentityAttempt
from countersign.domain.task import Task
from countersign.usecases.file_ports import Files
from countersign.usecases.identity_port import IdentityProvider, IdentityRequest, Started
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state


@dataclass(frozen=True, slots=True, kw_only=True)
class StartIdentity:
    """`ip` is the address of the person's device, `text` what the eID's app shows, in `language`;
    `browser` the secret that their browser is known by."""

    task_id: str
    method: str
    ip: str
    text: str
    language: str = ""
    browser: str = field(default="", repr=False)


def start_identity(command: StartIdentity, ports: Ports) -> Mapping[str, Any]:
    """Starts an order and breaks off an earlier one. Returns what the page shows first; nothing
    when the task is identified already.

    Raises NotFound, what `identity.check_offered` raises, TooManyTries, Unavailable.
    """
    return on_stale_state(lambda: _start(command, ports))


def _start(command: StartIdentity, ports: Ports) -> Mapping[str, Any]:
    task_id, method, now = command.task_id, command.method, ports.clock()
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.of_task(task_id)
        before = uow.identity.attempt(task_id, method)
    provider = ports.identity.of_account(envelope.account_id)
    task = identity.check_offered(envelope, task_id, method, provider.methods, now)
    if method in task.identified:
        return {}
    attempt = identity.next_attempt(before, task_id, method, identity.ORDER_PACE, now)
    if before is not None and before.reference:
        break_off(before, provider)
    started = provider.start(_request(command, envelope, task, ports))
    _keep(_with_order(attempt, started, ports), provider, ports)
    return started.page


def break_off(attempt: IdentityAttempt, provider: IdentityProvider) -> None:
    """An order that can't be broken off runs out by itself."""
    with suppress(Unavailable):
        provider.cancel(attempt.method, attempt.reference)


def _with_order(attempt: IdentityAttempt, started: Started, ports: Ports) -> IdentityAttempt:
    """An order's time counts from its answer."""
    begun = (*attempt.begun[:-1], ports.clock())
    return replace(attempt, begun=begun, reference=started.reference, secret=started.secret)


def _keep(attempt: IdentityAttempt, provider: IdentityProvider, ports: Ports) -> None:
    try:
        with ports.unit_of_work() as uow:
            uow.identity.begin(attempt)
            uow.commit()
    except StaleState:  # another device began at the same moment
        break_off(attempt, provider)
        raise


def _request(
    command: StartIdentity, envelope: Envelope, task: Task, ports: Ports
) -> IdentityRequest:
    documents = [envelope.document(document_id) for document_id in task.actions]
    return IdentityRequest(
        method=command.method,
        ip=command.ip,
        national_id=identity.asked_number(task, command.method),
        text=command.text,
        digest=digest_of(documents, ports.files),
        return_url=ports.links.signing(task),
        language=command.language,
        browser=command.browser,
    )


def digest_of(documents: list[Document], files: Files) -> str:
    """Hex SHA-256 of a document as it is now; of several, that of their digests in hex, one after
    the other."""
    digests = [_digest(document, files) for document in documents]
    return (
        digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    )


def _digest(document: Document, files: Files) -> str:
    digest = hashlib.sha256()
    for block in files.stream(document.parts):
        digest.update(block)
    return digest.hexdigest()
