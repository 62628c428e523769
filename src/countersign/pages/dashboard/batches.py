"""Sending to many: a file, which column is what, what is wrong with it, and how it goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.batch import (
    KEPT,
    LEFT_EMPTY,
    MOST_ROWS,
    BatchRow,
    BatchStatus,
    RowStatus,
    SourceKind,
)
from countersign.domain.batch_slots import slots_of
from countersign.domain.errors import DomainError, Invalid, NotFound
from countersign.domain.rights import Right
from countersign.httpkit import (
    FilePart,
    Form,
    Multipart,
    Operation,
    Success,
    TextPart,
    Urlencoded,
    content_disposition,
    json_response,
)
from countersign.languages import LANGUAGE_NAMES
from countersign.pages.dashboard.access import FORM, go, needs
from countersign.pages.dashboard.acting import said
from countersign.pages.dashboard.csv_answers import as_csv
from countersign.pages.dashboard.errors import sentence, status_of
from countersign.pages.dashboard.shell import HEADERS, page, words
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.plan_batch import (
    NewBatch,
    begin_batch,
    drop_batch,
    missing_slots,
    replan_batch,
)
from countersign.usecases.send_batch import BatchState, cancel_batch, look_at_batch, start_batch
from countersign.usecases.visible import viewers_of

MB = 1 << 20
LARGEST_FILE = 10 * MB
SHOWN_ROWS, SHOWN_BATCHES = 100, 100
UPLOAD = Multipart(
    files=(FilePart("file"),), texts=(TextPart("source"),), limit=4 * LARGEST_FILE, max_parts=10
)
PLAN = Urlencoded(limit=MB // 2, max_fields=1000)
ONE = "/batches/{batch_id}"


def _(text: str) -> str:
    return text


DONE = {
    "begun": _("It is being sent. You may close this page."),
    "stopped": _("What was not sent yet is not sent any more."),
    "checked": _("All rows were checked."),
    "removed": _("The file was removed. Nothing of it was sent."),
}
WRONG = _("What is wrong")


class BatchQuery(BaseModel):
    """`show` is a state of rows, `after` the last row of the page before."""

    done: str = ""
    show: str = ""
    after: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class NewQuery(BaseModel):
    """What was chosen already: `template:ID` or `form:ID`."""

    source: str = ""


class Batches:
    """Handlers for sending to many."""

    def __init__(self, desk: MemberPorts) -> None:
        self._desk = desk

    def operations(self) -> list[Operation]:
        manage, table = Right.MANAGE_ENVELOPES, Success(type=bytes, media="text/csv")
        json = Success(type=dict[str, Any])
        return [
            needs(manage, "GET", "/batches", self.show_all, query=BatchQuery),
            needs(manage, "GET", "/batches/new", self.ask, query=NewQuery),
            needs(manage, "POST", "/batches", self.begin, body=UPLOAD),
            needs(manage, "GET", ONE, self.show, query=BatchQuery),
            needs(manage, "GET", ONE + "/rows.csv", self.rows, query=BatchQuery, success=table),
            needs(manage, "GET", ONE + "/progress", self.progress, success=json),
            needs(manage, "POST", ONE + "/plan", self.replan, body=PLAN),
            needs(manage, "POST", ONE + "/send", self.send, body=FORM),
            needs(manage, "POST", ONE + "/stop", self.stop, body=FORM),
            needs(manage, "POST", ONE + "/remove", self.remove, body=FORM),
        ]

    # -------------------------------------------------------------- begin

    def show_all(self, caller: Visit, request: Request, query: BatchQuery) -> Response:
        """All of the account, newest first."""
        with self._desk.ports.unit_of_work() as uow:
            found = uow.dashboard.batches.all(caller.account.id, SHOWN_BATCHES)
            counts = uow.dashboard.batches.counts([one.id for one in found])
        rows = [(one, counts.get(one.id, {})) for one in found]
        return page(
            request, "batches.html", visit=caller, menu="/batches", rows=rows,
            notice=said(DONE, query.done, request),
        )  # fmt: skip

    def ask(self, caller: Visit, request: Request, query: NewQuery) -> Response:
        """For the file."""
        return self._ask(caller, request, query.source)

    def begin(self, caller: Visit, request: Request, body: Form) -> Response:
        """Reads it; nothing is sent."""
        chosen = body.text("source") or ""
        try:
            batch = begin_batch(_new(chosen, body), caller, self._desk)
        except DomainError as problem:
            text = sentence(problem, words(request))
            return self._ask(caller, request, chosen, status_of(problem), error=text)
        return go(f"/batches/{batch.id}")

    def _ask(
        self, caller: Visit, request: Request, chosen: str, status: int = 200, **more: Any
    ) -> Response:
        with self._desk.ports.unit_of_work() as uow:
            templates = uow.templates.all(caller.account.id)
            forms = [one for one in uow.forms.all(caller.account.id) if one.is_active]
        return page(
            request,
            "new_batch.html",
            status,
            visit=caller,
            menu="/batches",
            templates=templates,
            forms=forms,
            chosen=chosen,
            most_rows=MOST_ROWS,
            most_mb=LARGEST_FILE // MB,
            **more,
        )

    # -------------------------------------------------------------- look

    def show(self, caller: Visit, request: Request, batch_id: str, query: BatchQuery) -> Response:
        """A draft with what is wrong, or how it goes."""
        state = look_at_batch(batch_id, caller, self._desk)
        over = query.done == "begun" and state.batch.status is BatchStatus.ENDED
        notice = "" if over else said(DONE, query.done, request)
        return self._page(caller, request, batch_id, query, notice=notice)

    def progress(self, caller: Visit, batch_id: str) -> Response:
        """The numbers alone, for the script that shows them as they change."""
        state = look_at_batch(batch_id, caller, self._desk)
        return json_response(_numbers(state), 200, HEADERS)

    def rows(self, caller: Visit, request: Request, batch_id: str, query: BatchQuery) -> Response:
        """To be corrected and brought again, or to be kept."""
        state = look_at_batch(batch_id, caller, self._desk)
        with self._desk.ports.unit_of_work() as uow:
            rows = uow.dashboard.batches.rows(batch_id, status=_status(query.show))
        address = self._desk.address
        if state.batch.status is BatchStatus.DRAFT or query.show:
            lines = _to_correct(state, rows)
        else:
            lines = _result(state, rows, address)
        name = f"{state.batch.source_name} rows.csv"
        headers = {**HEADERS, "content-disposition": content_disposition(name)}
        headers["x-content-type-options"] = "nosniff"
        del request
        return Response(as_csv(lines), headers=headers, media_type="text/csv; charset=utf-8")

    # -------------------------------------------------------------- change

    def replan(self, caller: Visit, request: Request, batch_id: str, body: Form) -> Response:
        """Other columns, another name: all rows are checked anew."""
        mapping = dict(_mapping(body))
        title, language = body.text("title") or "", body.text("language") or ""
        return self._done(
            caller, request, batch_id, "checked",
            lambda: replan_batch(batch_id, mapping, title, language, caller, self._desk),
        )  # fmt: skip

    def send(self, caller: Visit, request: Request, batch_id: str, body: Form) -> Response:
        """In the background."""
        leave_out = body.text("leave_out") == "yes"
        return self._done(
            caller, request, batch_id, "begun",
            lambda: start_batch(batch_id, leave_out, caller, self._desk),
        )  # fmt: skip

    def stop(self, caller: Visit, request: Request, batch_id: str, body: Form) -> Response:  # noqa: ARG002
        """The rest is not sent."""
        return self._done(
            caller, request, batch_id, "stopped",
            lambda: cancel_batch(batch_id, caller, self._desk),
        )  # fmt: skip

    def remove(self, caller: Visit, batch_id: str, body: Form) -> Response:  # noqa: ARG002
        """A draft."""
        drop_batch(batch_id, caller, self._desk)
        return go("/batches?done=removed")

    def _done(
        self, caller: Visit, request: Request, batch_id: str, word: str, act: Any
    ) -> Response:
        try:
            act()
        except NotFound:
            raise
        except DomainError as problem:
            text = sentence(problem, words(request))
            return self._page(
                caller, request, batch_id, BatchQuery(), status_of(problem), error=text
            )
        return go(f"/batches/{batch_id}?done={word}")

    def _page(
        self,
        caller: Visit,
        request: Request,
        batch_id: str,
        query: BatchQuery,
        status: int = 200,
        **more: Any,
    ) -> Response:
        state = look_at_batch(batch_id, caller, self._desk)
        draft = state.batch.status is BatchStatus.DRAFT
        with self._desk.ports.unit_of_work() as uow:
            rows = uow.dashboard.batches.rows(
                batch_id,
                status=None if draft else _status(query.show),
                wrong=draft,
                after=query.after,
                limit=SHOWN_ROWS + 1,
            )
            known = uow.dashboard.batches.recipients(
                batch_id, [one.number for one in rows], viewers_of(caller.member, uow)
            )
        shown = rows[:SHOWN_ROWS]
        return page(
            request,
            "batch_draft.html" if draft else "batch.html",
            status,
            visit=caller,
            menu="/batches",
            state=state,
            batch=state.batch,
            numbers=_numbers(state),
            rows=shown,
            people=known,
            next=shown[-1].number if len(rows) > SHOWN_ROWS else 0,
            query=query,
            kept_days=KEPT.days,
            **(self._plan(state) if draft else {}),
            **more,
        )

    def _plan(self, state: BatchState) -> dict[str, Any]:
        slots = slots_of(state.source)
        languages = self._desk.batching.senders[state.batch.origin].languages
        return {
            "slots": [one for one in slots if one.key != "title"],
            "title_slot": next(one for one in slots if one.key == "title"),
            "missing": missing_slots(state.batch, slots),
            "languages": [(code, LANGUAGE_NAMES.get(code, "Norsk")) for code in languages],
            "left_empty": LEFT_EMPTY,
        }


def _new(chosen: str, body: Form) -> NewBatch:
    """Raises Invalid."""
    kind, _colon, source_id = chosen.partition(":")
    uploads = [one for one in body.uploads("file") if one.filename]
    if kind not in tuple(SourceKind) or not source_id:
        raise Invalid("Please choose what is to be sent.")
    if not uploads or not uploads[0].size:
        raise Invalid("Please choose a file.")
    if uploads[0].size > LARGEST_FILE:
        raise Invalid(f"The file is larger than {LARGEST_FILE // MB} MB. Please send it in parts.")
    return NewBatch(
        kind=SourceKind(kind),
        source_id=source_id,
        file_name=uploads[0].filename,
        data=uploads[0].read(),
    )


def _mapping(body: Form) -> Iterator[tuple[str, int]]:
    """What is chosen; a place that nothing was chosen for is left out. Raises Invalid."""
    for name, value in body.texts:
        if not name.startswith("slot.") or not value:
            continue
        if not value.removeprefix("-").isascii() or not value.removeprefix("-").isdigit():
            raise Invalid("There is no such column.")
        yield name.removeprefix("slot."), int(value[:6])


def _status(word: str) -> RowStatus | None:
    return RowStatus(word) if word in tuple(RowStatus) else None


def _numbers(state: BatchState) -> Mapping[str, Any]:
    counts = {one.value: state.counts.get(one, 0) for one in RowStatus}
    ended = state.batch.status is not BatchStatus.SENDING
    return {"total": state.total, "done": state.done, "ended": ended, **counts}


def _to_correct(state: BatchState, rows: Sequence[BatchRow]) -> Iterator[Sequence[str]]:
    """Can be brought again: the last column fills nothing."""
    columns = state.batch.columns
    yield [*columns, *([] if WRONG in columns else [WRONG])]
    for row in rows:
        cells = row.cells or ("",) * len(columns)
        kept = [cell for cell, name in zip(cells, columns, strict=True) if name != WRONG]
        yield [*kept, why(state, row)]


def _result(state: BatchState, rows: Sequence[BatchRow], address: str) -> Iterator[Sequence[str]]:
    yield ["Row", "State", WRONG, "Envelope", *state.batch.columns]
    for row in rows:
        link = f"{address}/envelopes/{row.envelope_id}" if row.envelope_id else ""
        cells = row.cells or ("",) * len(state.batch.columns)
        yield [str(row.number), row.status.value, why(state, row), link, *cells]


def why(state: BatchState, row: BatchRow) -> str:
    """All that is wrong with a row, in one line."""
    names = state.batch.columns
    return "; ".join(
        f"{names[one.column]} {one.text}" if one.column is not None else one.text
        for one in row.problems
    )
