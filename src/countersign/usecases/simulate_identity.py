"""In a sandbox, whoever tests says who the person with the eID is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from countersign.domain.errors import Invalid
from countersign.domain.identity import IdentityAttempt, asked_number
from countersign.usecases.collect_identity import Standing, ask
from countersign.usecases.identity_port import Simulated
from countersign.usecases.ports import Ports
from countersign.usecases.start_identity import StartIdentity, start_identity

NOBODY = "199001012385"  # a valid personal number that nobody has


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedPerson:
    """Who it is, without `national_id` the one that was asked for; or `cancel`: nobody, they broke
    it off."""

    national_id: str = ""
    name: str = ""
    cancel: bool = False


def simulate_identity(command: StartIdentity, person: SimulatedPerson, ports: Ports) -> Standing:
    """Does what the person would do in the eID's app; starts an order when none is going on.
    Raises what `start_identity` and `collect_identity` raise, Invalid outside a sandbox and for an
    eID that the account has a provider for."""
    account_id = _account(command, ports)
    if ports.simulated is None or not ports.identity.is_simulated(account_id, command.method):
        raise Invalid("nothing is simulated here", {"simulate": "for sandboxes only"})
    attempt = _order(command, ports)
    if attempt is None:
        return Standing(status="proved")
    answer = _answer(attempt, _asked_for(person, command, ports), ports.simulated)
    provider = ports.identity.of_account(account_id)
    return ask(provider, replace(attempt, secret=answer), ports)


def _account(command: StartIdentity, ports: Ports) -> str:
    with ports.unit_of_work() as uow:
        return uow.envelopes.of_task(command.task_id).account_id


def _order(command: StartIdentity, ports: Ports) -> IdentityAttempt | None:
    """None when the task is identified already."""
    attempt = _newest(command, ports)
    if attempt is None or not attempt.reference:
        if not start_identity(command, ports):
            return None
        attempt = _newest(command, ports)
    return attempt


def _asked_for(person: SimulatedPerson, command: StartIdentity, ports: Ports) -> SimulatedPerson:
    """Whoever tries a sandbox need not know whom the sender named."""
    with ports.unit_of_work() as uow:
        task = uow.envelopes.of_task(command.task_id).task(command.task_id)
    named = asked_number(task, command.method)
    return replace(person, national_id=person.national_id or named or NOBODY)


def _newest(command: StartIdentity, ports: Ports) -> IdentityAttempt | None:
    with ports.unit_of_work() as uow:
        return uow.identity.attempt(command.task_id, command.method)


def _answer(
    attempt: IdentityAttempt, person: SimulatedPerson, simulated: Simulated
) -> Mapping[str, str]:
    if person.cancel:
        return simulated.refuse(attempt.reference)
    return simulated.approve(attempt.method, attempt.reference, person.national_id, person.name)
