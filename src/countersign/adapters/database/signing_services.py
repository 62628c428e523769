"""Keepers of people's keys, as accounts know them. The clients' secrets are stored closed."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import bindparam, delete, select

from countersign.adapters.database.identity_tables import signing_services as services
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.errors import NameTaken, NotFound
from countersign.domain.signing_service import ServiceKind, SigningService
from countersign.usecases.outside_ports import Secrets

_OWN = services.c.account_id == bindparam("of_account")
_ALL = select(services).where(_OWN)
_REMOVE = delete(services).where(_OWN, services.c.name == bindparam("of_name"))


class SigningServices:
    """The port StoredServices."""

    def __init__(self, transaction: Transaction, secrets: Secrets) -> None:
        self._tx, self._secrets = transaction, secrets

    def add(self, service: SigningService) -> None:
        row = {
            **asdict(service),
            "kind": service.kind.value,
            "client_secret": self._secrets.close(service.client_secret.encode()),
            "authorities": [base64.b64encode(one).decode() for one in service.authorities],
        }
        statement = self._tx.insert(services).on_conflict_do_nothing()
        if self._tx.write(statement, row).rowcount != 1:
            raise NameTaken(f"the account has a service named {service.name}: remove it first")

    def all(self, account_id: str) -> Sequence[SigningService]:
        rows = self._tx.read(_ALL, {"of_account": account_id})
        return sorted(map(self._service, rows), key=lambda one: one.name)

    def remove(self, account_id: str, name: str) -> None:
        key = {"of_account": account_id, "of_name": name}
        if self._tx.write(_REMOVE, key).rowcount != 1:
            raise NotFound("signing service", name)

    def _service(self, row: AnyRow) -> SigningService:
        read = {
            "kind": ServiceKind(row.kind),
            "client_secret": self._secrets.open(row.client_secret).decode(),
            "authorities": tuple(map(base64.b64decode, row.authorities)),
        }
        return SigningService(**{**row._mapping, **read})
