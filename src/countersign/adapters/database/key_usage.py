"""How credentials are used, and the secrets that they had before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import case, delete, func, insert, select, update

from countersign.adapters.database.accounts import Credentials
from countersign.adapters.database.keeping_tables import credential_usage, old_secrets
from countersign.adapters.database.tables import credentials
from countersign.adapters.database.transaction import Transaction
from countersign.domain.account import Caller
from countersign.domain.errors import NotFound, Unauthorized
from countersign.usecases.keeping_ports import Use


class StoredUsage:
    """The port Usage."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, uses: Sequence[Use]) -> None:
        """In one order, so that processes never wait for each other in a circle."""
        if not uses:
            return
        new = self._tx.insert(credential_usage)
        counted, last = credential_usage.c, new.excluded.last_at
        upsert = new.on_conflict_do_update(
            index_elements=["credential_id", "day"],
            set_={
                "calls": counted.calls + new.excluded.calls,
                "last_at": case((last > counted.last_at, last), else_=counted.last_at),
            },
        )
        ordered = sorted(uses, key=lambda use: (use.credential_id, use.day))
        self._tx.write(upsert, [asdict(use) for use in ordered])

    def last(self, credential_ids: Sequence[str]) -> Mapping[str, datetime]:
        newest = (
            select(credential_usage.c.credential_id, func.max(credential_usage.c.day).label("day"))
            .where(credential_usage.c.credential_id.in_(credential_ids))
            .group_by(credential_usage.c.credential_id)
            .subquery()
        )
        same = (credential_usage.c.credential_id == newest.c.credential_id) & (
            credential_usage.c.day == newest.c.day
        )
        wanted = select(credential_usage.c.credential_id, credential_usage.c.last_at)
        found = self._tx.read(wanted.join(newest, same))
        return {row.credential_id: row.last_at for row in found}

    def since(self, credential_ids: Sequence[str], first: date) -> Sequence[Use]:
        wanted = select(credential_usage).where(
            credential_usage.c.credential_id.in_(credential_ids), credential_usage.c.day >= first
        )
        order = credential_usage.c.day, credential_usage.c.credential_id
        return [Use(**row._mapping) for row in self._tx.read(wanted.order_by(*order))]


class StoredOldSecrets:
    """The port OldSecrets."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def caller(self, secret_hash: str, now: datetime) -> Caller:
        known = old_secrets.c.secret_hash == secret_hash, old_secrets.c.until > now
        found = self._tx.read(select(old_secrets.c.credential_id).where(*known)).scalar()
        if found is None:
            raise Unauthorized()
        return Credentials(self._tx).caller(found)

    def replace(self, credential_id: str, secret_hash: str, until: datetime | None) -> None:
        own = credentials.c.id == credential_id, credentials.c.revoked_at.is_(None)
        held = select(credentials.c.secret_hash).where(*own).with_for_update()
        before = self._tx.write(held).scalar()
        if before is None:
            raise NotFound("credential", credential_id)
        if until is None:
            of_it = old_secrets.c.credential_id == credential_id
            self._tx.write(delete(old_secrets).where(of_it))
        else:
            row = {"secret_hash": before, "credential_id": credential_id, "until": until}
            self._tx.write(insert(old_secrets), row)
        self._tx.write(update(credentials).where(*own).values(secret_hash=secret_hash))

    def until(self, credential_id: str, now: datetime) -> datetime | None:
        good = old_secrets.c.credential_id == credential_id, old_secrets.c.until > now
        found: datetime | None = self._tx.read(
            select(old_secrets.c.until).where(*good).order_by(old_secrets.c.until.desc()).limit(1)
        ).scalar()
        return found
