"""The port to keepers of people's own signing keys. Part of ports.py, where the rest of the outside
world is.

Four steps, because the keeper lets a person sign only what he knows the hash of, and the hash can
be made only when the person's certificate is known:

    start      the person shows the keeper who they are
    identify   the keeper tells the person's certificate; now the acts are prepared
    authorize  the person lets the keeper sign exactly these hashes
    sign       the signatures come, and the acts are finished

Each step returns the `secret` that the next one needs, to be stored closed, and what the page has
to show: `redirect_url`, where the person's browser has to go and from where it comes back with an
answer; or `ask`, fields for the person to fill in, whose values are the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from countersign.domain.signing_service import SigningService


@dataclass(frozen=True, slots=True, kw_only=True)
class PkiStep:
    """A step that was begun. `state` is what a browser comes back with from `redirect_url`."""

    secret: Mapping[str, str] = field(repr=False)
    page: Mapping[str, Any] = field(repr=False)
    state: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOwner:
    """Who somebody is by the certificate of their key. `chain` leads from it up to `root`, an
    authority that the account believes, without either of them (DER). `national_id` is "" when the
    certificate names none. `pss`: the key signs by RSASSA-PSS."""

    name: str = field(repr=False)
    national_id: str = field(repr=False)
    certificate: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(repr=False)
    root: bytes = field(repr=False)
    pss: bool = False

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """From the person's own to the root."""
        return (self.certificate, *self.chain, self.root)


@dataclass(frozen=True, slots=True, kw_only=True)
class PkiIdentified:
    """Whose key it is that signatures will be made with."""

    secret: Mapping[str, str] = field(repr=False)
    owner: KeyOwner = field(repr=False)


class PkiVendor(Protocol):
    """One keeper of keys. Each method raises Unavailable when he does not answer, or not as he
    should; Conflict when it came to nothing and has to be begun anew; Invalid for an answer that is
    not the person's, or a PIN or one-time code that is wrong: these may be tried again."""

    def start(self, return_url: str, language: str) -> PkiStep:
        """`return_url` is where the browser comes back to, `language` what the keeper's page should
        speak (RFC 5646)."""

    def identify(self, secret: Mapping[str, str], answer: Mapping[str, str]) -> PkiIdentified:
        """`answer` is what the browser came back with. Raises Invalid with the field `certificate`
        for one that can't sign here: expired, revoked, for something else, or by nobody who is
        believed; Unavailable also when nobody says whether it was revoked who should."""

    def authorize(self, secret: Mapping[str, str], hashes: Sequence[bytes], text: str) -> PkiStep:
        """Asks for signatures over these SHA-256 hashes, one for each document; `text` says in a
        line what they are of."""

    def sign(
        self, secret: Mapping[str, str], hashes: Sequence[bytes], answer: Mapping[str, str]
    ) -> Sequence[bytes]:
        """The signature values, one for each of the hashes that were authorized: RSASSA-PKCS1-v1_5
        or -PSS, or ECDSA as DER or as both numbers in a row. They were not checked. Raises Invalid
        as `identify` does when the certificate was revoked since."""


class PkiVendors(Protocol):
    """The keepers of keys that accounts have. `return_url` is where browsers come back to."""

    @property
    def return_url(self) -> str: ...

    def of_account(self, account_id: str, name: str) -> PkiVendor:
        """Raises NotFound when the account has none of this name."""


class StoredServices(Protocol):
    """What accounts need to ask keepers of keys; their secrets are stored closed."""

    def add(self, service: SigningService) -> None:
        """Raises NameTaken when the account has one of this name."""

    def all(self, account_id: str) -> Sequence[SigningService]:
        """By name."""

    def remove(self, account_id: str, name: str) -> None:
        """Raises NotFound."""
