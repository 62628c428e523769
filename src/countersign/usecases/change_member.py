"""Colleagues change roles and leave; everybody changes what they sign in with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from countersign.domain.errors import Conflict, Invalid, NotFound, Unauthorized
from countersign.domain.member import Member, Role, Session
from countersign.domain.one_time import (
    matching_step,
    new_recovery_codes,
    new_secret,
    recovery_hashes,
    use_code,
)
from countersign.domain.password import check_password
from countersign.domain.rights import Right, check_right
from countersign.usecases.enter_dashboard import count_code, count_guess, record
from countersign.usecases.join_dashboard import check_colleague
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.member_tickets import Place, Purpose, issue, look, take
from countersign.usecases.ports import UnitOfWork

WITHOUT_PASSWORD = ("link", "passkey", "single sign-on")


def change_role(member_id: str, role: Role, visit: Visit, desk: MemberPorts) -> Member:
    """From the next page on. Raises NotFound, Forbidden, Conflict for the last owner."""
    if role is Role.OWNER:
        check_right(visit.member, Right.MANAGE_OWNERS)

    def change(member: Member, uow: UnitOfWork) -> Member:
        changed = replace(member, role=role)
        uow.dashboard.members.save(changed)
        about = f"{member.email}: {member.role} to {role}"
        record(visit.member, "changed a role", visit.visitor, uow, desk, about)
        return changed

    return _with_colleague(member_id, visit, desk, change, loses_owner=role is not Role.OWNER)


def remove_member(member_id: str, visit: Visit, desk: MemberPorts) -> Member:
    """Signed out at once, everywhere; what they did stays. Raises as `change_role` does."""

    def remove(member: Member, uow: UnitOfWork) -> Member:
        uow.dashboard.members.remove(member.id)
        record(visit.member, "removed", visit.visitor, uow, desk, member.email)
        return member

    return _with_colleague(member_id, visit, desk, remove, loses_owner=True)


def _with_colleague(
    member_id: str,
    visit: Visit,
    desk: MemberPorts,
    act: Callable[[Member, UnitOfWork], Member],
    *,
    loses_owner: bool,
) -> Member:
    with desk.ports.unit_of_work() as uow:
        uow.dashboard.members.hold(visit.account.id)
        member = uow.dashboard.members.get(member_id)
        check_colleague(member, visit)
        colleagues = uow.dashboard.members.of_account(visit.account.id)
        if loses_owner and _is_last_owner(member, colleagues):
            raise Conflict("an account needs an owner: make somebody else one first")
        changed = act(member, uow)
        uow.commit()
    return changed


def _is_last_owner(member: Member, colleagues: Sequence[Member]) -> bool:
    owners = [one.id for one in colleagues if one.role is Role.OWNER and one.has_joined]
    return owners == [member.id]


# ------------------------------------------------------------------ one's own


def change_password(current: str, new: str, visit: Visit, place: Place, desk: MemberPorts) -> None:
    """Other browsers are signed out. `current` is not asked of who came without it: by a link, a
    passkey or single sign-on. Raises Unauthorized, TooManyTries, Invalid."""
    member = visit.member
    if not visit.session.how.startswith(WITHOUT_PASSWORD):
        guess = count_guess(member.email, place, desk)
        if not desk.passwords.fits(member.password_hash, current):
            raise Unauthorized()
        _forget(guess, desk)
    check_password(new, member.email, member.name, visit.account.name)
    changed = replace(member, password_hash=desk.passwords.hash(new))
    with desk.ports.unit_of_work() as uow:
        uow.dashboard.members.save(changed)
        uow.dashboard.sessions.remove_others(member.id, but=visit.session.id)
        record(member, "changed the password", visit.visitor, uow, desk)
        uow.commit()


def _forget(guess: str, desk: MemberPorts) -> None:
    with desk.ports.unit_of_work() as uow:
        uow.dashboard.guesses.forget(guess)
        uow.commit()


@dataclass(frozen=True, slots=True)
class NewApp:
    """`secret` is what the app is to know; its first code comes back with `ticket`."""

    ticket: str
    secret: str


def begin_app(visit: Visit, place: Place, desk: MemberPorts) -> NewApp:
    """Nothing changes until a code of the app was seen. Raises Conflict for who has one."""
    if visit.member.totp_secret:
        raise Conflict("there is an app already: take it away first")
    secret = new_secret()
    with desk.ports.unit_of_work() as uow:
        ticket = issue(
            Purpose.APP,
            uow,
            desk.ports.clock(),
            member_id=visit.member.id,
            browser=place.browser,
            data={"secret": secret},
        )
        uow.commit()
    return NewApp(ticket, secret)


def pending_app(ticket: str, visit: Visit, place: Place, desk: MemberPorts) -> NewApp:
    """The app that was begun. Raises NotFound, Gone, Forbidden."""
    with desk.ports.unit_of_work() as uow:
        found = look(ticket, Purpose.APP, place, uow, desk.ports.clock())
    if found.member_id != visit.member.id:
        raise NotFound(Purpose.APP)
    return NewApp(ticket, found.data["secret"])


def confirm_app(
    ticket: str, code: str, visit: Visit, place: Place, desk: MemberPorts
) -> tuple[str, ...]:
    """From now on its codes are asked for. Returns the recovery codes, which are shown once. Raises
    Invalid for a wrong code, and as `pending_app` does."""
    app, now = pending_app(ticket, visit, place, desk), desk.ports.clock()
    step = matching_step(app.secret, code, now)
    if step is None:
        raise Invalid("This code is not the app's.", {"code": "not the code that the app shows"})
    codes = new_recovery_codes()
    changed = replace(
        visit.member, totp_secret=app.secret, totp_step=step, recovery=recovery_hashes(codes)
    )
    with desk.ports.unit_of_work() as uow:
        take(ticket, Purpose.APP, place, uow, now)
        uow.dashboard.members.save(changed)
        uow.dashboard.sessions.remove_others(visit.member.id, but=visit.session.id)
        record(visit.member, "added an app for codes", visit.visitor, uow, desk)
        uow.commit()
    return codes


def remove_app(code: str, visit: Visit, desk: MemberPorts) -> None:
    """Takes a code, so that a browser that was left open is not enough. Raises Unauthorized,
    TooManyTries, Conflict."""
    if not visit.member.totp_secret:
        raise Conflict("there is no app")
    guess = count_code(visit.member, desk)
    used = use_code(visit.member, code, desk.ports.clock())
    _forget(guess, desk)
    with desk.ports.unit_of_work() as uow:
        uow.dashboard.members.save(replace(used, totp_secret="", totp_step=0, recovery=()))
        record(visit.member, "removed the app for codes", visit.visitor, uow, desk)
        uow.commit()


def sessions_of(visit: Visit, desk: MemberPorts) -> Sequence[Session]:
    """Where the member is signed in, newest first."""
    now = desk.ports.clock()
    with desk.ports.unit_of_work() as uow:
        found = uow.dashboard.sessions.of_member(visit.member.id)
    return [one for one in found if not one.is_over(now)]


def end_session(name: str, visit: Visit, desk: MemberPorts) -> None:
    """Signs another browser of the member's own out; "" for all but this one. Raises NotFound."""
    with desk.ports.unit_of_work() as uow:
        store = uow.dashboard.sessions
        if name:
            ended = next(
                (one for one in store.of_member(visit.member.id) if one.name == name), None
            )
            if ended is None:
                raise NotFound("session", name)
            store.remove(ended.id)
        else:
            store.remove_others(visit.member.id, but=visit.session.id)
        record(visit.member, "signed out elsewhere", visit.visitor, uow, desk)
        uow.commit()
