"""What every source of keys gives: enough to sign with, in forms that no PDF library has a say
in."""

from dataclasses import dataclass
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


class OutsideKey(Protocol):
    """A private key that stays where it is, such as in a token."""

    def public_key(self) -> PublicKey: ...

    def sign(self, data: bytes) -> bytes:
        """With SHA-256 over `data`: ECDSA as DER, or RSASSA-PKCS1-v1_5. Raises KeysUnusable."""


class KeysUnusable(Exception):
    """The key files are missing, damaged, or of a kind that cannot sign here. Says which and
    why."""


@dataclass(frozen=True)
class KeyMaterial:
    """A private key with its certificate and the chain above it, without the root (DER).
    `roots` are those that came along; they are never put into a signature."""

    key: PrivateKey | OutsideKey
    certificate: bytes
    chain: tuple[bytes, ...] = ()
    roots: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class ValidationMaterial:
    """Certificates (root included), CRLs and OCSP responses, DER, that let anybody validate our
    signatures offline."""

    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    ocsps: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Person:
    """Whom a signer's certificate names. `identifier` is an eID's, such as PNOSE-198001011234."""

    name: str
    email: str = ""
    identifier: str = ""


def usable_key(certificate: x509.Certificate, where: str) -> PublicKey:
    """The certificate's key. Raises KeysUnusable that names `where`, for a kind that cannot sign
    here."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    kind = key.curve.name if isinstance(key, ec.EllipticCurvePublicKey) else "another kind"
    raise KeysUnusable(f"{where}: {kind}; only P-256 and RSA keys can sign here")
