"""Keys with which an account signs in its own name, as a company: one for each vendor whose
signatures it makes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from countersign.domain.errors import Invalid, KeyExpired

VENDOR_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")


class KeyKind(Enum):
    """Where a key is: in a file that came with it, or in a token that it never leaves."""

    PKCS12 = "pkcs12"
    PKCS11 = "pkcs11"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """What a key's certificate says. Times are UTC."""

    subject: str
    begins: datetime
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantKey:
    """`vendor` is a short name such as "NBID". `place` says where a key in a token is (module,
    token, label); `secret`, which is stored closed, what opens it: the PIN of a token, or a
    PKCS#12 file (base64) and its password. Times are UTC."""

    account_id: str
    vendor: str
    kind: KeyKind
    facts: KeyFacts
    created_at: datetime
    place: Mapping[str, str] = field(default_factory=dict)
    secret: Mapping[str, str] = field(repr=False)

    def check_usable(self, now: datetime) -> None:
        """Raises KeyExpired when the certificate is not good at `now`, an aware time."""
        begins, expires = self.facts.begins, self.facts.expires
        if now > expires:
            raise KeyExpired(self.vendor, f"expired on {_moment(expires)}")
        if now < begins:
            raise KeyExpired(self.vendor, f"is not valid before {_moment(begins)}")


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def check_vendor(vendor: str) -> None:
    """Raises Invalid for what is no short name."""
    if not VENDOR_FORM.fullmatch(vendor):
        raise Invalid(
            "a vendor is named by a word such as NBID",
            {"vendor": "letters, digits and . _ - only, at most 40"},
        )
