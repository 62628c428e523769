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
    """The port SignInProviders. `callback` is where browsers come back to. Providers inside the
    server's network are asked when an operator named them, or in a `sandbox`. To be closed."""

    def __init__(
        self, unit_of_work: Callable[[], UnitOfWork], callback: str, *, sandbox: bool
    ) -> None:
        self._unit_of_work, self._callback = unit_of_work, callback
        self._house, self._world = Directory(), Directory(inside=sandbox)

    def of_account(self, account_id: str) -> IdentityProvider | None:
        with self._unit_of_work() as uow:
            known = single_sign_on_of(account_id, uow)
        if known is None:
            return None
        directory = self._house if known.inside else self._world
        return OpenIdConnect(known, self._callback, directory)

    def close(self) -> None:
        self._house.close()
        self._world.close()
