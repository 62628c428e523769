"""Who may see which envelopes of an account, and how members have to sign in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, exists, insert, or_, select, update

from countersign.adapters.database.access_tables import (
    access_role_members,
    access_roles,
    envelope_access,
    sign_in_rules,
)
from countersign.adapters.database.prepared import Prepared
from countersign.adapters.database.tables import envelopes
from countersign.adapters.database.transaction import Transaction
from countersign.domain.access import AccessRole, EnvelopeAccess
from countersign.domain.errors import Conflict, NameTaken, NotFound

FEW = 1000  # envelopes

_OF_MEMBER = Prepared(
    select(access_role_members.c.role_id).where(
        access_role_members.c.member_id == bindparam("member_id")
    )
)
_OF_ENVELOPE = Prepared(
    select(envelope_access.c.viewer_id, envelope_access.c.is_sender)
    .where(envelope_access.c.envelope_id == bindparam("envelope_id"))
    .order_by(envelope_access.c.viewer_id)
)
_RULE = Prepared(
    select(sign_in_rules.c.account_id).where(sign_in_rules.c.account_id == bindparam("account_id"))
)


class StoredAccess:
    """The port AccessRoles."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, role: AccessRole) -> None:
        statement = self._tx.insert(access_roles).on_conflict_do_nothing()
        if self._tx.write(statement, _row(role)).rowcount != 1:
            raise NameTaken("there is an access role of this name")
        self._add_members(role)

    def save(self, role: AccessRole) -> None:
        own = (access_roles.c.id == role.id, access_roles.c.account_id == role.account_id)
        try:
            changed = self._tx.write(update(access_roles).where(*own).values(**_row(role)))
        except Conflict:
            raise NameTaken("there is an access role of this name") from None
        if changed.rowcount != 1:
            raise NotFound("access role", role.id)
        self._drop_members(role.id)
        self._add_members(role)

    def remove(self, account_id: str, role_id: str) -> None:
        own = (access_roles.c.id == role_id, access_roles.c.account_id == account_id)
        if self._tx.read(select(access_roles.c.id).where(*own)).one_or_none() is None:
            raise NotFound("access role", role_id)
        self._drop_members(role_id)
        self._tx.write(delete(access_roles).where(*own))

    def of_account(self, account_id: str) -> Sequence[AccessRole]:
        order = access_roles.c.folded_name
        rows = self._tx.read(
            select(access_roles).where(access_roles.c.account_id == account_id).order_by(order)
        ).all()
        members = self._members([row.id for row in rows])
        return [
            AccessRole(
                id=row.id,
                account_id=row.account_id,
                name=row.name,
                members=tuple(members.get(row.id, ())),
            )
            for row in rows
        ]

    def of_member(self, member_id: str) -> tuple[str, ...]:
        return tuple(row.role_id for row in self._tx.read(_OF_MEMBER, {"member_id": member_id}))

    def of_envelope(self, envelope_id: str) -> EnvelopeAccess:
        rows = self._tx.read(_OF_ENVELOPE, {"envelope_id": envelope_id}).all()
        return EnvelopeAccess(
            roles=tuple(row.viewer_id for row in rows if not row.is_sender),
            sender=next((row.viewer_id for row in rows if row.is_sender), ""),
        )

    def restrict(self, envelope_id: str, role_ids: Sequence[str]) -> None:
        table = envelope_access
        roles = (table.c.envelope_id == envelope_id, table.c.is_sender.is_(False))
        self._tx.write(delete(table).where(*roles))
        for role_id in role_ids:
            self._let_in(envelope_id, role_id, is_sender=False)

    def sent_by(self, envelope_id: str, member_id: str) -> None:
        if not self.of_envelope(envelope_id).sender:
            self._let_in(envelope_id, member_id, is_sender=True)

    def _let_in(self, envelope_id: str, viewer_id: str, *, is_sender: bool) -> None:
        row = {"envelope_id": envelope_id, "viewer_id": viewer_id, "is_sender": is_sender}
        self._tx.write(self._tx.insert(envelope_access).on_conflict_do_nothing(), row)

    def _members(self, role_ids: Sequence[str]) -> dict[str, list[str]]:
        table = access_role_members
        found: dict[str, list[str]] = {}
        wanted = select(table).where(table.c.role_id.in_(role_ids)).order_by(table.c.member_id)
        for row in self._tx.read(wanted):
            found.setdefault(row.role_id, []).append(row.member_id)
        return found

    def _add_members(self, role: AccessRole) -> None:
        rows = [{"role_id": role.id, "member_id": one} for one in dict.fromkeys(role.members)]
        if rows:
            self._tx.write(insert(access_role_members), rows)

    def _drop_members(self, role_id: str) -> None:
        table = access_role_members
        self._tx.write(delete(table).where(table.c.role_id == role_id))


def _row(role: AccessRole) -> dict[str, Any]:
    return {
        "id": role.id,
        "account_id": role.account_id,
        "name": role.name,
        "folded_name": role.name.casefold(),
    }


def is_seen_by(viewers: Sequence[str], tx: Transaction) -> ColumnElement[bool]:
    """Of a row of envelopes: whether a member (by their own id and those of their roles) may see
    it. The index of states tells which are for everybody. Of the others, those that somebody sees
    are named when they are few, as then many may be looked at before one is found; when they are
    many, each is looked up."""
    mine = envelope_access.c.viewer_id.in_(list(viewers))
    few = tx.read(select(envelope_access.c.envelope_id).where(mine).limit(FEW + 1)).scalars().all()
    if len(few) <= FEW:
        return or_(envelopes.c.restricted.is_(False), envelopes.c.id.in_(few))
    let_in = exists().where(envelope_access.c.envelope_id == envelopes.c.id, mine)
    return or_(envelopes.c.restricted.is_(False), let_in)


class StoredSignInRules:
    """The port SignInRules."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def requires_single_sign_on(self, account_id: str) -> bool:
        return self._tx.read(_RULE, {"account_id": account_id}).one_or_none() is not None

    def require_single_sign_on(self, account_id: str) -> None:
        statement = self._tx.insert(sign_in_rules).on_conflict_do_nothing()
        self._tx.write(statement, {"account_id": account_id})

    def allow_all(self, account_id: str) -> None:
        self._tx.write(delete(sign_in_rules).where(sign_in_rules.c.account_id == account_id))
