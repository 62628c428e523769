"""Passwords as Argon2id hashes (RFC 9106)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError, VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

from countersign.domain.errors import Unavailable

_log = structlog.get_logger(__name__)


class Argon2Passwords:
    """The port Passwords: 64 MiB of memory and three passes for each, RFC 9106's second choice."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)

    def hash(self, password: str) -> str:
        with _short_of_memory():
            return self._hasher.hash(_bytes(password))

    def fits(self, hashed: str, password: str) -> bool:
        with _short_of_memory(), suppress(VerifyMismatchError, InvalidHashError):
            return self._hasher.verify(hashed or self._nobodys, _bytes(password)) and bool(hashed)
        return False

    def is_old(self, hashed: str) -> bool:
        return self._hasher.check_needs_rehash(hashed)

    @cached_property
    def _nobodys(self) -> str:
        """What is computed for an address that nobody has: the answer must not come sooner."""
        return self.hash("nobody's password")


@contextmanager
def _short_of_memory() -> Iterator[None]:
    """Where the memory or the threads are lacking, nobody is told that a password was wrong."""
    try:
        yield
    except Argon2Error as problem:
        _log.error("password_not_computed", reason=str(problem))
        raise Unavailable("memory for a password") from problem


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
