"""One-time passwords by time (RFC 6238), and recovery codes for who has lost the app."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote, urlencode

from countersign.domain.errors import Unauthorized
from countersign.domain.member import Member

STEP, DIGITS, DRIFT = 30, 6, 1  # seconds; digits; steps that a clock may be ahead or behind
SECRET_BYTES = 20  # RFC 4226, section 4: 160 bits
RECOVERY_CODES = 10


def new_secret() -> str:
    """Base32, as apps take it."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def enrolment_address(secret: str, email: str, issuer: str) -> str:
    """What a QR code for an app holds: `otpauth://totp/…`."""
    query = urlencode({"secret": secret, "issuer": issuer, "digits": DIGITS, "period": STEP})
    return f"otpauth://totp/{quote(issuer, safe='')}:{quote(email, safe='')}?{query}"


def code_at(secret: str, step: int, digits: int = DIGITS) -> str:
    """RFC 4226, section 5.3, with SHA-1, which every app knows."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    start = digest[-1] & 0x0F
    (number,) = struct.unpack(">I", digest[start : start + 4])
    return f"{(number & 0x7FFFFFFF) % 10**digits:0{digits}}"


def matching_step(secret: str, code: str, now: datetime, after: int = 0) -> int | None:
    """The step of time whose code this is, newer than step `after`: each code is good once."""
    given = "".join(code.split())
    current = int(now.timestamp()) // STEP
    for step in range(current - DRIFT, current + DRIFT + 1):
        if step > after and hmac.compare_digest(code_at(secret, step).encode(), given.encode()):
            return step
    return None


def new_recovery_codes() -> tuple[str, ...]:
    """50 random bits each, to be shown once: abcde-fghij."""
    made = (
        base64.b32encode(secrets.token_bytes(7)).decode().lower()[:10]
        for _ in range(RECOVERY_CODES)
    )
    return tuple(f"{code[:5]}-{code[5:]}" for code in made)


def recovery_hashes(codes: Sequence[str]) -> tuple[str, ...]:
    """As they are stored."""
    return tuple(hashlib.sha256(_plain(code).encode()).hexdigest() for code in codes)


def use_code(member: Member, code: str, now: datetime) -> Member:
    """The member after a code of the app, or a recovery code, was used up. Raises Unauthorized."""
    try:
        step = matching_step(member.totp_secret, code, now, member.totp_step)
    except binascii.Error:
        raise Unauthorized() from None
    if step is not None:
        return replace(member, totp_step=step)
    (digest,) = recovery_hashes([code])
    if digest not in member.recovery:
        raise Unauthorized()
    return replace(member, recovery=tuple(one for one in member.recovery if one != digest))


def _plain(code: str) -> str:
    return "".join(c for c in code.lower() if c.isalnum())
