"""A new API key, token or client; its secret is shown once and never stored."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from countersign.domain.account import PRODUCTION, Credential
from countersign.domain.errors import Conflict
from countersign.usecases.ports import Ports, Repeatable, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateCredential:
    """`prefix` begins the secret, for an API whose keys are known by it; `client_prefix` the id of
    an OAuth client, which its owner reads and enters beside the secret."""

    account_id: str
    api: str
    name: str
    description: str = ""
    environment: str = PRODUCTION
    quota: int | None = None
    prefix: str = ""
    client_prefix: str = ""
    permissions: tuple[str, ...] = ()
    repeatable: Repeatable | None = None


@dataclass(frozen=True, slots=True)
class NewCredential:
    """`secret` is what the caller will send; only here is it known."""

    credential: Credential
    secret: str


def create_credential(command: CreateCredential, ports: Ports) -> NewCredential:
    """Raises NameTaken when the account has one of this name for the same API, Conflict when the
    same request has made it before and its answer is lost, IdempotencyMismatch."""
    secret = new_secret(command.prefix)
    credential = Credential(
        id=_new_id(command.client_prefix),
        account_id=command.account_id,
        api=command.api,
        name=command.name,
        description=command.description,
        environment=command.environment,
        quota=command.quota,
        secret_hash=hash_secret(secret),
        created_at=ports.clock(),
        permissions=command.permissions,
    )
    with ports.unit_of_work() as uow:
        if command.repeatable:
            _claim(command.repeatable, credential, uow)
        uow.credentials.add(credential)
        uow.commit()
    return NewCredential(credential, secret)


def quota_beside(known: Sequence[Credential]) -> int | None:
    """What the operator lets each production credential of an account send, as the newest of those
    that are `known` says; None: any number."""
    counted = [one for one in known if one.environment == PRODUCTION]
    return max(counted, key=lambda one: one.created_at).quota if counted else None


def permissions_beside(known: Sequence[Credential], api: str) -> tuple[str, ...]:
    """What the operator lets the credentials of an API do, as the newest says; empty: all."""
    same = [one for one in known if one.api == api]
    return max(same, key=lambda one: one.created_at).permissions if same else ()


def new_secret(prefix: str) -> str:
    """256 random bits."""
    return prefix + secrets.token_urlsafe(32)


def _new_id(client_prefix: str) -> str:
    return client_prefix + secrets.token_hex(8) if client_prefix else str(uuid4())


def _claim(request: Repeatable, credential: Credential, uow: UnitOfWork) -> None:
    """A secret that was shown can't be shown again, if its answer got lost."""
    if uow.repeats.claim(request, credential.id, credential.created_at) != credential.id:
        raise Conflict("this credential was already created")


def hash_secret(secret: str) -> str:
    """Plain SHA-256: the secret has 256 random bits, so there is nothing to guess slowly."""
    return hashlib.sha256(secret.encode()).hexdigest()
