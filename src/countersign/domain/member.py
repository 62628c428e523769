"""Members: the people of an account who use the dashboard, and how they show who they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from countersign.domain.errors import Invalid, TooManyTries

LONGEST_NAME, LONGEST_EMAIL = 200, 254
IDLE, ABSOLUTE = timedelta(hours=8), timedelta(days=7)
TOUCH_EVERY = timedelta(minutes=1)  # or every page would be a write
FREE_TRIES = 5
LONGEST_PAUSE = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)
_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+")


class Role(StrEnum):
    """What somebody may do is in rights.py."""

    OWNER = "owner"
    ADMIN = "admin"
    SENDER = "sender"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person in one account. `email` is unique among all who have joined (small letters).

    Invited until `joined_at`. `password_hash` is "" for who has no password, `totp_secret` (base32)
    for who uses no app; `totp_step` is the newest step of time whose code was used; `recovery`
    holds SHA-256 of codes that are good once. An `operator` also looks after the installation.
    `version` counts writes and is the compare-and-set value.
    """

    id: str
    account_id: str
    email: str
    name: str
    role: Role
    created_at: datetime
    joined_at: datetime | None = None
    operator: bool = False
    password_hash: str = field(default="", repr=False)
    totp_secret: str = field(default="", repr=False)
    totp_step: int = 0
    recovery: tuple[str, ...] = field(default=(), repr=False)
    version: int = 0

    @property
    def has_joined(self) -> bool:
        return self.joined_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser in which a member is signed in. `id` is SHA-256 of what the browser holds; `how`
    is password, link, passkey or single sign-on."""

    id: str
    member_id: str
    how: str
    created_at: datetime
    seen_at: datetime
    ip: str
    user_agent: str

    def is_over(self, now: datetime) -> bool:
        """8 hours after it was last used, 7 days after it began."""
        return now >= self.seen_at + IDLE or now >= self.created_at + ABSOLUTE

    @property
    def name(self) -> str:
        """By which its owner can end it: says nothing of what the browser holds."""
        return self.id[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Something that is good once, until `expires_at`: a link in a mail, a step of a sign-in. `id`
    is SHA-256 of its secret; `browser` that of the browser it is good in, "" for any."""

    id: str
    purpose: str
    expires_at: datetime
    member_id: str | None = None
    browser: str = ""
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A WebAuthn credential. `id` and `public_key` are base64url."""

    id: str
    member_id: str
    name: str
    public_key: str
    sign_count: int
    created_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Something a member did, or somebody tried in their name. `number` is given when stored, and
    so are `place` (from 1 in its account) and `hash`, which audit_chain.py explains."""

    account_id: str
    at: datetime
    who: str
    action: str
    about: str = ""
    ip: str = ""
    user_agent: str = ""
    number: int = 0
    place: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A filter of the list of envelopes that a member gave a name."""

    id: str
    member_id: str
    name: str
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Guessing:
    """How often somebody at one place tried to be one member."""

    key: str
    tries: int = 0
    tried_at: datetime | None = None

    def tried(self, now: datetime) -> Guessing:
        """One more try. Five are free; then each waits twice as long as the one before, a quarter
        of an hour at most. Raises TooManyTries while that lasts: then nothing is counted, so
        whoever hammers waits no longer."""
        tries = self.tries
        if self.tried_at is None or now - self.tried_at >= FORGOTTEN_AFTER:
            tries = 0
        elif (left := _pause(tries) - (now - self.tried_at)) > timedelta(0):
            raise TooManyTries(int(left.total_seconds()) + 1)
        return replace(self, tries=tries + 1, tried_at=now)


def _pause(tries: int) -> timedelta:
    if tries < FREE_TRIES:
        return timedelta(0)
    return min(timedelta(seconds=2.0 ** min(tries - FREE_TRIES + 1, 20)), LONGEST_PAUSE)


def network_of(ip: str) -> str:
    """Where somebody is, as far as one person can't change it at will: an IPv4 address, or the /64
    network of an IPv6 one."""
    try:
        address = ip_address(ip)
    except ValueError:
        return ip
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address)


def clean_email(text: str) -> str:
    """As it is stored and compared. Raises Invalid for what is no address, and for letters that are
    another alphabet's when they are small: a mailbox with the kelvin sign is not the one with k."""
    given = text.strip()
    email = given.lower()
    is_one = _EMAIL.fullmatch(email) and email.isprintable() and len(email) <= LONGEST_EMAIL
    if not is_one or (email.isascii() and not given.isascii()):
        raise Invalid("this is not an e-mail address", {"email": "must be an e-mail address"})
    return email


def clean_name(text: str) -> str:
    """Raises Invalid for an empty or very long one, or one with control characters."""
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid("a name is needed", {"name": "must be 1 to 200 characters"})
    return name


def role_of(text: str) -> Role:
    """Raises Invalid."""
    try:
        return Role(text)
    except ValueError:
        raise Invalid("there is no such role", {"role": "no such role"}) from None
