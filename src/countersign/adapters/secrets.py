"""The server's own secret: one master key in a file, from which every other key is derived."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_SIZE = 32  # bytes
NONCE_SIZE = 12  # bytes; NIST SP 800-38D


class BadMasterKey(Exception):
    """The master key file isn't one; the text names it."""


class CannotOpen(Exception):
    """What was to be opened was not closed with this server's key, or was changed since."""


def master_key(path: Path) -> bytes:
    """The 32 bytes in `path`; made at first start. Raises BadMasterKey for a damaged file.

    Processes that start at once agree on one key: it is written aside, readable by its owner only,
    and linked into place, which succeeds for one of them.
    """
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) != KEY_SIZE:
        raise BadMasterKey(f"{path} holds {len(key)} bytes, a master key has {KEY_SIZE}")
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(prefix=".key-", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(KEY_SIZE))
            file.flush()
            os.fsync(file.fileno())
        os.link(aside, path)
        _sync_directory(path.parent)
    except FileExistsError:
        pass  # another process was first: its key counts
    finally:
        os.unlink(aside)


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def subkey(master: bytes, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose (HKDF-SHA256, RFC 5869): keys of different purposes tell
    nothing of each other."""
    derive = HKDF(SHA256(), KEY_SIZE, salt=None, info=f"countersign {purpose}".encode())
    return derive.derive(master)


class SecretBox:
    """AES-256-GCM with a random nonce in front: unreadable and unchangeable without the key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, plain: bytes) -> bytes:
        nonce = os.urandom(NONCE_SIZE)
        return nonce + self._cipher.encrypt(nonce, plain, None)

    def open(self, closed: bytes) -> bytes:
        """Raises CannotOpen."""
        try:
            return self._cipher.decrypt(closed[:NONCE_SIZE], closed[NONCE_SIZE:], None)
        except (InvalidTag, ValueError):
            raise CannotOpen("not closed with this server's key") from None
