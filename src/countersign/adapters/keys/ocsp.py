"""What an authority's responder says of a certificate at this moment (RFC 6960)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import structlog
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from countersign.adapters.caching import Recent
from countersign.adapters.outbound_http import CallFailed, OutboundHttp

log = structlog.get_logger(__name__)

SECONDS = 5.0
LONGEST_ANSWER = 64 << 10  # bytes
SKEW = timedelta(minutes=5)
# One that doesn't say until when it is good has newer news to tell at any time
FRESH = timedelta(minutes=10)
ASKED_AGAIN = timedelta(minutes=1)
HEADERS = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}


class Responders:
    """Asks each certificate's responder, and again after a minute."""

    def __init__(self) -> None:
        self._answers: Recent[tuple[datetime, ocsp.OCSPResponse]] = Recent(1000)

    def of(
        self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
    ) -> ocsp.OCSPResponse | None:
        """One that is about this certificate, signed for its issuer and good at `at`; None when
        there is none to be had."""
        key = certificate.public_bytes(Encoding.DER)
        asked_at, known = self._answers.get(key) or (at, None)
        if known is not None and abs(at - asked_at) < ASKED_AGAIN:
            return known
        for url in responders_of(certificate):
            answer = _asked(url, certificate, issuer)
            if answer is not None and is_good(answer, certificate, issuer, at):
                return self._answers.put(key, (at, answer))[1]
            log.warning("ocsp_response_missing", issuer=issuer.subject.rfc4514_string())
        return None


def responders_of(certificate: x509.Certificate) -> Iterator[str]:
    """Addresses of those that the certificate names (RFC 5280, 4.2.2.1)."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except (ValueError, x509.ExtensionNotFound):
        return
    for one in access.value:
        address = one.access_location.value
        is_responder = one.access_method == AuthorityInformationAccessOID.OCSP
        if is_responder and str(address).startswith(("http://", "https://")):
            yield str(address)


def _asked(
    url: str, certificate: x509.Certificate, issuer: x509.Certificate
) -> ocsp.OCSPResponse | None:
    # SHA-1 names the issuer here and proves nothing: it is what all responders know (RFC 5019)
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())
    asked = builder.build().public_bytes(Encoding.DER)
    # A believed authority issued the certificate, and may be one of the house
    with closing(OutboundHttp(allow_private=True, time_limit=SECONDS)) as http:
        try:
            answered = http.call("POST", url, HEADERS, asked, LONGEST_ANSWER)
            return ocsp.load_der_ocsp_response(answered.body) if answered.status == 200 else None
        except (CallFailed, ValueError):
            return None


def is_good(
    response: ocsp.OCSPResponse,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    at: datetime,
) -> bool:
    """Whether it tells of this certificate at `at`, whatever it tells, and nobody else made it."""
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return False
    try:
        return (
            response.serial_number == certificate.serial_number
            and _is_about(response, issuer)
            and _is_in_time(response, at)
            and _is_signed(response, issuer, at)
        )
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.ExtensionNotFound):
        return False


def _is_about(response: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    """Both hashes of RFC 6960, 4.1.1."""
    from asn1crypto.keys import PublicKeyInfo  # only once somebody is asked

    encoded = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    key = PublicKeyInfo.load(encoded)["public_key"].contents[1:]  # without its count of spare bits
    wanted = [_hash(part, response) for part in (issuer.subject.public_bytes(), key)]
    return [response.issuer_name_hash, response.issuer_key_hash] == wanted


def _hash(data: bytes, response: ocsp.OCSPResponse) -> bytes:
    made = hashes.Hash(response.hash_algorithm)
    made.update(data)
    return made.finalize()


def _is_in_time(response: ocsp.OCSPResponse, at: datetime) -> bool:
    begins, ends = response.this_update_utc, response.next_update_utc
    return begins <= at + SKEW and at < (ends or begins + FRESH) + SKEW


def _is_signed(response: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime) -> bool:
    """By the issuer, or by whom it has named for that (RFC 6960, 4.2.2.2)."""
    delegated = [one for one in response.certificates if _is_delegate(one, issuer, at)]
    return any(_has_signed(one, response) for one in (issuer, *delegated))


def _is_delegate(candidate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> bool:
    try:
        purposes = candidate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        candidate.verify_directly_issued_by(issuer)
    except (InvalidSignature, TypeError, ValueError, x509.ExtensionNotFound):
        return False
    in_time = candidate.not_valid_before_utc <= at <= candidate.not_valid_after_utc
    return in_time and ExtendedKeyUsageOID.OCSP_SIGNING in purposes


def _has_signed(signer: x509.Certificate, response: ocsp.OCSPResponse) -> bool:
    key, digest = signer.public_key(), response.signature_hash_algorithm
    signed, value = response.tbs_response_bytes, response.signature
    try:
        if isinstance(key, rsa.RSAPublicKey) and digest is not None:
            key.verify(value, signed, padding.PKCS1v15(), digest)
            return True
        if isinstance(key, ec.EllipticCurvePublicKey) and digest is not None:
            key.verify(value, signed, ec.ECDSA(digest))
            return True
    except InvalidSignature:
        pass
    return False
