"""A draft as one of its people will see it: the signing page itself, on which nothing can be done.

The page talks to an address of its own below the draft. There its documents can be read; whatever
it wants to change is refused there."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from countersign.domain.draft import Draft, DraftDocument
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.errors import Invalid, NotFound
from countersign.domain.rights import Right
from countersign.domain.task import Task, TaskStatus, Visitor
from countersign.httpkit import Json, Operation, Success, json_response
from countersign.pages import i18n
from countersign.pages.dashboard.access import PREFIX, needs
from countersign.pages.dashboard.placing import IMAGE, as_document, page_picture
from countersign.pages.dashboard.sending.offers import offers_of
from countersign.pages.dashboard.sending.schemas import DraftContent
from countersign.pages.dashboard.sending.translate import content_of, last_moment, to_command
from countersign.pages.dashboard.shell import HEADERS, words
from countersign.pages.headers import PAGE_HEADERS
from countersign.pages.signing.schemas import ImageQuery, LanguageQuery
from countersign.pages.signing.shell import render_task
from countersign.pages.signing.state import signing_state
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.send_envelope import envelope_of
from countersign.usecases.write_draft import read_draft

ONE = "/drafts/{draft_id}/preview/{person}"
PAGE = ONE + "/documents/{document_id}/pages/{n:int}"
TEXT = Success(type=list[dict[str, Any]])
ANYTHING = Json(Any, limit=16 << 20, required=False)  # a drawn signature comes with its picture

# As those of the dashboard's pages: by these a browser tells where a request comes from
OWN_HEADERS = {name: HEADERS[name] for name in ("Referrer-Policy", "X-Frame-Options")}


def _(text: str) -> str:
    return text


BANNER = _("This is a preview. Nothing can be signed here.")
BACK = _("Back to the draft")


class Preview:
    """Handlers below one draft and one person."""

    def __init__(self, desk: MemberPorts) -> None:
        self._desk = desk

    def operations(self) -> list[Operation]:
        manage, image = Right.MANAGE_ENVELOPES, Success(media="image/webp")
        return [
            needs(manage, "GET", ONE, self.show, query=LanguageQuery),
            needs(manage, "GET", PAGE + ".webp", self.picture, query=ImageQuery, success=image),
            needs(manage, "GET", PAGE + ".json", self.text, success=TEXT),
            needs(manage, "GET", ONE + "/logo", self.logo, success=Success(media="image/png")),
            needs(manage, "POST", ONE + "/open", self.open, success=Success(204)),
            needs(manage, "POST", ONE + "/{act}", self.refuse, body=ANYTHING),
        ]

    def show(
        self, caller: Visit, request: Request, draft_id: str, person: str, query: LanguageQuery
    ) -> Response:
        """What they see once they have shown who they are."""
        draft = read_draft(draft_id, caller, self._desk)
        base = f"{PREFIX}/drafts/{draft.id}/preview/{person}"
        envelope, task = self._seen(draft, person, caller)
        state = signing_state(
            envelope, task, base, chosen="", skip_intro=False, simulated=False, upload_limit=0
        )
        accepted = request.headers.get("accept-language", "")
        language = i18n.choose_language((query.lang, task.language), accepted)
        say = words(request)
        banner = {"text": say(BANNER), "back": say(BACK), "to": f"{PREFIX}/drafts/{draft.id}#check"}
        own = {
            made.id: one.id for made, one in zip(envelope.documents, _documents(draft), strict=True)
        }
        html = render_task(_with_ids(state, own), base, language, preview=banner)
        return HTMLResponse(html, headers={**PAGE_HEADERS, **OWN_HEADERS})

    def picture(
        self, caller: Visit, draft_id: str, document_id: str, n: int, query: ImageQuery, person: str  # noqa: ARG002
    ) -> Response:  # fmt: skip
        """One page."""
        document = read_draft(draft_id, caller, self._desk).document(document_id)
        engine = self._desk.ports.engine
        return page_picture(document.upload, document.pages, n, engine, query.width)

    def text(
        self,
        caller: Visit,
        draft_id: str,
        document_id: str,
        n: int,
        person: str,  # noqa: ARG002
    ) -> list[dict[str, Any]]:
        """The words of one page and where they stand."""
        document = read_draft(draft_id, caller, self._desk).document(document_id)
        shown = as_document(document.upload, document.pages)
        return [dict(run) for run in self._desk.ports.engine.page_text(shown, n)]

    def logo(self, caller: Visit, draft_id: str, person: str) -> Response:
        """The sender's, as PNG."""
        envelope, _task = self._seen(read_draft(draft_id, caller, self._desk), person, caller)
        logo = envelope.settings.branding.logo
        if logo is None:
            raise NotFound("logo")
        return Response(self._desk.ports.files.read(logo), headers=IMAGE, media_type="image/png")

    def open(self, draft_id: str, person: str) -> None:
        """Nothing is recorded."""

    def refuse(self, request: Request, draft_id: str, person: str, act: str, body: Any) -> Response:  # noqa: ARG002
        """Nothing is done."""
        error = {"code": "preview", "message": words(request)(BANNER), "fields": {}}
        return json_response({"error": error}, 409, HEADERS)

    def _seen(self, draft: Draft, person: str, visit: Visit) -> tuple[Envelope, Task]:
        """The envelope as if it were sent now, to one whose turn has come. Raises NotFound,
        Invalid."""
        content = _enough(content_of(draft), draft)
        keys = [one.key for one in content.people]
        if person not in keys:
            raise NotFound("task", person)
        if not draft.documents:
            raise Invalid(_("Add the document that is to be signed."))
        offers = offers_of(visit.account, self._desk.ports)
        command = to_command(content, draft, visit.account, Visitor(), offers)
        envelope = envelope_of(command, draft.created_at)
        task = envelope.tasks[keys.index(person)]
        known = (*task.identity, *task.identity_choice, *task.methods)
        task = replace(task, status=TaskStatus.READY, identified=known)
        return replace(envelope.with_task(task), status=EnvelopeStatus.OPEN), task


def _documents(draft: Draft) -> Sequence[DraftDocument]:
    return draft.in_order(content_of(draft).order)


def _enough(content: DraftContent, draft: Draft) -> DraftContent:
    """Without what can't be understood, which is said where it is to be put right."""
    pages = {document.id: len(document.pages) for document in draft.documents}
    fields = [one for one in content.fields if one.page < pages.get(one.document, 0)]
    due = ""
    with suppress(ValueError, OverflowError):
        due = content.due if last_moment(content.due, ZoneInfo("UTC")) else ""
    return content.model_copy(update={"fields": tuple(fields), "due": due})


def _with_ids(state: dict[str, Any], own: dict[str, str]) -> dict[str, Any]:
    """With the draft's ids of the documents, which stay the same from one request to the next."""
    documents = [{**one, "id": own[one["id"]]} for one in state["documents"]]
    fields = [{**one, "document_id": own[one["document_id"]]} for one in state["fields"]]
    return {**state, "documents": documents, "fields": fields}
