"""CMS signatures in the CAdES form that PAdES asks for (RFC 5652, RFC 5035, ETSI EN 319 122-1 and
319 142-1).

Byte for byte what docs/pdf-format.md, section 6, says. Own encoding, because a signer's act must
cost little more than its hash and its signature; the measurements are in
docs/decisions/0011-own-cms-encoder.md.
"""

import hashlib
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from countersign import der
from countersign.pdf.errors import PdfError

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

ID_DATA = der.oid("1.2.840.113549.1.7.1")
SHA256 = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"))
_SIGNED_DATA = der.oid("1.2.840.113549.1.7.2")
_CONTENT_TYPE = der.oid("1.2.840.113549.1.9.3")
# All of the attribute but the 32 bytes at its end
_MESSAGE_DIGEST_IS = der.sequence(
    der.oid("1.2.840.113549.1.9.4"), der.tlv(0x31, der.octets(bytes(32)))
)[:-32]
_SIGNING_CERTIFICATE_V2 = der.oid("1.2.840.113549.1.9.16.2.47")
_TIMESTAMP_TOKEN = der.oid("1.2.840.113549.1.9.16.2.14")
_ECDSA_SHA256 = der.sequence(der.oid("1.2.840.10045.4.3.2"))
_RSA_SHA256 = der.sequence(der.oid("1.2.840.113549.1.1.11"), der.NULL)
_ECDSA = ec.ECDSA(hashes.SHA256())
# Tags, lengths, object identifiers and digest around the varying parts: 208 bytes at most
_FRAME = 216
_P256_SIGNATURE = 72  # longest DER form of two 32-byte integers
_DIGEST_ALGORITHMS = der.set_of(SHA256)
_DETACHED = der.sequence(ID_DATA)


class Timestamper(Protocol):
    """An RFC 3161 authority: makes the DER of a TimeStampToken over a SHA-256 imprint."""

    @property
    def size(self) -> int:
        """Length in bytes that no token exceeds."""

    def __call__(self, imprint: bytes) -> bytes: ...


class Signer:
    """A P-256 or RSA key, its certificate and the chain above it without the root (DER)."""

    def __init__(self, key: PrivateKey, certificate: bytes, chain: Iterable[bytes] = ()) -> None:
        if isinstance(key, ec.EllipticCurvePrivateKey):
            if not isinstance(key.curve, ec.SECP256R1):
                raise PdfError(
                    f"cannot sign with a {key.curve.name} key; P-256 and RSA are possible"
                )
            self.algorithm, self.signature_size = _ECDSA_SHA256, _P256_SIGNATURE
        else:
            self.algorithm, self.signature_size = _RSA_SHA256, key.key_size // 8
        self._key = key
        self.certificate = certificate
        self.chain = tuple(chain)
        self.certificates = der.context(0, *sorted((certificate, *self.chain)))

    def sign(self, data: bytes) -> bytes:
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(data, _ECDSA)
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())

    @cached_property
    def issuer_and_serial(self) -> bytes:
        return der.sequence(*self._issuer_serial)

    @cached_property
    def signing_certificate(self) -> bytes:
        """The ESSCertIDv2 attribute: it ties the signature to this very certificate."""
        issuer, serial = self._issuer_serial
        issuer_serial = der.sequence(der.sequence(der.context(4, issuer)), serial)
        fingerprint = der.octets(hashlib.sha256(self.certificate).digest())
        certificate_id = der.sequence(fingerprint, issuer_serial)
        return der.sequence(
            _SIGNING_CERTIFICATE_V2, der.set_of(der.sequence(der.sequence(certificate_id)))
        )

    @cached_property
    def _issuer_serial(self) -> tuple[bytes, bytes]:
        """Issuer name and serial number as they are encoded in the certificate (RFC 5280, 4.1)."""
        data = self.certificate
        serial_at = der.element_end(data, der.content_start(data, der.content_start(data)))
        algorithm_at = der.element_end(data, serial_at)
        issuer_at = der.element_end(data, algorithm_at)
        return data[issuer_at : der.element_end(data, issuer_at)], data[serial_at:algorithm_at]


def signature(signer: Signer, digest: bytes, timestamper: Timestamper) -> bytes:
    """A detached CAdES-T signature over a SHA-256 digest: DER of a ContentInfo."""
    attributes = signed_attributes(signer, digest)
    value = signer.sign(attributes)
    return _assemble(signer, attributes, value, timestamper(hashlib.sha256(value).digest()))


def signature_room(signer: Signer, timestamper: Timestamper) -> int:
    """Bytes that are enough for `signature`: the parts that vary, and a bound on their frame."""
    varying = (signer.certificates, signer.issuer_and_serial, signer.signing_certificate)
    return sum(map(len, varying)) + signer.signature_size + timestamper.size + _FRAME


def enclosing(signer: Signer, content_type: bytes, content: bytes) -> bytes:
    """A SignedData with its content inside, as timestamp tokens are."""
    attributes = signed_attributes(signer, hashlib.sha256(content).digest(), content_type)
    enclosed = der.sequence(content_type, der.context(0, der.octets(content)))
    info = _signer_info(signer, attributes, signer.sign(attributes))
    return _signed_data(b"\x02\x01\x03", enclosed, signer.certificates, info)


def signed_attributes(signer: Signer, digest: bytes, content_type: bytes = ID_DATA) -> bytes:
    """The attributes as they are signed, that is, with the tag of a SET (RFC 5652, 5.4).

    In DER's order already: each is longer than the one before.
    """
    return der.tlv(
        0x31, _content_type(content_type), _MESSAGE_DIGEST_IS, digest, signer.signing_certificate
    )


@lru_cache(maxsize=4)
def _content_type(content_type: bytes) -> bytes:
    return der.sequence(_CONTENT_TYPE, der.tlv(0x31, content_type))


def _assemble(signer: Signer, attributes: bytes, value: bytes, token: bytes) -> bytes:
    unsigned = der.context(1, der.sequence(_TIMESTAMP_TOKEN, der.tlv(0x31, token)))
    info = _signer_info(signer, attributes, value, unsigned)
    return _signed_data(b"\x02\x01\x01", _DETACHED, signer.certificates, info)


def _signer_info(signer: Signer, attributes: bytes, value: bytes, unsigned: bytes = b"") -> bytes:
    return der.sequence(
        b"\x02\x01\x01",
        signer.issuer_and_serial,
        SHA256,
        b"\xa0" + attributes[1:],
        signer.algorithm,
        der.octets(value),
        unsigned,
    )


def _signed_data(version: bytes, content: bytes, certificates: bytes, info: bytes) -> bytes:
    signed_data = der.sequence(
        version, _DIGEST_ALGORITHMS, content, certificates, der.tlv(0x31, info)
    )
    return der.sequence(_SIGNED_DATA, der.context(0, signed_data))
