"""Who in the company may see a case, and who sent it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from countersign.dialects.nextsign import schemas
from countersign.dialects.nextsign.errors import Rejected
from countersign.domain.access import roles_named
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid
from countersign.domain.short_id import long_id
from countersign.usecases.manage_access import sender_is
from countersign.usecases.ports import Ports, UnitOfWork


@dataclass(frozen=True, slots=True)
class CaseAccess:
    """`roles` are ids of access roles of the account, `sender` an e-mail address."""

    roles: Sequence[str]
    sender: str | None

    def keep(self, envelope: Envelope, uow: UnitOfWork) -> None:
        """In the transaction that creates the case, so that nobody sees it before."""
        uow.dashboard.access.restrict(envelope.id, self.roles)
        sender_is(self.sender, envelope, uow)


def to_access(asked: schemas.NewCase, account_id: str, ports: Ports) -> CaseAccess:
    """Raises Rejected for a role that the company has not."""
    wanted = [_long(one) for one in asked.settings.allowedRoles]
    if not wanted:
        return CaseAccess((), asked.user_email)
    with ports.unit_of_work() as uow:
        known = uow.dashboard.access.of_account(account_id)
    try:
        return CaseAccess(roles_named(wanted, known), asked.user_email)
    except Invalid as problem:
        unknown = asked.settings.allowedRoles[wanted.index(problem.fields["role"])]
        raise Rejected(400, f"Role not found: {unknown}") from None


def _long(role: str) -> str:
    """What can be no id of a role is one that nobody has."""
    try:
        return long_id(role)
    except ValueError:
        return role
