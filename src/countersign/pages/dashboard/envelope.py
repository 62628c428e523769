"""One envelope: documents, people, what happened, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.document import Document
from countersign.domain.envelope import EnvelopeStatus
from countersign.domain.errors import DomainError, NotFound, UnusableFile
from countersign.domain.rights import Right
from countersign.domain.task import TaskStatus
from countersign.httpkit import FileResponse, Form, Operation, Runtime, Success
from countersign.pages.dashboard.access import FORM, go, needs
from countersign.pages.dashboard.apis import APIS, OWN
from countersign.pages.dashboard.envelopes import tone
from countersign.pages.dashboard.errors import sentence, status_of
from countersign.pages.dashboard.own import DoneQuery
from countersign.pages.dashboard.shell import HEADERS, page, words
from countersign.pages.dashboard.timeline import timeline
from countersign.usecases.manage_envelope import (
    call_again,
    document_of,
    look_at_envelope,
    remind_person,
    withdraw_envelope,
)
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.stored_content import StoredContent

Verify = Callable[[Path], Any]
PREVIEW_WIDTH = 480  # pixels
MOST_PREVIEWS = 12  # pages of one document; the others are in the file
LONGEST_REASON = 1000
IMAGE = {**HEADERS, "Cache-Control": "private, max-age=3600"}
ONE = "/envelopes/{envelope_id}"


def _(text: str) -> str:
    return text


DONE = {
    "sent": _("Sent. Whoever is first to act gets a mail with the link."),
    "cancelled": _("Cancelled. Nobody can sign it any more."),
    "reminded": _("A reminder is on its way."),
    "resent": _("The webhook call is made again."),
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
            needs(manage, "POST", ONE + "/tasks/{task_id}/remind", self.remind, body=FORM),
            needs(manage, "POST", ONE + "/calls/{delivery_id}/resend", self.resend, body=FORM),
        ]

    def show(self, caller: Visit, request: Request, envelope_id: str, query: DoneQuery) -> Response:
        """Everything about it."""
        said = words(request)(DONE.get(query.done, " ")).strip()
        return self._page(caller, request, envelope_id, notice=said)

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
        document = document_of(envelope_id, document_id, caller, self._desk)
        if document.is_text:
            raise NotFound("document", document_id)
        try:
            with self._runtime.staging() as staging:
                path = staging.new_path()
                with path.open("wb") as copy:
                    copy.writelines(self._desk.ports.files.stream(document.parts))
                found = self._verify(path)
        except UnusableFile as problem:
            return self._page(caller, request, envelope_id, 422, error=problem.message)
        return page(
            request, "verify.html", visit=caller, words=found, name=document.name, sha256="",
            menu="/envelopes",
        )  # fmt: skip

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
        try:
            act()
        except NotFound:
            raise
        except DomainError as problem:
            text = sentence(problem, words(request))
            return self._page(caller, request, envelope_id, status_of(problem), error=text)
        return go(f"/envelopes/{envelope_id}?done={word}")

    def _page(
        self, caller: Visit, request: Request, envelope_id: str, status: int = 200, **more: Any
    ) -> Response:
        history = look_at_envelope(envelope_id, caller, self._desk)
        envelope = history.envelope
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
            moments=timeline(history, words(request)),
            most_previews=MOST_PREVIEWS,
            **more,
        )


def file_name(document: Document) -> str:
    """With the ending that its type has."""
    is_named = document.is_text or document.name.lower().endswith(".pdf")
    return document.name if is_named else f"{document.name}.pdf"
