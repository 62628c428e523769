"""The members of an account, and what they did."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.errors import DomainError
from countersign.domain.member import Role, role_of
from countersign.domain.rights import Right, may
from countersign.httpkit import Form, Operation
from countersign.pages.dashboard.access import FORM, go, needs
from countersign.pages.dashboard.acting import DoneQuery, said
from countersign.pages.dashboard.errors import sentence, status_of
from countersign.pages.dashboard.shell import page, words
from countersign.usecases.change_member import change_role, remove_member
from countersign.usecases.check_audit_log import check_audit_log
from countersign.usecases.enter_dashboard import SINGLE_SIGN_ON
from countersign.usecases.join_dashboard import invite_again, invite_member
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.single_sign_on import (
    allow_other_ways,
    end_single_sign_on,
    require_single_sign_on,
    set_single_sign_on,
    single_sign_on_of,
)

ENTRIES = 50


def _(text: str) -> str:
    return text


DONE = {
    "invited": _("The invitation is on its way."),
    "role": _("The role was changed."),
    "removed": _("Removed, and signed out everywhere."),
    "sso": _("Members can sign in there now."),
    "sso-required": _("All members sign in there now, and nowhere else."),
    "sso-allowed": _("Passwords, links and passkeys are good again."),
    "sso-ended": _("Single sign-on has ended. Members need a password, a link or a passkey again."),
}


class AuditQuery(BaseModel):
    """Older entries than this one."""

    before: Annotated[int, Field(ge=0, le=10**18)] | None = None


class People:
    """Handlers for members, single sign-on and the audit log."""

    def __init__(self, desk: MemberPorts) -> None:
        self._desk = desk

    def operations(self) -> list[Operation]:
        change, sign_in = Right.MANAGE_MEMBERS, Right.MANAGE_SIGN_IN
        return [
            needs(Right.SEE_MEMBERS, "GET", "/members", self.show, query=DoneQuery),
            needs(change, "POST", "/members/invite", self.invite, body=FORM),
            needs(change, "POST", "/members/{member_id}/invite", self.invite_again, body=FORM),
            needs(change, "POST", "/members/{member_id}/role", self.change_role, body=FORM),
            needs(change, "POST", "/members/{member_id}/remove", self.remove, body=FORM),
            needs(sign_in, "POST", "/members/sso", self.set_sso, body=FORM),
            needs(sign_in, "POST", "/members/sso/end", self.end_sso, body=FORM),
            needs(sign_in, "POST", "/members/sso/require", self.require_sso, body=FORM),
            needs(sign_in, "POST", "/members/sso/allow", self.allow_others, body=FORM),
            needs(Right.SEE_AUDIT, "GET", "/audit", self.audit, query=AuditQuery),
            needs(Right.SEE_AUDIT, "POST", "/audit/check", self.check, body=FORM),
        ]

    def show(self, caller: Visit, request: Request, query: DoneQuery) -> Response:
        """Who is there."""
        return self._page(caller, request, notice=said(DONE, query.done, request))

    def invite(self, caller: Visit, request: Request, body: Form) -> Response:
        """By mail."""
        given = {name: body.text(name) or "" for name in ("email", "name", "role")}
        try:
            role = role_of(given["role"])
            invite_member(given["email"], given["name"], role, caller, self._desk)
        except DomainError as problem:
            return self._refused(caller, request, problem, given=given)
        return go("/members?done=invited")

    def invite_again(self, caller: Visit, request: Request, member_id: str, body: Form) -> Response:  # noqa: ARG002
        """The first invitation was lost, or has expired."""
        return self._done(
            caller, request, "invited", lambda: invite_again(member_id, caller, self._desk)
        )

    def change_role(self, caller: Visit, request: Request, member_id: str, body: Form) -> Response:
        """From the next page on."""
        return self._done(
            caller,
            request,
            "role",
            lambda: change_role(member_id, role_of(body.text("role") or ""), caller, self._desk),
        )

    def remove(self, caller: Visit, request: Request, member_id: str, body: Form) -> Response:  # noqa: ARG002
        """Signed out at once."""
        return self._done(
            caller, request, "removed", lambda: remove_member(member_id, caller, self._desk)
        )

    def set_sso(self, caller: Visit, request: Request, body: Form) -> Response:
        """The company's own sign-in."""
        names = ("issuer", "client_id", "client_secret")
        issuer, client_id, secret = (body.text(name) or "" for name in names)
        return self._done(
            caller,
            request,
            "sso",
            lambda: set_single_sign_on(issuer, client_id, secret, caller, self._desk),
        )

    def end_sso(self, caller: Visit, request: Request, body: Form) -> Response:  # noqa: ARG002
        """No longer."""
        return self._done(
            caller, request, "sso-ended", lambda: end_single_sign_on(caller, self._desk)
        )

    def require_sso(self, caller: Visit, request: Request, body: Form) -> Response:  # noqa: ARG002
        """For all members."""
        return self._done(
            caller, request, "sso-required", lambda: require_single_sign_on(caller, self._desk)
        )

    def allow_others(self, caller: Visit, request: Request, body: Form) -> Response:  # noqa: ARG002
        """As it was before."""
        return self._done(
            caller, request, "sso-allowed", lambda: allow_other_ways(caller, self._desk)
        )

    def check(self, caller: Visit, request: Request, body: Form) -> Response:  # noqa: ARG002
        """Is the log what was recorded?"""
        state = check_audit_log(caller.account.id, self._desk.ports)
        say = words(request)
        if state.broken is not None:
            text = say(_("Entry {place} is not what was recorded, or is missing."))
            return self._log_page(
                caller, request, AuditQuery(), 409, error=text.format(place=state.broken)
            )
        text = say(_("All {count} entries are what was recorded. Mark of the newest: {mark}"))
        notice = text.format(count=state.head.length, mark=state.head.hash)
        return self._log_page(caller, request, AuditQuery(), notice=notice)

    def audit(self, caller: Visit, request: Request, query: AuditQuery) -> Response:
        """Who did what, newest first."""
        return self._log_page(caller, request, query)

    def _log_page(
        self, caller: Visit, request: Request, query: AuditQuery, status: int = 200, **more: Any
    ) -> Response:
        with self._desk.ports.unit_of_work() as uow:
            found = uow.dashboard.audit.page(caller.account.id, query.before, ENTRIES + 1)
        return page(
            request,
            "audit.html",
            status,
            visit=caller,
            menu="/audit",
            entries=found[:ENTRIES],
            older=found[ENTRIES - 1].number if len(found) > ENTRIES else None,
            **more,
        )

    def _done(self, caller: Visit, request: Request, word: str, act: Any) -> Response:
        try:
            act()
        except DomainError as problem:
            return self._refused(caller, request, problem)
        return go(f"/members?done={word}")

    def _refused(
        self, caller: Visit, request: Request, problem: DomainError, **more: Any
    ) -> Response:
        text = sentence(problem, words(request))
        return self._page(caller, request, status_of(problem), error=text, **more)

    def _page(self, caller: Visit, request: Request, status: int = 200, **more: Any) -> Response:
        with self._desk.ports.unit_of_work() as uow:
            members = uow.dashboard.members.of_account(caller.account.id)
            provider = single_sign_on_of(caller.account.id, uow)
            required = uow.dashboard.sign_in_rules.requires_single_sign_on(caller.account.id)
        is_owner = may(caller.member, Right.MANAGE_OWNERS)
        shown = {"given": {"email": "", "name": "", "role": Role.SENDER.value}, **more}
        return page(
            request,
            "members.html",
            status,
            visit=caller,
            menu="/members",
            members=members,
            provider=provider,
            sso_required=required,
            came_by_sso=caller.session.how == SINGLE_SIGN_ON,
            address=self._desk.address,
            roles=[role.value for role in Role if is_owner or role is not Role.OWNER],
            **shown,
        )
