"""The eIDs of the whole installation, and those that an account has providers for itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from countersign.usecases.identity_port import (
    Failed,
    IdentityProvider,
    IdentityRequest,
    Pending,
    Proved,
    Started,
)

Own = Mapping[str, IdentityProvider]


class Closeable(Protocol):
    def close(self) -> None: ...


def _nothing_own(_account_id: str) -> Own:
    return {}


class AccountEids:
    """The port IdentityProviders. `everybody` are the installation's eIDs, simulated ones in a
    sandbox; `own` finds an account's, which go first; `parts` are closed with this."""

    def __init__(
        self,
        everybody: IdentityProvider,
        own: Callable[[str], Own] = _nothing_own,
        *,
        simulated: bool = False,
        parts: Sequence[Closeable] = (),
    ) -> None:
        self._everybody, self._own, self._simulated = everybody, own, simulated
        self._parts = parts

    def of_account(self, account_id: str) -> IdentityProvider:
        return _Offered(self._everybody, self._own(account_id))

    def is_simulated(self, account_id: str, method: str) -> bool:
        offered = self._simulated and method in self._everybody.methods
        return offered and method not in self._own(account_id)

    def close(self) -> None:
        for part in self._parts:
            part.close()


class _Offered:
    """Goes by the name of the method."""

    def __init__(self, everybody: IdentityProvider, own: Own) -> None:
        self._everybody, self._own = everybody, own

    @property
    def methods(self) -> tuple[str, ...]:
        return (*self._own, *(name for name in self._everybody.methods if name not in self._own))

    def start(self, request: IdentityRequest) -> Started:
        return self._of(request.method).start(request)

    def collect(
        self, method: str, reference: str, secret: Mapping[str, str], elapsed_s: int
    ) -> Pending | Proved | Failed:
        return self._of(method).collect(method, reference, secret, elapsed_s)

    def cancel(self, method: str, reference: str) -> None:
        self._of(method).cancel(method, reference)

    def _of(self, method: str) -> IdentityProvider:
        return self._own.get(method, self._everybody)
