"""Who calls."""

from __future__ import annotations

from countersign.domain.account import Caller
from countersign.domain.errors import Forbidden, Unauthorized
from countersign.usecases.create_credential import hash_secret
from countersign.usecases.ports import Ports


def authenticate(api: str, secret: str, ports: Ports) -> Caller:
    """Raises Unauthorized for a secret that is unknown, revoked, or opens another API."""
    with ports.unit_of_work() as uow:
        caller = uow.credentials.by_secret_hash(hash_secret(secret))
    if caller.credential.api != api:
        raise Unauthorized()
    return caller


def check_own_account(account_id: str, caller: Caller, ports: Ports) -> None:
    """For an API that names the account beside the credential. Raises Forbidden for another one,
    NotFound for one that isn't there."""
    if account_id == caller.account.id:
        return
    with ports.unit_of_work() as uow:
        uow.accounts.get(account_id)
    raise Forbidden("account", account_id)
