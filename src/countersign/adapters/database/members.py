"""The people of accounts, and what they have signed in with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, insert, select, update

from countersign.adapters.database.access_tables import access_role_members
from countersign.adapters.database.member_tables import (
    members,
    passkeys,
    saved_views,
    sessions,
    tickets,
)
from countersign.adapters.database.prepared import Prepared
from countersign.adapters.database.tables import accounts
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.account import Account
from countersign.domain.errors import Conflict, NameTaken, NotFound, StaleState, Unauthorized
from countersign.domain.member import Member, Passkey, Role, Session
from countersign.usecases.outside_ports import Secrets

_GET = Prepared(select(members).where(members.c.id == bindparam("id")))
_TOUCH = Prepared(
    update(sessions).where(sessions.c.id == bindparam("of_id")).values(seen_at=bindparam("at"))
)


class StoredMembers:
    """The port Members. Secrets of apps are stored closed."""

    def __init__(self, transaction: Transaction, secrets: Secrets) -> None:
        self._tx, self._secrets = transaction, secrets

    def add(self, member: Member) -> None:
        statement = self._tx.insert(members).on_conflict_do_nothing()
        if self._tx.write(statement, self._row(member)).rowcount != 1:
            raise NameTaken(f"there is a member with this address: {member.email}")

    def save(self, member: Member) -> None:
        row = self._row(member) | {"version": member.version + 1}
        same = (members.c.id == member.id, members.c.version == member.version)
        try:
            changed = self._tx.write(update(members).where(*same).values(**row)).rowcount
        except Conflict:
            raise NameTaken("somebody with this address has joined another account") from None
        if changed != 1:
            raise StaleState()

    def get(self, member_id: str) -> Member:
        found = self._tx.read(_GET, {"id": member_id}).one_or_none()
        if found is None:
            raise NotFound("member", member_id)
        return self.of_row(found)

    def joined(self, email: str) -> Member | None:
        wanted = select(members).where(members.c.email == email, members.c.joined_at.is_not(None))
        found = self._tx.read(wanted).one_or_none()
        return self.of_row(found) if found else None

    def of_account(self, account_id: str) -> Sequence[Member]:
        wanted = select(members).where(members.c.account_id == account_id)
        return sorted((self.of_row(row) for row in self._tx.read(wanted)), key=lambda m: m.email)

    def remove(self, member_id: str) -> None:
        for table in (sessions, passkeys, saved_views, tickets, access_role_members):
            self._tx.write(delete(table).where(table.c.member_id == member_id))
        if self._tx.write(delete(members).where(members.c.id == member_id)).rowcount != 1:
            raise NotFound("member", member_id)

    def hold(self, account_id: str) -> None:
        own = accounts.c.id == account_id
        self._tx.write(update(accounts).where(own).values(id=accounts.c.id))

    def anybody_joined(self) -> bool:
        joined = select(members.c.id).where(members.c.joined_at.is_not(None))
        return bool(self._tx.read(select(exists(joined))).scalar_one())

    def _row(self, member: Member) -> dict[str, Any]:
        closed = self._secrets.close(member.totp_secret.encode()) if member.totp_secret else b""
        return asdict(member) | {"totp_secret": closed, "recovery": list(member.recovery)}

    def of_row(self, row: AnyRow) -> Member:
        values = row._asdict()
        opened = self._secrets.open(values["totp_secret"]).decode() if values["totp_secret"] else ""
        more = {"totp_secret": opened, "recovery": tuple(values["recovery"])}
        return Member(**values | more | {"role": Role(values["role"])})


class StoredSessions:
    """The port Sessions."""

    def __init__(self, transaction: Transaction, stored: StoredMembers) -> None:
        self._tx, self._members = transaction, stored

    def add(self, session: Session) -> None:
        self._tx.write(insert(sessions), asdict(session))

    def get(self, session_id: str) -> tuple[Session, Member, Account]:
        found = self._tx.read(select(sessions).where(sessions.c.id == session_id)).one_or_none()
        if found is None:
            raise Unauthorized()
        session = Session(**found._mapping)
        member = self._members.get(session.member_id)
        owner = self._tx.read(select(accounts).where(accounts.c.id == member.account_id)).one()
        return session, member, Account(**owner._mapping)

    def touch(self, session_id: str, at: datetime) -> None:
        self._tx.write(_TOUCH, {"of_id": session_id, "at": at})

    def of_member(self, member_id: str) -> Sequence[Session]:
        wanted = select(sessions).where(sessions.c.member_id == member_id)
        found = [Session(**row._mapping) for row in self._tx.read(wanted)]
        return sorted(found, key=lambda one: one.seen_at, reverse=True)

    def remove(self, session_id: str) -> None:
        self._tx.write(delete(sessions).where(sessions.c.id == session_id))

    def remove_others(self, member_id: str, but: str) -> None:
        others = (sessions.c.member_id == member_id, sessions.c.id != but)
        self._tx.write(delete(sessions).where(*others))


class StoredPasskeys:
    """The port Passkeys."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, passkey: Passkey) -> None:
        statement = self._tx.insert(passkeys).on_conflict_do_nothing()
        if self._tx.write(statement, asdict(passkey)).rowcount != 1:
            raise NameTaken("this passkey is known already")

    def get(self, passkey_id: str) -> Passkey:
        found = self._tx.read(select(passkeys).where(passkeys.c.id == passkey_id)).one_or_none()
        if found is None:
            raise NotFound("passkey", passkey_id)
        return Passkey(**found._mapping)

    def of_member(self, member_id: str) -> Sequence[Passkey]:
        wanted = select(passkeys).where(passkeys.c.member_id == member_id)
        found = [Passkey(**row._mapping) for row in self._tx.read(wanted)]
        return sorted(found, key=lambda one: (one.created_at, one.id))

    def used(self, passkey_id: str, sign_count: int, at: datetime) -> None:
        change = update(passkeys).where(passkeys.c.id == passkey_id)
        self._tx.write(change.values(sign_count=sign_count, used_at=at))

    def remove(self, member_id: str, passkey_id: str) -> None:
        own = (passkeys.c.member_id == member_id, passkeys.c.id == passkey_id)
        if self._tx.write(delete(passkeys).where(*own)).rowcount != 1:
            raise NotFound("passkey", passkey_id)
