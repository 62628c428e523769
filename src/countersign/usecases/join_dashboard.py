"""How people become members: the first one sets the installation up, others are invited."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from uuid import uuid4

from countersign.domain.account import Account
from countersign.domain.errors import Conflict, Forbidden, NotFound
from countersign.domain.member import Member, Role, clean_email, clean_name
from countersign.domain.password import check_password
from countersign.domain.rights import Right, check_right
from countersign.domain.short_id import new_short_id
from countersign.usecases.create_account import add_account
from countersign.usecases.enter_dashboard import (
    SINGLE_SIGN_ON,
    is_closed,
    open_session,
    record,
)
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.member_tickets import Place, Purpose, issue, look, take
from countersign.usecases.ports import UnitOfWork
from countersign.usecases.sign_in import mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """What somebody says of themselves; `company` and `email` only where nobody said it before."""

    name: str
    password: str = field(repr=False)
    company: str = ""
    email: str = ""


def offer_set_up(desk: MemberPorts) -> str | None:
    """The address at which the first member sets up the installation, good for a day and once;
    None when somebody has joined."""
    with desk.ports.unit_of_work() as uow:
        if uow.dashboard.members.anybody_joined():
            return None
        secret = issue(Purpose.SET_UP, uow, desk.ports.clock())
        uow.commit()
    return f"{desk.address}/start/{secret}"


def look_at_set_up(secret: str, place: Place, desk: MemberPorts) -> None:
    """Raises NotFound, Gone."""
    with desk.ports.unit_of_work() as uow:
        look(secret, Purpose.SET_UP, place, uow, desk.ports.clock())


def set_up(secret: str, given: Newcomer, place: Place, desk: MemberPorts) -> str:
    """An account, and its owner, who looks after the installation, too. Returns the session. Raises
    Invalid, NotFound, Gone, Conflict when somebody else was faster."""
    now = desk.ports.clock()
    email, company = clean_email(given.email), clean_name(given.company)
    check_password(given.password, email, given.name, company)
    account = Account(id=new_short_id(), name=company, email=email, created_at=now)
    owner = Member(
        id=str(uuid4()),
        account_id=account.id,
        email=email,
        name=clean_name(given.name),
        role=Role.OWNER,
        operator=True,
        password_hash=desk.passwords.hash(given.password),
        created_at=now,
        joined_at=now,
    )
    with desk.ports.unit_of_work() as uow:
        take(secret, Purpose.SET_UP, place, uow, now)
        if uow.dashboard.members.anybody_joined():
            raise Conflict("this installation was set up before")
        uow.dashboard.tickets.forget(Purpose.SET_UP, None)
        add_account(account, uow)
        uow.dashboard.members.add(owner)
        record(owner, "set up the installation", place.visitor, uow, desk)
        return open_session(owner, "password", place, uow, desk)


def invite_owner(account: Account, desk: MemberPorts) -> str:
    """For who runs the server: the address at which the owner of a new account joins."""
    with desk.ports.unit_of_work() as uow:
        name = account.email.partition("@")[0]
        owner = _invited(account.id, account.email, name, Role.OWNER, uow, desk)
        secret = issue(Purpose.INVITATION, uow, desk.ports.clock(), member_id=owner.id)
        uow.commit()
    return f"{desk.address}/join/{secret}"


def invite_member(email: str, name: str, role: Role, visit: Visit, desk: MemberPorts) -> Member:
    """Raises Forbidden, Invalid, NameTaken when the account has a member with this address."""
    check_right(visit.member, Right.MANAGE_MEMBERS)
    if role is Role.OWNER:
        check_right(visit.member, Right.MANAGE_OWNERS)
    with desk.ports.unit_of_work() as uow:
        member = _invited(visit.account.id, email, name, role, uow, desk)
        _write(member, visit, uow, desk)
        record(visit.member, "invited", visit.visitor, uow, desk, f"{member.email} as {role}")
        uow.commit()
    return member


def invite_again(member_id: str, visit: Visit, desk: MemberPorts) -> Member:
    """The invitation before is good no longer. Raises NotFound, Forbidden, Conflict for who has
    joined."""
    with desk.ports.unit_of_work() as uow:
        member = uow.dashboard.members.get(member_id)
        check_colleague(member, visit)
        if member.has_joined:
            raise Conflict("has joined already")
        uow.dashboard.tickets.forget(Purpose.INVITATION, member.id)
        _write(member, visit, uow, desk)
        record(visit.member, "invited again", visit.visitor, uow, desk, member.email)
        uow.commit()
    return member


def look_at_invitation(secret: str, place: Place, desk: MemberPorts) -> tuple[Member, Account]:
    """Raises NotFound, Gone, and Forbidden("single sign-on") where members join by that alone."""
    with desk.ports.unit_of_work() as uow:
        ticket = look(secret, Purpose.INVITATION, place, uow, desk.ports.clock())
        member = uow.dashboard.members.get(ticket.member_id or "")
        if is_closed(member.account_id, "password", uow):
            raise Forbidden(SINGLE_SIGN_ON, member.account_id)
        return member, uow.accounts.get(member.account_id)


def join(secret: str, given: Newcomer, place: Place, desk: MemberPorts) -> str:
    """Returns the session. Raises NotFound, Gone, Invalid; NameTaken when the address has joined
    another account."""
    invited, account = look_at_invitation(secret, place, desk)
    check_password(given.password, invited.email, given.name, account.name)
    now = desk.ports.clock()
    joined = replace(
        invited,
        name=clean_name(given.name),
        password_hash=desk.passwords.hash(given.password),
        joined_at=now,
    )
    with desk.ports.unit_of_work() as uow:
        take(secret, Purpose.INVITATION, place, uow, now)
        uow.dashboard.members.save(joined)
        record(joined, "joined", place.visitor, uow, desk)
        return open_session(joined, "password", place, uow, desk)


def check_colleague(member: Member, visit: Visit) -> None:
    """Raises NotFound for a member of another account, Forbidden for an owner to who is none."""
    if member.account_id != visit.account.id:
        raise NotFound("member", member.id)
    check_right(visit.member, Right.MANAGE_MEMBERS)
    if member.role is Role.OWNER:
        check_right(visit.member, Right.MANAGE_OWNERS)


def _invited(
    account_id: str, email: str, name: str, role: Role, uow: UnitOfWork, desk: MemberPorts
) -> Member:
    member = Member(
        id=str(uuid4()),
        account_id=account_id,
        email=clean_email(email),
        name=clean_name(name),
        role=role,
        created_at=desk.ports.clock(),
    )
    uow.dashboard.members.add(member)
    return member


def _write(member: Member, visit: Visit, uow: UnitOfWork, desk: MemberPorts) -> None:
    secret = issue(Purpose.INVITATION, uow, desk.ports.clock(), member_id=member.id)
    link = f"{desk.address}/join/{secret}"
    letter = desk.letters.invitation(member, visit.account, visit.member.name, link)
    mail(member, letter, visit.account.name, uow, desk)
