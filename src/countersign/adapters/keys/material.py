"""What every source of keys gives: enough to sign with, in forms that no PDF library has a say
in."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec, rsa

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class KeysUnusable(Exception):
    """The key files are missing, damaged, or of a kind that cannot sign here. Says which and
    why."""


@dataclass(frozen=True)
class KeyMaterial:
    """A private key with its certificate and the chain above it, without the root (DER)."""

    key: PrivateKey
    certificate: bytes
    chain: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class ValidationMaterial:
    """Certificates (root included) and CRLs, DER, that let anybody validate our signatures
    offline."""

    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...]


@dataclass(frozen=True)
class Person:
    """Whom a signer's certificate names. `identifier` is an eID's, such as PNOSE-198001011234."""

    name: str
    email: str = ""
    identifier: str = ""
