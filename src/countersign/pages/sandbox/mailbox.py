"""The sandbox's mailbox, for people and for programs."""

from __future__ import annotations

from base64 import b64encode
from email.utils import parseaddr
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp

from countersign.domain.delivery import Message, shown_sender
from countersign.domain.document import FileRef
from countersign.domain.errors import NotFound
from countersign.domain.evidence import timestamp
from countersign.domain.inline_image import with_images
from countersign.httpkit import (
    About,
    Dialect,
    Operation,
    Refusal,
    Runtime,
    Success,
    csp_hash,
    page_headers,
    text_response,
)
from countersign.pages.sandbox.widget_demo import DemoQuery, show_widget
from countersign.usecases.ports import Ports
from countersign.usecases.read_mailbox import Mail, read_mailbox, read_message

HTML = "text/html"
# A mail brings its own inline styles and nothing else; its links may open a window
MAIL_HEADERS = {
    **page_headers(
        style_src="'unsafe-inline'",
        img_src="data:",
        sandbox="allow-popups allow-popups-to-escape-sandbox",
    ),
    "cache-control": "no-store",
}


class MailboxQuery(BaseModel):
    """`to` keeps the messages to one address or number."""

    to: str = ""


class Mailbox:
    """Handlers over the ports; `mail_from` is the address that mails would come from."""

    def __init__(self, ports: Ports, mail_from: str) -> None:
        self._ports = ports
        name, self._address = parseaddr(mail_from)
        self._platform = name or self._address

    def as_json(self, query: MailboxQuery) -> dict[str, Any]:
        """The newest messages first."""
        return {"messages": self._messages(query)}

    def show(self, query: MailboxQuery) -> Response:
        """The newest messages first, as a page."""
        page = _templates().get_template("mailbox.html")
        html = page.render(messages=self._messages(query), to=query.to, css=Markup(_css()))
        headers = page_headers(style_src=csp_hash(_css()))
        return HTMLResponse(html, headers={**headers, "cache-control": "no-store"})

    def show_mail(self, message_id: str) -> Response:
        """One mail as its reader would see it."""
        html = read_message(message_id, self._ports).html
        return HTMLResponse(with_images(html, self._picture), headers=MAIL_HEADERS)

    def _picture(self, file: FileRef) -> str:
        return f"data:image/png;base64,{b64encode(self._ports.files.read(file)).decode()}"

    def _messages(self, query: MailboxQuery) -> list[dict[str, Any]]:
        return [self._present(mail) for mail in read_mailbox(query.to, self._ports)]

    def _present(self, mail: Mail) -> dict[str, Any]:
        message = mail.message
        return {
            "id": message.id,
            "channel": message.channel,
            "to": message.recipient,
            "from": self._from(message),
            "subject": message.subject,
            "text": message.text,
            "html": message.html,
            "at": timestamp(message.created_at),
            "links": list(mail.links),
            "code": mail.code,
        }

    def _from(self, message: Message) -> str:
        name = shown_sender(message.sender_name, self._platform)
        return f"{name} <{self._address}>" if message.channel == "email" else name


def build(ports: Ports, runtime: Runtime, *, mail_from: str) -> ASGIApp:
    """The application below `/sandbox`; for sandboxes only, as it shows everybody's links."""
    mailbox = Mailbox(ports, mail_from)
    page, json = Success(type=bytes, media=HTML), Success(type=dict[str, Any])
    operations = [
        _operation("/sandbox/mail", mailbox.show, page, MailboxQuery),
        _operation("/sandbox/mail.json", mailbox.as_json, json, MailboxQuery),
        _operation("/sandbox/mail/{message_id}", mailbox.show_mail, page),
        _operation("/sandbox/widget", show_widget, page, DemoQuery),
    ]
    return Dialect(
        About(title="Sandbox", version="1"),
        operations,
        authenticate=lambda _request: None,
        shape=_shape,
        expected=(NotFound,),
        runtime=runtime,
    ).app


def _operation(
    path: str, handler: Any, success: Success, query: type[BaseModel] | None = None
) -> Operation:
    return Operation("GET", path, handler, success, query=query, public=True)


def _shape(_request: Request, problem: Exception) -> Response:
    if isinstance(problem, Refusal):
        return text_response(problem.why, problem.status, problem.headers)
    return text_response(str(problem), 404)


@cache
def _css() -> str:
    return (files(__package__) / "templates" / "mailbox.css").read_text("utf-8")


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("countersign.pages.sandbox"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
