"""Key files: one PEM file per key with its certificate, made whole or not at all.

Safe against two processes that start at once and against `kill -9` at any point: a file gets its
name only when it is complete and on disk, and the first one to take a name keeps it.
"""

import logging
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from countersign.adapters.keys.material import KeysUnusable

log = logging.getLogger(__name__)

_PREPARING = ".keys-"
_ABANDONED_AFTER = 3600.0  # seconds: no first start takes an hour


class StoredKey:
    """One file's content."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: bytes) -> None:
        self.key = key
        self.certificate = certificate
        parsed = x509.load_der_x509_certificate(certificate)
        self.subject = parsed.subject.public_bytes()
        self.begins: datetime = parsed.not_valid_before_utc
        self.ends: datetime = parsed.not_valid_after_utc

    def pem(self) -> bytes:
        private = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        parsed = x509.load_der_x509_certificate(self.certificate)
        return private + parsed.public_bytes(serialization.Encoding.PEM)


def load(path: Path) -> StoredKey:
    """Raises KeysUnusable when the file is missing or damaged."""
    try:
        content = path.read_bytes()
        key = serialization.load_pem_private_key(content, None)
        certificate = x509.load_pem_x509_certificate(content)
    except (OSError, ValueError) as error:
        raise KeysUnusable(f"the key file {path.name} cannot be read: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeysUnusable(f"the key file {path.name} holds no P-256 key")
    return StoredKey(key, certificate.public_bytes(serialization.Encoding.DER))


def create_folder(folder: Path, make: Callable[[], dict[str, StoredKey]]) -> None:
    """Make `folder` (mode 0700) with the files that `make` returns, unless it exists already."""
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(folder.parent)
    preparing = Path(tempfile.mkdtemp(prefix=_PREPARING, dir=folder.parent))
    try:
        for name, stored in make().items():
            _write(preparing / name, stored.pem())
        _sync_folder(preparing)
        preparing.rename(folder)
        _sync_folder(folder.parent)
    except OSError:
        # Another process was first: its keys are the keys
        if not folder.exists():
            raise
    finally:
        shutil.rmtree(preparing, ignore_errors=True)


def add(path: Path, stored: StoredKey) -> None:
    """Add a file to an existing folder, unless another process took the name before."""
    preparing = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write(preparing, stored.pem())
        os.link(preparing, path)
        _sync_folder(path.parent)
    except FileExistsError:
        log.info("another process renewed %s first", path.name)
    finally:
        preparing.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_abandoned(parent: Path) -> None:
    """Folders of first starts that were killed half way. They never had a name that anybody
    reads. Others that start now take theirs away themselves."""
    now = datetime.now().timestamp()
    for folder in parent.glob(f"{_PREPARING}*"):
        with suppress(FileNotFoundError):
            if now - folder.stat().st_mtime > _ABANDONED_AFTER:
                shutil.rmtree(folder, ignore_errors=True)
