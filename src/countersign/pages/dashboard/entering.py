"""Ways in: password, link, passkey, single sign-on; the first start, and invitations."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from countersign.domain.errors import DomainError, Forbidden, NotFound, Unauthorized
from countersign.httpkit import Form, Json, Operation, RateLimit, Success, client_of, json_response
from countersign.pages.dashboard.access import (
    FORM,
    PREFIX,
    drop_session,
    go,
    keep_session,
    known_place,
    own_path,
    place_of,
    remember_browser,
    to_all,
    visit_from,
)
from countersign.pages.dashboard.errors import sentence, status_of
from countersign.pages.dashboard.shell import HEADERS, language_of, page, words
from countersign.usecases.enter_dashboard import Entered, leave
from countersign.usecases.join_dashboard import (
    Newcomer,
    join,
    look_at_invitation,
    look_at_set_up,
    set_up,
)
from countersign.usecases.member_ports import MemberPorts
from countersign.usecases.passkey_sign_in import ask_for_passkey, sign_in_with_passkey
from countersign.usecases.sign_in import (
    ask_for_link,
    check_second_step,
    follow_link,
    look_at_link,
    sign_in,
)
from countersign.usecases.single_sign_on import finish_single_sign_on, start_single_sign_on

SSO_RETURN = f"{PREFIX}/sso-return"


def _(text: str) -> str:
    return text


WRONG_PASSWORD = _("This address and password do not belong together.")


class NextQuery(BaseModel):
    """Where somebody wanted to go."""

    next: str = ""


class PasskeyAnswer(BaseModel):
    """What the browser's API said."""

    ticket: str
    credential: dict[str, Any]


class Entrance:
    """Handlers for whoever is not signed in; `secure` says whether browsers come by https."""

    def __init__(self, desk: MemberPorts, limit: RateLimit, *, secure: bool) -> None:
        self._desk, self._limit, self._secure = desk, limit, secure

    def operations(self) -> list[Operation]:
        json = Success(type=dict[str, Any])
        return [
            to_all("GET", "/sign-in", self.ask, query=NextQuery),
            to_all("POST", "/sign-in", self.sign_in, body=FORM),
            to_all("POST", "/sign-in/link", self.send_link, body=FORM),
            to_all("POST", "/sign-in/code", self.second_step, body=FORM),
            to_all("POST", "/sign-out", self.sign_out, body=FORM),
            to_all("GET", "/link/{secret}", self.show_link),
            to_all("POST", "/link/{secret}", self.follow_link, body=FORM),
            to_all("GET", "/start/{secret}", self.show_start),
            to_all("POST", "/start/{secret}", self.start, body=FORM),
            to_all("GET", "/join/{secret}", self.show_join),
            to_all("POST", "/join/{secret}", self.join, body=FORM),
            to_all("POST", "/passkey/options", self.passkey_options, success=json),
            to_all("POST", "/passkey", self.passkey, body=Json(PasskeyAnswer), success=json),
            to_all("GET", "/sso/{account_id}", self.start_single_sign_on),
            to_all("GET", "/sso-return", self.finish_single_sign_on),
        ]

    # -------------------------------------------------------------- password, link, code

    def ask(self, request: Request, query: NextQuery) -> Response:
        """The page to sign in."""
        try:
            visit_from(request, self._desk)
        except Unauthorized:
            return self._sign_in_page(request, next=query.next)
        return go(own_path(query.next))

    def sign_in(self, request: Request, body: Form) -> Response:
        """With address and password."""
        self._count(request)
        place, email = known_place(request), body.text("email") or ""
        try:
            entered = sign_in(email, body.text("password") or "", place, self._desk)
        except Forbidden:  # whoever knows the password is sent to the only way in
            raise
        except DomainError as problem:
            wrong = isinstance(problem, Unauthorized)
            text = WRONG_PASSWORD if wrong else sentence(problem, words(request))
            return self._sign_in_page(
                request, status_of(problem), error=text, email=email, next=body.text("next") or ""
            )
        return self._entered(request, entered, body.text("next") or "")

    def send_link(self, request: Request, body: Form) -> Response:
        """Says the same, whether or not somebody has this address."""
        self._count(request)
        place, email = known_place(request), body.text("email") or ""
        try:
            ask_for_link(email, place, self._desk)
        except Unauthorized:
            text = words(request)(_("Please enter your e-mail address first."))
            return self._sign_in_page(request, 422, error=text, email=email)
        except DomainError as problem:
            text = sentence(problem, words(request))
            return self._sign_in_page(request, status_of(problem), error=text, email=email)
        return page(request, "link_sent.html", email=email)

    def second_step(self, request: Request, body: Form) -> Response:
        """The code of an app."""
        self._count(request)
        ticket, code, wish = (body.text(name) or "" for name in ("ticket", "code", "next"))
        try:
            session = check_second_step(ticket, code, known_place(request), self._desk)
        except NotFound as problem:
            if not isinstance(problem, Unauthorized):
                raise
            text = words(request)(_("This code is not right, or was used already."))
            return page(request, "code.html", 401, ticket=ticket, next=wish, error=text)
        return keep_session(go(own_path(wish)), session, secure=self._secure)

    def sign_out(self, request: Request, body: Form) -> Response:  # noqa: ARG002
        """Also when the session is over already."""
        with suppress(Unauthorized):
            leave(visit_from(request, self._desk), self._desk)
        return drop_session(go("/sign-in"), secure=self._secure)

    def show_link(self, request: Request, secret: str) -> Response:
        """One button: a program that follows links of mails doesn't press it."""
        look_at_link(secret, place_of(request), self._desk)
        return page(request, "link.html", secret=secret)

    def follow_link(self, request: Request, secret: str, body: Form) -> Response:  # noqa: ARG002
        """Signs in."""
        self._count(request)
        return self._entered(request, follow_link(secret, known_place(request), self._desk), "")

    # -------------------------------------------------------------- the first one, and the others

    def show_start(self, request: Request, secret: str) -> Response:
        """The first page of an installation."""
        look_at_set_up(secret, place_of(request), self._desk)
        return page(request, "start.html", given=Newcomer(name="", password=""), secret=secret)

    def start(self, request: Request, secret: str, body: Form) -> Response:
        """An account with its owner."""
        given, place = _newcomer(body), place_of(request)
        return self._come_in(
            request, "start.html", given, lambda: set_up(secret, given, place, self._desk),
            secret=secret,
        )  # fmt: skip

    def show_join(self, request: Request, secret: str) -> Response:
        """The page of an invitation."""
        member, account = look_at_invitation(secret, place_of(request), self._desk)
        given = Newcomer(name=member.name, password="")
        return page(
            request, "join.html", given=given, secret=secret, email=member.email, account=account
        )

    def join(self, request: Request, secret: str, body: Form) -> Response:
        """Somebody who was invited becomes a member."""
        given = _newcomer(body)
        place = place_of(request)
        member, account = look_at_invitation(secret, place, self._desk)
        return self._come_in(
            request, "join.html", given, lambda: join(secret, given, place, self._desk),
            secret=secret, email=member.email, account=account,
        )  # fmt: skip

    def _come_in(
        self,
        request: Request,
        template: str,
        given: Newcomer,
        enter: Callable[[], str],
        **shown: Any,
    ) -> Response:
        self._count(request)
        try:
            session = enter()
        except DomainError as problem:
            text = sentence(problem, words(request))
            return page(request, template, status_of(problem), given=given, error=text, **shown)
        response = keep_session(go("/envelopes"), session, secure=self._secure)
        return remember_browser(request, response, secure=self._secure)

    # -------------------------------------------------------------- passkey, single sign-on

    def passkey_options(self, request: Request) -> Response:
        """What the browser's API is asked."""
        self._count(request)
        asked = ask_for_passkey(known_place(request), self._desk)
        return json_response({"ticket": asked.ticket, "options": asked.options}, 200, HEADERS)

    def passkey(self, request: Request, body: PasskeyAnswer) -> Response:
        """Signs in."""
        self._count(request)
        place = known_place(request)
        session = sign_in_with_passkey(body.ticket, body.credential, place, self._desk)
        response = json_response({"to": f"{PREFIX}/envelopes"}, 200, HEADERS)
        return keep_session(response, session, secure=self._secure)

    def start_single_sign_on(self, request: Request, account_id: str) -> Response:
        """Off to the company's provider. A browser that is new here comes back at once, known."""
        self._count(request)
        if not place_of(request).browser:
            response = page(request, "sso.html", account_id=account_id)
            return remember_browser(request, response, secure=self._secure)
        address = start_single_sign_on(
            account_id, language_of(request), place_of(request), self._desk
        )
        return RedirectResponse(address, 303, HEADERS)

    def finish_single_sign_on(self, request: Request) -> Response:
        """Back from the provider."""
        self._count(request)
        session = finish_single_sign_on(
            dict(request.query_params), known_place(request), self._desk
        )
        return keep_session(go("/envelopes"), session, secure=self._secure)

    # -------------------------------------------------------------- all of them

    def _entered(self, request: Request, entered: Entered, wish: str) -> Response:
        if entered.second:
            return page(request, "code.html", ticket=entered.second, next=wish)
        return keep_session(go(own_path(wish)), entered.session, secure=self._secure)

    def _sign_in_page(self, request: Request, status: int = 200, **more: Any) -> Response:
        shown = {"email": "", "next": "", "passkeys": self._desk.passkeys.offered, **more}
        response = page(request, "sign_in.html", status, **shown)
        return remember_browser(request, response, secure=self._secure)

    def _count(self, request: Request) -> None:
        """Raises Refusal 429: whoever tries thousands of addresses is slowed down, too."""
        self._limit.check(f"dashboard:{client_of(request).ip}")


def _newcomer(body: Form) -> Newcomer:
    given = {name: body.text(name) or "" for name in ("name", "password", "company", "email")}
    return Newcomer(**given)
