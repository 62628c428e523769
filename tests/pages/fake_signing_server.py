"""The signing page's API from a dict in memory: the front end's fast test bench.

It serves the same shell, the same scripts and real page images as the product, and keeps what the
page sent in `sent`. `python -m tests.pages.fake_signing_server` runs it for a look by hand.
"""

from __future__ import annotations

import functools
import io
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import uvicorn
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from countersign.pages import assets, i18n
from countersign.pages.accent import accent_stylesheet
from countersign.pages.headers import PAGE_HEADERS
from countersign.pages.signing.notices import Download, Notice
from countersign.pages.signing.shell import render_code_page, render_notice, render_task
from countersign.pdf.render import page_text, render_page
from tests.support.network import free_port

BASE = "/s/0123456789abcdef0123456789abcdef"
CODE = "123456"
TYPES = {"js": "text/javascript", "css": "text/css"}

CLAUSES = (
    "1. The Supplier delivers the services described in Annex A to the Customer.",
    "2. The Customer pays the agreed fee within thirty days of each invoice.",
    "3. Each party keeps what it learns about the other confidential for five years.",
    "4. Either party may end this agreement with three months' written notice.",
    "5. What is not settled here is settled by the law of the Customer's country.",
)


@functools.cache
def contract() -> bytes:
    """A two-page agreement with a place to sign at its end."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=True)
    _page(canvas, "Agreement on services", CLAUSES * 3)
    canvas.showPage()
    _page(canvas, "Signatures", ("Place of signing", "", "The Customer accepts the terms above."))
    canvas.save()
    return file.getvalue()


def _page(canvas: Canvas, title: str, paragraphs: tuple[str, ...]) -> None:
    canvas.setFont("Times-Bold", 22)
    canvas.drawString(72, 750, title)
    canvas.setFont("Times-Roman", 12)
    for line, text in enumerate(paragraphs):
        canvas.drawString(72, 700 - 34 * line, text)


def field_of(id: str, type: str, y: float, name: str, **changes: Any) -> dict[str, Any]:
    box = {"page": 1, "x": 0.4, "y": y, "w": 0.38, "h": 0.03}
    place = {"id": id, "document_id": "contract", "type": type, "name": name, **box}
    return {**place, "required": True, "value": None, "options": [], "excludes": [], **changes}


def task_state(**changes: Any) -> dict[str, Any]:
    """What `GET state` answers for a signer with five fields."""
    state = {
        "envelope": {"id": "env_1", "name": "Agreement on services 2027", "status": "open"},
        "task": {
            "id": "task_1",
            "status": "ready",
            "name": "Astrid Lindqvist",
            "language": "en",
            "deadline": "2026-12-04T16:00:00Z",
            "sign_text": None,
            "sign_entries": [],
            "dialog": None,
            "may": ["decline"],
        },
        "documents": [
            {
                "id": "contract",
                "name": "Agreement.pdf",
                "action": "sign",
                "media_type": "application/pdf",
                "pages": [{"width": 595.28, "height": 841.89}] * 2,
                "done": False,
                "awaited": False,
                "to_view": False,
                "version": "abcdef",
            }
        ],
        "fields": [
            field_of("place", "text", 0.155, "Place"),
            field_of("terms", "checkbox", 0.235, "I accept the terms", x=0.46, w=0.03, h=0.022),
            field_of("sig", "signature", 0.3, "Customer", x=0.12, w=0.4, h=0.09),
            field_of("ini", "initials", 0.3, "Initials", x=0.6, w=0.14, h=0.06),
            field_of("day", "date", 0.42, "Date", x=0.12, w=0.25, required=False),
        ],
        "methods": ["drawn", "typed"],
        "identity": {"due": [], "before": None, "chosen": False, "done": [], "simulated": False},
        "languages": list(i18n.available_languages()),
        "branding": {"name": "Nordvik Consulting"},
        "skip_intro": False,
        "upload_limit": 1 << 20,
        "hidden": [],
        "after": {"type": "message", "message": None, "url": None},
    }
    return {**state, **changes}


@dataclass
class FakeSigning:
    """One link: what it shows, what was sent, and what goes wrong next."""

    url: str = ""
    state: dict[str, Any] = field(default_factory=task_state)
    notice: str | None = None
    standing: dict[str, Any] | None = None
    sent: list[tuple[str, Any]] = field(default_factory=list)
    failures: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)
    chat: list[dict[str, Any]] = field(default_factory=list)
    chat_ended: bool = False
    keys: list[str | None] = field(default_factory=list)

    @property
    def link(self) -> str:
        return self.url + BASE

    def reset(self) -> None:
        fresh = FakeSigning(url=self.url)
        self.__dict__.update(fresh.__dict__)

    def sent_to(self, call: str) -> list[Any]:
        return [body for name, body in self.sent if name == call]

    def shell(self, request: Request) -> Response:
        wishes = [request.query_params.get("lang"), self.state["task"]["language"]]
        language = i18n.choose_language(wishes, request.headers.get("accept-language", ""))
        if self.notice:
            return HTMLResponse(self._notice(language), headers=PAGE_HEADERS)
        return HTMLResponse(render_task(self.state, BASE, language), headers=PAGE_HEADERS)

    def _notice(self, language: str) -> str:
        shown = Notice(
            kind=self.notice,  # type: ignore[arg-type]
            base=BASE,
            envelope=self.state["envelope"]["name"],
            branding=self.state["branding"],
            reason="The price is not what we agreed." if self.notice == "declined" else "",
            downloads=[Download("Agreement.pdf", f"{BASE}/documents/contract")],
            waits_for=2,
            chat="chat" in self.state["task"]["may"],
            ids={"documentId": "env_1", "participantId": "task_1"},
            written_to=True,
            complete=self.state["envelope"]["status"] == "completed",
        )
        return render_notice(shown, language)

    def code_page(self, request: Request) -> Response:
        query = request.query_params
        language = i18n.choose_language([query.get("lang")], "")
        return HTMLResponse(
            render_code_page(query.get("wrong", ""), language), headers=PAGE_HEADERS
        )

    def answer_state(self, _request: Request) -> Response:
        return JSONResponse(self.state)

    async def act(self, request: Request) -> Response:
        call = request.path_params["call"]
        raw = await request.body()
        body = await request.json() if raw else None
        self.keys.append(request.headers.get("idempotency-key"))
        if call != "open" and self.failures:
            return self._fail(*self.failures.pop(0))
        self.sent.append((call, body))
        return JSONResponse(getattr(self, "_" + call.split("/")[0])(body, call))

    def _fail(self, status: int, code: str, fields: dict[str, str]) -> Response:
        error = {"code": code, "message": f"The server says: {code}.", "fields": fields}
        return JSONResponse({"error": error}, status)

    def answer_standing(self, _request: Request) -> Response:
        return JSONResponse(self.standing)

    def read_chat(self, request: Request) -> Response:
        new = self.chat[int(request.query_params.get("after", 0)) :]
        page = {"messages": new, "total": len(self.chat), "may_write": not self.chat_ended}
        return JSONResponse(page)

    def say(self, text: str, name: str = "Nordvik Consulting", **changes: Any) -> dict[str, Any]:
        """Somebody writes in the chat."""
        number = len(self.chat) + 1
        author = {"type": "sender", "name": name}
        known = {"id": f"m{number}", "number": number, "author": author, "own": False}
        at = datetime.now(UTC).isoformat()
        self.chat.append({**known, "text": text, "at": at, **changes})
        return self.chat[-1]

    def _messages(self, body: Any, _call: str) -> dict[str, Any]:
        return self.say(body["text"], self.state["task"]["name"], own=True)

    def _open(self, _body: Any, _call: str) -> dict[str, Any]:
        return {}

    def _complete(self, _body: Any, _call: str) -> dict[str, Any]:
        self.notice = "completed"
        signed = {"id": "contract", "name": "Agreement.pdf", "url": f"{BASE}/documents/contract"}
        after = self.state["after"]
        onward = after["url"] if after["type"] == "redirect" else None
        return {"status": "completed", "redirect_url": onward, "documents": [signed]}

    def _decline(self, _body: Any, _call: str) -> dict[str, Any]:
        self.notice = "declined"
        return {"status": "declined"}

    def _forward(self, _body: Any, _call: str) -> dict[str, Any]:
        self.notice = "forwarded"
        return {"status": "forwarded"}

    def _identity(self, body: Any, _call: str) -> dict[str, Any]:
        if body is None and self.standing is not None:
            self.standing |= {"status": "pending"}
            return self.standing
        if body is None:
            return {"sent_to": "a•••@example.com"}
        self.state["identity"] = {
            "due": [],
            "before": None,
            "chosen": False,
            "done": ["email_code"],
            "simulated": False,
        }
        return {}


def page_image(request: Request) -> Response:
    width = int(request.query_params.get("width", 1240))
    return Response(_webp(request.path_params["page"], width), media_type="image/webp")


@functools.cache
def _webp(page: int, width: int) -> bytes:
    with _PDFIUM:
        return render_page(contract(), page, width)


_PDFIUM = threading.Lock()


def text_layer(request: Request) -> Response:
    with _PDFIUM:
        runs = page_text(contract(), request.path_params["page"])
    names = ("text", "x", "y", "w", "h")
    return JSONResponse([{name: getattr(run, name) for name in names} for run in runs])


def pdf(_request: Request) -> Response:
    return Response(contract(), media_type="application/pdf")


def static(request: Request) -> Response:
    path: str = request.path_params["path"]
    if path.startswith("accent/"):
        css = accent_stylesheet(path.removeprefix("accent/").removesuffix(".css"))
        return Response(css, 200 if css else 404, media_type="text/css")
    content = (assets.DIST / path).read_bytes()
    return Response(content, media_type=TYPES[path.rpartition(".")[2]])


def application(fake: FakeSigning) -> Starlette:
    document = f"{BASE}/documents/{{document}}"
    routes = [
        Route(BASE, fake.shell),
        Route(f"{BASE}/state", fake.answer_state),
        Route(f"{BASE}/messages", fake.read_chat),
        Route(document, pdf),
        Route(f"{document}/pages/{{page:int}}.webp", page_image),
        Route(f"{document}/pages/{{page:int}}.json", text_layer),
        Route(f"{BASE}/identity/{{method}}", fake.answer_standing, methods=["GET"]),
        Route(f"{BASE}/{{call:path}}", fake.act, methods=["POST"]),
        Route("/code", fake.code_page),
        Route("/static/{path:path}", static),
    ]
    return Starlette(routes=routes)


@contextmanager
def running(fake: FakeSigning, port: int | None = None) -> Iterator[FakeSigning]:
    """Serve until the block is left."""
    chosen = port or free_port()
    config = uvicorn.Config(application(fake), port=chosen, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    fake.url = f"http://127.0.0.1:{chosen}"
    try:
        yield fake
    finally:
        server.should_exit = True
        thread.join()


if __name__ == "__main__":
    with running(FakeSigning(), 8099) as shown:
        print(shown.link)
        threading.Event().wait()
