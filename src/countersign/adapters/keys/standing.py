"""Whether certificates were revoked, by their authorities' responders and lists, and what proves
it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from countersign.adapters.keys.ocsp import Responders, responders_of
from countersign.adapters.keys.revocation import RevocationLists, addresses_of

log = structlog.get_logger(__name__)


LONGEST_LIST = 16 << 20  # bytes, of one that is only looked at


class Revoked(Exception):
    """One of the certificates was revoked."""


@dataclass(slots=True)
class Standing:
    """What the authorities say, DER. `is_complete`: of every certificate below the root.
    `is_silent`: one says where to ask, and nobody answered there."""

    lists: list[bytes] = field(default_factory=list)
    responses: list[bytes] = field(default_factory=list)
    is_complete: bool = True
    is_silent: bool = False


class Standings:
    """Responders are asked first: what they say is newer than a list, and shorter."""

    def __init__(self) -> None:
        self._responders, self._lists = Responders(), RevocationLists(LONGEST_LIST)

    def of(self, row: Sequence[bytes], at: datetime) -> Standing:
        """`row` leads from somebody's certificate to a root (DER). Raises Revoked."""
        found = Standing()
        for one, issuer in pairwise(map(x509.load_der_x509_certificate, row)):
            self._add(one, issuer, at, found)
        return found

    def _add(
        self, one: x509.Certificate, issuer: x509.Certificate, at: datetime, found: Standing
    ) -> None:
        response = self._responders.of(one, issuer, at)
        if response is not None and _says(response):
            found.responses.append(response.public_bytes(Encoding.DER))
            return
        revoked = self._lists.list_of(one, issuer, at)
        if revoked is not None:
            _need_not_on(revoked, one, at)
            found.lists.append(revoked.public_bytes(Encoding.DER))
            return
        found.is_complete = False
        found.is_silent |= any((*responders_of(one), *addresses_of(one)))


def _says(response: ocsp.OCSPResponse) -> bool:
    """False where the responder does not know the certificate. Raises Revoked."""
    if response.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        raise Revoked
    return response.certificate_status is ocsp.OCSPCertStatus.GOOD


def _need_not_on(
    revoked: x509.CertificateRevocationList, one: x509.Certificate, at: datetime
) -> None:
    entry = revoked.get_revoked_certificate_by_serial_number(one.serial_number)
    if entry is not None and entry.revocation_date_utc <= at:
        raise Revoked
