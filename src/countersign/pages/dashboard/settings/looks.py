"""Interfaces: other looks of signing pages, by name."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.branding import Branding
from countersign.domain.errors import DomainError
from countersign.domain.interface import BUTTONS, Interface
from countersign.domain.rights import Right
from countersign.httpkit import Form, Operation
from countersign.pages.dashboard.access import FORM, go, needs
from countersign.pages.dashboard.acting import DoneQuery, said
from countersign.pages.dashboard.errors import status_of
from countersign.pages.dashboard.settings.shared import (
    SETTINGS,
    WITH_LOGO,
    picture_of,
    settings_page,
    text_of,
    told,
)
from countersign.usecases.add_interface import list_interfaces
from countersign.usecases.manage_looks import end_look, make_look
from countersign.usecases.member_ports import MemberPorts, Visit

TAB = f"{SETTINGS}/interfaces"


def _(text: str) -> str:
    return text


DONE = {
    "made": _("The interface is added. Tasks may name it from now on."),
    "removed": _("The interface is removed."),
}
NOTHING = {"name": "", "company_name": "", "primary_color": "", "secondary_color": ""}


class LooksPage:
    """Handlers for interfaces."""

    def __init__(self, desk: MemberPorts) -> None:
        self._desk = desk

    def operations(self) -> list[Operation]:
        right = Right.MANAGE_SETTINGS
        return [
            needs(right, "GET", TAB, self.show, query=DoneQuery),
            needs(right, "POST", TAB, self.add, body=WITH_LOGO),
            needs(right, "POST", f"{TAB}/remove", self.remove, body=FORM),
        ]

    def show(self, caller: Visit, request: Request, query: DoneQuery) -> Response:
        """All of the account."""
        return self._page(caller, request, notice=said(DONE, query.done, request))

    def add(self, caller: Visit, request: Request, body: Form) -> Response:
        """By the name that tasks call it."""
        wanted = self._wanted(caller, body)
        try:
            make_look(wanted, picture_of(body), caller, self._desk)
        except DomainError as problem:
            given = {name: text_of(body, name) for name in NOTHING}
            more = {"error": told(problem, request), "given": given}
            return self._page(caller, request, status_of(problem), **more)
        return go(f"{TAB}?done=made")

    def remove(self, caller: Visit, body: Form) -> Response:
        """Pages that asked for it look as their envelopes say."""
        end_look(text_of(body, "name"), caller, self._desk)
        return go(f"{TAB}?done=removed")

    def _wanted(self, caller: Visit, body: Form) -> Interface:
        return Interface(
            account_id=caller.account.id,
            name=text_of(body, "name"),
            created_at=self._desk.ports.clock(),
            branding=Branding(
                company_name=text_of(body, "company_name"),
                primary_color=text_of(body, "primary_color"),
                secondary_color=text_of(body, "secondary_color"),
            ),
            hidden=tuple(name for name in BUTTONS if body.text(f"hide_{name}") is not None),
            skip_intro=body.text("skip_intro") is not None,
            identify_first=body.text("identify_first") is not None,
        )

    def _page(self, caller: Visit, request: Request, status: int = 200, **more: Any) -> Response:
        found = list_interfaces(caller.account.id, self._desk.ports)
        return settings_page(
            request, "interfaces", TAB, caller, status, interfaces=found, buttons=BUTTONS,
            **{"given": NOTHING, **more},
        )  # fmt: skip
