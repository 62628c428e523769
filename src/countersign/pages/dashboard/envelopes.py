"""The list of envelopes: search, filters, saved views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.envelope import EnvelopeStatus
from countersign.domain.errors import DomainError, Invalid
from countersign.domain.member import SavedView, clean_name
from countersign.domain.rights import Right, may
from countersign.httpkit import Form, Operation
from countersign.pages.dashboard.access import FORM, go, needs
from countersign.pages.dashboard.acting import said
from countersign.pages.dashboard.apis import APIS, OWN
from countersign.pages.dashboard.errors import sentence
from countersign.pages.dashboard.shell import page, words
from countersign.usecases.account_list import ListQuery, Mark
from countersign.usecases.draft_port import DraftHead
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.visible import viewers_of
from countersign.usecases.write_draft import list_drafts

ROWS = 50
NEWEST_DRAFTS = 3  # above the list of everything
LONGEST_SEARCH = 200
MOST_VIEWS = 50
MOST_DRAFTS = 200


def _(text: str) -> str:
    return text


# The tabs above the list: what is in each, and how it is called
STATES: Mapping[str, tuple[tuple[EnvelopeStatus, ...], str]] = {
    "": ((), _("All")),
    "open": ((EnvelopeStatus.OPEN, EnvelopeStatus.SEALING), _("Waiting")),
    "completed": ((EnvelopeStatus.COMPLETED,), _("Completed")),
    "ended": (
        (EnvelopeStatus.DECLINED, EnvelopeStatus.EXPIRED, EnvelopeStatus.CANCELLED),
        _("Ended early"),
    ),
    "failed": ((EnvelopeStatus.FAILED,), _("Failed")),
    "draft": ((EnvelopeStatus.DRAFT,), _("Drafts")),
}
DONE = {"discarded": _("The draft is discarded.")}
FILTERS = ("state", "q", "api", "since", "until")


class ListFilters(BaseModel):
    """As they stand in the address; what can't be understood filters nothing."""

    state: str = ""
    q: str = ""
    api: str = ""
    since: str = ""
    until: str = ""
    behind: str = ""
    done: str = ""

    def kept(self, **changes: str) -> str:
        """The query of the same list, with changes."""
        given = {name: getattr(self, name) for name in FILTERS} | changes
        return urlencode({name: value for name, value in given.items() if value})


class EnvelopeList:
    """Handlers for the list and its saved views."""

    def __init__(self, desk: MemberPorts) -> None:
        self._desk = desk

    def operations(self) -> list[Operation]:
        see = Right.SEE_ENVELOPES
        return [
            needs(see, "GET", "", self.home),
            needs(see, "GET", "/envelopes", self.show, query=ListFilters),
            needs(see, "POST", "/views", self.save_view, body=FORM),
            needs(see, "POST", "/views/{view_id}/remove", self.remove_view, body=FORM),
        ]

    def home(self, caller: Visit) -> Response:  # noqa: ARG002
        """The list is where everybody begins."""
        return go("/envelopes")

    def show(self, caller: Visit, request: Request, query: ListFilters) -> Response:
        """One page of it."""
        asked, error = self._asked(caller, query, request)
        with self._desk.ports.unit_of_work() as uow:
            viewers = viewers_of(caller.member, uow)
            found = uow.dashboard.envelopes.page(replace(asked, viewers=viewers))
            views = uow.dashboard.views.of_member(caller.member.id)
        return page(
            request,
            "envelopes.html",
            422 if error else 200,
            visit=caller,
            menu="/envelopes",
            rows=found[:ROWS],
            older=query.kept(behind=str(found[ROWS - 1].mark)) if len(found) > ROWS else "",
            filters=query,
            is_filtered=bool(query.kept()),
            views=[(view, urlencode(dict(view.query))) for view in views],
            states=[(name, text) for name, (_statuses, text) in STATES.items()],
            apis={**APIS, **OWN},
            drafts=self._drafts(caller, query),
            error=error,
            notice=said(DONE, query.done, request),
            api_address=self._desk.address.rpartition("/")[0],
        )

    def _drafts(self, caller: Visit, query: ListFilters) -> Sequence[DraftHead]:
        """What was written here and not sent, for those who may; a few of them where all is."""
        if query.behind or query.api or query.since or query.until:
            return []
        if query.state not in ("", "draft") or not may(caller.member, Right.MANAGE_ENVELOPES):
            return []
        most = MOST_DRAFTS if query.state else NEWEST_DRAFTS
        return list_drafts(query.q.strip()[:LONGEST_SEARCH], most, caller, self._desk)

    def save_view(self, caller: Visit, body: Form) -> Response:
        """Gives the filters of the page a name."""
        query = {name: (body.text(name) or "")[:LONGEST_SEARCH] for name in FILTERS}
        kept = {name: value for name, value in query.items() if value}
        with self._desk.ports.unit_of_work() as uow:
            if len(uow.dashboard.views.of_member(caller.member.id)) >= MOST_VIEWS:
                raise Invalid("There are 50 saved views already: remove one first.")
            view = SavedView(
                id=str(uuid4()),
                member_id=caller.member.id,
                name=clean_name(body.text("name") or ""),
                query=kept,
            )
            uow.dashboard.views.add(view)
            uow.commit()
        return go(f"/envelopes?{urlencode(kept)}")

    def remove_view(self, caller: Visit, view_id: str, body: Form) -> Response:  # noqa: ARG002
        """One's own only."""
        with self._desk.ports.unit_of_work() as uow:
            uow.dashboard.views.remove(caller.member.id, view_id)
            uow.commit()
        return go("/envelopes")

    def _asked(self, caller: Visit, query: ListFilters, request: Request) -> tuple[ListQuery, str]:
        """The whole list, and what is wrong, when a filter can't be understood."""
        everything = ListQuery(account_id=caller.account.id, limit=ROWS + 1)
        try:
            return _understood(caller.account.id, query), ""
        except DomainError as problem:
            return everything, sentence(problem, words(request))


def _understood(account_id: str, query: ListFilters) -> ListQuery:
    """Raises Invalid."""
    statuses, _name = STATES.get(query.state, STATES[""])
    until = day_of(query.until)
    return ListQuery(
        account_id=account_id,
        statuses=tuple(status.value for status in statuses),
        origin=query.api,
        since=day_of(query.since),
        until=until + timedelta(days=1) if until else None,
        text=query.q.strip()[:LONGEST_SEARCH],
        behind=Mark.read(query.behind) if query.behind else None,
        limit=ROWS + 1,
    )


def day_of(text: str) -> datetime | None:
    """Its begin, in UTC; None for "". Raises Invalid."""
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        raise Invalid("Please give days as year-month-day, for example 2026-11-30.") from None


def tone(status: Any) -> str:
    """The class of a state's tag."""
    return {"completed": "good", "open": "live", "sealing": "live", "failed": "bad"}.get(status, "")
