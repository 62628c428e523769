"""Members make keys for programs, see which are used, and revoke them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from countersign.domain.account import Credential
from countersign.domain.errors import NotFound
from countersign.domain.member import clean_name
from countersign.usecases.create_credential import (
    CreateCredential,
    NewCredential,
    create_credential,
    hash_secret,
    new_secret,
    permissions_beside,
    quota_beside,
)
from countersign.usecases.enter_dashboard import record
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.ports import UnitOfWork

DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedCredential:
    """`last_used` is its last call of any kind; `calls` are those of the last `DAYS` days. An old
    secret is good until `old_until`."""

    credential: Credential
    last_used: datetime | None
    old_until: datetime | None = None
    calls: Mapping[date, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.calls.values())


def list_credentials(
    apis: Sequence[str], visit: Visit, desk: MemberPorts
) -> Sequence[UsedCredential]:
    """Of the account, for these APIs; revoked ones last."""
    now = desk.ports.clock()
    with desk.ports.unit_of_work() as uow:
        found = [one for api in apis for one in uow.credentials.of_account(visit.account.id, api)]
        found.sort(key=lambda one: one.revoked_at is not None)
        return _used(found, now, uow)


def read_credential(credential_id: str, visit: Visit, desk: MemberPorts) -> UsedCredential:
    """Raises NotFound, also for another account's."""
    now = desk.ports.clock()
    with desk.ports.unit_of_work() as uow:
        (used,) = _used([_own(credential_id, visit, uow)], now, uow)
        return replace(used, old_until=uow.keeping.old_secrets.until(credential_id, now))


def _used(found: Sequence[Credential], now: datetime, uow: UnitOfWork) -> list[UsedCredential]:
    ids = [one.id for one in found]
    last = uow.keeping.usage.last(ids)
    calls: dict[str, dict[date, int]] = {id: {} for id in ids}
    for use in uow.keeping.usage.since(ids, days_until(now)[0]):
        calls[use.credential_id][use.day] = use.calls
    return [
        UsedCredential(credential=one, last_used=last.get(one.id), calls=calls[one.id])
        for one in found
    ]


def days_until(now: datetime) -> Sequence[date]:
    """The last `DAYS` days (UTC), oldest first."""
    return [now.date() - timedelta(days=back) for back in reversed(range(DAYS))]


def make_credential(command: CreateCredential, visit: Visit, desk: MemberPorts) -> NewCredential:
    """Its secret is shown once. It may do what the operator lets the account's others do, and no
    more. Raises Invalid, NameTaken."""
    clean_name(command.name)
    with desk.ports.unit_of_work() as uow:
        known = uow.keeping.walk.credentials(visit.account.id)
    allowed = replace(
        command, quota=quota_beside(known), permissions=permissions_beside(known, command.api)
    )
    made = create_credential(allowed, desk.ports)
    with desk.ports.unit_of_work() as uow:
        about = f"{command.api}: {command.name}"
        record(visit.member, "made a key", visit.visitor, uow, desk, about)
        uow.commit()
    return made


def end_credential(credential_id: str, visit: Visit, desk: MemberPorts) -> None:
    """It opens nothing from now on. Raises NotFound, also for another account's and for one that
    was revoked."""
    with desk.ports.unit_of_work() as uow:
        found = _live(credential_id, visit, uow)
        uow.credentials.revoke(credential_id, desk.ports.clock())
        about = f"{found.api}: {found.name}"
        record(visit.member, "revoked a key", visit.visitor, uow, desk, about)
        uow.commit()


def rotate_credential(
    credential_id: str, prefix: str, grace: timedelta, visit: Visit, desk: MemberPorts
) -> NewCredential:
    """A new secret, shown once. The one before is good for `grace` more; without any, no earlier
    one is. Raises NotFound as `end_credential` does."""
    secret = new_secret(prefix)
    until = desk.ports.clock() + grace if grace else None
    with desk.ports.unit_of_work() as uow:
        found = _live(credential_id, visit, uow)
        uow.keeping.old_secrets.replace(credential_id, hash_secret(secret), until)
        kept = f"the old secret is good until {until:%Y-%m-%d %H:%M} UTC" if until else "at once"
        about = f"{found.api}: {found.name}, {kept}"
        record(visit.member, "rotated a key", visit.visitor, uow, desk, about)
        uow.commit()
    return NewCredential(found, secret)


def _live(credential_id: str, visit: Visit, uow: UnitOfWork) -> Credential:
    found = _own(credential_id, visit, uow)
    if found.revoked_at is not None:
        raise NotFound("credential", credential_id)
    return found


def _own(credential_id: str, visit: Visit, uow: UnitOfWork) -> Credential:
    found = uow.credentials.get(credential_id)
    if found.account_id != visit.account.id:
        raise NotFound("credential", credential_id)
    return found
