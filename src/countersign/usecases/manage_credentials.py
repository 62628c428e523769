"""Members make keys for programs, see which are used, and revoke them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from countersign.domain.account import Credential
from countersign.domain.errors import NotFound
from countersign.domain.member import clean_name
from countersign.usecases.create_credential import (
    CreateCredential,
    NewCredential,
    create_credential,
)
from countersign.usecases.enter_dashboard import record
from countersign.usecases.member_ports import MemberPorts, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedCredential:
    """`last_sent` is when it last sent an envelope."""

    credential: Credential
    last_sent: datetime | None


def list_credentials(
    apis: Sequence[str], visit: Visit, desk: MemberPorts
) -> Sequence[UsedCredential]:
    """Of the account, for these APIs; revoked ones last."""
    with desk.ports.unit_of_work() as uow:
        found = [one for api in apis for one in uow.credentials.of_account(visit.account.id, api)]
        sent = uow.dashboard.envelopes.last_sent([one.id for one in found])
    found.sort(key=lambda one: one.revoked_at is not None)
    return [UsedCredential(credential=one, last_sent=sent.get(one.id)) for one in found]


def make_credential(command: CreateCredential, visit: Visit, desk: MemberPorts) -> NewCredential:
    """Its secret is shown once. Raises Invalid, NameTaken."""
    clean_name(command.name)
    made = create_credential(command, desk.ports)
    with desk.ports.unit_of_work() as uow:
        about = f"{command.api}: {command.name}"
        record(visit.member, "made a key", visit.visitor, uow, desk, about)
        uow.commit()
    return made


def end_credential(credential_id: str, visit: Visit, desk: MemberPorts) -> None:
    """It opens nothing from now on. Raises NotFound, also for another account's and for one that
    was revoked."""
    with desk.ports.unit_of_work() as uow:
        found = uow.credentials.get(credential_id)
        if found.account_id != visit.account.id or found.revoked_at is not None:
            raise NotFound("credential", credential_id)
        uow.credentials.revoke(credential_id, desk.ports.clock())
        about = f"{found.api}: {found.name}"
        record(visit.member, "revoked a key", visit.visitor, uow, desk, about)
        uow.commit()
