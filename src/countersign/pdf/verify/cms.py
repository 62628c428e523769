"""CMS signatures and timestamp tokens, compared byte for byte with what we write.

Templates: docs/pdf-format.md, sections 6 and 7. Attributes are rebuilt and compared, so that
nothing unexpected can be inside a signature that verifies.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from countersign.pdf.verify import der
from countersign.pdf.verify.certificates import Certificate, Role, Trust
from countersign.pdf.verify.der import Cursor, tlv
from countersign.pdf.verify.foreign_signer import foreign_signer
from countersign.pdf.verify.foreign_token import check_foreign_token
from countersign.pdf.verify.refusal import Refused, need
from countersign.pdf.verify.stamp import LOCAL_AUTHORITY, Stamp
from countersign.pdf.verify.times import utc_time

_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_DATA = bytes.fromhex("06092a864886f70d010701")
_TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")
_TOKEN_ATTRIBUTE = bytes.fromhex("060b2a864886f70d010910020e")
_SHA256 = bytes.fromhex("300b0609608648016503040201")
_POLICY = bytes.fromhex("060a2b0601040181fd590101")
_CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
_MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
_VERSION_1 = b"\x02\x01\x01"
_VERSION_3 = b"\x02\x01\x03"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that was checked: by whom, the time proven for it, and whether the signer's
    authority is one that is believed here."""

    certificate: Certificate
    stamp: Stamp
    trusted: bool = True


@dataclass(frozen=True, slots=True)
class _SignedData:
    content: bytes
    certificates: tuple[bytes, ...]
    info: Cursor


def check_signature(
    encoded: bytes, digest: bytes, role: Role, trust: Trust, foreign: str | None = None
) -> Signature:
    """Check a CAdES signature over a SHA-256 `digest`, and its timestamp. Raises Refused.

    `foreign` is the SHA-256 (hex) of the only certificate of another authority that may sign; None
    where the certificate has to be the platform's or issued by it."""
    data = _signed_data(encoded, _VERSION_1)
    need(data.content == tlv(der.SEQUENCE, _DATA), "signed content is not detached")
    trusted = True
    if foreign is None:
        certificate = trust.certificate(_leaf(data.certificates, trust, role), role)
    else:
        certificate, trusted = foreign_signer(data.certificates, foreign, trust)
    value = _check_signer_info(data.info, certificate, _DATA, digest)
    token = _unsigned_token(data.info)
    stamp = check_token(token, sha256(value).digest(), trust)
    certificate.need_valid_at(stamp.time)
    return Signature(certificate, stamp, trusted)


def check_token(token: bytes, imprint: bytes, trust: Trust) -> Stamp:
    """Check an RFC 3161 token over a SHA-256 `imprint`. Raises Refused.

    Ours must be exactly as we write it; another authority's is checked by the rules of RFC 3161.
    """
    ours = any(certificate in token for certificate in trust.timestamp)
    if trust.foreign_timestamps and not ours:
        return check_foreign_token(token, imprint, trust.timestamp_roots)
    data = _signed_data(token, _VERSION_3)
    certificate = trust.certificate(_leaf(data.certificates, trust, "timestamp"), "timestamp")
    content = Cursor(data.content).enter_last(der.SEQUENCE)
    content.expect(_TST_INFO, "type of a token's content")
    info = content.enter_last(0xA0)
    encoded = info.value(der.OCTET_STRING)
    info.finish()
    _check_signer_info(data.info, certificate, _TST_INFO, sha256(encoded).digest())
    data.info.finish()
    time = _time_of(encoded, imprint)
    certificate.need_valid_at(time)
    return Stamp(time, LOCAL_AUTHORITY, True, certificate.issuer)


def _signed_data(encoded: bytes, version: bytes) -> _SignedData:
    outer = Cursor(encoded).enter_last(der.SEQUENCE)
    outer.expect(_SIGNED_DATA, "type of a signature")
    body = outer.enter_last(0xA0).enter_last(der.SEQUENCE)
    body.expect(version, "version of a signature")
    body.expect(tlv(der.SET, _SHA256), "digest algorithm")
    content = body.element(der.SEQUENCE)
    certificates = tuple(_certificates(body.enter(0xA0)))
    return _SignedData(content, certificates, body.enter_last(der.SET).enter_last(der.SEQUENCE))


def _certificates(row: Cursor) -> list[bytes]:
    found: list[bytes] = []
    while not row.done:
        found.append(row.element(der.SEQUENCE))
    need(found == sorted(set(found)), "certificates are not a DER set")
    return found


def _leaf(certificates: tuple[bytes, ...], trust: Trust, role: Role) -> bytes:
    """The one certificate that signs; all others must be known to accompany it."""
    leaves = [data for data in certificates if data not in trust.chain]
    if len(leaves) != 1:
        raise Refused(f"{len(leaves)} certificates of a {role} where one belongs")
    return leaves[0]


def _check_signer_info(
    info: Cursor, certificate: Certificate, content_type: bytes, digest: bytes
) -> bytes:
    """Check all up to the signature value, which is returned; leaves `info` behind it."""
    info.expect(_VERSION_1, "version of a signer")
    info.expect(certificate.issuer_and_serial, "identifier of the signer")
    info.expect(_SHA256, "digest algorithm of the signer")
    attributes = (
        tlv(der.SEQUENCE, _CONTENT_TYPE, tlv(der.SET, content_type))
        + tlv(der.SEQUENCE, _MESSAGE_DIGEST, tlv(der.SET, tlv(der.OCTET_STRING, digest)))
        + certificate.signing_certificate
    )
    info.expect(tlv(0xA0, attributes), "digest or another signed attribute")
    algorithm = info.element(der.SEQUENCE)
    need(algorithm in certificate.algorithms, "signature algorithm")
    value = info.value(der.OCTET_STRING)
    certificate.verify(value, tlv(der.SET, attributes), algorithm)
    return value


def _unsigned_token(info: Cursor) -> bytes:
    attribute = info.enter_last(0xA1).enter_last(der.SEQUENCE)
    attribute.expect(_TOKEN_ATTRIBUTE, "timestamp attribute")
    values = attribute.enter_last(der.SET)
    token = values.element(der.SEQUENCE)
    values.finish()
    return token


def _time_of(encoded: bytes, imprint: bytes) -> datetime:
    info = Cursor(encoded).enter_last(der.SEQUENCE)
    info.expect(_VERSION_1 + _POLICY, "version or policy of a token")
    wanted = tlv(der.SEQUENCE, _SHA256, tlv(der.OCTET_STRING, imprint))
    info.expect(wanted, "imprint of a token")
    serial = info.value(der.INTEGER)
    need(len(serial) == 8 and serial[0] < 0x80, "serial number of a token")
    text = info.value(der.GENERALIZED_TIME)
    info.finish()
    need(len(text) == 15 and text.endswith(b"Z"), "time of a token")
    return utc_time(text[:14])
