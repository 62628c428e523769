"""One account never sees another's envelopes, nor one environment the other's."""

from __future__ import annotations

from countersign.domain.account import Caller
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Forbidden, NotFound
from countersign.usecases.ports import UnitOfWork


def owned_envelope(envelope_id: str, caller: Caller, origin: str, uow: UnitOfWork) -> Envelope:
    """Raises NotFound for what isn't there or was erased, or belongs to another dialect or
    environment of the same account; Forbidden when it belongs to another account."""
    envelope = uow.envelopes.get(envelope_id)
    if envelope.account_id != caller.account.id:
        raise Forbidden("envelope", envelope_id)
    if envelope.erased or (envelope.origin, envelope.environment) != (origin, caller.environment):
        raise NotFound("envelope", envelope_id)
    return envelope
