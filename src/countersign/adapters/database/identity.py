"""Attempts to prove who somebody is, and the proofs. What an eID's order needs, and what it gave,
are stored closed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select, update

from countersign.adapters.database.identity_tables import identity_attempts as attempts
from countersign.adapters.database.identity_tables import identity_proofs as proofs
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.errors import NotFound, StaleState
from countersign.domain.identity import IdentityAttempt
from countersign.usecases.outside_ports import Secrets

_IS_IT = (attempts.c.task_id == bindparam("of_task"), attempts.c.method == bindparam("of_method"))
_ATTEMPT = select(attempts).where(*_IS_IT)
_IS_NEWEST = (*_IS_IT, attempts.c.number == bindparam("of_number"))
_REPLACE = update(attempts).where(*_IS_NEWEST)
_COUNT_TRY = (
    update(attempts)
    .where(*_IS_NEWEST, attempts.c.tries < bindparam("most"))
    .values(tries=attempts.c.tries + 1)
)
_END = (
    update(attempts)
    .where(*_IS_NEWEST, or_(attempts.c.code_hash != "", attempts.c.reference != ""))
    .values(code_hash="", reference="", secret=None)
)
_BY_REFERENCE = select(attempts).where(attempts.c.reference == bindparam("of_reference"))
_RENEW = update(attempts).where(*_IS_NEWEST, attempts.c.reference == bindparam("of_reference"))
_PROOF = select(proofs.c.closed).where(
    proofs.c.task_id == bindparam("of_task"), proofs.c.method == bindparam("of_method")
)


class Identities:
    """The port of the same name."""

    def __init__(self, transaction: Transaction, secrets: Secrets) -> None:
        self._tx, self._secrets = transaction, secrets

    def attempt(self, task_id: str, method: str) -> IdentityAttempt | None:
        key = {"of_task": task_id, "of_method": method}
        row = self._tx.read(_ATTEMPT, key).one_or_none()
        return self._attempt(row) if row else None

    def by_reference(self, reference: str) -> IdentityAttempt:
        row = self._tx.read(_BY_REFERENCE, {"of_reference": reference}).one_or_none()
        if row is None:
            raise NotFound("identification")
        return self._attempt(row)

    def begin(self, attempt: IdentityAttempt) -> None:
        row = self._row(attempt)
        if attempt.number == 1:
            statement = self._tx.insert(attempts).on_conflict_do_nothing()
            begun = self._tx.write(statement, row)
        else:
            before = _key(attempt) | {"of_number": attempt.number - 1}
            begun = self._tx.write(_REPLACE.values(**row), before)
        if begun.rowcount != 1:
            raise StaleState()

    def count_try(self, attempt: IdentityAttempt, most: int) -> bool:
        return self._tx.write(_COUNT_TRY, _key(attempt) | {"most": most}).rowcount == 1

    def end(self, attempt: IdentityAttempt) -> bool:
        return self._tx.write(_END, _key(attempt)).rowcount == 1

    def renew(self, before: IdentityAttempt, after: IdentityAttempt) -> bool:
        row = self._row(after)
        values = {"reference": row["reference"], "secret": row["secret"]}
        key = _key(before) | {"of_reference": before.reference}
        return self._tx.write(_RENEW.values(**values), key).rowcount == 1

    def keep_proof(self, task_id: str, method: str, proof: bytes, at: datetime) -> None:
        row = {
            "task_id": task_id,
            "method": method,
            "closed": self._secrets.close(proof),
            "created_at": at,
        }
        self._tx.write(self._tx.insert(proofs).on_conflict_do_nothing(), row)

    def proof(self, task_id: str, method: str) -> bytes:
        key = {"of_task": task_id, "of_method": method}
        closed = self._tx.read(_PROOF, key).scalar_one_or_none()
        if closed is None:
            raise NotFound("proof", task_id)
        return self._secrets.open(closed)

    def _row(self, attempt: IdentityAttempt) -> dict[str, Any]:
        secret = json.dumps(dict(attempt.secret)).encode() if attempt.secret else None
        return {
            "task_id": attempt.task_id,
            "method": attempt.method,
            "number": attempt.number,
            "begun": [at.isoformat() for at in attempt.begun],
            "code_hash": attempt.code_hash,
            "tries": attempt.tries,
            "reference": attempt.reference,
            "secret": self._secrets.close(secret) if secret else None,
        }

    def _attempt(self, row: AnyRow) -> IdentityAttempt:
        return IdentityAttempt(
            task_id=row.task_id,
            method=row.method,
            number=row.number,
            begun=tuple(datetime.fromisoformat(at) for at in row.begun),
            code_hash=row.code_hash,
            tries=row.tries,
            reference=row.reference,
            secret=json.loads(self._secrets.open(row.secret)) if row.secret else {},
        )


def _key(attempt: IdentityAttempt) -> dict[str, Any]:
    return {
        "of_task": attempt.task_id,
        "of_method": attempt.method,
        "of_number": attempt.number,
    }
