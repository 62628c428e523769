"""A certificate for this machine that nobody but the test trusts."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

PATIENCE = 10.0  # seconds for a client to come
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@cache
def _pem() -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.IPAddress(IPv4Address("127.0.0.1")), x509.DNSName("receiver.test")]
            ),
            critical=False,
        )
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return certificate.public_bytes(Encoding.PEM).decode(), private.decode()


def server_context() -> ssl.SSLContext:
    certificate, key = _pem()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "server.pem"
        path.write_text(key + certificate)
        context.load_cert_chain(path)
    return context


def trusting_context() -> ssl.SSLContext:
    """A client's context that trusts `server_context`."""
    return ssl.create_default_context(cadata=_pem()[0])


@contextmanager
def tls_listener(host: str = "127.0.0.1", answer: bytes = OK) -> Iterator[int]:
    """Answers one HTTPS request with `answer`, if one comes. Yields its port."""
    with socket.create_server((host, 0)) as listener:
        listener.settimeout(PATIENCE)
        thread = threading.Thread(target=_answer_one, args=(listener, answer), daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
        thread.join()


def _answer_one(listener: socket.socket, answer: bytes) -> None:
    with suppress(OSError):  # a client that does not like the certificate just leaves
        connection, _ = listener.accept()
        with connection, server_context().wrap_socket(connection, server_side=True) as secured:
            _read_request(secured)
            secured.sendall(answer)


def _read_request(connection: ssl.SSLSocket) -> None:
    """To its end: closing with unread bytes breaks the connection before the answer is read."""
    head, body = b"", b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(65536)
    head, _, body = head.partition(b"\r\n\r\n")
    found = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    while found and len(body) < int(found[1]):
        body += connection.recv(65536)
