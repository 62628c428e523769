"""Forms that everybody may fill in: whoever has the link writes what is missing, then signs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import cache, partial
from typing import Annotated, Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp

from countersign.domain.account import Account
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from countersign.domain.form import Form, Tag
from countersign.httpkit import (
    About,
    Dialect,
    Operation,
    RateGuard,
    Refusal,
    Runtime,
    Success,
    Urlencoded,
    text_response,
)
from countersign.httpkit import Form as Body
from countersign.pages import i18n
from countersign.pages.assets import asset_url
from countersign.pages.headers import PAGE_HEADERS
from countersign.pages.visitors import visitor_of
from countersign.usecases.ports import Ports
from countersign.usecases.read_public_form import FilledForm, read_public_form

SUBMISSIONS, WINDOW = 20, timedelta(minutes=10)  # from one address
KB = 1 << 10
LONGEST = 10_000  # characters of a value


Begin = Callable[[FilledForm, Ports], Envelope]


class FormQuery(BaseModel):
    lang: Annotated[str, Field(max_length=35)] = ""


class FormPages:
    """Handlers over the ports; `begin` sends a form of each origin, whose first task is theirs who
    filled it in."""

    def __init__(self, ports: Ports, begin: Mapping[str, Begin]) -> None:
        self._ports, self._begin = ports, begin

    def show(self, token: str, request: Request, query: FormQuery) -> Response:
        """The form, with a field for each tag that has no value yet."""
        language = _language(request, query)
        form, account = self._found(token)
        return _page(form, account, language, {}, wrong=False)

    def fill_in(self, token: str, request: Request, body: Body, query: FormQuery) -> Response:
        """Sends the form; the browser goes on to the signing page."""
        form, account = self._found(token)
        filled = FilledForm(
            form=form,
            values={tag.name: _given(body, f"tag.{tag.name}") for tag in asked_of(form)},
            name=_given(body, "name"),
            email=_given(body, "email"),
            language=_language(request, query),
            visitor=visitor_of(request),
        )
        try:
            envelope = self._begin[form.origin](filled, self._ports)
        except (Invalid, Conflict, Forbidden):
            written = {f"tag.{name}": value for name, value in filled.values.items()}
            written |= {"name": filled.name, "email": filled.email}
            return _page(form, account, filled.language, written, wrong=True)
        link = self._ports.links.signing(envelope.tasks[0])
        headers = {**PAGE_HEADERS, "location": f"{link}?skipIntro=true"}
        return Response(status_code=303, headers=headers)

    def _found(self, token: str) -> tuple[Form, Account]:
        form, account = read_public_form(self._ports.links.form_id(token), self._ports)
        if form.origin not in self._begin:
            raise NotFound("form")
        return form, account


def asked_of(form: Form) -> Sequence[Tag]:
    """What the form says already is nobody else's to say."""
    return [tag for tag in form.tags if not tag.value]


def _given(body: Body, name: str) -> str:
    return (body.text(name) or "").strip()[:LONGEST]


def _language(request: Request, query: FormQuery) -> str:
    return i18n.choose_language((query.lang,), request.headers.get("accept-language", ""))


# ------------------------------------------------------------------ markup


def _page(
    form: Form, account: Account, language: str, written: Mapping[str, str], *, wrong: bool
) -> Response:
    context = {
        "form": form,
        "tags": asked_of(form),
        "written": written,
        "wrong": wrong,
        "branding": {"name": account.name, "logo": ""},
    }
    return _rendered("form.html", language, 400 if wrong else 200, **context)


def _rendered(template: str, language: str, status: int, **context: Any) -> Response:
    html = (
        _environment(language)
        .get_template(template)
        .render(
            language=language,
            direction=i18n.text_direction(language),
            languages=[(code, i18n.LANGUAGE_NAMES[code]) for code in i18n.available_languages()],
            accent_url=None,
            frame=None,
            chat=None,
            **context,
        )
    )
    return HTMLResponse(html, status, PAGE_HEADERS)


@cache
def _environment(language: str) -> Environment:
    own, shared = (
        PackageLoader("countersign.pages.forms"),
        PackageLoader("countersign.pages.signing"),
    )
    environment = Environment(
        loader=ChoiceLoader([own, shared]),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(  # type: ignore[attr-defined]
        i18n.translations(language), newstyle=True
    )
    environment.globals["asset_url"] = asset_url
    return environment


# ------------------------------------------------------------------ application


def build(ports: Ports, runtime: Runtime, begin: Mapping[str, Begin]) -> ASGIApp:
    """The application below `/f`."""
    page = FormPages(ports, begin)
    html = Success(type=bytes, media="text/html")
    offered = partial(Operation, query=FormQuery)
    return Dialect(
        About(title="Forms", version="1"),
        [
            offered("GET", "/f/{token}", page.show, html, public=True),
            offered("POST", "/f/{token}", page.fill_in, html, Urlencoded(limit=512 * KB)),
        ],
        authenticate=lambda request: visitor_of(request).ip,
        shape=_shape,
        expected=(DomainError,),
        runtime=runtime,
        rate_guard=RateGuard(
            runtime.rate_limit(SUBMISSIONS, WINDOW.total_seconds()),
            lambda _request, address: f"form {address}",
        ),
    ).app


def _shape(request: Request, problem: Exception) -> Response:
    language = i18n.choose_language((), request.headers.get("accept-language", ""))
    if isinstance(problem, Refusal) and problem.status != 404:
        return text_response(problem.why, problem.status, problem.headers)
    unknown = isinstance(problem, Refusal | NotFound)
    status = 404 if unknown else 503
    branding = {"name": "", "logo": ""}
    return _rendered("closed.html", language, status, unknown=unknown, branding=branding)
