"""The certificate by which an eID provider knows this server, and whom it believes in return."""

from __future__ import annotations

import secrets
import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    pkcs12,
)


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """What a PKCS#12 file (RFC 7292) held: a key, its certificate, and the rest of the chain."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]

    @property
    def expires(self) -> datetime:
        return self.certificate.not_valid_after_utc


def load_client_certificate(path: Path, password: str) -> ClientCertificate:
    """Raises ValueError with what is wrong, in words for the operator."""
    try:
        content = pkcs12.load_pkcs12(path.read_bytes(), password.encode() or None)
    except OSError as problem:
        raise ValueError(f"{path}: {problem.strerror}") from None
    except ValueError as problem:
        raise ValueError(f"{path} can't be opened: {problem}") from None
    if content.key is None or content.cert is None:
        raise ValueError(f"{path} holds no private key with a certificate")
    if not isinstance(content.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ValueError(f"{path}: the key is neither RSA nor EC")
    chain = tuple(extra.certificate for extra in content.additional_certs)
    return ClientCertificate(content.key, content.cert.certificate, chain)


def mutual_tls(own: ClientCertificate, authority: Path) -> ssl.SSLContext:
    """A context that shows `own` and believes nobody but the PEM certificates in `authority`.
    Raises ValueError with what is wrong, in words for the operator."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(authority)
    except ssl.SSLError:
        raise ValueError(f"{authority} holds no certificate in PEM") from None
    except OSError as problem:
        raise ValueError(f"{authority}: {problem.strerror}") from None
    _show(context, own)
    return context


def _show(context: ssl.SSLContext, own: ClientCertificate) -> None:
    """OpenSSL's door in Python takes keys from files only, so one is written for a moment, closed
    with a password that nobody else ever knows."""
    password = secrets.token_bytes(32).hex().encode()
    key = own.key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password)
    )
    chain = b"".join(each.public_bytes(Encoding.PEM) for each in (own.certificate, *own.chain))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "own.pem"
        path.write_bytes(key + chain)
        context.load_cert_chain(path, password=password)


def load_roots(path: Path) -> tuple[bytes, ...]:
    """DER of the PEM certificates in a file. Raises ValueError in words for the operator."""
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
    except OSError as problem:
        raise ValueError(f"{path}: {problem.strerror}") from None
    except ValueError:
        raise ValueError(f"{path} holds no certificate in PEM") from None
    return tuple(one.public_bytes(Encoding.DER) for one in found)
