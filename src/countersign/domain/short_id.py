"""Ids that programs write with 24 hexadecimal digits and that are UUIDs all the same.

A UUID of version 8 (RFC 9562, section 5.8) whose first and last 48 bits are random and all others
fixed: `c0ffee123456-…-8000-8000-…` loses nothing when the middle is left out. 96 random bits make
ids unique; none of them is a secret.
"""

from __future__ import annotations

import re
import secrets
from uuid import UUID

_LONG = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-8000-8000-([0-9a-f]{12})")
_SHORT = re.compile(r"([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{12})")


def new_short_id() -> str:
    """A UUID that has a short form."""
    return long_id(secrets.token_hex(12))


def short_id(id: str) -> str:
    """The 24 lower-case hexadecimal digits of an id that `new_short_id` made. Raises ValueError."""
    found = _LONG.fullmatch(id)
    if found is None:
        raise ValueError("this id has no short form")
    return "".join(found.groups())


def short_form(id: str) -> str:
    """The short form, or the id itself where it has none: for people to read."""
    return short_id(id) if _LONG.fullmatch(id) else id


def long_id(text: str) -> str:
    """The UUID behind 24 lower-case hexadecimal digits. Raises ValueError for anything else."""
    found = _SHORT.fullmatch(text)
    if found is None:
        raise ValueError("24 hexadecimal digits are wanted")
    return str(UUID("{}-{}-8000-8000-{}".format(*found.groups())))
