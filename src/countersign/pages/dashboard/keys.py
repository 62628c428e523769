"""One key: how it is used, a new secret for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.errors import DomainError, Invalid, NotFound
from countersign.domain.rights import Right
from countersign.httpkit import Form, Operation
from countersign.pages.dashboard.access import FORM, needs
from countersign.pages.dashboard.apis import APIS, Api
from countersign.pages.dashboard.chart import chart
from countersign.pages.dashboard.errors import sentence, status_of
from countersign.pages.dashboard.programs import new_key_page
from countersign.pages.dashboard.shell import page, words
from countersign.usecases.manage_credentials import (
    days_until,
    read_credential,
    rotate_credential,
)
from countersign.usecases.member_ports import MemberPorts, Visit


def _(text: str) -> str:
    return text


# How long the old secret is good yet, in days
GRACES = {"0": _("at once"), "1": _("after 1 day"), "7": _("after 7 days")}
ONE = "/credentials/{key_id}"


class KeyPage:
    """Handlers for one key."""

    def __init__(self, desk: MemberPorts) -> None:
        self._desk = desk

    def operations(self) -> list[Operation]:
        keys = Right.MANAGE_CREDENTIALS
        return [
            needs(keys, "GET", ONE, self.show),
            needs(keys, "POST", ONE + "/rotate", self.rotate, body=FORM),
        ]

    def show(self, caller: Visit, request: Request, key_id: str) -> Response:
        """Everything about it but its secret."""
        return self._page(caller, request, key_id)

    def rotate(self, caller: Visit, request: Request, key_id: str, body: Form) -> Response:
        """Shows the new secret, once."""
        key = read_credential(key_id, caller, self._desk).credential
        api = _api_of(key.api)
        try:
            grace = _grace(body.text("grace") or "")
            made = rotate_credential(key_id, api.prefix, grace, caller, self._desk)
        except NotFound:
            raise
        except DomainError as problem:
            text = sentence(problem, words(request))
            return self._page(caller, request, key_id, status_of(problem), error=text)
        return new_key_page(caller, request, api, made, self._desk)

    def _page(
        self, caller: Visit, request: Request, key_id: str, status: int = 200, **more: Any
    ) -> Response:
        key = read_credential(key_id, caller, self._desk)
        days = days_until(self._desk.ports.clock())
        return page(
            request,
            "key.html",
            status,
            visit=caller,
            menu="/credentials",
            key=key,
            api=_api_of(key.credential.api),
            one=chart(key.credential.name, days, key.calls),
            graces=GRACES,
            **more,
        )


def _api_of(api: str) -> Api:
    """The first that such credentials are for."""
    return next(one for one in APIS.values() if one.api == api)


def _grace(days: str) -> timedelta:
    """Raises Invalid."""
    if days not in GRACES:
        raise Invalid(_("Please choose when the old secret ends."), {"grace": "unknown"})
    return timedelta(days=int(days))
