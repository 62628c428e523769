"""A credential stops opening anything."""

from __future__ import annotations

from countersign.domain.account import Caller
from countersign.domain.errors import Forbidden, NotFound
from countersign.usecases.ports import Ports


def revoke_credential(credential_id: str, caller: Caller, ports: Ports) -> None:
    """Revokes one of the caller's account, for the caller's API; the envelopes that it sent stay.
    Raises NotFound for what isn't there (any more), Forbidden for another account's."""
    with ports.unit_of_work() as uow:
        credential = uow.credentials.get(credential_id)
        if credential.account_id != caller.account.id:
            raise Forbidden("credential", credential_id)
        if credential.api != caller.credential.api or credential.revoked_at is not None:
            raise NotFound("credential", credential_id)
        uow.credentials.revoke(credential_id, ports.clock())
        uow.commit()
