"""Signing in: with a password, by a link in a mail, and with the code of an app after either."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from countersign.domain.delivery import Message
from countersign.domain.errors import Invalid, StaleState, Unauthorized
from countersign.domain.member import Member, clean_email
from countersign.domain.one_time import use_code
from countersign.usecases.enter_dashboard import (
    Entered,
    count_code,
    count_guess,
    enter,
    open_session,
    record,
)
from countersign.usecases.member_ports import MemberPorts
from countersign.usecases.member_tickets import Place, Purpose, issue, look, take
from countersign.usecases.ports import NewJob, UnitOfWork
from countersign.usecases.write_message import Written


def sign_in(email: str, password: str, place: Place, desk: MemberPorts) -> Entered:
    """Raises Unauthorized, without a word on which of both is wrong, and TooManyTries."""
    address = _address(email)
    guess = count_guess(address, place, desk)
    with desk.ports.unit_of_work() as uow:
        member = uow.dashboard.members.joined(address)
    hashed = member.password_hash if member else ""
    if not desk.passwords.fits(hashed, password) or member is None:
        _record_failure(member, "password", place, desk)
        raise Unauthorized()
    with desk.ports.unit_of_work() as uow:
        uow.dashboard.guesses.forget(guess)
        if desk.passwords.is_old(hashed):
            member = replace(member, password_hash=desk.passwords.hash(password))
            uow.dashboard.members.save(member)
        return enter(member, "password", place, uow, desk)


def check_second_step(secret: str, code: str, place: Place, desk: MemberPorts) -> str:
    """The code of an app, or a recovery code. Returns the session. Raises NotFound, Gone and
    Forbidden for the step itself, Unauthorized for a wrong code, TooManyTries."""
    now = desk.ports.clock()
    with desk.ports.unit_of_work() as uow:
        ticket = look(secret, Purpose.SECOND_STEP, place, uow, now)
        member = uow.dashboard.members.get(ticket.member_id or "")
    guess = count_code(member, desk)
    try:
        used = use_code(member, code, now)
    except Unauthorized:
        _record_failure(member, "code", place, desk)
        raise
    with desk.ports.unit_of_work() as uow:
        ticket = take(secret, Purpose.SECOND_STEP, place, uow, now)
        uow.dashboard.guesses.forget(guess)
        _use_up(used, uow)
        return open_session(used, f"{ticket.data['how']} and code", place, uow, desk)


def _use_up(member: Member, uow: UnitOfWork) -> None:
    """Somebody else who used the same code in the same instant was faster. Raises Unauthorized."""
    try:
        uow.dashboard.members.save(member)
    except StaleState:
        raise Unauthorized() from None


def ask_for_link(email: str, place: Place, desk: MemberPorts) -> None:
    """Mails a link to whoever has joined with this address, and says nothing about who has. Raises
    TooManyTries."""
    address = _address(email)
    count_guess(f"link for {address}", place, desk)
    with desk.ports.unit_of_work() as uow:
        member = uow.dashboard.members.joined(address)
        if member is None:
            return
        secret = issue(
            Purpose.LINK, uow, desk.ports.clock(), member_id=member.id, browser=place.browser
        )
        letter = desk.letters.sign_in(member, f"{desk.address}/link/{secret}")
        mail(member, letter, "", uow, desk)
        record(member, "asked for a link to sign in", place.visitor, uow, desk)
        uow.commit()


def look_at_link(secret: str, place: Place, desk: MemberPorts) -> None:
    """Programs that read mail follow every link, so looking uses nothing up. Raises NotFound, Gone,
    Forbidden in another browser."""
    with desk.ports.unit_of_work() as uow:
        look(secret, Purpose.LINK, place, uow, desk.ports.clock())


def follow_link(secret: str, place: Place, desk: MemberPorts) -> Entered:
    """Raises as `look_at_link` does."""
    with desk.ports.unit_of_work() as uow:
        ticket = take(secret, Purpose.LINK, place, uow, desk.ports.clock())
        member = uow.dashboard.members.get(ticket.member_id or "")
        return enter(member, "link", place, uow, desk)


def mail(member: Member, letter: Written, sender: str, uow: UnitOfWork, desk: MemberPorts) -> None:
    """Has a letter sent to a member, once this transaction is committed."""
    subject, text, html = letter
    message = Message(
        id=str(uuid4()),
        key=f"member:{uuid4()}",
        account_id=member.account_id,
        envelope_id="",
        task_id=None,
        channel="email",
        recipient=member.email,
        subject=subject,
        text=text,
        html=html,
        sender_name=sender,
        created_at=desk.ports.clock(),
    )
    uow.messages.add(message)
    uow.jobs.add(NewJob(kind="send_message", args={"message": message.id}, queue="mail"))


def _address(email: str) -> str:
    """What is no address is one that nobody has. Raises Unauthorized."""
    try:
        return clean_email(email)
    except Invalid:
        raise Unauthorized() from None


def _record_failure(member: Member | None, how: str, place: Place, desk: MemberPorts) -> None:
    if member is None:
        return
    with desk.ports.unit_of_work() as uow:
        record(member, "failed to sign in", place.visitor, uow, desk, about=how)
        uow.commit()
