"""Timestamp tokens of other authorities (RFC 3161, RFC 5816), which need not look like ours.

DER, one signer, SHA-2, RSA (PKCS #1 v1.5) or ECDSA: what the public authorities use today.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import new as new_hash
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from countersign.pdf.verify import der
from countersign.pdf.verify.certificates import DAMAGED
from countersign.pdf.verify.der import Cursor
from countersign.pdf.verify.refusal import Refused, need
from countersign.pdf.verify.stamp import Stamp
from countersign.pdf.verify.times import utc_time

MAX_TOKEN_BYTES = 64 * 1024
MAX_CHAIN = 8

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_TST_INFO = bytes.fromhex("2a864886f70d0109100104")
_CONTENT_TYPE = bytes.fromhex("2a864886f70d010903")
_MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
_SIGNING_CERTIFICATE = bytes.fromhex("2a864886f70d010910020c")
_SIGNING_CERTIFICATE_V2 = bytes.fromhex("2a864886f70d010910022f")
_DIGESTS: dict[bytes, hashes.HashAlgorithm] = {
    bytes.fromhex("608648016503040201"): hashes.SHA256(),
    bytes.fromhex("608648016503040202"): hashes.SHA384(),
    bytes.fromhex("608648016503040203"): hashes.SHA512(),
}
_SHA256_IMPRINT = bytes.fromhex("608648016503040201")
_RSA = bytes.fromhex("2a864886f70d010101")
_SIGNATURE_DIGESTS: dict[bytes, hashes.HashAlgorithm] = {
    bytes.fromhex("2a864886f70d01010b"): hashes.SHA256(),
    bytes.fromhex("2a864886f70d01010c"): hashes.SHA384(),
    bytes.fromhex("2a864886f70d01010d"): hashes.SHA512(),
    bytes.fromhex("2a8648ce3d040302"): hashes.SHA256(),
    bytes.fromhex("2a8648ce3d040303"): hashes.SHA384(),
    bytes.fromhex("2a8648ce3d040304"): hashes.SHA512(),
}


_ExtensionType = TypeVar("_ExtensionType", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True)
class _SignerInfo:
    identifier: bytes
    digest: hashes.HashAlgorithm
    attributes: bytes
    algorithm: bytes
    value: bytes


def check_foreign_token(token: bytes, imprint: bytes, roots: Iterable[bytes]) -> Stamp:
    """Check a token over a SHA-256 `imprint`; `trusted` when its chain ends in one of `roots`.

    Raises Refused for a token that proves nothing.
    """
    need(len(token) <= MAX_TOKEN_BYTES, "timestamp token is too long")
    content, certificates, signer = _opened(token)
    leaf = _signing_certificate(certificates, signer.identifier)
    _check_signed_attributes(signer, content, leaf)
    _check_signature(signer, leaf)
    _check_purpose(leaf)
    time = _time_of(content, imprint)
    need(
        leaf.not_valid_before_utc <= time <= leaf.not_valid_after_utc, "authority expired at", time
    )
    trusted = _is_chained(leaf, certificates, roots, time)
    return Stamp(time, _name_of(leaf), trusted, leaf.issuer.public_bytes())


def _opened(token: bytes) -> tuple[bytes, list[x509.Certificate], _SignerInfo]:
    outer = Cursor(token).enter_last(der.SEQUENCE)
    need(outer.value(der.OID) == _SIGNED_DATA, "token is not signed data")
    body = outer.enter_last(0xA0).enter_last(der.SEQUENCE)
    body.value(der.INTEGER)
    body.value(der.SET)
    enclosed = body.enter(der.SEQUENCE)
    need(enclosed.value(der.OID) == _TST_INFO, "token encloses something else")
    content = enclosed.enter_last(0xA0).enter_last(der.OCTET_STRING)
    need(body.next_tag == 0xA0, "token without certificates")
    certificates = [_certificate(data) for data in _elements(body.enter(0xA0))]
    if body.next_tag == 0xA1:
        body.value(0xA1)
    infos = body.enter_last(der.SET)
    return content.rest, certificates, _signer_info(infos.enter_last(der.SEQUENCE))


def _elements(row: Cursor) -> Iterator[bytes]:
    while not row.done:
        yield row.element(der.SEQUENCE)


def _certificate(data: bytes) -> x509.Certificate:
    try:
        found = x509.load_der_x509_certificate(data)
        # cryptography parses names when asked for them, so that damage would show only later
        found.subject.public_bytes(), found.issuer.public_bytes()
    except DAMAGED as error:
        raise Refused("certificate in a token") from error
    return found


def _signer_info(info: Cursor) -> _SignerInfo:
    info.value(der.INTEGER)
    identifier = info.element(info.next_tag)
    digest = _DIGESTS.get(info.enter(der.SEQUENCE).value(der.OID))
    if digest is None:
        raise Refused("digest algorithm of a token")
    attributes = info.value(0xA0)
    algorithm = info.enter(der.SEQUENCE).value(der.OID)
    return _SignerInfo(identifier, digest, attributes, algorithm, info.value(der.OCTET_STRING))


def _signing_certificate(
    certificates: list[x509.Certificate], identifier: bytes
) -> x509.Certificate:
    for certificate in certificates:
        if identifier in _identifiers(certificate):
            return certificate
    raise Refused("token without the certificate that signed it")


def _identifiers(certificate: x509.Certificate) -> list[bytes]:
    """Both forms in which a signer may name this certificate (RFC 5652, 5.3)."""
    number = certificate.serial_number
    serial = number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True)
    issuer = certificate.issuer.public_bytes()
    found = [der.tlv(der.SEQUENCE, issuer, der.tlv(der.INTEGER, serial))]
    extension = _extension(certificate, x509.SubjectKeyIdentifier)
    return [*found, der.tlv(0x80, extension.value.digest)] if extension else found


def _extension(
    certificate: x509.Certificate, kind: type[_ExtensionType]
) -> x509.Extension[_ExtensionType] | None:
    """cryptography parses extensions when asked for them, so that damage shows only here."""
    try:
        return certificate.extensions.get_extension_for_class(kind)
    except DAMAGED:
        return None


def _check_signed_attributes(signer: _SignerInfo, content: bytes, leaf: x509.Certificate) -> None:
    attributes = dict(_attributes(signer.attributes))
    need(attributes.get(_CONTENT_TYPE) == der.tlv(der.OID, _TST_INFO), "content type of a token")
    hashed = new_hash(signer.digest.name, content).digest()
    need(attributes.get(_MESSAGE_DIGEST) == der.tlv(der.OCTET_STRING, hashed), "digest in a token")
    need(_names_certificate(attributes, leaf), "token does not name its certificate")


def _attributes(encoded: bytes) -> Iterator[tuple[bytes, bytes]]:
    seen = set()
    for element in _elements(Cursor(encoded)):
        attribute = Cursor(element).enter(der.SEQUENCE)
        kind = attribute.value(der.OID)
        need(kind not in seen, "a signed attribute occurs twice")
        seen.add(kind)
        yield kind, attribute.value(der.SET)


def _names_certificate(attributes: dict[bytes, bytes], leaf: x509.Certificate) -> bool:
    """The first certificate hash in signingCertificate(V2) is the leaf's (RFC 5035, RFC 2634)."""
    if _SIGNING_CERTIFICATE_V2 in attributes:
        first = _first_certificate_id(attributes[_SIGNING_CERTIFICATE_V2])
        digest: hashes.HashAlgorithm | None = hashes.SHA256()
        if first.next_tag == der.SEQUENCE:
            digest = _DIGESTS.get(first.enter(der.SEQUENCE).value(der.OID))
    elif _SIGNING_CERTIFICATE in attributes:
        first = _first_certificate_id(attributes[_SIGNING_CERTIFICATE])
        digest = hashes.SHA1()  # RFC 2634 knows no other
    else:
        return False
    return digest is not None and first.value(der.OCTET_STRING) == leaf.fingerprint(digest)


def _first_certificate_id(value: bytes) -> Cursor:
    return Cursor(value).enter(der.SEQUENCE).enter(der.SEQUENCE).enter(der.SEQUENCE)


def _check_signature(signer: _SignerInfo, leaf: x509.Certificate) -> None:
    plain_rsa = signer.algorithm == _RSA
    digest = signer.digest if plain_rsa else _SIGNATURE_DIGESTS.get(signer.algorithm)
    if digest is None:
        raise Refused("signature algorithm of a token")
    data, key = der.tlv(der.SET, signer.attributes), _public_key(leaf)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signer.value, data, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signer.value, data, ec.ECDSA(digest))
        else:
            raise Refused("kind of key of a timestamp authority")
    except InvalidSignature:
        raise Refused("signature of a token does not verify") from None


def _public_key(leaf: x509.Certificate) -> object:
    try:
        return leaf.public_key()
    except DAMAGED as error:
        raise Refused("key of a timestamp authority") from error


def _check_purpose(leaf: x509.Certificate) -> None:
    """RFC 3161, 2.3: the key is for timestamps alone, and says so critically."""
    usage = _extension(leaf, x509.ExtendedKeyUsage)
    need(
        usage is not None
        and usage.critical
        and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING],
        "certificate is not for timestamps alone",
    )


def _time_of(content: bytes, imprint: bytes) -> datetime:
    info = Cursor(content).enter_last(der.SEQUENCE)
    info.expect(b"\x02\x01\x01", "version of a token")
    info.value(der.OID)
    image = info.enter(der.SEQUENCE)
    need(image.enter(der.SEQUENCE).value(der.OID) == _SHA256_IMPRINT, "imprint algorithm")
    need(image.value(der.OCTET_STRING) == imprint, "imprint of a token differs")
    info.value(der.INTEGER)
    text = info.value(der.GENERALIZED_TIME)
    whole, _, fraction = text.removesuffix(b"Z").partition(b".")
    need(text.endswith(b"Z") and (fraction or b"0").isdigit(), "time of a token")
    return utc_time(whole) + timedelta(seconds=float(b"0." + (fraction or b"0")))


def _is_chained(
    leaf: x509.Certificate,
    certificates: list[x509.Certificate],
    roots: Iterable[bytes],
    time: datetime,
) -> bool:
    anchors = [x509.load_der_x509_certificate(root) for root in roots]
    current = leaf
    for _ in range(MAX_CHAIN):
        if current in anchors:
            return True
        issuer = _issuer_of(current, [*anchors, *certificates])
        if issuer is None or not issuer.not_valid_before_utc <= time <= issuer.not_valid_after_utc:
            return False
        current = issuer
    return False


def _issuer_of(
    certificate: x509.Certificate, candidates: list[x509.Certificate]
) -> x509.Certificate | None:
    for candidate in candidates:
        if candidate.subject == certificate.issuer and _may_issue(candidate):
            try:
                certificate.verify_directly_issued_by(candidate)
            except (InvalidSignature, *DAMAGED):
                continue
            return candidate
    return None


def _may_issue(candidate: x509.Certificate) -> bool:
    extension = _extension(candidate, x509.BasicConstraints)
    return extension is not None and extension.value.ca


def _name_of(leaf: x509.Certificate) -> str:
    found = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else leaf.subject.rfc4514_string()
