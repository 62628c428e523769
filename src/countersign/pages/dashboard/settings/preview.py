"""How a signing page and an invitation would look: the same templates, styles and words as theirs,
with somebody who does not exist."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Annotated

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from countersign.colours import parse_colour
from countersign.domain.branding import Branding
from countersign.domain.delivery import shown_sender
from countersign.domain.document import PDF, Document, FileRef
from countersign.domain.envelope import Envelope, EnvelopeSettings, EnvelopeStatus
from countersign.domain.inline_image import with_images
from countersign.domain.rights import Right
from countersign.domain.task import Action, Person, Task, TaskStatus
from countersign.httpkit import Operation, json_response, page_headers
from countersign.pages.dashboard.access import needs
from countersign.pages.dashboard.settings.colours import contrast_sentence
from countersign.pages.dashboard.settings.shared import SETTINGS
from countersign.pages.dashboard.shell import HEADERS
from countersign.pages.signing.preview import render_preview
from countersign.usecases.mail_check_port import MailFacts
from countersign.usecases.manage_projects import project_of
from countersign.usecases.member_ports import MemberPorts, Visit

LANGUAGE = "en"
WHEN = datetime(2026, 1, 1, tzinfo=UTC)
NOBODY = "/s/preview"  # leads nowhere
_SHARED = {
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Frame-Options": "SAMEORIGIN",
}
# Shown inside our own page, and nothing in it runs or leads anywhere
PAGE = {
    **page_headers(
        style_src="'self'", img_src="data:", form_action="'none'", frame_ancestors="'self'"
    ),
    **_SHARED,
}
MAIL = {
    **page_headers(
        style_src="'unsafe-inline'", img_src="data:", form_action="'none'", frame_ancestors="'self'"
    ),
    **_SHARED,
}


class PreviewQuery(BaseModel):
    """What was typed so far; the logo is that of the project."""

    company: Annotated[str, Field(max_length=255)] = ""
    primary: Annotated[str, Field(max_length=40)] = ""
    secondary: Annotated[str, Field(max_length=40)] = ""
    project: Annotated[str, Field(max_length=100)] = ""


class Previews:
    """Handlers for what is shown in frames."""

    def __init__(self, desk: MemberPorts, mail: MailFacts) -> None:
        self._desk, self._mail = desk, mail

    def operations(self) -> list[Operation]:
        right = Right.MANAGE_SETTINGS
        return [
            needs(right, "GET", f"{SETTINGS}/preview/page", self.page, query=PreviewQuery),
            needs(right, "GET", f"{SETTINGS}/preview/mail", self.mail, query=PreviewQuery),
            needs(right, "GET", f"{SETTINGS}/preview/words", self.words, query=PreviewQuery),
        ]

    def page(self, caller: Visit, request: Request, query: PreviewQuery) -> Response:  # noqa: ARG002
        """The first thing that a signer sees."""
        envelope = _envelope(caller, self._branding(query, caller))
        logo = envelope.settings.branding.logo
        shown = render_preview(
            envelope, envelope.tasks[0], NOBODY, LANGUAGE, self._picture(logo) if logo else ""
        )
        return HTMLResponse(shown, headers=PAGE)

    def mail(self, caller: Visit, request: Request, query: PreviewQuery) -> Response:  # noqa: ARG002
        """The invitation."""
        envelope = _envelope(caller, self._branding(query, caller))
        _subject, _text, html = self._desk.ports.invitations.by("email").invitation(
            envelope, envelope.tasks[0], self._desk.address.rpartition("/")[0] + NOBODY
        )
        return HTMLResponse(with_images(html, self._picture), headers=MAIL)

    def words(self, caller: Visit, request: Request, query: PreviewQuery) -> Response:  # noqa: ARG002
        """What stands beside the frames."""
        told = preview_words(query.company, query.primary, caller, self._mail)
        return json_response(told, headers=HEADERS)

    def _picture(self, file: FileRef) -> str:
        return f"data:image/png;base64,{b64encode(self._desk.ports.files.read(file)).decode()}"

    def _branding(self, query: PreviewQuery, caller: Visit) -> Branding:
        """Half a colour is none yet. Raises NotFound."""
        kept = Branding()
        if query.project:
            kept = project_of(query.project, caller, self._desk).settings.branding
        return replace(
            kept,
            company_name=query.company.strip(),
            primary_color=_colour(query.primary),
            secondary_color=_colour(query.secondary),
        )


def preview_words(company: str, primary: str, caller: Visit, mail: MailFacts) -> dict[str, str]:
    """`contrast` is what is said of the colour, `sender` the From line of mails."""
    name, address = parseaddr(mail.mail_from)
    sender = shown_sender(company.strip() or caller.account.name, name or address)
    return {"contrast": contrast_sentence(primary), "sender": f"{sender} <{address}>"}


def _colour(text: str) -> str:
    return text.strip() if parse_colour(text) else ""


def _envelope(caller: Visit, branding: Branding) -> Envelope:
    """One that was just sent, and is stored nowhere."""
    document = Document(
        id="preview",
        name="Lease.pdf",
        media_type=PDF,
        upload=FileRef("0" * 64, 1),
    )
    task = Task(
        id="preview",
        person=Person(name="Robin Example", email="robin@example.com"),
        actions={document.id: Action.SIGN},
        methods=("drawn", "typed"),
        status=TaskStatus.READY,
        language=LANGUAGE,
    )
    return Envelope(
        id="preview",
        account_id=caller.account.id,
        credential_id="",
        origin="",
        name="Lease of the office",
        created_at=WHEN,
        updated_at=WHEN,
        sender_name=caller.account.name,
        documents=(document,),
        tasks=(task,),
        status=EnvelopeStatus.OPEN,
        settings=EnvelopeSettings(branding=branding, send_invitations=True),
    )
