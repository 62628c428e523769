"""Passkeys: a member adds one, signs in with it, and takes it away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from countersign.domain.errors import NotFound, Unauthorized
from countersign.domain.member import Passkey, clean_name
from countersign.usecases.enter_dashboard import open_session, record
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.member_tickets import Place, Purpose, issue, take


@dataclass(frozen=True, slots=True)
class Asked:
    """`options` for the browser's API; its answer comes back with `ticket`."""

    ticket: str
    options: Mapping[str, Any]


def begin_passkey(visit: Visit, place: Place, desk: MemberPorts) -> Asked:
    """What a new passkey is made with."""
    with desk.ports.unit_of_work() as uow:
        known = uow.dashboard.passkeys.of_member(visit.member.id)
        challenge, options = desk.passkeys.creation_options(visit.member, known)
        ticket = issue(
            Purpose.NEW_PASSKEY,
            uow,
            desk.ports.clock(),
            member_id=visit.member.id,
            browser=place.browser,
            data={"challenge": challenge},
        )
        uow.commit()
    return Asked(ticket, options)


def add_passkey(
    ticket: str, answer: Mapping[str, Any], name: str, visit: Visit, place: Place, desk: MemberPorts
) -> Passkey:
    """Raises NotFound, Gone and Forbidden for the ticket, Invalid for the answer or the name,
    NameTaken for a passkey that is known."""
    called, now = clean_name(name), desk.ports.clock()
    with desk.ports.unit_of_work() as uow:
        asked = take(ticket, Purpose.NEW_PASSKEY, place, uow, now)
        if asked.member_id != visit.member.id:
            raise NotFound(Purpose.NEW_PASSKEY)
        challenge = asked.data["challenge"]
        passkey = desk.passkeys.created(answer, challenge, visit.member, called, now)
        uow.dashboard.passkeys.add(passkey)
        record(visit.member, "added a passkey", visit.visitor, uow, desk, called)
        uow.commit()
    return passkey


def remove_passkey(passkey_id: str, visit: Visit, desk: MemberPorts) -> None:
    """Raises NotFound, also for somebody else's."""
    with desk.ports.unit_of_work() as uow:
        name = uow.dashboard.passkeys.get(passkey_id).name
        uow.dashboard.passkeys.remove(visit.member.id, passkey_id)
        record(visit.member, "removed a passkey", visit.visitor, uow, desk, name)
        uow.commit()


def ask_for_passkey(place: Place, desk: MemberPorts) -> Asked:
    """For somebody who has not said who they are: the passkey knows."""
    challenge, options = desk.passkeys.request_options()
    with desk.ports.unit_of_work() as uow:
        ticket = issue(
            Purpose.PASSKEY,
            uow,
            desk.ports.clock(),
            browser=place.browser,
            data={"challenge": challenge},
        )
        uow.commit()
    return Asked(ticket, options)


def sign_in_with_passkey(
    ticket: str, answer: Mapping[str, Any], place: Place, desk: MemberPorts
) -> str:
    """Returns the session. Raises NotFound, Gone and Forbidden for the ticket, Unauthorized for a
    passkey that is unknown, is somebody's who has left, or proves nothing."""
    now = desk.ports.clock()
    with desk.ports.unit_of_work() as uow:
        asked = take(ticket, Purpose.PASSKEY, place, uow, now)
        try:
            passkey = uow.dashboard.passkeys.get(str(answer.get("id", "")))
        except NotFound:
            raise Unauthorized() from None
        count = desk.passkeys.sign_count(answer, asked.data["challenge"], passkey)
        member = uow.dashboard.members.get(passkey.member_id)
        uow.dashboard.passkeys.used(passkey.id, count, now)
        return open_session(member, "passkey", place, uow, desk)
