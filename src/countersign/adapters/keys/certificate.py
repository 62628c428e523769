"""X.509 certificates from DER templates (RFC 5280), P-256 with ECDSA-SHA256 throughout.

A certificate is issued for every act, so the general builder's 0.2 ms would be half of the act;
this is a tenth.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from countersign import der

_ECDSA_SHA256 = der.sequence(der.oid("1.2.840.10045.4.3.2"))
_P256 = der.sequence(der.oid("1.2.840.10045.2.1"), der.oid("1.2.840.10045.3.1.7"))
_VERSION_3 = der.context(0, der.integer(2))
_SIGN = ec.ECDSA(hashes.SHA256())


def extension(dotted: str, value: bytes, *, critical: bool = False) -> bytes:
    return der.sequence(der.oid(dotted), der.TRUE if critical else b"", der.octets(value))


def _key_usage(bit_string: bytes) -> bytes:
    return extension("2.5.29.15", bit_string, critical=True)


def _extended_key_usage(*purposes: str, critical: bool = False) -> bytes:
    value = der.sequence(*map(der.oid, purposes))
    return extension("2.5.29.37", value, critical=critical)


_SIGN_DOCUMENTS = _key_usage(b"\x03\x02\x06\xc0")  # digitalSignature, nonRepudiation
_END_ENTITY = extension("2.5.29.19", der.sequence(), critical=True)
_DOCUMENTS = _extended_key_usage("1.3.6.1.5.5.7.3.36", "1.3.6.1.5.5.7.3.4")
DOCUMENT_SIGNING = _END_ENTITY + _SIGN_DOCUMENTS + _DOCUMENTS
TIME_STAMPING = (
    _END_ENTITY
    + _key_usage(b"\x03\x02\x07\x80")  # digitalSignature
    + _extended_key_usage("1.3.6.1.5.5.7.3.8", critical=True)
)
# ETSI EN 319 412-1, 5.2.2: so short-lived that it is never revoked. Not also noRevAvail, because
# RFC 9608 forbids that beside the CRL distribution point which most validators insist on
SHORT_TERM = extension("0.4.0.194121.2.1", der.NULL)


def authority(path_length: int) -> bytes:
    """Extensions of a CA certificate."""
    constraints = der.sequence(der.TRUE, der.integer(path_length))
    sign_certificates = _key_usage(b"\x03\x02\x01\x06")  # keyCertSign, cRLSign
    return extension("2.5.29.19", constraints, critical=True) + sign_certificates


@lru_cache(maxsize=16)
def crl_distribution_point(url: str) -> bytes:
    location = der.context(0, der.context(0, der.tlv(0x86, url.encode("ascii"))))
    return extension("2.5.29.31", der.sequence(der.sequence(location)))


@dataclass(frozen=True)
class Issuer:
    """Who signs certificates: a CA's key, its encoded name and its key identifier."""

    key: ec.EllipticCurvePrivateKey
    name: bytes
    key_identifier: bytes

    @classmethod
    def of(cls, key: ec.EllipticCurvePrivateKey, name: bytes) -> "Issuer":
        return cls(key, name, key_identifier(point_of(key)))


def issue(
    issuer: Issuer,
    subject: bytes,
    key: ec.EllipticCurvePrivateKey,
    validity: tuple[datetime, datetime],
    extensions: bytes,
) -> bytes:
    """A signed certificate, DER. `extensions` are joined encodings; the key identifiers are added
    here."""
    point = point_of(key)
    identifiers = extension("2.5.29.14", der.octets(key_identifier(point))) + extension(
        "2.5.29.35", der.sequence(der.tlv(0x80, issuer.key_identifier))
    )
    to_be_signed = der.sequence(
        _VERSION_3,
        der.integer(secrets.randbits(126) | 1 << 126),
        _ECDSA_SHA256,
        issuer.name,
        der.sequence(*map(_time, validity)),
        subject,
        der.sequence(_P256, der.bits(point)),
        der.context(3, der.sequence(extensions + identifiers)),
    )
    return der.sequence(to_be_signed, _ECDSA_SHA256, der.bits(issuer.key.sign(to_be_signed, _SIGN)))


def point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def key_identifier(point: bytes) -> bytes:
    """RFC 5280, 4.2.1.2, method 1. SHA-1 only names the key here."""
    return hashlib.sha1(point, usedforsecurity=False).digest()


def _time(moment: datetime) -> bytes:
    """UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280, 4.1.2.5)."""
    moment = moment.astimezone(UTC)
    if moment.year < 2050:
        return der.tlv(der.UTC_TIME, moment.strftime("%y%m%d%H%M%SZ").encode())
    return der.tlv(der.GENERALIZED_TIME, moment.strftime("%Y%m%d%H%M%SZ").encode())
