"""The signing page and its JSON API: parse, one use case, present."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from countersign.domain.document import Document
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Conflict, Forbidden, Gone, Invalid, NotFound
from countersign.domain.interface import dressed
from countersign.domain.signing_service import service_of
from countersign.domain.task import Task
from countersign.domain.web_origin import web_origin
from countersign.httpkit import Answer, FileResponse
from countersign.pages import i18n
from countersign.pages.downloads import file_name
from countersign.pages.headers import headers_in_frame
from countersign.pages.signing.browser import browser_of
from countersign.pages.signing.notices import (
    Download,
    Notice,
    NoticeKind,
    notice_kind,
    notice_of,
)
from countersign.pages.signing.outcome import completed, signed_documents
from countersign.pages.signing.own_key import OwnKey
from countersign.pages.signing.schemas import (
    Completed,
    CompleteInput,
    DeclineInput,
    ImageQuery,
    LanguageQuery,
    Left,
    PageQuery,
    image_bytes,
)
from countersign.pages.signing.shell import render_notice, render_task
from countersign.pages.signing.state import chosen_first, may_see, signing_state
from countersign.pages.signing.strings import main_action, whole_consent
from countersign.pages.visitors import visitor_of
from countersign.usecases.add_interface import interface_of
from countersign.usecases.decline_task import decline_task
from countersign.usecases.embed_task import embedding_origin
from countersign.usecases.open_task import is_over, look_at_task, open_task
from countersign.usecases.ports import Ports
from countersign.usecases.sign_task import SignTask, sign_task
from countersign.usecases.stored_content import StoredContent
from countersign.usecases.ticket import use_ticket

# Of links that the person can do nothing about: the sender may have a page that says more
LOST = ("expired", "cancelled")
NO_REFERRER = {"referrer-policy": "no-referrer"}
PRIVATE = {"cache-control": "private, max-age=3600"}
# The page's address of the logo changes with its content
LOGO = {
    "cache-control": "private, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'",
}


class SigningPage:
    """Handlers over the ports; `sandbox` simulates identities, `largest_upload` is in bytes."""

    def __init__(self, ports: Ports, *, sandbox: bool, largest_upload: int) -> None:
        self._ports = ports
        self._sandbox = sandbox
        self._largest_upload = largest_upload

    # -------------------------------------------------------------- HTML

    def show(self, token: str, request: Request, query: PageQuery) -> Response:
        """The page behind a signing link. `embed` is the origin of a page that shows it in a frame;
        browsers do so only where the project allows that origin. Whose link is good no more is led
        to where the sender wants such people, but for those in a frame, whose host is told."""
        try:
            self._let_in(token, request, query)
            envelope, task = self._look(token)
        except NotFound:
            return self._nothing(request, query)
        language = self._language(request, query, task)
        frame = self._frame(envelope, query.embed, request)
        over = is_over(envelope, task.id, self._ports)
        if over in LOST and frame is None and (address := task.redirect("error")):
            return RedirectResponse(address, 303, headers=NO_REFERRER)
        if kind := notice_kind(envelope, task, over):
            may = _may_download(kind, task)
            signed = signed_documents(envelope, task, self._ports) if may else []
            downloads = [Download(file.name, file.url) for file in signed]
            notice = notice_of(kind, envelope, task, f"/s/{token}", downloads)
            return _page(render_notice(notice, language, frame), frame, notice.status)
        state = self._state(envelope, task, token, query)
        return _page(render_task(state, f"/s/{token}", language, frame), frame)

    def _let_in(self, token: str, request: Request, query: PageQuery) -> None:
        """By a ticket, if there is one; without a good one the page asks who it is. A look at the
        headers alone uses none up."""
        if query.artifact and request.method == "GET":
            with suppress(Invalid, Conflict, Gone):
                use_ticket(self._task_id(token), query.artifact, self._ports)

    def _nothing(self, request: Request, query: PageQuery) -> Response:
        """A link that leads nowhere may be framed by whoever asks: there is nothing to protect, and
        who embeds it can be told."""
        notice = Notice(kind="not_found")
        frame = _well_formed(query.embed)
        return _page(
            render_notice(notice, self._language(request, query, None), frame), frame, notice.status
        )

    def _frame(self, envelope: Envelope, asked: str, request: Request) -> str | None:
        """The origin that may show the page in a frame; a sandbox's own demo always may."""
        if self._sandbox and asked == f"{request.url.scheme}://{request.url.netloc}":
            return asked
        return embedding_origin(envelope, asked, self._ports) if asked else None

    def logo(self, token: str) -> Response:
        """The sender's logo, as PNG."""
        envelope, _ = self._look(token)
        logo = envelope.settings.branding.logo
        if logo is None:
            raise NotFound("logo")
        return Response(self._ports.files.read(logo), headers=LOGO, media_type="image/png")

    # -------------------------------------------------------------- JSON

    def state(self, token: str, query: PageQuery) -> dict[str, Any]:
        """Everything the signer may see and do."""
        envelope, task = self._look(token)
        if over := is_over(envelope, task.id, self._ports):
            raise Gone(over)
        return self._state(envelope, task, token, query)

    def open(self, token: str, request: Request) -> Response:
        """Records the first opening: time, address, browser, language."""
        open_task(self._task_id(token), visitor_of(request), self._ports)
        return Response(status_code=204)

    def complete(
        self, token: str, request: Request, body: CompleteInput, query: LanguageQuery
    ) -> Completed | Answer:
        """Signs, or confirms having read. Answers once the signature is in the documents, or where
        the person's own key is with somebody else, how to get there."""
        looked_at, task = self._look(token)
        language = self._language(request, query, task)
        command = SignTask(
            task_id=task.id,
            method=body.method,
            consent=_consent(task, language) if body.consent else "",
            visitor=visitor_of(request),
            image=image_bytes(body.signature.image),
            text=body.signature.text,
            values=body.fields,
        )
        if service_of(command.method):
            browser = browser_of(request)
            return OwnKey(self._ports).start(command, looked_at, language, browser)
        return completed(sign_task(command, self._ports), task.id, self._ports)

    def decline(self, token: str, request: Request, body: DeclineInput) -> Left:
        """Refuses to sign, with a reason for the sender."""
        task_id = self._task_id(token)
        envelope = decline_task(task_id, body.reason, visitor_of(request), self._ports)
        task = envelope.task(task_id)
        return Left(status=str(task.status), redirect_url=task.redirect("reject"))

    def postpone(self, token: str) -> Left:
        """Goes back to where the sender wants to see people who come again later."""
        _, task = self._look(token)
        return Left(status=str(task.status), redirect_url=task.redirect("cancel"))

    # -------------------------------------------------------------- files

    def document(self, token: str, document_id: str) -> Response:
        """The document as it is now, as PDF."""
        document = self._document(token, document_id)
        content = StoredContent(document.parts, self._ports.files)
        headers = {"cache-control": "private, no-cache"}
        return FileResponse(content, document.media_type, file_name(document), headers=headers)

    def page_image(self, token: str, document_id: str, n: int, query: ImageQuery) -> Response:
        """One page as WebP."""
        document = self._document(token, document_id)
        image = self._ports.engine.page_image(document, n, query.width)
        return Response(image, media_type="image/webp", headers=PRIVATE)

    def page_text(self, token: str, document_id: str, n: int) -> list[dict[str, Any]]:
        """The words of one page and where they stand."""
        document = self._document(token, document_id)
        return [dict(run) for run in self._ports.engine.page_text(document, n)]

    # -------------------------------------------------------------- shared

    def _state(
        self, envelope: Envelope, task: Task, token: str, query: PageQuery
    ) -> dict[str, Any]:
        due = chosen_first(task, query.eid)
        return signing_state(
            envelope,
            task,
            f"/s/{token}",
            chosen=query.eid,
            skip_intro=query.skipIntro,
            simulated=self._is_simulated(envelope, due),
            upload_limit=self._largest_upload,
            hidden=self._hidden(envelope, task),
        )

    def _hidden(self, envelope: Envelope, task: Task) -> Sequence[str]:
        interface = interface_of(envelope, task, self._ports)
        return interface.hidden if interface else ()

    def _is_simulated(self, envelope: Envelope, due: Sequence[str]) -> bool:
        if not self._sandbox or not due:
            return self._sandbox
        return self._ports.identity.is_simulated(envelope.account_id, due[0])

    def redirect(self, task_id: str, request: Request) -> Response:
        """The vendors' forms of a link: with its token, or by the task's id where that opens it."""
        try:
            task = self._of_old_link(task_id)
        except NotFound:
            return self._nothing(request, PageQuery())
        query = f"?{request.url.query}" if request.url.query else ""
        location = self._ports.links.signing(task) + query
        return Response(status_code=302, headers={"location": location, **NO_REFERRER})

    def _of_old_link(self, name: str) -> Task:
        with suppress(NotFound):
            return self._look(name)[1]
        envelope = look_at_task(name, self._ports)
        if not envelope.settings.opens_by_id:
            raise NotFound("link")
        return envelope.task(name)

    def _task_id(self, token: str) -> str:
        return self._ports.links.task_id(token)

    def _look(self, token: str) -> tuple[Envelope, Task]:
        task_id = self._task_id(token)
        envelope = look_at_task(task_id, self._ports)
        task = envelope.task(task_id)
        interface = interface_of(envelope, task, self._ports)
        return dressed(envelope, interface) if interface else envelope, task

    def _document(self, token: str, document_id: str) -> Document:
        envelope, task = self._look(token)
        if over := is_over(envelope, task.id, self._ports):
            raise Gone(over)
        if document_id not in task.actions:
            raise NotFound("document", document_id)
        if not may_see(task):
            raise Forbidden("document", document_id)
        document = envelope.document(document_id)
        if document.awaited:
            raise NotFound("document", document_id)
        return document

    def _language(self, request: Request, query: LanguageQuery, task: Task | None) -> str:
        wishes = (query.lang, task.language if task else "")
        return i18n.choose_language(wishes, request.headers.get("accept-language", ""))


def _consent(task: Task, language: str) -> str:
    action = main_action(task.actions.values())
    return whole_consent(language, action, task.sign_text, task.sign_entries.values())


def _may_download(kind: NoticeKind, task: Task) -> bool:
    """A reviewer who never proved who they are is told of the end, and no more."""
    return kind in ("completed", "finished") and not task.identity_due


def _page(html: str, frame: str | None, status: int = 200) -> Response:
    return HTMLResponse(html, status, headers_in_frame(frame))


def _well_formed(asked: str) -> str | None:
    try:
        return web_origin(asked)
    except Invalid:
        return None
