"""Identity providers: whom signers are sent to, and whether that works."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.eids import eid_name
from countersign.domain.errors import DomainError, NotFound
from countersign.domain.openid import NAME_CLAIM, NATIONAL_ID_CLAIM, OpenIdProvider
from countersign.domain.rights import Right
from countersign.httpkit import Form, Operation, RateLimit
from countersign.pages.dashboard.access import FORM, PREFIX, go, known_place, needs
from countersign.pages.dashboard.acting import DoneQuery, said
from countersign.pages.dashboard.errors import status_of
from countersign.pages.dashboard.settings.shared import (
    SETTINGS,
    settings_page,
    text_of,
    told,
    words_of,
)
from countersign.pages.dashboard.settings.troubles import trouble_words
from countersign.pages.dashboard.shell import language_of, words
from countersign.pages.signing.identity import TRIAL_RETURN
from countersign.usecases.manage_providers import (
    end_provider,
    finish_trial,
    provider_of,
    providers_of,
    put_provider,
    start_trial,
)
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.trial_port import ProviderTrials, Trial

TAB = f"{SETTINGS}/providers"
ONE = f"{TAB}/{{name}}"


def _(text: str) -> str:
    return text


DONE = {
    "removed": _("The provider is removed. Tasks that name it can't be signed with it any more."),
}
SAVED = _("Saved. The provider publishes what is needed. Try it now: log in there yourself.")
SAVED_BUT = _("Saved, but the provider can't be used like this yet.")
NEW = {
    "name": "",
    "issuer": "",
    "client_id": "",
    "scopes": "openid profile",
    "acr_values": "",
    "national_id_claim": NATIONAL_ID_CLAIM,
    "name_claim": NAME_CLAIM,
}


class ProviderPages:
    """Handlers for identity providers. `limit` is for what makes this server call others."""

    def __init__(self, desk: MemberPorts, trials: ProviderTrials, limit: RateLimit) -> None:
        self._desk, self._trials, self._limit = desk, trials, limit

    def operations(self) -> list[Operation]:
        right = Right.MANAGE_SETTINGS
        returned = TRIAL_RETURN.removeprefix(PREFIX)
        return [
            needs(right, "GET", TAB, self.list, query=DoneQuery),
            needs(right, "POST", TAB, self.add, body=FORM),
            needs(right, "GET", ONE, self.show, query=DoneQuery),
            needs(right, "POST", ONE, self.change, body=FORM),
            needs(right, "POST", f"{ONE}/remove", self.remove, body=FORM),
            needs(right, "POST", f"{ONE}/try", self.try_it, body=FORM),
            needs(right, "GET", returned, self.returned),
        ]

    def list(self, caller: Visit, request: Request, query: DoneQuery) -> Response:
        """All of the account."""
        return self._list(caller, request, notice=said(DONE, query.done, request))

    def add(self, caller: Visit, request: Request, body: Form) -> Response:
        """Kept even if it does not answer now; its page says so."""
        self._count(caller)
        wanted = self._wanted(text_of(body, "name"), caller, body)
        try:
            put_provider(wanted, is_new=True, visit=caller, desk=self._desk)
        except DomainError as problem:
            more = {"error": told(problem, request), "given": _given(body)}
            return self._list(caller, request, status_of(problem), **more)
        return self._looked_at(caller, request, wanted.name)

    def show(self, caller: Visit, request: Request, name: str, query: DoneQuery) -> Response:
        """All but its secret."""
        provider = provider_of(name, caller, self._desk)
        return self._page(caller, request, provider, notice=said(DONE, query.done, request))

    def change(self, caller: Visit, request: Request, name: str, body: Form) -> Response:
        """An empty secret stays what it is."""
        self._count(caller)
        provider = provider_of(name, caller, self._desk)
        try:
            wanted = self._wanted(name, caller, body)
            put_provider(wanted, is_new=False, visit=caller, desk=self._desk)
        except NotFound:
            raise
        except DomainError as problem:
            more = {"error": told(problem, request), "given": _given(body)}
            return self._page(caller, request, provider, status_of(problem), **more)
        return self._looked_at(caller, request, name)

    def remove(self, caller: Visit, name: str, body: Form) -> Response:  # noqa: ARG002
        """For good."""
        end_provider(name, caller, self._desk)
        return go(f"{TAB}?done=removed")

    def try_it(self, caller: Visit, request: Request, name: str, body: Form) -> Response:  # noqa: ARG002
        """What is going to happen, and the link to it: a form would not be let go elsewhere."""
        self._count(caller)
        provider, language = provider_of(name, caller, self._desk), language_of(request)
        started = start_trial(
            name, language, known_place(request), caller, self._desk, self._trials
        )
        if isinstance(started, Trial):
            return self._result(caller, request, provider, started)
        return settings_page(
            request, "trial", TAB, caller, provider=provider, address=started,
            redirect_uri=self._trials.redirect_uri,
        )  # fmt: skip

    def returned(self, caller: Visit, request: Request) -> Response:
        """Back from the provider."""
        if "state" not in request.query_params:
            return go(TAB)
        self._count(caller)
        provider, trial = finish_trial(
            dict(request.query_params), known_place(request), caller, self._desk, self._trials
        )
        return self._result(caller, request, provider, trial)

    def _result(
        self, caller: Visit, request: Request, provider: OpenIdProvider, trial: Trial
    ) -> Response:
        return settings_page(
            request, "tried", TAB, caller, provider=provider, trial=trial,
            trouble=self._trouble(trial, request),
        )  # fmt: skip

    def _looked_at(self, caller: Visit, request: Request, name: str) -> Response:
        """The page of a provider that was just saved, with what came of a first look at it."""
        provider = provider_of(name, caller, self._desk)
        found, say = self._trials.look(provider), words(request)
        if found.trouble is None:
            return self._page(caller, request, provider, notice=say(SAVED))
        text = f"{say(SAVED_BUT)} {self._trouble(found, request)} ({found.why})"
        return self._page(caller, request, provider, error=text)

    def _trouble(self, trial: Trial, request: Request) -> str:
        return trouble_words(trial, self._trials.redirect_uri, words(request))

    def _wanted(self, name: str, caller: Visit, body: Form) -> OpenIdProvider:
        return OpenIdProvider(
            account_id=caller.account.id,
            name=name,
            issuer=text_of(body, "issuer"),
            client_id=text_of(body, "client_id"),
            client_secret=text_of(body, "client_secret"),
            scopes=words_of(body, "scopes"),
            acr_values=words_of(body, "acr_values"),
            national_id_claim=text_of(body, "national_id_claim"),
            name_claim=text_of(body, "name_claim"),
            created_at=self._desk.ports.clock(),
        )

    def _count(self, caller: Visit) -> None:
        """Raises Refusal 429."""
        self._limit.check(f"settings:{caller.member.id}")

    def _list(self, caller: Visit, request: Request, status: int = 200, **more: Any) -> Response:
        found = providers_of(caller, self._desk)
        return settings_page(
            request, "providers", TAB, caller, status, providers=found, eid_name=eid_name,
            redirect_uri=self._trials.redirect_uri, **{"given": NEW, **more},
        )  # fmt: skip

    def _page(
        self,
        caller: Visit,
        request: Request,
        provider: OpenIdProvider,
        status: int = 200,
        **more: Any,
    ) -> Response:
        return settings_page(
            request, "provider", TAB, caller, status, provider=provider,
            called=eid_name(provider.name), redirect_uri=self._trials.redirect_uri,
            **{"given": _shown(provider), **more},
        )  # fmt: skip


def _given(body: Form) -> dict[str, str]:
    """What stood in the form, but the secret."""
    return {name: body.text(name) or "" for name in NEW}


def _shown(provider: OpenIdProvider) -> Mapping[str, str]:
    return {
        "name": provider.name,
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "scopes": " ".join(provider.scopes),
        "acr_values": " ".join(provider.acr_values),
        "national_id_claim": provider.national_id_claim,
        "name_claim": provider.name_claim,
    }
