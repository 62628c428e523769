"""Phone numbers as the world dials them (ITU-T E.164): `+`, country code, number."""

from __future__ import annotations

import re

E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
WRITTEN = " -.()/\N{NO-BREAK SPACE}"  # what people put between the digits
EXPECTED = "must be a phone number that begins with + and the country code, as +4712345678"
SHOWN_BEFORE, SHOWN_AFTER = 3, 2  # characters of a masked number


def is_phone(text: str) -> bool:
    """Whether it is one, with nothing between the digits."""
    return E164.fullmatch(text) is not None


def plain_phone(text: str) -> str | None:
    """The number without what people write between the digits; None for what is no number."""
    number = "".join(character for character in text if character not in WRITTEN)
    return number if is_phone(number) else None


def masked_phone(number: str) -> str:
    """Enough of a number to know it by: whoever holds a link need not know it."""
    return f"{number[:SHOWN_BEFORE]}•••{number[-SHOWN_AFTER:]}"
