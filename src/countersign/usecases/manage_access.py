"""Access roles of an account: made, filled with members, and set on envelopes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from countersign.domain.access import MOST_ROLES, AccessRole, EnvelopeAccess, roles_named
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Conflict, Forbidden, Invalid, NotFound
from countersign.domain.member import Member, clean_email, clean_name
from countersign.domain.rights import Right, may
from countersign.domain.short_id import new_short_id
from countersign.usecases.enter_dashboard import record
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.ports import UnitOfWork
from countersign.usecases.retrying import on_stale_state
from countersign.usecases.visible import visible_envelope


@dataclass(frozen=True, slots=True)
class AccessOverview:
    roles: Sequence[AccessRole]
    members: Sequence[Member]


def look_at_access(visit: Visit, desk: MemberPorts) -> AccessOverview:
    """All roles of the account, and all members who can have them."""
    with desk.ports.unit_of_work() as uow:
        return AccessOverview(
            uow.dashboard.access.of_account(visit.account.id),
            uow.dashboard.members.of_account(visit.account.id),
        )


def make_access_role(name: str, visit: Visit, desk: MemberPorts) -> AccessRole:
    """Nobody has it yet. Raises Invalid, NameTaken, Conflict when there are as many as can be."""
    role = AccessRole(id=new_short_id(), account_id=visit.account.id, name=clean_name(name))
    with desk.ports.unit_of_work() as uow:
        uow.dashboard.members.hold(visit.account.id)
        if len(uow.dashboard.access.of_account(visit.account.id)) >= MOST_ROLES:
            raise Conflict(f"an account has at most {MOST_ROLES} access roles")
        uow.dashboard.access.add(role)
        record(visit.member, "made an access role", visit.visitor, uow, desk, role.name)
        uow.commit()
    return role


def change_access_role(
    role_id: str, name: str, member_ids: Collection[str], visit: Visit, desk: MemberPorts
) -> AccessRole:
    """Another name, and exactly these members. Raises NotFound, Invalid for somebody who is no
    member of the account, NameTaken."""
    called = clean_name(name)
    with desk.ports.unit_of_work() as uow:
        uow.dashboard.members.hold(visit.account.id)
        before = _role(role_id, visit, uow)
        colleagues = {one.id: one for one in uow.dashboard.members.of_account(visit.account.id)}
        if not set(member_ids) <= colleagues.keys():
            raise Invalid("There is no such member.", {"member": "no such member"})
        members = tuple(sorted(set(member_ids)))
        changed = AccessRole(id=role_id, account_id=visit.account.id, name=called, members=members)
        if changed != before:
            uow.dashboard.access.save(changed)
            who = ", ".join(sorted(colleagues[one].email for one in members))
            about = f"{called}: {who}"
            record(visit.member, "changed an access role", visit.visitor, uow, desk, about)
            uow.commit()
    return changed


def remove_access_role(role_id: str, visit: Visit, desk: MemberPorts) -> None:
    """What it was for stays closed to all who have no other way in. Raises NotFound."""
    with desk.ports.unit_of_work() as uow:
        uow.dashboard.members.hold(visit.account.id)
        role = _role(role_id, visit, uow)
        uow.dashboard.access.remove(visit.account.id, role_id)
        record(visit.member, "removed an access role", visit.visitor, uow, desk, role.name)
        uow.commit()


def restrict_envelope(
    envelope_id: str, role_ids: Sequence[str], visit: Visit, desk: MemberPorts
) -> None:
    """Who has one of these roles sees it from now on; none: everybody. Raises NotFound, Invalid for
    a role that there is not, Forbidden for who neither manages access nor sent it."""

    def attempt() -> None:
        with desk.ports.unit_of_work() as uow:
            envelope = visible_envelope(envelope_id, visit, uow)
            names = _restrict(envelope, role_ids, visit, uow)
            if names is None:
                return
            about = f"{envelope.name} ({envelope.id}): {names}"
            record(visit.member, "set who may see an envelope", visit.visitor, uow, desk, about)
            uow.commit()

    on_stale_state(attempt)


def _restrict(
    envelope: Envelope, role_ids: Sequence[str], visit: Visit, uow: UnitOfWork
) -> str | None:
    """Whom it is for from now on; None when nothing changes."""
    before = uow.dashboard.access.of_envelope(envelope.id)
    if not may_restrict(before, visit):
        raise Forbidden("access")
    known = uow.dashboard.access.of_account(visit.account.id)
    chosen = roles_named(role_ids, known)
    if set(chosen) == set(before.roles):
        return None
    uow.envelopes.save(replace(envelope, restricted=bool(chosen)), [])
    uow.dashboard.access.restrict(envelope.id, chosen)
    return ", ".join(role.name for role in known if role.id in chosen) or "everybody"


def may_restrict(access: EnvelopeAccess, visit: Visit) -> bool:
    """Whoever manages access, and who sent it."""
    return may(visit.member, Right.MANAGE_ACCESS) or access.sender == visit.member.id


def sender_is(email: str | None, envelope: Envelope, uow: UnitOfWork) -> None:
    """Keeps the member with this address as who sent it; an address of nobody there changes
    nothing."""
    if not email:
        return
    try:
        wanted = clean_email(email)
    except Invalid:
        return
    for member in uow.dashboard.members.of_account(envelope.account_id):
        if member.email == wanted:
            uow.dashboard.access.sent_by(envelope.id, member.id)


def _role(role_id: str, visit: Visit, uow: UnitOfWork) -> AccessRole:
    for role in uow.dashboard.access.of_account(visit.account.id):
        if role.id == role_id:
            return role
    raise NotFound("access role", role_id)
