"""A seal key from a PKCS#12 file, as certificate vendors deliver it (RFC 7292)."""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from countersign.adapters.keys.material import KeyMaterial, KeysUnusable


def load_pkcs12(path: Path, password: str) -> KeyMaterial:
    """The key, its certificate and the chain without roots. Raises KeysUnusable with what is
    wrong."""
    try:
        content = pkcs12.load_pkcs12(path.read_bytes(), password.encode() or None)
    except (OSError, ValueError) as error:
        raise KeysUnusable(f"{path.name} cannot be opened: {error}") from error
    if content.key is None or content.cert is None:
        raise KeysUnusable(f"{path.name} holds no private key with a certificate")
    key = content.key
    if isinstance(key, ec.EllipticCurvePrivateKey):
        if not isinstance(key.curve, ec.SECP256R1):
            raise KeysUnusable(f"{path.name}: {key.curve.name}; P-256 and RSA keys can seal")
    elif not isinstance(key, rsa.RSAPrivateKey):
        raise KeysUnusable(f"{path.name}: only P-256 and RSA keys can seal")
    chain = tuple(
        _der(extra.certificate)
        for extra in content.additional_certs
        if extra.certificate.subject != extra.certificate.issuer
    )
    return KeyMaterial(key, _der(content.cert.certificate), chain)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
