"""CMS signatures in the CAdES form that PAdES asks for (RFC 5652, RFC 5035, ETSI EN 319 122-1 and
319 142-1).

Byte for byte what docs/pdf-format.md, section 6, says. Own encoding, because a signer's act must
cost little more than its hash and its signature; the measurements are in
docs/decisions/0011-own-cms-encoder.md.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from countersign import der
from countersign.pdf.errors import PdfError

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
_IN_MEMORY = (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey)
_EC_KEYS = (ec.EllipticCurvePrivateKey, ec.EllipticCurvePublicKey)

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
_HASH = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"), der.NULL)
# RFC 4055, 3.1: SHA-256, MGF1 with SHA-256, 32 bytes of salt
RSA_PSS_SHA256 = der.sequence(
    der.oid("1.2.840.113549.1.1.10"),
    der.sequence(
        der.context(0, _HASH),
        der.context(1, der.sequence(der.oid("1.2.840.113549.1.1.8"), _HASH)),
        der.context(2, b"\x02\x01\x20"),
    ),
)
_ECDSA = ec.ECDSA(hashes.SHA256())
# Tags, lengths, object identifiers and digest around the varying parts: 208 bytes at most
_FRAME = 216
_P256_SIGNATURE = 72  # longest DER form of two 32-byte integers
_DIGEST_ALGORITHMS = der.set_of(SHA256)
_MARK = secrets.token_bytes(32)  # stands for a digest that is not known yet
_DETACHED = der.sequence(ID_DATA)


class Timestamper(Protocol):
    """An RFC 3161 authority: makes the DER of a TimeStampToken over a SHA-256 imprint."""

    @property
    def size(self) -> int:
        """Length in bytes that no token exceeds."""

    def __call__(self, imprint: bytes) -> bytes: ...


class OutsideKey(Protocol):
    """A private key that stays where it is, such as in a token."""

    def public_key(self) -> PublicKey: ...

    def sign(self, data: bytes) -> bytes:
        """With SHA-256 over `data`: ECDSA as DER, or RSASSA-PKCS1-v1_5 (RFC 8017, 8.2)."""


class Certified:
    """What a signature tells of its signer: the certificate of a P-256 or RSA key and the chain
    above it without the root (DER). Raises PdfError for a key of another kind."""

    def __init__(
        self,
        key: PrivateKey | PublicKey,
        certificate: bytes,
        chain: Iterable[bytes] = (),
        *,
        pss: bool = False,
    ) -> None:
        """`key` is either half of the pair: only its kind counts. `pss`: an RSA key signs by
        RSASSA-PSS."""
        if isinstance(key, _EC_KEYS):
            if not isinstance(key.curve, ec.SECP256R1):
                raise PdfError(
                    f"cannot sign with a {key.curve.name} key; P-256 and RSA are possible"
                )
            self.algorithm, self.signature_size = _ECDSA_SHA256, _P256_SIGNATURE
        else:
            self.algorithm = RSA_PSS_SHA256 if pss else _RSA_SHA256
            self.signature_size = key.key_size // 8
        self.certificate = certificate
        self.chain = tuple(chain)
        self.certificates = der.context(0, *sorted((certificate, *self.chain)))
        issuer, serial = _issuer_and_serial(certificate)
        self.issuer_and_serial = der.sequence(issuer, serial)
        self.signing_certificate = _signing_certificate(certificate, issuer, serial)


class Signer(Certified):
    """Signs: a P-256 or RSA key, in memory or outside, with its certificate and chain."""

    def __init__(
        self, key: PrivateKey | OutsideKey, certificate: bytes, chain: Iterable[bytes] = ()
    ) -> None:
        self._sign = _operation(key)
        kind = key if isinstance(key, _IN_MEMORY) else key.public_key()
        super().__init__(kind, certificate, chain)

    def sign(self, data: bytes) -> bytes:
        return self._sign(data)


def _operation(key: PrivateKey | OutsideKey) -> Callable[[bytes], bytes]:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return partial(key.sign, signature_algorithm=_ECDSA)
    if isinstance(key, rsa.RSAPrivateKey):
        return partial(key.sign, padding=padding.PKCS1v15(), algorithm=hashes.SHA256())
    return key.sign


def _issuer_and_serial(certificate: bytes) -> tuple[bytes, bytes]:
    """Issuer name and serial number as they are encoded in the certificate (RFC 5280, 4.1)."""
    tbs = der.content_start(certificate)
    serial_at = der.element_end(certificate, der.content_start(certificate, tbs))
    algorithm_at = der.element_end(certificate, serial_at)
    issuer_at = der.element_end(certificate, algorithm_at)
    issuer_end = der.element_end(certificate, issuer_at)
    return certificate[issuer_at:issuer_end], certificate[serial_at:algorithm_at]


def _signing_certificate(certificate: bytes, issuer: bytes, serial: bytes) -> bytes:
    """The ESSCertIDv2 attribute: it ties the signature to this very certificate."""
    issuer_serial = der.sequence(der.sequence(der.context(4, issuer)), serial)
    fingerprint = der.octets(hashlib.sha256(certificate).digest())
    certificate_ids = der.sequence(der.sequence(fingerprint, issuer_serial))
    return der.sequence(_SIGNING_CERTIFICATE_V2, der.tlv(0x31, der.sequence(certificate_ids)))


def signature(signer: Signer, digest: bytes, timestamper: Timestamper) -> bytes:
    """A detached CAdES-T signature over a SHA-256 digest: DER of a ContentInfo."""
    attributes = signed_attributes(signer, digest)
    value = signer.sign(attributes)
    return assemble(signer, attributes, value, timestamper)


def signature_room(signer: Certified, timestamper: Timestamper) -> int:
    """Bytes that are enough for `signature`: the parts that vary, and a bound on their frame."""
    varying = [signer.certificates, signer.issuer_and_serial, signer.signing_certificate]
    if signer.algorithm == RSA_PSS_SHA256:
        varying.append(signer.algorithm)  # the only one of a length that counts
    return sum(map(len, varying)) + signer.signature_size + timestamper.size + _FRAME


class Enclosing:
    """Makes SignedData with their content inside, as timestamp tokens are; one signer, one type.

    Such structures differ in content, digest and signature value only, so what stands between
    these is encoded once for each pair of lengths.
    """

    def __init__(self, signer: Signer, content_type: bytes) -> None:
        self._signer = signer
        self._type = content_type
        head, _, tail = signed_attributes(signer, _MARK, content_type).partition(_MARK)
        self._attributes = head, tail
        self._frames: dict[tuple[int, int], tuple[bytes, bytes, bytes, bytes]] = {}

    def __call__(self, content: bytes) -> bytes:
        digest = hashlib.sha256(content).digest()
        value = self._signer.sign(digest.join(self._attributes))
        lengths = len(content), len(value)
        if lengths not in self._frames:
            self._frames[lengths] = self._frame(*lengths)
        start, before_digest, before_value, end = self._frames[lengths]
        return b"".join((start, content, before_digest, digest, before_value, value, end))

    def _frame(self, content_length: int, value_length: int) -> tuple[bytes, bytes, bytes, bytes]:
        content, value = secrets.token_bytes(content_length), secrets.token_bytes(value_length)
        enclosed = der.sequence(self._type, der.context(0, der.octets(content)))
        info = _signer_info(self._signer, _MARK.join(self._attributes), value)
        whole = _signed_data(b"\x02\x01\x03", enclosed, self._signer.certificates, info)
        start, _, rest = whole.partition(content)
        before_digest, _, rest = rest.partition(_MARK)
        before_value, _, end = rest.partition(value)
        return start, before_digest, before_value, end


def signed_attributes(signer: Certified, digest: bytes, content_type: bytes = ID_DATA) -> bytes:
    """The attributes as they are signed, that is, with the tag of a SET (RFC 5652, 5.4).

    In DER's order already: each is longer than the one before.
    """
    return der.tlv(
        0x31, _content_type(content_type), _MESSAGE_DIGEST_IS, digest, signer.signing_certificate
    )


@lru_cache(maxsize=4)
def _content_type(content_type: bytes) -> bytes:
    return der.sequence(_CONTENT_TYPE, der.tlv(0x31, content_type))


def assemble(signer: Certified, attributes: bytes, value: bytes, timestamper: Timestamper) -> bytes:
    """The same from a signature value over `attributes` that was made elsewhere."""
    token = timestamper(hashlib.sha256(value).digest())
    unsigned = der.context(1, der.sequence(_TIMESTAMP_TOKEN, der.tlv(0x31, token)))
    info = _signer_info(signer, attributes, value, unsigned)
    return _signed_data(b"\x02\x01\x01", _DETACHED, signer.certificates, info)


def _signer_info(
    signer: Certified, attributes: bytes, value: bytes, unsigned: bytes = b""
) -> bytes:
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
