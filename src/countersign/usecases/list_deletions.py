"""What an account has erased, with what proves it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from countersign.domain.erasing import RETENTION, Deletion
from countersign.domain.errors import NotFound
from countersign.usecases.ports import Ports, UnitOfWork


@dataclass(frozen=True, slots=True)
class ListedDeletion:
    """`key` is the name of the key by which it was asked for; "" when its time was over."""

    deletion: Deletion
    key: str


def list_deletions(account_id: str, behind: str, limit: int, ports: Ports) -> list[ListedDeletion]:
    """Newest first, those after the one of the envelope `behind`. Raises NotFound when there is
    none of it, or it is another account's."""
    with ports.unit_of_work() as uow:
        last = _last(account_id, behind, uow) if behind else None
        found = uow.keeping.deletions.page(account_id, last, limit)
        keys = {one.by: _key(one.by, uow) for one in found if one.by != RETENTION}
    return [ListedDeletion(one, keys.get(one.by, "")) for one in found]


def all_deletions(account_id: str, ports: Ports) -> Iterator[ListedDeletion]:
    """Newest first. Raises NotFound for an unknown account."""
    with ports.unit_of_work() as uow:
        uow.accounts.get(account_id)
    behind = ""
    while found := list_deletions(account_id, behind, 200, ports):
        yield from found
        behind = found[-1].deletion.envelope_id


def _last(account_id: str, envelope_id: str, uow: UnitOfWork) -> Deletion:
    last = uow.deletions.get(envelope_id)
    if last.account_id != account_id:
        raise NotFound("deletion", envelope_id)
    return last


def _key(credential_id: str, uow: UnitOfWork) -> str:
    with suppress(NotFound):
        return uow.credentials.get(credential_id).name
    return credential_id
