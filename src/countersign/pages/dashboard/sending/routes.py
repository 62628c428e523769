"""Drafts: the page on which they are written, what its script sends, and how they go out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.account import Account
from countersign.domain.draft import Draft, DraftDocument
from countersign.domain.errors import NotFound, StaleState, Unavailable, UnusableFile
from countersign.domain.rights import Right
from countersign.httpkit import (
    FilePart,
    Form,
    Json,
    Multipart,
    Operation,
    Refusal,
    Success,
    TextPart,
    json_response,
)
from countersign.languages import LANGUAGE_NAMES
from countersign.pages.dashboard.access import FORM, PREFIX, go, needs
from countersign.pages.dashboard.errors import sentence, status_of
from countersign.pages.dashboard.placing import editor_document, page_picture
from countersign.pages.dashboard.sending.offers import Offers, offers_of
from countersign.pages.dashboard.sending.preview import Preview
from countersign.pages.dashboard.sending.schemas import DraftContent, SaveInput, SendInput
from countersign.pages.dashboard.sending.translate import (
    content_of,
    problems,
    to_command,
)
from countersign.pages.dashboard.shell import HEADERS, page, words
from countersign.usecases.fill_draft import AddFile, add_file, remove_file
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.send_written import send_written, sent_before
from countersign.usecases.write_draft import (
    Written,
    begin_draft,
    discard_draft,
    read_draft,
    save_draft,
)

DRAFTS, ONE = "/drafts", "/drafts/{draft_id}"
FILE, DOCUMENT = ONE + "/documents", ONE + "/documents/{document_id}"
JSON = Success(type=dict[str, Any])
IMAGE = Success(media="image/webp")
LONGEST_ID, LONGEST_NAME = 60, 200
ROOM = 1 << 20  # bytes of a form around its file


def _(text: str) -> str:
    return text


REFUSED: Mapping[str, str] = {
    "not_pdf": _("This is no PDF, no Word document (DOCX) and no picture."),
    "no_converter": _(
        "This server can't turn Word documents into PDF: it has no LibreOffice. Add a PDF instead."
    ),
}


class Drafts:
    """Handlers. `largest_file` is in bytes."""

    def __init__(self, desk: MemberPorts, largest_file: int) -> None:
        self._desk, self._largest = desk, largest_file

    def operations(self) -> list[Operation]:
        manage = Right.MANAGE_ENVELOPES
        file = Multipart(
            [FilePart("file")], [TextPart("id")], limit=self._largest + ROOM,
            file_limit=self._largest, text_limit=LONGEST_ID,
        )  # fmt: skip
        return [
            needs(manage, "POST", DRAFTS, self.begin, body=FORM),
            needs(manage, "GET", ONE, self.show),
            needs(manage, "POST", ONE, self.save, body=Json(SaveInput), success=JSON),
            needs(manage, "POST", ONE + "/discard", self.discard, body=FORM),
            needs(manage, "POST", ONE + "/send", self.send, body=Json(SendInput), success=JSON),
            needs(manage, "POST", FILE, self.upload, body=file, success=JSON),
            needs(manage, "POST", DOCUMENT + "/remove", self.remove, body=FORM, success=JSON),
            needs(manage, "GET", DOCUMENT + "/pages/{n:int}", self.picture, success=IMAGE),
            *Preview(self._desk).operations(),
        ]

    # -------------------------------------------------------------- the draft

    def begin(self, caller: Visit, body: Form) -> Response:  # noqa: ARG002
        """A new one."""
        return go(f"{DRAFTS}/{begin_draft(caller, self._desk).id}")

    def show(self, caller: Visit, request: Request, draft_id: str) -> Response:
        """As it was left. Who follows an old link to what was sent finds that."""
        try:
            draft = read_draft(draft_id, caller, self._desk)
        except NotFound:
            if sent_before(draft_id, caller, self._desk) is None:
                raise
            return go(f"/envelopes/{draft_id}")
        offers = self._offers(caller.account)
        return page(
            request, "draft.html", visit=caller, menu="/envelopes", draft=draft, offers=offers,
            languages=LANGUAGE_NAMES, largest=self._largest >> 20,
            data=self._data(draft, offers),
        )  # fmt: skip

    def save(self, caller: Visit, draft_id: str, body: SaveInput) -> dict[str, Any]:
        """What its writer has filled in so far."""
        content = body.content
        written = Written(
            draft_id=draft_id,
            version=body.version,
            name=content.name.strip(),
            content=content.model_dump(mode="json"),
        )
        return {"version": save_draft(written, caller, self._desk).version}

    def discard(self, caller: Visit, draft_id: str, body: Form) -> Response:  # noqa: ARG002
        """For good."""
        discard_draft(draft_id, caller, self._desk)
        return go("/envelopes?state=draft&done=discarded")

    def send(self, caller: Visit, request: Request, draft_id: str, body: SendInput) -> Response:
        """Or says what is missing, by the place where it is to be put right."""
        if sent_before(draft_id, caller, self._desk) is not None:
            return _sent(draft_id)
        draft = read_draft(draft_id, caller, self._desk)
        if draft.version != body.version:
            raise StaleState
        content, offers = content_of(draft), self._offers(caller.account)
        if wrong := problems(content, draft, offers):
            say = words(request)
            return _missing({place: say(text) for place, text in wrong.items()})
        command = to_command(content, draft, caller.account, caller.visitor, offers)
        try:
            return _sent(send_written(draft, command, caller, self._desk).id)
        except UnusableFile as problem:  # of signed documents, which take no other fields
            return _missing({"fields": f"{problem.name}: {_refusal(problem, request)}"})

    # -------------------------------------------------------------- files

    def upload(self, caller: Visit, request: Request, draft_id: str, body: Form) -> Response:
        """One file. What is wrong with it is said beside it."""
        files, id = body.uploads("file"), (body.text("id") or "")
        if len(files) != 1 or not id.isalnum():
            raise Refusal(400, "no file")
        name = _plain(files[0].filename)
        command = AddFile(draft_id=draft_id, document_id=id, staged=files[0], name=name)
        try:
            document = add_file(command, caller, self._desk)
        except (UnusableFile, Unavailable) as problem:
            return json_response({"error": _refusal(problem, request)}, status_of(problem), HEADERS)
        return json_response(_shown(draft_id, document), headers=HEADERS)

    def remove(self, caller: Visit, draft_id: str, document_id: str, body: Form) -> dict[str, Any]:  # noqa: ARG002
        """Twice is once."""
        remove_file(draft_id, document_id, caller, self._desk)
        return {}

    def picture(self, caller: Visit, draft_id: str, document_id: str, n: int) -> Response:
        """One page."""
        document = read_draft(draft_id, caller, self._desk).document(document_id)
        return page_picture(document.upload, document.pages, n, self._desk.ports.engine)

    # -------------------------------------------------------------- shared

    def _offers(self, account: Account) -> Offers:
        return offers_of(account, self._desk.ports)

    def _data(self, draft: Draft, offers: Offers) -> dict[str, Any]:
        """What the page's script begins with."""
        content = content_of(draft)
        documents = draft.in_order(content.order)
        content.order = [document.id for document in documents]
        return {
            "base": f"{PREFIX}{DRAFTS}/{draft.id}",
            "version": draft.version,
            "content": content.model_dump(mode="json"),
            "empty": DraftContent().model_dump(mode="json"),
            "documents": [_shown(draft.id, document) for document in documents],
            "largest": self._largest,
            "today": offers.today.isoformat(),
        }


def _sent(envelope_id: str) -> Response:
    to = f"{PREFIX}/envelopes/{envelope_id}?done=sent"
    return json_response({"to": to}, headers=HEADERS)


def _missing(problems: Mapping[str, str]) -> Response:
    return json_response({"error": "", "problems": problems}, 422, HEADERS)


def _shown(draft_id: str, document: DraftDocument) -> dict[str, Any]:
    base = f"{PREFIX}{DRAFTS}/{draft_id}/documents/{document.id}/pages"
    shown = editor_document(
        document.id, document.name, document.pages, lambda n: f"{base}/{n}", document.form
    )
    return {**shown, "size": document.upload.size}


def _plain(filename: str) -> str:
    """A file's name without folders and what can't be seen."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter for letter in last if letter.isprintable()).strip()
    stem, dot, ending = plain.rpartition(".")
    room = LONGEST_NAME - len(dot + ending)
    return (stem[:room] + dot + ending if stem and room > 0 else plain[:LONGEST_NAME]) or "document"


def _refusal(problem: UnusableFile | Unavailable, request: Request) -> str:
    say = words(request)
    if isinstance(problem, Unavailable):
        return sentence(problem, say)
    text = say(REFUSED.get(problem.code, problem.message))
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
