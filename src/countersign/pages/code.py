"""Where a person types the short code of a letter or a message, and is led to the task."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from countersign.domain.errors import DomainError, NotFound
from countersign.httpkit import (
    About,
    Dialect,
    Form,
    Operation,
    RateLimit,
    Refusal,
    Runtime,
    Success,
    TextPart,
    Urlencoded,
    client_of,
    text_response,
)
from countersign.pages import i18n
from countersign.pages.headers import PAGE_HEADERS
from countersign.pages.signing.shell import render_code_page
from countersign.usecases.ports import Ports
from countersign.usecases.sign_code import find_by_code

PREFIX = "/code"
CODE = "sign_code"
# Tries; decision record 18 says what that leaves to whoever guesses
OF_ADDRESS, ADDRESS_WINDOW = 20, 600  # seconds
OF_ALL, ALL_WINDOW = 10_000, 3600  # seconds


class CodeQuery(BaseModel):
    """`sign_code` leads on at once, as if it had been typed, and takes along what else stands in
    the address: the link that it stands for may have that too."""

    sign_code: Annotated[str, Field(max_length=100)] = ""
    lang: Annotated[str, Field(max_length=35)] = ""


class CodePage:
    """Handlers over the ports. Tries are counted: of one address, and of everybody."""

    def __init__(self, ports: Ports, of_address: RateLimit, of_all: RateLimit) -> None:
        self._ports, self._of_address, self._of_all = ports, of_address, of_all

    def show(self, request: Request, query: CodeQuery) -> Response:
        """The page with a place for the code."""
        if query.sign_code:
            return self._lead(query.sign_code, request, query, _rest(request))
        return _page(_language(request, query), "", 200)

    def enter(self, request: Request, query: CodeQuery, body: Form) -> Response:
        """Leads to the task that the code `sign_code` belongs to."""
        return self._lead(body.text(CODE) or "", request, query)

    def _lead(self, typed: str, request: Request, query: CodeQuery, rest: str = "") -> Response:
        self._count(request)
        try:
            task = find_by_code(typed, self._ports)
        except NotFound:
            return _page(_language(request, query), "wrong", 404)
        location = self._ports.links.signing(task) + rest
        headers = {"location": location, "referrer-policy": "no-referrer"}
        return Response(status_code=303, headers={**headers, "cache-control": "no-store"})

    def _count(self, request: Request) -> None:
        """Before the code is looked at: whoever guessed too often learns nothing of a right one."""
        self._of_address.check(f"code {client_of(request).ip}")
        self._of_all.check("code")


def build(ports: Ports, runtime: Runtime) -> Dialect:
    """The application at `/code`."""
    page = CodePage(
        ports,
        runtime.rate_limit(OF_ADDRESS, ADDRESS_WINDOW),
        runtime.rate_limit(OF_ALL, ALL_WINDOW),
    )
    html = Success(type=bytes, media="text/html")
    typed = Urlencoded(texts=[TextPart(CODE)], limit=1 << 12, max_fields=10)
    return Dialect(
        About(title="Codes", version="1"),
        [
            Operation("GET", PREFIX, page.show, html, query=CodeQuery, public=True),
            Operation("POST", PREFIX, page.enter, html, typed, query=CodeQuery, public=True),
        ],
        authenticate=lambda _request: None,
        shape=_shape,
        expected=(DomainError,),
        runtime=runtime,
    )


def _shape(request: Request, problem: Exception) -> Response:
    if isinstance(problem, Refusal) and problem.status == 429:
        wishes = (request.query_params.get("lang", ""),)
        language = i18n.choose_language(wishes, request.headers.get("accept-language", ""))
        return _page(language, "too_many", 429, problem.headers)
    if isinstance(problem, Refusal):
        return text_response(problem.why, problem.status, problem.headers)
    return text_response("This is not possible at the moment. Please try again.", 503)


def _page(
    language: str, wrong: str, status: int, headers: dict[str, str] | None = None
) -> Response:
    html = render_code_page(wrong, language)
    return HTMLResponse(html, status, {**PAGE_HEADERS, **(headers or {})})


def _rest(request: Request) -> str:
    """Such as `?artifact=…`."""
    query = request.query_params.multi_items()
    rest = urlencode([(name, value) for name, value in query if name != CODE])
    return f"?{rest}" if rest else ""


def _language(request: Request, query: CodeQuery) -> str:
    return i18n.choose_language((query.lang,), request.headers.get("accept-language", ""))
