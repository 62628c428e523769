"""Providers of eIDs that speak OpenID Connect, as an account knows them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from countersign.domain.errors import Invalid
from countersign.domain.identity import CODE_METHODS, NUMBER_METHODS
from countersign.domain.task import OWN_METHODS

NATIONAL_ID_CLAIM, NAME_CLAIM = "national_id", "name"
SIGN_IN = "dashboard"  # the name of the provider by which an account's own members sign in
TRIAL = "trial."  # begins the state of somebody who only tries a provider
RESERVED = OWN_METHODS | {*CODE_METHODS, *NUMBER_METHODS}
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_WORD = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,300}")  # RFC 6749, appendix A.4


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdProvider:
    """What an account needs to ask a provider who somebody is. `name` is the method that tasks
    name. Without `acr_values` every level of assurance will do. `national_id_claim` and
    `name_claim` are names of claims; a dot leads into one that is an object. Only what an operator
    entered may be `inside` the server's own network."""

    account_id: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...] = ("openid", "profile")
    acr_values: tuple[str, ...] = ()
    national_id_claim: str = NATIONAL_ID_CLAIM
    name_claim: str = NAME_CLAIM
    created_at: datetime
    inside: bool = True


def check_provider(provider: OpenIdProvider) -> None:
    """Raises Invalid, with everything that is wrong."""
    wrong = {
        "name": _NAME.fullmatch(provider.name) is None or provider.name in RESERVED,
        "issuer": not is_issuer(provider.issuer),
        "client-id": not _is_text(provider.client_id),
        "client-secret": not _is_text(provider.client_secret),
        "scope": not provider.scopes or not all(map(_WORD.fullmatch, provider.scopes)),
        "acr": not all(map(_WORD.fullmatch, provider.acr_values)),
        "national-id-claim": _WORD.fullmatch(provider.national_id_claim) is None,
        "name-claim": _WORD.fullmatch(provider.name_claim) is None,
    }
    if fields := {name: WANTED[name] for name, is_wrong in wrong.items() if is_wrong}:
        raise Invalid("this identity provider can't be used", fields)


WANTED = {
    "name": "small letters, digits and _, at most 40, and none of the built-in methods",
    "issuer": "an https:// address as the provider writes it, without query (http:// on this host)",
    "client-id": "1 to 300 printable characters",
    "client-secret": "1 to 300 printable characters",
    "scope": "a word",
    "acr": "a word",
    "national-id-claim": "the name of a claim",
    "name-claim": "the name of a claim",
}


def is_issuer(url: str) -> bool:
    """OpenID Connect Discovery 1.0, section 3: an address without query and fragment."""
    return is_safe(url) and "?" not in url and "#" not in url


def is_safe(url: str) -> bool:
    """Whether nobody on the way can change what is answered: https, or this host itself."""
    try:
        address = urlsplit(url)
        host, _ = address.hostname, address.port
    except ValueError:
        return False
    if not url.isprintable() or " " in url or "@" in address.netloc or not host:
        return False
    return address.scheme == "https" or (address.scheme == "http" and host in LOOPBACK)


def _is_text(text: str) -> bool:
    return 0 < len(text) <= 300 and text.isprintable()
