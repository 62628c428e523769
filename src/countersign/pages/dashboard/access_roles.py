"""Access roles: who in the account may see which envelopes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.rights import Right, may
from countersign.httpkit import Form, Operation
from countersign.pages.dashboard.access import FORM, needs
from countersign.pages.dashboard.acting import DoneQuery, carry_out, said
from countersign.pages.dashboard.shell import page
from countersign.usecases.manage_access import (
    change_access_role,
    look_at_access,
    make_access_role,
    remove_access_role,
)
from countersign.usecases.member_ports import MemberPorts, Visit


def _(text: str) -> str:
    return text


DONE = {
    "made": _("The access role is made. Choose its members."),
    "changed": _("The access role is changed."),
    "removed": _("The access role is gone. What it was for stays closed to others."),
}


class AccessPage:
    """Handlers for access roles and their members."""

    def __init__(self, desk: MemberPorts) -> None:
        self._desk = desk

    def operations(self) -> list[Operation]:
        manage, one = Right.MANAGE_ACCESS, "/access/{role_id}"
        return [
            needs(manage, "GET", "/access", self.show, query=DoneQuery),
            needs(manage, "POST", "/access", self.make, body=FORM),
            needs(manage, "POST", one, self.change, body=FORM),
            needs(manage, "POST", one + "/remove", self.remove, body=FORM),
        ]

    def show(self, caller: Visit, request: Request, query: DoneQuery) -> Response:
        """All of the account."""
        return self._page(caller, request, notice=said(DONE, query.done, request))

    def make(self, caller: Visit, request: Request, body: Form) -> Response:
        """Without members yet."""
        name = body.text("name") or ""
        return self._done(
            caller, request, "made", lambda: make_access_role(name, caller, self._desk)
        )

    def change(self, caller: Visit, request: Request, role_id: str, body: Form) -> Response:
        """Its name, and who has it."""
        name = body.text("name") or ""
        members = [value for key, value in body.texts if key == "member"]
        return self._done(
            caller,
            request,
            "changed",
            lambda: change_access_role(role_id, name, members, caller, self._desk),
        )

    def remove(self, caller: Visit, request: Request, role_id: str, body: Form) -> Response:  # noqa: ARG002
        """For good."""
        return self._done(
            caller, request, "removed", lambda: remove_access_role(role_id, caller, self._desk)
        )

    def _done(
        self, caller: Visit, request: Request, word: str, act: Callable[[], object]
    ) -> Response:
        return carry_out(
            act,
            f"/access?done={word}",
            request,
            lambda text, status: self._page(caller, request, status, error=text),
        )

    def _page(self, caller: Visit, request: Request, status: int = 200, **more: Any) -> Response:
        overview = look_at_access(caller, self._desk)
        return page(
            request,
            "access.html",
            status,
            visit=caller,
            menu="/access",
            roles=overview.roles,
            members=[(one, may(one, Right.SEE_ALL_ENVELOPES)) for one in overview.members],
            **more,
        )
