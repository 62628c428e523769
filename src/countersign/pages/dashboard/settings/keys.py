"""Keys that sign for others: services that keep people's own, and the account's as a company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from cryptography import x509
from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.rights import Right
from countersign.domain.signing_service import SigningService
from countersign.httpkit import Form, Operation, RateLimit
from countersign.pages.dashboard.access import FORM, needs
from countersign.pages.dashboard.settings.shared import SETTINGS, settings_page
from countersign.usecases.add_signing_service import list_signing_services
from countersign.usecases.ask_signing_services import ask_signing_services
from countersign.usecases.member_ports import MemberPorts, Visit

TAB = f"{SETTINGS}/keys"
SOON = timedelta(days=60)


class KeysPage:
    """Handlers that only show and ask: what is added here has files and PINs of the operator's."""

    def __init__(self, desk: MemberPorts, limit: RateLimit) -> None:
        self._desk, self._limit = desk, limit

    def operations(self) -> list[Operation]:
        right = Right.MANAGE_SETTINGS
        return [
            needs(right, "GET", TAB, self.show),
            needs(right, "POST", f"{TAB}/ask", self.ask, body=FORM),
        ]

    def show(self, caller: Visit, request: Request) -> Response:
        """Which there are, and until when."""
        return self._page(caller, request, {})

    def ask(self, caller: Visit, request: Request, body: Form) -> Response:  # noqa: ARG002
        """Whether the services answer now."""
        self._limit.check(f"settings:{caller.member.id}")
        return self._page(caller, request, ask_signing_services(caller, self._desk))

    def _page(self, caller: Visit, request: Request, answers: Mapping[str, bool]) -> Response:
        now = self._desk.ports.clock()
        with self._desk.ports.unit_of_work() as uow:
            merchant = uow.merchant_keys.of_account(caller.account.id)
        services = list_signing_services(caller.account.id, self._desk.ports)
        return settings_page(
            request, "keys", TAB, caller,
            answers=answers,
            services=[(one, _authorities(one, now)) for one in services],
            merchant=[(one, _state(one.facts.begins, one.facts.expires, now)) for one in merchant],
        )  # fmt: skip


def _authorities(service: SigningService, now: datetime) -> Sequence[tuple[str, datetime, str]]:
    """Whom we believe whose key it is: subject, end, state."""
    found = map(x509.load_der_x509_certificate, service.authorities)
    return [
        (
            one.subject.rfc4514_string(),
            one.not_valid_after_utc,
            _state(one.not_valid_before_utc, one.not_valid_after_utc, now),
        )
        for one in found
    ]


def _state(begins: datetime, ends: datetime, now: datetime) -> str:
    if not begins <= now <= ends:
        return "bad"
    return "fair" if ends <= now + SOON else "good"
