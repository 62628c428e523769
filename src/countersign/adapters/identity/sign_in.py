"""The providers by which members of accounts sign in: the same client as for eIDs, with an address
of its own to come back to."""

from __future__ import annotations

from collections.abc import Callable

from countersign.adapters.identity.openid.directory import Directory
from countersign.adapters.identity.openid.provider import OpenIdConnect
from countersign.usecases.identity_port import IdentityProvider
from countersign.usecases.ports import UnitOfWork
from countersign.usecases.single_sign_on import single_sign_on_of


class AccountSignIn:
    """The port SignInProviders. `callback` is where browsers come back to; to be closed."""

    def __init__(self, unit_of_work: Callable[[], UnitOfWork], callback: str) -> None:
        self._unit_of_work, self._callback = unit_of_work, callback
        self._directory = Directory()

    def of_account(self, account_id: str) -> IdentityProvider | None:
        with self._unit_of_work() as uow:
            known = single_sign_on_of(account_id, uow)
        return OpenIdConnect(known, self._callback, self._directory) if known else None

    def close(self) -> None:
        self._directory.close()
