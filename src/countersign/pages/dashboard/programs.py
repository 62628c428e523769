"""Keys for programs, and webhooks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.account import PRODUCTION, TEST
from countersign.domain.errors import DomainError, Invalid
from countersign.domain.rights import Right
from countersign.domain.short_id import short_form
from countersign.httpkit import Form, Operation
from countersign.pages.dashboard.access import FORM, go, needs
from countersign.pages.dashboard.acting import DoneQuery, said
from countersign.pages.dashboard.apis import APIS, OWN, Api
from countersign.pages.dashboard.chart import Chart, chart
from countersign.pages.dashboard.errors import sentence, status_of, with_fields
from countersign.pages.dashboard.shell import page, words
from countersign.usecases.add_webhook import AddWebhook
from countersign.usecases.create_credential import CreateCredential, NewCredential
from countersign.usecases.manage_credentials import (
    UsedCredential,
    days_until,
    end_credential,
    list_credentials,
    make_credential,
)
from countersign.usecases.manage_webhooks import (
    call_webhook_again,
    end_webhook,
    look_at_webhooks,
    make_webhook,
)
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.set_webhook import LONGEST_URL

Events = Mapping[str, Collection[str]]


def _(text: str) -> str:
    return text


DONE = {
    "revoked": _("The key is revoked. It opens nothing any more."),
    "removed": _("The webhook is removed."),
    "again": _("The call is made again."),
}


class Programs:
    """Handlers for keys and webhooks; `events` are what each API tells."""

    def __init__(self, desk: MemberPorts, events: Events) -> None:
        self._desk, self._events = desk, events

    def operations(self) -> list[Operation]:
        keys, hooks = Right.MANAGE_CREDENTIALS, Right.MANAGE_WEBHOOKS
        return [
            needs(keys, "GET", "/credentials", self.credentials, query=DoneQuery),
            needs(keys, "POST", "/credentials", self.make, body=FORM),
            needs(keys, "POST", "/credentials/{key_id}/revoke", self.revoke, body=FORM),
            needs(hooks, "GET", "/webhooks", self.webhooks, query=DoneQuery),
            needs(hooks, "POST", "/webhooks", self.add, body=FORM),
            needs(hooks, "POST", "/webhooks/{endpoint_id}/remove", self.remove, body=FORM),
            needs(hooks, "POST", "/webhooks/calls/{delivery_id}/resend", self.resend, body=FORM),
        ]

    # -------------------------------------------------------------- keys

    def credentials(self, caller: Visit, request: Request, query: DoneQuery) -> Response:
        """All of the account."""
        return self._keys_page(caller, request, notice=said(DONE, query.done, request))

    def make(self, caller: Visit, request: Request, body: Form) -> Response:
        """Shows its secret, once."""
        try:
            name = body.text("api") or ""
            api = _api(name)
            made = make_credential(_command(api, caller, body), caller, self._desk)
        except DomainError as problem:
            text = sentence(problem, words(request))
            return self._keys_page(caller, request, status_of(problem), error=text)
        return new_key_page(caller, request, api, made, self._desk)

    def revoke(self, caller: Visit, key_id: str, body: Form) -> Response:  # noqa: ARG002
        """At once, and for good."""
        end_credential(key_id, caller, self._desk)
        return go("/credentials?done=revoked")

    def _keys_page(
        self, caller: Visit, request: Request, status: int = 200, **more: Any
    ) -> Response:
        names = {api.api: api.name for api in APIS.values()}
        keys = list_credentials(list(names), caller, self._desk)
        return page(
            request,
            "credentials.html",
            status,
            visit=caller,
            menu="/credentials",
            keys=keys,
            charts=_by_api(names, keys, days_until(self._desk.ports.clock())),
            names=names,
            apis=APIS,
            **more,
        )

    # -------------------------------------------------------------- webhooks

    def webhooks(self, caller: Visit, request: Request, query: DoneQuery) -> Response:
        """Endpoints, and the newest calls."""
        return self._hooks_page(caller, request, notice=said(DONE, query.done, request))

    def add(self, caller: Visit, request: Request, body: Form) -> Response:
        """Shows its secret, once."""
        api = body.text("api") or ""
        try:
            if api not in self._events:
                raise _no_such_api()
            command = AddWebhook(
                account_id=caller.account.id,
                api=api,
                url=(body.text("url") or "").strip(),
                told=self._events[api],
                events=tuple((body.text("events") or "").replace(",", " ").split()),
            )
            made = make_webhook(command, caller, self._desk)
        except DomainError as problem:
            text = with_fields(problem, sentence(problem, words(request)))
            return self._hooks_page(caller, request, status_of(problem), error=text, given=body)
        return page(request, "new_webhook.html", visit=caller, menu="/webhooks", made=made)

    def remove(self, caller: Visit, endpoint_id: str, body: Form) -> Response:  # noqa: ARG002
        """Nobody is told there any more."""
        end_webhook(endpoint_id, caller, self._desk)
        return go("/webhooks?done=removed")

    def resend(self, caller: Visit, delivery_id: str, body: Form) -> Response:  # noqa: ARG002
        """The same call once more."""
        call_webhook_again(delivery_id, caller, self._desk)
        return go("/webhooks?done=again")

    def _hooks_page(
        self, caller: Visit, request: Request, status: int = 200, **more: Any
    ) -> Response:
        overview = look_at_webhooks(list(self._events), caller, self._desk)
        return page(
            request,
            "webhooks.html",
            status,
            visit=caller,
            menu="/webhooks",
            overview=overview,
            events=self._events,
            apis={**APIS, **OWN},
            longest_url=LONGEST_URL,
            **{"given": None, **more},
        )


def new_key_page(
    caller: Visit, request: Request, api: Api, made: NewCredential, desk: MemberPorts
) -> Response:
    """The only page that ever shows this secret."""
    curl = api.curl.format(
        url=desk.address.rpartition("/")[0],
        account=made.credential.account_id,
        company=short_form(made.credential.account_id),
        id=made.credential.id,
        secret=made.secret,
    )
    return page(
        request, "new_key.html", visit=caller, menu="/credentials", made=made, api=api, curl=curl
    )


def _by_api(
    names: Mapping[str, str], keys: Sequence[UsedCredential], days: Sequence[date]
) -> list[Chart]:
    """Of each API that was called."""
    charts = []
    for api, name in names.items():
        calls: Counter[date] = Counter()
        for key in keys:
            if key.credential.api == api:
                calls.update(key.calls)
        if calls:
            charts.append(chart(name, days, calls))
    return charts


def _api(name: str) -> Api:
    """Raises Invalid."""
    if name not in APIS:
        raise _no_such_api()
    return APIS[name]


def _no_such_api() -> Invalid:
    return Invalid("There is no such API.", {"api": "no such API"})


def _command(api: Api, caller: Visit, body: Form) -> CreateCredential:
    is_test = api.has_test and body.text("environment") == TEST
    return CreateCredential(
        account_id=caller.account.id,
        api=api.api,
        name=(body.text("name") or "").strip(),
        environment=TEST if is_test else PRODUCTION,
        prefix=api.prefix,
        client_prefix=api.client_prefix,
    )
