"""Access roles in memory, for dialects that set them on what they send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from countersign.domain.access import AccessRole, EnvelopeAccess
from countersign.domain.errors import NameTaken, NotFound


class FakeAccess:
    """The port AccessRoles. `tx` reads and writes a state with `access_roles` and
    `envelope_access`."""

    def __init__(self, tx: Any) -> None:
        self._tx = tx

    def add(self, role: AccessRole) -> None:
        self._check_name(role)
        self._tx.write.access_roles[role.id] = role

    def save(self, role: AccessRole) -> None:
        self._own(role.account_id, role.id)
        self._check_name(role)
        self._tx.write.access_roles[role.id] = role

    def remove(self, account_id: str, role_id: str) -> None:
        self._own(account_id, role_id)
        del self._tx.write.access_roles[role_id]

    def of_account(self, account_id: str) -> Sequence[AccessRole]:
        own = [one for one in self._tx.read.access_roles.values() if one.account_id == account_id]
        return sorted(own, key=lambda role: role.name.casefold())

    def of_member(self, member_id: str) -> tuple[str, ...]:
        roles = self._tx.read.access_roles.values()
        return tuple(role.id for role in roles if member_id in role.members)

    def of_envelope(self, envelope_id: str) -> EnvelopeAccess:
        found: EnvelopeAccess = self._tx.read.envelope_access.get(envelope_id, EnvelopeAccess())
        return found

    def restrict(self, envelope_id: str, role_ids: Sequence[str]) -> None:
        access = replace(self.of_envelope(envelope_id), roles=tuple(sorted(role_ids)))
        self._tx.write.envelope_access[envelope_id] = access

    def sent_by(self, envelope_id: str, member_id: str) -> None:
        access = self.of_envelope(envelope_id)
        if not access.sender:
            self._tx.write.envelope_access[envelope_id] = replace(access, sender=member_id)

    def _own(self, account_id: str, role_id: str) -> None:
        role = self._tx.read.access_roles.get(role_id)
        if role is None or role.account_id != account_id:
            raise NotFound("access role", role_id)

    def _check_name(self, role: AccessRole) -> None:
        for other in self.of_account(role.account_id):
            if other.id != role.id and other.name.casefold() == role.name.casefold():
                raise NameTaken()


def fake_dashboard(tx: Any) -> Any:
    """What of the dashboard's tables a dialect asks for. Nobody has joined."""
    return SimpleNamespace(
        access=FakeAccess(tx), members=SimpleNamespace(of_account=lambda _account_id: [])
    )
