"""This vendor's ids: the day, then 49 or 50 characters of base 36.

An upload's are random. Those of orders and of archived documents hold the UUID by which they are
known here and a proof that nobody made them up, so that nothing has to be looked up: 128 bits of
the one, then 128 of the other.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime
from uuid import UUID

from countersign.domain.envelope import Envelope
from countersign.domain.errors import NotFound

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
LENGTH = 50  # of what follows the day: 36^50 > 2^256
HALF = 128  # bits
PATTERN = re.compile(r"[0-9]{8}[0-9a-z]{49,50}", re.ASCII)


def new_id(now: datetime) -> str:
    return _written(now, secrets.randbits(2 * HALF))


def order_id(envelope: Envelope) -> str:
    return written_id(envelope.id, envelope.created_at)


def written_id(id: str, at: datetime) -> str:
    """Of what is known here by a UUID, and was made at this time."""
    known = UUID(id)
    return _written(at, known.int << HALF | _proof(known))


def read_id(text: str) -> str:
    """The UUID. Raises NotFound for what was not written here. The day is to be compared by whoever
    has what it is the id of."""
    if PATTERN.fullmatch(text) is None:
        raise NotFound("id", text)
    number = int(text[8:], 36)
    if number >> 2 * HALF:
        raise NotFound("id", text)
    id = UUID(int=number >> HALF)
    if number % (1 << HALF) != _proof(id):
        raise NotFound("id", text)
    return str(id)


def _proof(id: UUID) -> int:
    return int.from_bytes(hashlib.sha256(id.bytes).digest()[: HALF // 8], "big")


def _written(at: datetime, number: int) -> str:
    digits = ""
    for _ in range(LENGTH):
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return f"{at:%d%m%Y}{digits}"
