"""Who calls."""

from __future__ import annotations

from countersign.domain.account import Caller
from countersign.domain.errors import Unauthorized
from countersign.usecases.create_credential import hash_secret
from countersign.usecases.ports import Ports


def authenticate(api: str, secret: str, ports: Ports) -> Caller:
    """Raises Unauthorized for a secret that is unknown, revoked, or opens another API."""
    with ports.unit_of_work() as uow:
        caller = uow.credentials.by_secret_hash(hash_secret(secret))
    if caller.credential.api != api:
        raise Unauthorized()
    return caller
