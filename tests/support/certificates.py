"""Certificates that nobody but a test trusts: an authority, and whom it vouches for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID


class TestAuthority:
    """`certificate` is its root."""

    __test__ = False

    def __init__(self, name: str) -> None:
        self._name = _named(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(self._name, self._name, self._key, timedelta(days=1))
        may_sign = x509.BasicConstraints(ca=True, path_length=None)
        builder = builder.add_extension(may_sign, critical=True)
        self.certificate = builder.sign(self._key, SHA256())

    def issue(self, name: str, lifetime: timedelta) -> Issued:
        """For 127.0.0.1, good from an hour ago."""
        key = ec.generate_private_key(ec.SECP256R1())
        here = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
        builder = _builder(_named(name), self._name, key, lifetime)
        return Issued(key, builder.add_extension(here, critical=False).sign(self._key, SHA256()))

    def write_pem(self, path: Path) -> Path:
        path.write_bytes(self.certificate.public_bytes(Encoding.PEM))
        return path


class Issued:
    """A certificate with its key."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self.key = key
        self.certificate = certificate

    def write_pem(self, path: Path) -> Path:
        private = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(private + self.certificate.public_bytes(Encoding.PEM))
        return path

    def write_pkcs12(self, path: Path, password: str) -> Path:
        closed = BestAvailableEncryption(password.encode())
        content = pkcs12.serialize_key_and_certificates(
            b"own", self.key, self.certificate, None, closed
        )
        path.write_bytes(content)
        return path


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, lifetime: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now, now + lifetime) - timedelta(hours=1))
        .not_valid_after(now + lifetime)
    )
