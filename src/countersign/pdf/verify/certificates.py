"""Whom the strict verifier believes, and for what (docs/pdf-format.md, section 8)."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from countersign.pdf.verify import der
from countersign.pdf.verify.der import Cursor, tlv
from countersign.pdf.verify.refusal import Refused, need

Role = Literal["certification", "seal", "timestamp", "signer"]

# All that cryptography raises for a certificate or CRL that is not what it should be
DAMAGED = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.UnsupportedGeneralNameType,
)

_ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
_RSA_SHA256 = bytes.fromhex("300d06092a864886f70d01010b0500")
# RFC 4055, 3.1: SHA-256, MGF1 with SHA-256, 32 bytes of salt
RSA_PSS_SHA256 = bytes.fromhex(
    "304106092a864886f70d01010a3034a00f300d06096086480165030402010500"
    "a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120"
)
_SIGNING_CERTIFICATE_V2 = bytes.fromhex("060b2a864886f70d010910022f")
_ECDSA = ec.ECDSA(hashes.SHA256())
_PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
_NAME = x509.ObjectIdentifier("2.5.4.41")
_DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")


class Certificate:
    """A certificate that signs, with all that a signature by it must repeat byte for byte.
    `foreign`: another authority's, whose RSA key may sign by RSASSA-PSS too."""

    def __init__(self, encoded: bytes, *, foreign: bool = False) -> None:
        self.encoded, self._foreign = encoded, foreign
        try:
            self.parsed = x509.load_der_x509_certificate(encoded)
            self.key = self.parsed.public_key()
        except DAMAGED as error:
            raise Refused(f"certificate: {error}") from error
        need(isinstance(self.key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey), "kind of key")
        self.not_before = self.parsed.not_valid_before_utc
        self.not_after = self.parsed.not_valid_after_utc

    @cached_property
    def fingerprint(self) -> bytes:
        return sha256(self.encoded).digest()

    @cached_property
    def algorithms(self) -> tuple[bytes, ...]:
        """AlgorithmIdentifiers that its signatures may have."""
        if isinstance(self.key, ec.EllipticCurvePublicKey):
            return (_ECDSA_SHA256,)
        return (_RSA_SHA256, RSA_PSS_SHA256) if self._foreign else (_RSA_SHA256,)

    @cached_property
    def issuer_and_serial(self) -> bytes:
        return tlv(der.SEQUENCE, *self._issuer_serial)

    @cached_property
    def signing_certificate(self) -> bytes:
        """The attribute of RFC 5035 that ties a signature to this certificate."""
        issuer, serial = self._issuer_serial
        issuer_serial = tlv(der.SEQUENCE, tlv(der.SEQUENCE, tlv(0xA4, issuer)), serial)
        identity = tlv(der.SEQUENCE, tlv(der.OCTET_STRING, self.fingerprint), issuer_serial)
        value = tlv(der.SEQUENCE, tlv(der.SEQUENCE, identity))
        return tlv(der.SEQUENCE, _SIGNING_CERTIFICATE_V2, tlv(der.SET, value))

    @cached_property
    def _issuer_serial(self) -> tuple[bytes, bytes]:
        fields = Cursor(self.encoded).enter(der.SEQUENCE).enter(der.SEQUENCE)
        fields.element(0xA0)
        serial = fields.element(der.INTEGER)
        fields.element(der.SEQUENCE)
        return fields.element(der.SEQUENCE), serial

    @property
    def issuer(self) -> bytes:
        """Name of the authority that issued it, DER."""
        return self._issuer_serial[0]

    @property
    def name(self) -> str:
        """The whole name: `name` when the common name had to be cut, else the common name."""
        return self._attribute(_NAME) or self._attribute(NameOID.COMMON_NAME)

    @property
    def email(self) -> str:
        try:
            names = self.parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        except x509.ExtensionNotFound:
            return ""
        return next(iter(names.value.get_values_for_type(x509.RFC822Name)), "")

    def _attribute(self, oid: x509.ObjectIdentifier) -> str:
        found = self.parsed.subject.get_attributes_for_oid(oid)
        return str(found[0].value) if found else ""

    def verify(self, signature: bytes, data: bytes, algorithm: bytes) -> None:
        """Raise Refused unless `signature` is this certificate's over SHA-256 of `data`."""
        try:
            if isinstance(self.key, ec.EllipticCurvePublicKey):
                _need_strict_ecdsa(signature)
                self.key.verify(signature, data, _ECDSA)
            elif isinstance(self.key, rsa.RSAPublicKey):
                scheme = _PSS if algorithm == RSA_PSS_SHA256 else padding.PKCS1v15()
                self.key.verify(signature, data, scheme, hashes.SHA256())
        except InvalidSignature:
            raise Refused("signature value does not verify") from None

    def need_valid_at(self, moment: datetime) -> None:
        need(
            self.not_before <= moment <= self.not_after,
            f"certificate of {self.name} is not valid at",
            moment,
        )


def _need_strict_ecdsa(signature: bytes) -> None:
    """Two positive minimal integers and nothing else, so that no second form of it exists."""
    numbers = Cursor(signature).enter_last(der.SEQUENCE)
    for value in (numbers.value(der.INTEGER), numbers.value(der.INTEGER)):
        need(len(value) > 0 and value[0] < 0x80, "form of an ECDSA signature")
        need(len(value) == 1 or value[0] or value[1] > 0x7F, "form of an ECDSA signature")
    numbers.finish()


@dataclass(frozen=True)
class Trust:
    """What the installation's keys are; all DER.

    `issuing` issues signers' certificates; `certification`, `seal` and `timestamp` are the
    platform's own certificates, now and before; `others` are further certificates that may
    accompany them or stand in the DSS: the root, the chain of a commercial seal;
    `foreign_timestamps`: whether other authorities' tokens are accepted, because the installation
    uses one; those that do not lead to `timestamp_roots` count as untrusted. `signer_roots` are the
    authorities of signers who have a key of their own; who leads to none counts as untrusted.
    """

    issuing: bytes
    certification: frozenset[bytes]
    seal: frozenset[bytes]
    timestamp: frozenset[bytes]
    others: frozenset[bytes] = frozenset()
    foreign_timestamps: bool = False
    timestamp_roots: frozenset[bytes] = frozenset()
    signer_roots: frozenset[bytes] = frozenset()

    @cached_property
    def issuer(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.issuing)

    @cached_property
    def chain(self) -> frozenset[bytes]:
        """Certificates that may stand beside a signer's in a signature."""
        return self.others | {self.issuing}

    @cached_property
    def known(self) -> frozenset[bytes]:
        return self.chain | self.certification | self.seal | self.timestamp | self.timestamp_roots

    @cached_property
    def known_certificates(self) -> tuple[x509.Certificate, ...]:
        return tuple(map(x509.load_der_x509_certificate, self.known))

    @cached_property
    def _platform(self) -> dict[bytes, Certificate]:
        return {}

    def _issued(self, certificate: x509.Certificate) -> bool:
        # verify_directly_issued_by prepares the issuer's key anew each time: five times as long
        try:
            algorithm = certificate.signature_hash_algorithm
            if algorithm is not None and isinstance(self._key, ec.EllipticCurvePublicKey):
                signed, scheme = certificate.tbs_certificate_bytes, ec.ECDSA(algorithm)
                self._key.verify(certificate.signature, signed, scheme)
                return True
            return has_issued(self.issuing, certificate)
        except (InvalidSignature, *DAMAGED):
            return False

    @cached_property
    def _issuer_name(self) -> bytes:
        return self.issuer.subject.public_bytes()

    @cached_property
    def _key(self) -> object:
        return self.issuer.public_key()

    @cached_property
    def authorities(self) -> frozenset[bytes]:
        """The issuing certificate and the one above it, where we know it."""
        above = {c for c in self.known if has_issued(c, self.issuer)}
        return frozenset(above | {self.issuing})

    @cached_property
    def authority_names(self) -> frozenset[bytes]:
        """Whose CRLs a validator wants: the issuing authority's and the one's above it."""
        names = (self.issuer.subject, self.issuer.issuer)
        return frozenset(name.public_bytes() for name in names)

    @cached_property
    def accepted_revocation(self) -> dict[bytes, bytes]:
        """Issuers of the CRLs and OCSP responses that were checked already, by SHA-256."""
        return {}

    def certificate(self, encoded: bytes, role: Role) -> Certificate:
        """The certificate, if it may sign in `role`. Raises Refused."""
        if role == "signer":
            return self._signer(encoded)
        allowed = {
            "certification": self.certification,
            "seal": self.seal,
            "timestamp": self.timestamp,
        }
        need(encoded in allowed[role], "not a certificate of the platform's", role)
        if encoded not in self._platform:
            self._platform[encoded] = Certificate(encoded)
        return self._platform[encoded]

    def _signer(self, encoded: bytes) -> Certificate:
        need(encoded not in self.known, "a signer signed with a certificate of the platform")
        certificate = Certificate(encoded)
        need(
            certificate.issuer == self._issuer_name and self._issued(certificate.parsed),
            "a signer's certificate is not issued by this platform",
        )
        _need_signer_profile(certificate.parsed)
        return certificate


def has_issued(candidate: bytes, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(x509.load_der_x509_certificate(candidate))
    except (InvalidSignature, *DAMAGED):
        return False
    return True


def _need_signer_profile(certificate: x509.Certificate) -> None:
    try:
        extensions = certificate.extensions
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
        purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        constraints = extensions.get_extension_for_class(x509.BasicConstraints).value
    except DAMAGED as error:
        raise Refused("a signer's certificate lacks an extension") from error
    need(usage.digital_signature and not usage.key_cert_sign, "key usage of a signer")
    need(not constraints.ca, "a signer's certificate is a CA certificate")
    need(
        _DOCUMENT_SIGNING in purposes and ExtendedKeyUsageOID.TIME_STAMPING not in purposes,
        "extended key usage of a signer",
    )
