"""The port PkiVendors: the services that accounts have."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence

from countersign.adapters.remote_signing.csc import CscSigning
from countersign.domain.errors import NotFound
from countersign.domain.signing_service import ServiceKind, SigningService
from countersign.usecases.pki_port import PkiVendor
from countersign.usecases.ports import Clock


class AccountVendors:
    """`own` finds an account's services. Each is opened once, and anew after it was changed."""

    def __init__(
        self, own: Callable[[str], Sequence[SigningService]], return_url: str, clock: Clock
    ) -> None:
        self._own, self._return_url, self._clock = own, return_url, clock
        self._open: dict[tuple[str, str], tuple[SigningService, CscSigning]] = {}

    @property
    def return_url(self) -> str:
        return self._return_url

    def of_account(self, account_id: str, name: str) -> PkiVendor:
        for service in self._own(account_id):
            if service.name == name and service.kind is ServiceKind.CSC:
                return self._client(service)
        raise NotFound("signing service", name)

    def close(self) -> None:
        for _, client in self._open.values():
            client.close()

    def _client(self, service: SigningService) -> CscSigning:
        key = (service.account_id, service.name)
        known, client = self._open.get(key, (None, None))
        if client is None or known != service:
            client = self._opened(service)
            self._open[key] = service, client
        return client

    def _opened(self, service: SigningService) -> CscSigning:
        trusted = service.tls_authority
        return CscSigning(
            service.url,
            service.client_id,
            service.client_secret,
            service.authorities,
            self._clock,
            tls=ssl.create_default_context(cadata=trusted) if trusted else None,
        )
