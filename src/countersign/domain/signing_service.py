"""Services that keep people's own signing keys, as an account knows them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from countersign.domain.errors import Invalid

_PREFIX = "key:"  # no eID's name has a colon
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,31}")
BANKID = "bankid_se"


class ServiceKind(Enum):
    """CSC: a remote signing service that speaks the API of the Cloud Signature Consortium. BANKID:
    Swedish BankID, which signs a text of ours and not our hash; the installation's client asks."""

    CSC = "csc"
    BANKID = "bankid"


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningService:
    """`name` is what senders call it, such as "NBID". Of a CSC service there are its `url`, the
    OAuth client, the certificates (DER) of the `authorities` that are believed to say whose key it
    is, and, where its server is not publicly known, the PEM of whom TLS believes."""

    account_id: str
    name: str
    kind: ServiceKind
    created_at: datetime
    url: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    authorities: tuple[bytes, ...] = field(default=(), repr=False)
    tls_authority: str = field(default="", repr=False)

    @property
    def method(self) -> str:
        """What tasks name to sign by it."""
        return BANKID if self.kind is ServiceKind.BANKID else _PREFIX + self.name


def service_of(method: str) -> str:
    """The name of the service whose keys `method` stands for; "" for every other method."""
    return method.removeprefix(_PREFIX) if method.startswith(_PREFIX) else ""


def check_service(service: SigningService) -> None:
    """Raises Invalid, with everything that is wrong."""
    wrong = {} if _NAME.fullmatch(service.name) else {"name": "capitals, digits and _, at most 32"}
    if service.kind is ServiceKind.CSC:
        wrong |= _wrong_csc(service)
    if wrong:
        raise Invalid("this signing service can't be used", wrong)


def _wrong_csc(service: SigningService) -> dict[str, str]:
    needed = {
        "url": service.url.startswith("https://") and service.url.isprintable(),
        "client-id": _is_text(service.client_id),
        "client-secret": _is_text(service.client_secret),
        "authorities": bool(service.authorities),
    }
    return {name: WANTED[name] for name, is_right in needed.items() if not is_right}


WANTED = {
    "url": "an https:// address without a path of the API",
    "client-id": "1 to 300 printable characters",
    "client-secret": "1 to 300 printable characters",
    "authorities": "at least one certificate of an authority",
}


def _is_text(text: str) -> bool:
    return 0 < len(text) <= 300 and text.isprintable()
