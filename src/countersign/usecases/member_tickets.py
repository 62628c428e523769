"""Links in mails and steps of a sign-in: made, read, used up."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from countersign.domain.errors import Forbidden, Gone
from countersign.domain.member import Ticket
from countersign.domain.task import Visitor
from countersign.usecases.create_credential import hash_secret
from countersign.usecases.ports import UnitOfWork


class Purpose(StrEnum):
    """For what a ticket is good, and nothing else."""

    SET_UP = "set up"
    INVITATION = "invitation"
    LINK = "link"
    SECOND_STEP = "second step"
    APP = "app"
    NEW_PASSKEY = "new passkey"
    PASSKEY = "passkey"
    SINGLE_SIGN_ON = "single sign-on"
    TRIAL = "trial"


LIFE: Mapping[Purpose, timedelta] = {
    Purpose.SET_UP: timedelta(days=1),
    Purpose.INVITATION: timedelta(days=7),
    Purpose.LINK: timedelta(minutes=15),
    Purpose.SECOND_STEP: timedelta(minutes=10),
    Purpose.APP: timedelta(minutes=30),
    Purpose.NEW_PASSKEY: timedelta(minutes=5),
    Purpose.PASSKEY: timedelta(minutes=5),
    Purpose.SINGLE_SIGN_ON: timedelta(minutes=10),
    Purpose.TRIAL: timedelta(minutes=10),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a request comes from: `browser` is a secret that only this browser has, `session` what
    it is signed in with, each "" when it has none."""

    visitor: Visitor
    browser: str = ""
    session: str = ""


def issue(
    purpose: Purpose,
    uow: UnitOfWork,
    now: datetime,
    *,
    member_id: str | None = None,
    browser: str = "",
    data: Mapping[str, Any] | None = None,
    secret: str = "",
) -> str:
    """A new ticket's secret; `secret` is taken when there is one already."""
    secret = secret or secrets.token_urlsafe(32)
    uow.dashboard.tickets.sweep(now)
    uow.dashboard.tickets.add(
        Ticket(
            id=hash_secret(secret),
            purpose=purpose,
            expires_at=now + LIFE[purpose],
            member_id=member_id,
            browser=hash_secret(browser) if browser else "",
            data=data or {},
        )
    )
    return secret


def look(secret: str, purpose: Purpose, place: Place, uow: UnitOfWork, now: datetime) -> Ticket:
    """Without using it up. Raises NotFound for what never was or was used, Gone when it has
    expired, Forbidden in another browser than that in which it was asked for."""
    return _checked(uow.dashboard.tickets.look(hash_secret(secret), purpose), place, now)


def take(secret: str, purpose: Purpose, place: Place, uow: UnitOfWork, now: datetime) -> Ticket:
    """Uses it up, once this transaction is committed. Raises as `look` does: then it is good
    still, as nothing is committed."""
    return _checked(uow.dashboard.tickets.take(hash_secret(secret), purpose), place, now)


def _checked(ticket: Ticket, place: Place, now: datetime) -> Ticket:
    if now >= ticket.expires_at:
        raise Gone("expired")
    if ticket.browser and ticket.browser != hash_secret(place.browser):
        raise Forbidden("browser")
    return ticket
