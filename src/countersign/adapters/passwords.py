"""Passwords as Argon2id hashes (RFC 9106)."""

from __future__ import annotations

from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.profiles import RFC_9106_LOW_MEMORY


class Argon2Passwords:
    """The port Passwords: 64 MiB of memory and three passes for each, RFC 9106's second choice."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)

    def hash(self, password: str) -> str:
        return self._hasher.hash(_bytes(password))

    def fits(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed or self._nobodys, _bytes(password)) and bool(hashed)
        except (Argon2Error, InvalidHashError):
            return False

    def is_old(self, hashed: str) -> bool:
        return self._hasher.check_needs_rehash(hashed)

    @cached_property
    def _nobodys(self) -> str:
        """What is computed for an address that nobody has: the answer must not come sooner."""
        return self._hasher.hash("nobody's password")


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
