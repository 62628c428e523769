"""A signer comes back from the pages of an eID's provider."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import uuid4

from countersign.domain import identity
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Conflict, Gone, Invalid, NotFound, Unavailable
from countersign.domain.identity import IdentityAttempt
from countersign.usecases.collect_identity import ask
from countersign.usecases.identity_port import RETURNED
from countersign.usecases.ports import Ports

SOMEBODY_ELSE, AWAY = "somebody_else", "away"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnIdentity:
    """`state` and `answer` are what the provider gave the browser to bring back, `browser` what
    that browser is known by."""

    state: str = field(repr=False)
    browser: str = field(repr=False)
    answer: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """`link` is the signing link to go on with. `hint` is empty when the page itself shows how to
    go on; else the provider's word for why nothing was proved, SOMEBODY_ELSE, or AWAY: the provider
    does not answer, and its answer can be asked for again."""

    link: str
    hint: str


def return_identity(command: ReturnIdentity, ports: Ports) -> Returned:
    """Takes what was brought back, once, and collects what it is good for.

    Raises NotFound when nobody was sent away with this state in this browser, when they began
    again since, and for a second return.
    """
    attempt = _take(command, ports)
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.of_task(attempt.task_id)
    link = ports.links.signing(envelope.task(attempt.task_id))
    try:
        hint = _collect(attempt, envelope, ports)
    except (Gone, Conflict):  # which the signing page says better
        hint = ""
    return Returned(link=link, hint=hint)


def _take(command: ReturnIdentity, ports: Ports) -> IdentityAttempt:
    """The attempt with what was brought back, which is not stored: a page that asks at the same
    time would use it up."""
    reference = identity.reference_of(command.state, command.browser)
    with ports.unit_of_work() as uow:
        before = uow.identity.by_reference(reference)
        after = replace(before, reference=str(uuid4()))
        if not uow.identity.renew(before, after):
            raise NotFound("identification")
        uow.commit()
    answer = json.dumps(dict(command.answer))
    return replace(after, secret={**before.secret, RETURNED: answer})


def _collect(attempt: IdentityAttempt, envelope: Envelope, ports: Ports) -> str:
    provider = ports.identity.of_account(envelope.account_id)
    offered, now = provider.methods, ports.clock()
    try:
        identity.check_offered(envelope, attempt.task_id, attempt.method, offered, now)
        return ask(provider, attempt, ports).hint
    except Unavailable:
        _keep(attempt, ports)
        return AWAY
    except Invalid as problem:
        return SOMEBODY_ELSE if "national_id" in problem.fields else ""


def _keep(attempt: IdentityAttempt, ports: Ports) -> None:
    """Whoever looks again need not go to the provider again."""
    with ports.unit_of_work() as uow:
        uow.identity.renew(attempt, attempt)
        uow.commit()
