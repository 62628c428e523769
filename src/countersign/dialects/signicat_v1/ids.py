"""This vendor's ids: the day, then 49 or 50 characters of base 36.

An upload's are random. An order's hold the envelope's id and a proof that nobody made them up, so
that nothing has to be looked up: 128 bits of the one, then 128 of the other.
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
    return order_id_of(envelope.id, envelope.created_at)


def order_id_of(envelope_id: str, created_at: datetime) -> str:
    id = UUID(envelope_id)
    return _written(created_at, id.int << HALF | _proof(id))


def envelope_id(text: str) -> str:
    """Raises NotFound for what is no order's id. The day is to be compared by whoever has the
    order."""
    if PATTERN.fullmatch(text) is None:
        raise NotFound("order", text)
    number = int(text[8:], 36)
    if number >> 2 * HALF:
        raise NotFound("order", text)
    id = UUID(int=number >> HALF)
    if number % (1 << HALF) != _proof(id):
        raise NotFound("order", text)
    return str(id)


def _proof(id: UUID) -> int:
    return int.from_bytes(hashlib.sha256(id.bytes).digest()[: HALF // 8], "big")


def _written(at: datetime, number: int) -> str:
    digits = ""
    for _ in range(LENGTH):
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return f"{at:%d%m%Y}{digits}"
