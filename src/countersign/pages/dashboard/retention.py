"""What is kept how long: rules, legal holds, what was erased, and everything in one file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.errors import Conflict, Invalid, NotFound
from countersign.domain.rights import Right
from countersign.httpkit import FileResponse, Form, Operation, Success
from countersign.pages.dashboard.access import FORM, go, needs
from countersign.pages.dashboard.acting import DoneQuery, carry_out, said
from countersign.pages.dashboard.apis import APIS
from countersign.pages.dashboard.errors import sentence, status_of
from countersign.pages.dashboard.shell import page, words
from countersign.usecases.export_account import (
    LIFETIME,
    ask_for_export,
    drop_export,
    fetch_export,
    list_exports,
)
from countersign.usecases.hold_legally import hold, list_holds, release
from countersign.usecases.keep_by_rules import read_rules, set_rules
from countersign.usecases.list_deletions import list_deletions
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.stored_content import StoredContent

PATH = "/retention"
EXPORT = PATH + "/exports/{export_id}"
ROWS = 50


def _(text: str) -> str:
    return text


DONE = {
    "rules": _("The rules are changed."),
    "held": _("Held. Nothing of it is erased until the hold ends."),
    "released": _("The hold has ended. What is due is erased within a day."),
    "asked": _("The file is being made. This may take a while; look here again later."),
    "removed": _("The file is removed."),
}


class RulesQuery(DoneQuery):
    """`envelope` is the one that somebody comes from to hold it."""

    envelope: str = ""


class DeletionsQuery(BaseModel):
    """Older ones than that of this envelope."""

    behind: str = ""


class RetentionPages:
    """Handlers for what is kept and what goes."""

    def __init__(self, desk: MemberPorts) -> None:
        self._desk = desk

    def operations(self) -> list[Operation]:
        manage, export = Right.MANAGE_RETENTION, Right.EXPORT_ACCOUNT
        file = Success(type=bytes, media="application/zip")
        return [
            needs(manage, "GET", PATH, self.show, query=RulesQuery),
            needs(manage, "POST", PATH + "/rules", self.change_rules, body=FORM),
            needs(manage, "POST", PATH + "/hold", self.hold, body=FORM),
            needs(manage, "POST", PATH + "/release", self.release, body=FORM),
            needs(manage, "GET", PATH + "/deletions", self.deletions, query=DeletionsQuery),
            needs(export, "GET", PATH + "/exports", self.exports, query=DoneQuery),
            needs(export, "POST", PATH + "/exports", self.ask, body=FORM),
            needs(export, "GET", EXPORT, self.download, success=file),
            needs(export, "POST", EXPORT + "/remove", self.remove, body=FORM),
        ]

    # -------------------------------------------------------------- rules and holds

    def show(self, caller: Visit, request: Request, query: RulesQuery) -> Response:
        """The rules, and what is held."""
        return self._page(
            caller, request, notice=said(DONE, query.done, request), wanted=query.envelope
        )

    def change_rules(self, caller: Visit, request: Request, body: Form) -> Response:
        """For what was sent before, too."""

        def act() -> None:
            completed, unfinished = _days(body, "completed"), _days(body, "unfinished")
            set_rules(completed, unfinished, caller, self._desk)

        return self._done(caller, request, "rules", act)

    def hold(self, caller: Visit, request: Request, body: Form) -> Response:
        """One envelope, or all."""
        envelope_id, reason = (body.text("envelope") or "").strip(), body.text("reason") or ""
        act = lambda: hold(envelope_id, reason, caller, self._desk)  # noqa: E731
        return self._done(caller, request, "held", act)

    def release(self, caller: Visit, request: Request, body: Form) -> Response:
        """It may be erased again."""
        envelope_id = body.text("envelope") or ""
        act = lambda: release(envelope_id, caller, self._desk)  # noqa: E731
        return self._done(caller, request, "released", act)

    def _done(
        self, caller: Visit, request: Request, word: str, act: Callable[[], None]
    ) -> Response:
        return carry_out(
            act,
            f"{PATH}?done={word}",
            request,
            lambda text, status: self._page(caller, request, status, error=text),
        )

    def _page(self, caller: Visit, request: Request, status: int = 200, **more: Any) -> Response:
        return page(
            request,
            "retention.html",
            status,
            visit=caller,
            menu=PATH,
            tab="rules",
            rules=read_rules(caller, self._desk),
            holds=list_holds(caller, self._desk),
            **{"wanted": "", **more},
        )

    # -------------------------------------------------------------- what was erased

    def deletions(self, caller: Visit, request: Request, query: DeletionsQuery) -> Response:
        """With what proves it."""
        found = list_deletions(caller.account.id, query.behind, ROWS + 1, self._desk.ports)
        return page(
            request,
            "deletions.html",
            visit=caller,
            menu=PATH,
            tab="deletions",
            found=found[:ROWS],
            older=found[ROWS - 1].deletion.envelope_id if len(found) > ROWS else "",
            apis=APIS,
        )

    # -------------------------------------------------------------- everything in one file

    def exports(self, caller: Visit, request: Request, query: DoneQuery) -> Response:
        """Those that there are."""
        return self._exports_page(caller, request, notice=said(DONE, query.done, request))

    def ask(self, caller: Visit, request: Request, body: Form) -> Response:  # noqa: ARG002
        """One more."""
        try:
            ask_for_export(caller, self._desk)
        except Conflict as problem:
            text = sentence(problem, words(request))
            return self._exports_page(caller, request, status_of(problem), error=text)
        return go(f"{PATH}/exports?done=asked")

    def download(self, caller: Visit, export_id: str) -> Response:
        """The file."""
        export = fetch_export(export_id, caller, self._desk)
        if export.file is None:
            raise NotFound("export", export_id)
        content = StoredContent([export.file], self._desk.ports.files)
        name = f"{caller.account.name} {export.asked_at:%Y-%m-%d}.zip"
        headers = {"cache-control": "private, no-store"}
        return FileResponse(content, "application/zip", name, headers=headers)

    def remove(self, caller: Visit, export_id: str, body: Form) -> Response:  # noqa: ARG002
        """Before its time."""
        drop_export(export_id, caller, self._desk)
        return go(f"{PATH}/exports?done=removed")

    def _exports_page(
        self, caller: Visit, request: Request, status: int = 200, **more: Any
    ) -> Response:
        return page(
            request,
            "exports.html",
            status,
            visit=caller,
            menu=PATH,
            tab="exports",
            exports=list_exports(caller, self._desk),
            days=LIFETIME.days,
            **more,
        )


def _days(body: Form, name: str) -> int | None:
    """Nothing keeps for ever. Raises Invalid."""
    text = (body.text(name) or "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise Invalid(_("Please give a whole number of days, or nothing."), {name: "no number"})
    return int(text)
