"""What a member signs in with, and where they are signed in."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.errors import DomainError, Unauthorized
from countersign.domain.one_time import enrolment_address
from countersign.domain.rights import Right
from countersign.httpkit import Form, Json, Operation, Success, json_response
from countersign.pages.dashboard.access import FORM, PREFIX, go, known_place, needs
from countersign.pages.dashboard.acting import DoneQuery, said
from countersign.pages.dashboard.errors import sentence, status_of
from countersign.pages.dashboard.shell import HEADERS, page, words
from countersign.usecases.change_member import (
    begin_app,
    change_password,
    confirm_app,
    end_session,
    pending_app,
    remove_app,
    sessions_of,
)
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.passkey_sign_in import add_passkey, begin_passkey, remove_passkey

ISSUER = "Countersign"


def _(text: str) -> str:
    return text


DONE = {
    "password": _("The password was changed. Other browsers are signed out."),
    "passkey": _("The passkey was added."),
    "passkey-removed": _("The passkey was removed."),
    "app-removed": _("Codes of an app are no longer asked for."),
    "signed-out": _("Signed out there."),
}


class NewPasskey(BaseModel):
    """What the browser's API said, and how its owner calls it."""

    ticket: str
    name: str
    credential: dict[str, Any]


class OwnPage:
    """Handlers for a member's own sign-in."""

    def __init__(self, desk: MemberPorts) -> None:
        self._desk = desk

    def operations(self) -> list[Operation]:
        own, json = Right.OWN_SIGN_IN, Success(type=dict[str, Any])
        return [
            needs(own, "GET", "/me", self.show, query=DoneQuery),
            needs(own, "POST", "/me/password", self.change_password, body=FORM),
            needs(own, "POST", "/me/app", self.begin_app, body=FORM),
            needs(own, "POST", "/me/app/confirm", self.confirm_app, body=FORM),
            needs(own, "POST", "/me/app/remove", self.remove_app, body=FORM),
            needs(own, "POST", "/me/passkeys/options", self.passkey_options, success=json),
            needs(own, "POST", "/me/passkeys", self.passkey, body=Json(NewPasskey), success=json),
            needs(own, "POST", "/me/passkeys/remove", self.remove_passkey, body=FORM),
            needs(own, "POST", "/me/sessions/end", self.end_session, body=FORM),
        ]

    def show(self, caller: Visit, request: Request, query: DoneQuery) -> Response:
        """The page."""
        return self._page(caller, request, notice=said(DONE, query.done, request))

    def change_password(self, caller: Visit, request: Request, body: Form) -> Response:
        """Other browsers are signed out."""
        current, new = body.text("current") or "", body.text("password") or ""
        try:
            change_password(current, new, caller, known_place(request), self._desk)
        except Unauthorized:
            text = words(request)(_("This is not your present password."))
            return self._page(caller, request, 422, error=text)
        except DomainError as problem:
            return self._refused(caller, request, problem)
        return go("/me?done=password")

    def begin_app(self, caller: Visit, request: Request, body: Form) -> Response:  # noqa: ARG002
        """Shows what the app is to know."""
        app = begin_app(caller, known_place(request), self._desk)
        return self._app_page(caller, request, app.ticket, app.secret)

    def confirm_app(self, caller: Visit, request: Request, body: Form) -> Response:
        """Takes the app's first code and shows the recovery codes."""
        ticket, code, place = (
            body.text("ticket") or "",
            body.text("code") or "",
            known_place(request),
        )
        secret = pending_app(ticket, caller, place, self._desk).secret
        try:
            codes = confirm_app(ticket, code, caller, place, self._desk)
        except DomainError as problem:
            text = sentence(problem, words(request))
            return self._app_page(caller, request, ticket, secret, status_of(problem), text)
        return page(request, "recovery.html", visit=caller, codes=codes)

    def remove_app(self, caller: Visit, request: Request, body: Form) -> Response:
        """Takes a code, too."""
        try:
            remove_app(body.text("code") or "", caller, self._desk)
        except Unauthorized:
            text = words(request)(_("This code is not right, or was used already."))
            return self._page(caller, request, 422, error=text)
        except DomainError as problem:
            return self._refused(caller, request, problem)
        return go("/me?done=app-removed")

    def passkey_options(self, caller: Visit, request: Request) -> Response:
        """What the browser's API is asked."""
        asked = begin_passkey(caller, known_place(request), self._desk)
        return json_response({"ticket": asked.ticket, "options": asked.options}, 200, HEADERS)

    def passkey(self, caller: Visit, request: Request, body: NewPasskey) -> Response:
        """Adds it."""
        place = known_place(request)
        add_passkey(body.ticket, body.credential, body.name, caller, place, self._desk)
        return json_response({"to": f"{PREFIX}/me?done=passkey"}, 200, HEADERS)

    def remove_passkey(self, caller: Visit, body: Form) -> Response:
        """It signs nobody in any more."""
        remove_passkey(body.text("id") or "", caller, self._desk)
        return go("/me?done=passkey-removed")

    def end_session(self, caller: Visit, body: Form) -> Response:
        """Signs another browser out."""
        end_session(body.text("session") or "", caller, self._desk)
        return go("/me?done=signed-out")

    def _refused(self, caller: Visit, request: Request, problem: DomainError) -> Response:
        text = sentence(problem, words(request))
        return self._page(caller, request, status_of(problem), error=text)

    def _page(self, caller: Visit, request: Request, status: int = 200, **more: Any) -> Response:
        with self._desk.ports.unit_of_work() as uow:
            passkeys = uow.dashboard.passkeys.of_member(caller.member.id)
        return page(
            request,
            "me.html",
            status,
            visit=caller,
            passkeys=passkeys,
            passkeys_offered=self._desk.passkeys.offered,
            sessions=sessions_of(caller, self._desk),
            **more,
        )

    def _app_page(
        self,
        caller: Visit,
        request: Request,
        ticket: str,
        secret: str,
        status: int = 200,
        error: str = "",
    ) -> Response:
        address = enrolment_address(secret, caller.member.email, ISSUER)
        return page(
            request,
            "app.html",
            status,
            visit=caller,
            ticket=ticket,
            secret=secret,
            address=address,
            error=error,
        )
