"""With what an account sends from the dashboard: a credential that opens no API."""

from __future__ import annotations

from contextlib import suppress

from countersign.domain.account import Account, Caller
from countersign.domain.errors import NameTaken
from countersign.usecases.create_credential import CreateCredential, create_credential
from countersign.usecases.ports import Ports

API, NAME = "dashboard", "Dashboard"


def sender_of(account: Account, ports: Ports) -> Caller:
    """Made at the first time. Its secret is known to nobody."""
    with ports.unit_of_work() as uow:
        found = uow.credentials.of_account(account.id, API)
    if not found:
        command = CreateCredential(account_id=account.id, api=API, name=NAME)
        with suppress(NameTaken):  # somebody was faster
            create_credential(command, ports)
        with ports.unit_of_work() as uow:
            found = uow.credentials.of_account(account.id, API)
    return Caller(account, found[0])
