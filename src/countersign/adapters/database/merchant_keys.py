"""Keys with which accounts sign in their own name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select

from countersign.adapters.database.identity_tables import merchant_keys
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.errors import NotFound
from countersign.domain.merchant_key import KeyFacts, KeyKind, MerchantKey
from countersign.usecases.outside_ports import Secrets

_OF_ACCOUNT = merchant_keys.c.account_id == bindparam("of_account")
_IS_IT = (_OF_ACCOUNT, merchant_keys.c.vendor == bindparam("of_vendor"))
_GET = select(merchant_keys).where(*_IS_IT)
_ALL = select(merchant_keys).where(_OF_ACCOUNT).order_by(merchant_keys.c.vendor)
_REMOVE = delete(merchant_keys).where(*_IS_IT)


class MerchantKeys:
    """The port of the same name."""

    def __init__(self, transaction: Transaction, secrets: Secrets) -> None:
        self._tx, self._secrets = transaction, secrets

    def put(self, key: MerchantKey) -> None:
        row = self._row(key)
        put = self._tx.insert(merchant_keys).on_conflict_do_update(
            index_elements=["account_id", "vendor"], set_=row
        )
        self._tx.write(put, row)

    def get(self, account_id: str, vendor: str) -> MerchantKey:
        found = self._tx.read(_GET, _key(account_id, vendor)).one_or_none()
        if found is None:
            raise NotFound("merchant key", vendor)
        return self._merchant_key(found)

    def of_account(self, account_id: str) -> Sequence[MerchantKey]:
        return list(map(self._merchant_key, self._tx.read(_ALL, {"of_account": account_id})))

    def remove(self, account_id: str, vendor: str) -> None:
        if self._tx.write(_REMOVE, _key(account_id, vendor)).rowcount != 1:
            raise NotFound("merchant key", vendor)

    def _row(self, key: MerchantKey) -> dict[str, Any]:
        return {
            "account_id": key.account_id,
            "vendor": key.vendor,
            "kind": key.kind.value,
            "place": dict(key.place),
            "secret": self._secrets.close(json.dumps(dict(key.secret)).encode()),
            "subject": key.facts.subject,
            "begins": key.facts.begins,
            "expires": key.facts.expires,
            "created_at": key.created_at,
        }

    def _merchant_key(self, row: AnyRow) -> MerchantKey:
        return MerchantKey(
            account_id=row.account_id,
            vendor=row.vendor,
            kind=KeyKind(row.kind),
            facts=KeyFacts(subject=row.subject, begins=row.begins, expires=row.expires),
            created_at=row.created_at,
            place=row.place,
            secret=json.loads(self._secrets.open(row.secret)),
        )


def _key(account_id: str, vendor: str) -> dict[str, str]:
    return {"of_account": account_id, "of_vendor": vendor}
