"""Revocation lists from where certificates say that they are (RFC 5280, 4.2.1.13), so that what
was signed with somebody else's certificate can be validated later without asking anybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import product

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from countersign.adapters.caching import Recent
from countersign.adapters.outbound_http import CallFailed, OutboundHttp

log = structlog.get_logger(__name__)

LONGEST_LIST = 2 << 20  # bytes; it goes into every file that is signed
SECONDS = 5.0


class RevocationLists:
    """Fetches each list once until its successor is due. What can't be had is left out, and the
    log says so: a signature without it is valid, only harder to prove in ten years."""

    def __init__(self, longest: int = LONGEST_LIST) -> None:
        self._longest = longest  # bytes
        self._lists: Recent[x509.CertificateRevocationList] = Recent(100)

    def of(self, certificates: Sequence[bytes], at: datetime) -> tuple[bytes, ...]:
        """DER of the lists on which these certificates (DER) would stand, good at `at`. The
        issuer of each has to be among them: a list that can't be checked would do harm."""
        parsed = [x509.load_der_x509_certificate(one) for one in certificates]
        issued = [
            (one, by)
            for one, by in product(parsed, parsed)
            if one is not by and one.issuer == by.subject
        ]
        found = [self.list_of(one, by, at) for one, by in issued]
        return tuple(one.public_bytes(Encoding.DER) for one in found if one is not None)

    def list_of(
        self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
    ) -> x509.CertificateRevocationList | None:
        """The one on which this certificate would stand."""
        for url in addresses_of(certificate):
            known = self._lists.get(url)
            if known is not None and _is_good(known, issuer, at):
                return known
            fetched = _fetched(url, self._longest)
            if fetched is not None and _is_good(fetched, issuer, at):
                return self._lists.put(url, fetched)
            log.warning("revocation_list_missing", issuer=issuer.subject.rfc4514_string())
        return None


def addresses_of(certificate: x509.Certificate) -> Iterator[str]:
    """Where the certificate says that its list is."""
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (ValueError, x509.ExtensionNotFound):
        return
    for point in points:
        names = [str(name.value) for name in point.full_name or ()]
        yield from (name for name in names if name.startswith(("http://", "https://")))


def _is_good(
    revoked: x509.CertificateRevocationList, issuer: x509.Certificate, at: datetime
) -> bool:
    ends = revoked.next_update_utc
    in_time = revoked.last_update_utc <= at and (ends is None or at < ends)
    if not in_time or revoked.issuer != issuer.subject:
        return False
    try:
        return revoked.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False


def _fetched(url: str, longest: int) -> x509.CertificateRevocationList | None:
    # The operator chose the certificate, so its authority's address may be one of the house
    with closing(OutboundHttp(allow_private=True, time_limit=SECONDS)) as http:
        try:
            answered = http.call("GET", url, {}, longest_answer=longest)
            if answered.status != 200:
                return None
            return x509.load_der_x509_crl(answered.body)
        except (CallFailed, ValueError):
            return None
