"""Whom the verifier believes: paths to a root (RFC 5280, 6) and revocation lists, offline."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from countersign.xades.verify.refusal import Refused, need

MAX_PATH = 8
MIN_RSA_BITS = 2048

# All that cryptography raises for a certificate or CRL that is not what it should be
_DAMAGED = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.UnsupportedGeneralNameType,
)
# RFC 5280, 4.2: a certificate with another critical extension must be refused
_UNDERSTOOD = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
}
_NAME = x509.ObjectIdentifier("2.5.4.41")
_ECDSA = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
_RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_RSA_PSS = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"  # RFC 9231, 2.3.10
_SCHEMES: dict[str, padding.AsymmetricPadding] = {
    _RSA: padding.PKCS1v15(),
    _RSA_PSS: padding.PSS(padding.MGF1(hashes.SHA256()), 32),
}

_ExtensionType = TypeVar("_ExtensionType", bound=x509.ExtensionType)


def certificate_of(encoded: bytes) -> x509.Certificate:
    """Raises Refused for what is no certificate."""
    try:
        found = x509.load_der_x509_certificate(encoded)
        found.public_key()
        _ = list(found.extensions), found.subject, found.issuer
    except _DAMAGED as error:
        raise Refused("a certificate cannot be read") from error
    return found


def crl_of(encoded: bytes) -> x509.CertificateRevocationList:
    """Raises Refused for what is no revocation list."""
    try:
        found = x509.load_der_x509_crl(encoded)
        _ = list(found.extensions), found.issuer
    except _DAMAGED as error:
        raise Refused("a revocation list cannot be read") from error
    return found


def check_value(certificate: x509.Certificate, method: str, value: bytes, data: bytes) -> None:
    """Refuse unless `value` is the certificate's signature over `data`, by the XML `method`."""
    key = certificate.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
            need(method == _ECDSA and len(value) == 64, "signature method and key do not fit")
            halves = int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big")
            key.verify(encode_dss_signature(*halves), data, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA_BITS:
            need(method in _SCHEMES, "signature method and key do not fit")
            key.verify(value, data, _SCHEMES[method], hashes.SHA256())
        else:
            raise Refused("a kind of key that is not accepted")
    except InvalidSignature:
        raise Refused("the signature value does not verify") from None


def need_may_sign(certificate: x509.Certificate) -> None:
    """Refuse certificates of authorities, and those that are for other purposes alone."""
    usage = _extension(certificate, x509.KeyUsage)
    need(
        usage is None or usage.digital_signature or usage.content_commitment,
        "the certificate is not for signatures",
    )
    need(not _is_authority(certificate), "the certificate is an authority's")
    purposes = _extension(certificate, x509.ExtendedKeyUsage)
    need(
        purposes is None or ExtendedKeyUsageOID.TIME_STAMPING not in purposes,
        "the certificate is a timestamp authority's",
    )


def path_of(
    leaf: x509.Certificate,
    known: Iterable[x509.Certificate],
    roots: Iterable[x509.Certificate],
    at: datetime,
) -> tuple[x509.Certificate, ...]:
    """From `leaf` to one of `roots`, each valid at `at`; empty when there is no such path."""
    anchors = list(roots)
    path = [leaf]
    while _is_usable(path[-1], at) and len(path) <= MAX_PATH:
        if path[-1] in anchors:
            return tuple(path)
        issuer = _issuer_of(path[-1], [*anchors, *known], at, below=len(path) - 1)
        if issuer is None or issuer in path:
            break
        path.append(issuer)
    return ()


def _issuer_of(
    certificate: x509.Certificate, candidates: list[x509.Certificate], at: datetime, below: int
) -> x509.Certificate | None:
    """`below`: how many authorities there are between the issuer and the leaf."""
    for candidate in candidates:
        if (
            candidate.subject == certificate.issuer
            and _is_usable(candidate, at)
            and _may_issue(candidate, below)
            and _has_issued(candidate, certificate)
        ):
            return candidate
    return None


def _is_usable(certificate: x509.Certificate, at: datetime) -> bool:
    critical = {one.oid for one in certificate.extensions if one.critical}
    return (
        certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
        and critical <= _UNDERSTOOD
    )


def _may_issue(candidate: x509.Certificate, below: int) -> bool:
    constraints = _extension(candidate, x509.BasicConstraints)
    usage = _extension(candidate, x509.KeyUsage)
    return (
        constraints is not None
        and constraints.ca
        and (constraints.path_length is None or constraints.path_length >= below)
        and (usage is None or usage.key_cert_sign)
    )


def _has_issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, *_DAMAGED):
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    constraints = _extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def _extension(certificate: x509.Certificate, kind: type[_ExtensionType]) -> _ExtensionType | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


# --- revocation --------------------------------------------------------------------------------


def need_not_revoked(
    path: Sequence[x509.Certificate],
    crls: Iterable[x509.CertificateRevocationList],
    responses: Sequence[ocsp.OCSPResponse],
    at: datetime,
) -> None:
    """Refuse when the authority above says that one of `path` was revoked by then."""
    lists = list(crls)
    for certificate, issuer in pairwise(path):
        for crl in _lists_by(issuer, lists):
            entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
            need(entry is None or entry.revocation_date_utc > at, "the certificate was revoked")
        for answer in answers_about(certificate, issuer, responses):
            when = answer.revocation_time_utc
            need(when is None or when > at, "the certificate was revoked")


def documented(
    known: Iterable[x509.Certificate],
    crls: Iterable[x509.CertificateRevocationList],
    at: datetime,
) -> frozenset[bytes]:
    """The authorities (Names, DER) whose certificates at `at` can be judged by `crls` alone."""
    lists = [crl for crl in crls if _covers(crl, at)]
    return frozenset(
        issuer.subject.public_bytes()
        for issuer in known
        for _ in _lists_by(issuer, lists)  # a list that revokes nobody counts as false
    )


def _covers(crl: x509.CertificateRevocationList, at: datetime) -> bool:
    """Still good then, and about all that its authority issued: what is critical narrows it."""
    end = crl.next_update_utc
    return end is not None and end >= at and not any(e.critical for e in crl.extensions)


def _lists_by(
    issuer: x509.Certificate, crls: Iterable[x509.CertificateRevocationList]
) -> Iterator[x509.CertificateRevocationList]:
    key = issuer.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        return
    for crl in crls:
        if crl.issuer == issuer.subject and _is_authority(issuer) and _has_signed(key, crl):
            yield crl


def _has_signed(
    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey, crl: x509.CertificateRevocationList
) -> bool:
    try:
        return crl.is_signature_valid(key)
    except _DAMAGED:
        return False


def ocsp_of(encoded: bytes) -> ocsp.OCSPResponse:
    """Raises Refused for what is no answer of a responder about one certificate."""
    try:
        found = ocsp.load_der_ocsp_response(encoded)
        _ = found.serial_number, found.certificates
    except _DAMAGED as error:
        raise Refused("an OCSP response cannot be read") from error
    return found


def answers_about(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    responses: Iterable[ocsp.OCSPResponse],
) -> Iterator[ocsp.OCSPResponse]:
    """Those that know the certificate, given by its authority or by whom it named for that."""
    for one in responses:
        known = one.certificate_status is not ocsp.OCSPCertStatus.UNKNOWN
        if known and one.serial_number == certificate.serial_number and _is_for(one, issuer):
            signers = [issuer, *(c for c in one.certificates if _is_delegated(c, issuer))]
            if any(_has_answered(signer, one) for signer in signers):
                yield one


def _is_for(response: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    """By both hashes of RFC 6960, 4.1.1. They only name, so SHA-1 is as good as any."""
    found = (_named(response, issuer.subject.public_bytes()), _named(response, _key_bits(issuer)))
    return (response.issuer_name_hash, response.issuer_key_hash) == found


def _named(response: ocsp.OCSPResponse, data: bytes) -> bytes:
    digest = hashes.Hash(response.hash_algorithm)
    digest.update(data)
    return digest.finalize()


def _key_bits(issuer: x509.Certificate) -> bytes:
    """The key's BIT STRING alone; nothing for keys of other kinds, which sign no certificates
    here."""
    key = issuer.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return (
        key.public_bytes(Encoding.DER, PublicFormat.PKCS1)
        if isinstance(key, rsa.RSAPublicKey)
        else b""
    )


def _is_delegated(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        purposes = _extension(certificate, x509.ExtendedKeyUsage)
    except _DAMAGED:
        return False
    named = purposes is not None and ExtendedKeyUsageOID.OCSP_SIGNING in purposes
    return named and _has_issued(issuer, certificate)


def _has_answered(signer: x509.Certificate, response: ocsp.OCSPResponse) -> bool:
    key, digest = signer.public_key(), response.signature_hash_algorithm
    value, data = response.signature, response.tbs_response_bytes
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and digest:
            key.verify(value, data, ec.ECDSA(digest))
        elif isinstance(key, rsa.RSAPublicKey) and digest:
            key.verify(value, data, padding.PKCS1v15(), digest)
        else:
            return False
    except InvalidSignature:
        return False
    return True


# --- names -------------------------------------------------------------------------------------


def encoded(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def fingerprint(certificate: x509.Certificate) -> bytes:
    return certificate.fingerprint(hashes.SHA256())


def name_of(certificate: x509.Certificate) -> str:
    """The whole name: `name` when the common name had to be cut, else the common name."""
    for kind in (_NAME, NameOID.COMMON_NAME):
        found = certificate.subject.get_attributes_for_oid(kind)
        if found:
            return str(found[0].value)
    return certificate.subject.rfc4514_string()


def email_of(certificate: x509.Certificate) -> str:
    names = _extension(certificate, x509.SubjectAlternativeName)
    addresses = names.get_values_for_type(x509.RFC822Name) if names else []
    return next(iter(addresses), "")
