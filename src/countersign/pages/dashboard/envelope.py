"""One envelope: documents, people, what happened, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from countersign.domain.document import Document
from countersign.domain.envelope import EnvelopeStatus
from countersign.domain.errors import Invalid, NotFound, UnusableFile
from countersign.domain.rights import Right
from countersign.domain.task import TaskStatus
from countersign.httpkit import (
    FileResponse,
    Form,
    Operation,
    Runtime,
    Success,
    content_disposition,
)
from countersign.pages.dashboard.access import FORM, needs
from countersign.pages.dashboard.acting import DoneQuery, carry_out, said
from countersign.pages.dashboard.apis import APIS, OWN
from countersign.pages.dashboard.envelopes import day_of, tone
from countersign.pages.dashboard.shell import HEADERS, page, words
from countersign.pages.dashboard.timeline import timeline
from countersign.pages.dashboard.zipped import fit_name, unique_names, zipped
from countersign.usecases.manage_access import may_restrict, restrict_envelope
from countersign.usecases.manage_envelope import (
    call_again,
    correct_person,
    document_of,
    documents_of,
    extend_deadline,
    invite_person_again,
    look_at_envelope,
    recheck_document,
    remind_person,
    withdraw_envelope,
)
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.stored_content import StoredContent

Verify = Callable[[Path], Any]
PREVIEW_WIDTH = 480  # pixels
MOST_PREVIEWS = 12  # pages of one document; the others are in the file
LONGEST_REASON = 1000
LAST_SECOND = timedelta(hours=23, minutes=59, seconds=59)  # of a day, in UTC
SOUND = ("valid", "untrusted")  # what is said of files with which nothing is wrong
IMAGE = {**HEADERS, "Cache-Control": "private, max-age=3600"}
ONE = "/envelopes/{envelope_id}"
ZIP = "application/zip"


def _(text: str) -> str:
    return text


DONE = {
    "sent": _("Sent. Whoever is first to act gets a mail with the link."),
    "cancelled": _("Cancelled. Nobody can sign it any more."),
    "reminded": _("A reminder is on its way."),
    "resent": _("The webhook call is made again."),
    "invited": _("The invitation is on its way once more."),
    "extended": _("There is more time now."),
    "corrected": _("The address is corrected. The old link is good for nothing any more."),
    "access": _("Who may see this is set."),
}


class EnvelopePage:
    """Handlers for one envelope."""

    def __init__(self, desk: MemberPorts, runtime: Runtime, verify: Verify) -> None:
        self._desk, self._runtime, self._verify = desk, runtime, verify

    def operations(self) -> list[Operation]:
        see, manage = Right.SEE_ENVELOPES, Right.MANAGE_ENVELOPES
        file, image = Success(type=bytes, media="application/pdf"), Success(media="image/webp")
        document = ONE + "/documents/{document_id}"
        return [
            needs(see, "GET", ONE, self.show, query=DoneQuery),
            needs(see, "GET", document, self.download, success=file),
            needs(see, "GET", document + "/pages/{n:int}", self.preview, success=image),
            needs(see, "POST", document + "/verify", self.verify, body=FORM),
            needs(manage, "POST", ONE + "/cancel", self.cancel, body=FORM),
            needs(see, "GET", ONE + "/all.zip", self.download_all, success=Success(media=ZIP)),
            needs(manage, "POST", ONE + "/deadline", self.extend, body=FORM),
            needs(manage, "POST", ONE + "/access", self.restrict, body=FORM),
            needs(manage, "POST", ONE + "/tasks/{task_id}/remind", self.remind, body=FORM),
            needs(manage, "POST", ONE + "/tasks/{task_id}/invite", self.invite, body=FORM),
            needs(manage, "POST", ONE + "/tasks/{task_id}/address", self.correct, body=FORM),
            needs(manage, "POST", ONE + "/calls/{delivery_id}/resend", self.resend, body=FORM),
        ]

    def show(self, caller: Visit, request: Request, envelope_id: str, query: DoneQuery) -> Response:
        """Everything about it."""
        return self._page(caller, request, envelope_id, notice=said(DONE, query.done, request))

    def download(self, caller: Visit, envelope_id: str, document_id: str) -> Response:
        """A document as it is now."""
        document = document_of(envelope_id, document_id, caller, self._desk)
        content = StoredContent(document.parts, self._desk.ports.files)
        headers = {"cache-control": "private, no-cache"}
        return FileResponse(content, document.media_type, file_name(document), headers=headers)

    def preview(self, caller: Visit, envelope_id: str, document_id: str, n: int) -> Response:
        """One page as a small picture."""
        document = document_of(envelope_id, document_id, caller, self._desk)
        image = self._desk.ports.engine.page_image(document, n, PREVIEW_WIDTH)
        return Response(image, headers=IMAGE, media_type="image/webp")

    def verify(
        self, caller: Visit, request: Request, envelope_id: str, document_id: str, body: Form  # noqa: ARG002
    ) -> Response:  # fmt: skip
        """What anybody would be told of this file."""
        document, recorded = recheck_document(envelope_id, document_id, caller, self._desk)
        if document.is_text:
            raise NotFound("document", document_id)
        try:
            found = self._verified(document)
        except UnusableFile as problem:
            return self._page(caller, request, envelope_id, 422, error=problem.message)
        return page(
            request,
            "verify.html",
            visit=caller,
            words=found,
            name=document.name,
            sha256="",
            envelope=envelope_id,
            menu="/envelopes",
            recorded=recorded,
            agree=recorded is None or (recorded == "") is (found.verdict in SOUND),
        )

    def _verified(self, document: Document) -> Any:
        """What anybody is told of this file. Raises UnusableFile."""
        with self._runtime.staging() as staging:
            path = staging.new_path()
            with path.open("wb") as copy:
                copy.writelines(self._desk.ports.files.stream(document.parts))
            return self._verify(path)

    def download_all(self, caller: Visit, envelope_id: str) -> Response:
        """Every document as it is now, and the audit, in one file."""
        envelope, documents = documents_of(envelope_id, caller, self._desk)
        names = unique_names([file_name(document) for document in documents])
        content = zipped(list(zip(names, documents, strict=True)), self._desk.ports.files)
        name = fit_name(envelope.name or envelope.id) + ".zip"
        headers = {**HEADERS, "Content-Disposition": content_disposition(name, inline=False)}
        return StreamingResponse(content, headers=headers, media_type=ZIP)

    def cancel(self, caller: Visit, request: Request, envelope_id: str, body: Form) -> Response:
        """What was signed is kept."""
        reason = (body.text("reason") or "")[:LONGEST_REASON]
        return self._done(
            caller,
            request,
            envelope_id,
            "cancelled",
            lambda: withdraw_envelope(envelope_id, reason, caller, self._desk),
        )

    def remind(
        self, caller: Visit, request: Request, envelope_id: str, task_id: str, body: Form  # noqa: ARG002
    ) -> Response:  # fmt: skip
        """By mail."""
        return self._done(
            caller,
            request,
            envelope_id,
            "reminded",
            lambda: remind_person(envelope_id, task_id, caller, self._desk),
        )

    def invite(
        self, caller: Visit, request: Request, envelope_id: str, task_id: str, body: Form  # noqa: ARG002
    ) -> Response:  # fmt: skip
        """The invitation once more."""
        return self._done(
            caller,
            request,
            envelope_id,
            "invited",
            lambda: invite_person_again(envelope_id, task_id, caller, self._desk),
        )

    def correct(
        self, caller: Visit, request: Request, envelope_id: str, task_id: str, body: Form
    ) -> Response:
        """An address that was wrong."""
        email = body.text("email") or ""
        return self._done(
            caller,
            request,
            envelope_id,
            "corrected",
            lambda: correct_person(envelope_id, task_id, email, caller, self._desk),
        )

    def extend(self, caller: Visit, request: Request, envelope_id: str, body: Form) -> Response:
        """Until the end of the day that is given."""

        def act() -> None:
            day = day_of(body.text("due_at") or "")
            if day is None:
                raise Invalid("Please choose a day first.", {"due_at": "missing"})
            extend_deadline(envelope_id, day + LAST_SECOND, caller, self._desk)

        return self._done(caller, request, envelope_id, "extended", act)

    def restrict(self, caller: Visit, request: Request, envelope_id: str, body: Form) -> Response:
        """The access roles that may see it."""
        roles = [value for name, value in body.texts if name == "role"]
        return self._done(
            caller,
            request,
            envelope_id,
            "access",
            lambda: restrict_envelope(envelope_id, roles, caller, self._desk),
        )

    def resend(
        self, caller: Visit, request: Request, envelope_id: str, delivery_id: str, body: Form  # noqa: ARG002
    ) -> Response:  # fmt: skip
        """A webhook call."""
        return self._done(
            caller,
            request,
            envelope_id,
            "resent",
            lambda: call_again(envelope_id, delivery_id, caller, self._desk),
        )

    def _done(
        self,
        caller: Visit,
        request: Request,
        envelope_id: str,
        word: str,
        act: Callable[[], None],
    ) -> Response:
        return carry_out(
            act,
            f"/envelopes/{envelope_id}?done={word}",
            request,
            lambda text, status: self._page(caller, request, envelope_id, status, error=text),
        )

    def _page(
        self, caller: Visit, request: Request, envelope_id: str, status: int = 200, **more: Any
    ) -> Response:
        history = look_at_envelope(envelope_id, caller, self._desk)
        envelope = history.envelope
        may_extend = envelope.status is EnvelopeStatus.OPEN and envelope.due_at is not None
        api = APIS.get(envelope.origin) or OWN.get(envelope.origin)
        return page(
            request,
            "envelope.html",
            status,
            visit=caller,
            menu="/envelopes",
            envelope=envelope,
            documents=[*envelope.documents, *filter(None, [envelope.audit])],
            api=api.name if api else envelope.origin,
            tone=tone(envelope.status),
            is_open=envelope.status is EnvelopeStatus.OPEN,
            ready=TaskStatus.READY,
            may_extend=may_extend,
            access=history.access,
            roles=history.roles,
            restricts=may_restrict(history.access, caller),
            moments=timeline(history, words(request)),
            most_previews=MOST_PREVIEWS,
            **more,
        )


def file_name(document: Document) -> str:
    """With the ending that its type has."""
    is_named = document.is_text or document.name.lower().endswith(".pdf")
    return document.name if is_named else f"{document.name}.pdf"
