"""A member has shown who they are: their browser is signed in. And who is it that comes?"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from countersign.domain.errors import Forbidden, Unauthorized
from countersign.domain.member import (
    FORGOTTEN_AFTER,
    TOUCH_EVERY,
    AuditEntry,
    Guessing,
    Member,
    Session,
    network_of,
)
from countersign.domain.task import Visitor
from countersign.usecases.create_credential import hash_secret
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.member_tickets import Place, Purpose, issue
from countersign.usecases.ports import UnitOfWork

ONE_FACTOR = ("password", "link")
SINGLE_SIGN_ON = "single sign-on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """`session` is what the browser is to keep; "" when a code is wanted first: then `second` is
    to be brought back with it."""

    session: str = ""
    second: str = ""


def enter(member: Member, how: str, place: Place, uow: UnitOfWork, desk: MemberPorts) -> Entered:
    """Ends with a commit. Whoever uses an app is asked for its code, unless `how` they came is two
    factors already. Raises as `open_session`."""
    _check_way(member, how, place, uow, desk)
    if member.totp_secret and how in ONE_FACTOR:
        second = issue(
            Purpose.SECOND_STEP,
            uow,
            desk.ports.clock(),
            member_id=member.id,
            browser=place.browser,
            data={"how": how},
        )
        uow.commit()
        return Entered(second=second)
    return Entered(session=open_session(member, how, place, uow, desk))


def open_session(member: Member, how: str, place: Place, uow: UnitOfWork, desk: MemberPorts) -> str:
    """Always a new one; the one that the browser had ends. Ends with a commit. Raises
    Forbidden("single sign-on") whose id is the account, where that is the only way."""
    _check_way(member, how, place, uow, desk)
    now, token = desk.ports.clock(), secrets.token_urlsafe(32)
    if place.session:
        uow.dashboard.sessions.remove(hash_secret(place.session))
    for old in uow.dashboard.sessions.of_member(member.id):
        if old.is_over(now):
            uow.dashboard.sessions.remove(old.id)
    uow.dashboard.sessions.add(
        Session(
            id=hash_secret(token),
            member_id=member.id,
            how=how,
            created_at=now,
            seen_at=now,
            ip=place.visitor.ip,
            user_agent=place.visitor.user_agent,
        )
    )
    record(member, "signed in", place.visitor, uow, desk, about=how)
    uow.commit()
    return token


def _check_way(member: Member, how: str, place: Place, uow: UnitOfWork, desk: MemberPorts) -> None:
    """What was good once is used up by a way that is closed, too, and the audit log tells of it."""
    if is_closed(member.account_id, how, uow):
        about = f"{how}: only single sign-on is allowed"
        record(member, "failed to sign in", place.visitor, uow, desk, about)
        uow.commit()
        raise Forbidden(SINGLE_SIGN_ON, member.account_id)


def is_closed(account_id: str, how: str, uow: UnitOfWork) -> bool:
    """Whether members of an account may not come this way."""
    if how == SINGLE_SIGN_ON:
        return False
    return uow.dashboard.sign_in_rules.requires_single_sign_on(account_id)


def visit_of(place: Place, desk: MemberPorts) -> Visit:
    """Who is signed in in this browser. Raises Unauthorized."""
    if not place.session:
        raise Unauthorized()
    now = desk.ports.clock()
    with desk.ports.unit_of_work() as uow:
        session, member, account = uow.dashboard.sessions.get(hash_secret(place.session))
        # Also a session that somebody opened in the instant in which its way was closed
        closed = is_closed(account.id, session.how, uow)
        if session.is_over(now) or not member.has_joined or closed:
            uow.dashboard.sessions.remove(session.id)
            uow.commit()
            raise Unauthorized()
        if now - session.seen_at >= TOUCH_EVERY:
            uow.dashboard.sessions.touch(session.id, now)
            uow.commit()
    return Visit(account=account, member=member, session=session, visitor=place.visitor)


def leave(visit: Visit, desk: MemberPorts) -> None:
    """Signs this browser out."""
    with desk.ports.unit_of_work() as uow:
        uow.dashboard.sessions.remove(visit.session.id)
        record(visit.member, "signed out", visit.visitor, uow, desk)
        uow.commit()


def record(
    member: Member,
    action: str,
    visitor: Visitor,
    uow: UnitOfWork,
    desk: MemberPorts,
    about: str = "",
) -> None:
    """Writes into the account's audit log, in this transaction."""
    uow.dashboard.audit.add(
        AuditEntry(
            account_id=member.account_id,
            at=desk.ports.clock(),
            who=member.email,
            action=action,
            about=about,
            ip=visitor.ip,
            user_agent=visitor.user_agent,
        )
    )


def count_guess(who: str, place: Place, desk: MemberPorts) -> str:
    """One try to be somebody from where the request comes from; somebody elsewhere is not held up
    by it. Returns the key to forget it by. Raises TooManyTries."""
    return _count(f"{who} {network_of(place.visitor.ip)}", desk)


def count_code(member: Member, desk: MemberPorts) -> str:
    """One try of a code, wherever it comes from: whoever gets as far knows the password, and six
    digits would be guessed from a thousand places soon. Otherwise as `count_guess`."""
    return _count(f"code of {member.id}", desk)


def _count(what: str, desk: MemberPorts) -> str:
    key = hash_secret(what)
    with desk.ports.unit_of_work() as uow:
        now = desk.ports.clock()
        tried: Guessing = uow.dashboard.guesses.hold(key).tried(now)
        uow.dashboard.guesses.save(tried)
        uow.dashboard.guesses.sweep(now - FORGOTTEN_AFTER)
        uow.commit()
    return key
