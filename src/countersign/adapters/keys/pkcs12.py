"""A key from a PKCS#12 file, as certificate vendors deliver it (RFC 7292)."""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from countersign.adapters.keys.material import KeyMaterial, KeysUnusable, usable_key


def load_pkcs12(path: Path, password: str) -> KeyMaterial:
    """The key, its certificate and the chain without roots. Raises KeysUnusable with what is
    wrong."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise KeysUnusable(f"{path.name} cannot be opened: {error}") from error
    return open_pkcs12(data, password, path.name)


def open_pkcs12(data: bytes, password: str, name: str) -> KeyMaterial:
    """The same from a file's content; `name` is what errors call it."""
    try:
        content = pkcs12.load_pkcs12(data, password.encode() or None)
    except ValueError as error:
        raise KeysUnusable(f"{name} cannot be opened: {error}") from error
    if content.key is None or content.cert is None:
        raise KeysUnusable(f"{name} holds no private key with a certificate")
    key, certificate = content.key, content.cert.certificate
    expected = usable_key(certificate, name)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise KeysUnusable(f"{name}: only P-256 and RSA keys can sign here")
    if key.public_key() != expected:
        raise KeysUnusable(f"{name}: the certificate belongs to another key")
    others = [extra.certificate for extra in content.additional_certs]
    chain = tuple(_der(one) for one in others if one.subject != one.issuer)
    roots = tuple(_der(one) for one in others if one.subject == one.issuer)
    return KeyMaterial(key, _der(certificate), chain, roots)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
