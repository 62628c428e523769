"""Who calls."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from countersign.domain.account import Caller
from countersign.domain.errors import Forbidden, MissingPermission, Unauthorized
from countersign.usecases.create_credential import hash_secret
from countersign.usecases.ports import Ports


def authenticate(api: str, secret: str, ports: Ports) -> Caller:
    """Raises Unauthorized for a secret that is unknown, revoked, or opens another API."""
    caller = caller_with(secret, ports)
    if caller.credential.api != api:
        raise Unauthorized()
    ports.meter.count(caller.credential.id, ports.clock())
    return caller


def caller_with(secret: str, ports: Ports) -> Caller:
    """Whose secret it is, or was until a moment ago. Raises Unauthorized."""
    digest = hash_secret(secret)
    with ports.unit_of_work() as uow:
        with suppress(Unauthorized):
            return uow.credentials.by_secret_hash(digest)
        return uow.keeping.old_secrets.caller(digest, ports.clock())


def authenticate_token(api: str, token: str, scopes: Collection[str], ports: Ports) -> Caller:
    """Whoever was issued an access token. Raises Unauthorized for one that isn't good (any more),
    whose client was revoked since, or that opens another API; MissingPermission for one without any
    of `scopes`."""
    granted = ports.access_tokens.read(token, ports.clock())
    with ports.unit_of_work() as uow:
        caller = uow.credentials.caller(granted.credential_id)
    if caller.credential.api != api:
        raise Unauthorized()
    if not set(scopes) & set(granted.scopes):
        raise MissingPermission(" ".join(scopes))
    ports.meter.count(caller.credential.id, ports.clock())
    return caller


def check_own_account(account_id: str, caller: Caller, ports: Ports) -> None:
    """For an API that names the account beside the credential. Raises Forbidden for another one,
    NotFound for one that isn't there."""
    if account_id == caller.account.id:
        return
    with ports.unit_of_work() as uow:
        uow.accounts.get(account_id)
    raise Forbidden("account", account_id)
