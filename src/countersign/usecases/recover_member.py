"""Whoever runs the server lets somebody in who can't get in by themselves."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from countersign.domain.errors import NotFound
from countersign.domain.member import AuditEntry, Member, Role, clean_email
from countersign.domain.task import Visitor
from countersign.usecases.enter_dashboard import record
from countersign.usecases.member_ports import MemberPorts
from countersign.usecases.member_tickets import Purpose, issue
from countersign.usecases.ports import UnitOfWork

OPERATOR = "the operator"  # in an audit log: whoever has the server's files


def let_member_in(account_id: str, email: str, role: Role, desk: MemberPorts) -> str:
    """The address at which somebody joins. Whoever has joined before is signed out everywhere,
    keeps their role and loses password, passkeys and app. Raises NotFound for an unknown account,
    Invalid for the address."""
    address = clean_email(email)
    with desk.ports.unit_of_work() as uow:
        uow.accounts.get(account_id)
        uow.dashboard.members.hold(account_id)
        members = uow.dashboard.members.of_account(account_id)
        known = next((one for one in members if one.email == address), None)
        if known is None:
            member = _new(account_id, address, role, uow, desk)
        else:
            member = _emptied(known, uow)
        record(member, "was let in by the operator", Visitor(), uow, desk)
        secret = issue(Purpose.INVITATION, uow, desk.ports.clock(), member_id=member.id)
        uow.commit()
    return f"{desk.address}/join/{secret}"


def allow_other_ways(account_id: str, desk: MemberPorts) -> None:
    """Members of an account need not use its single sign-on any more: the way out when that does
    not let anybody in. Raises NotFound for an unknown account."""
    with desk.ports.unit_of_work() as uow:
        account = uow.accounts.get(account_id)
        uow.dashboard.sign_in_rules.allow_all(account.id)
        uow.dashboard.audit.add(
            AuditEntry(
                account_id=account.id,
                at=desk.ports.clock(),
                who=OPERATOR,
                action="allowed other ways to sign in",
            )
        )
        uow.commit()


def make_operator(email: str, operator: bool, desk: MemberPorts) -> None:
    """Whether a member looks after the installation. Raises NotFound, Invalid."""
    with desk.ports.unit_of_work() as uow:
        member = uow.dashboard.members.joined(clean_email(email))
        if member is None:
            raise NotFound("member", email)
        uow.dashboard.members.save(replace(member, operator=operator))
        did = "was made operator" if operator else "is operator no longer"
        record(member, did, Visitor(), uow, desk)
        uow.commit()


def _new(account_id: str, email: str, role: Role, uow: UnitOfWork, desk: MemberPorts) -> Member:
    member = Member(
        id=str(uuid4()),
        account_id=account_id,
        email=email,
        name=email.partition("@")[0],
        role=role,
        created_at=desk.ports.clock(),
    )
    uow.dashboard.members.add(member)
    return member


def _emptied(member: Member, uow: UnitOfWork) -> Member:
    empty = replace(
        member, joined_at=None, password_hash="", totp_secret="", totp_step=0, recovery=()
    )
    uow.dashboard.members.save(empty)
    uow.dashboard.sessions.remove_others(member.id, but="")
    for passkey in uow.dashboard.passkeys.of_member(member.id):
        uow.dashboard.passkeys.remove(member.id, passkey.id)
    uow.dashboard.tickets.forget(Purpose.INVITATION, member.id)
    return empty
