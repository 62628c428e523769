"""The frame of the dashboard's pages: templates, language, headers. No I/O, no database."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from countersign.domain.rights import Right, may
from countersign.domain.short_id import short_form
from countersign.httpkit import page_headers
from countersign.languages import Catalogues, format_day, format_moment, text_direction
from countersign.pages.assets import asset_url

# English is in the templates; a catalogue beside them is all that a translation needs
TEXTS = Catalogues(Path(__file__).with_name("translations"))
HEADERS = {
    **page_headers(
        script_src="'self'", style_src="'self'", img_src="'self' data:", connect_src="'self'"
    ),
    # With "no-referrer" a browser would send no Origin with forms, by which we know our own
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


# The first that stands in what a browser says of itself; each says it is many others as well
BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome",
            "Safari/": "Safari"}  # fmt: skip
SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux")


def browser_name(user_agent: str) -> str:
    """Firefox on Linux; what is no browser is called as it calls itself."""
    name = next((name for mark, name in BROWSERS.items() if mark in user_agent), "")
    system = next((one for one in SYSTEMS if one in user_agent), "")
    return f"{name} on {system}" if name and system else user_agent


def language_of(request: Request) -> str:
    """The best language that has texts, by what the browser asks for."""
    return TEXTS.choose([], request.headers.get("accept-language", ""))


def words(request: Request) -> Callable[[str], str]:
    """Says a text in the reader's language."""
    return TEXTS.texts(language_of(request)).gettext


def page(
    request: Request,
    template: str,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **context: Any,
) -> Response:
    """A whole page; `context` is what its template shows, and `visit` whoever is signed in."""
    language = language_of(request)
    html = (
        environment(language)
        .get_template(template)
        .render(
            language=language,
            direction=text_direction(language),
            **{"visit": None, "menu": "", "error": "", "notice": "", **context},
        )
    )
    return HTMLResponse(html, status, {**HEADERS, **(headers or {})})


@cache
def environment(language: str) -> Environment:
    """Everything is escaped, whoever wrote it; a name that nobody gave is a mistake."""
    made = Environment(
        loader=ChoiceLoader(
            [
                PackageLoader("countersign.pages.dashboard"),
                PackageLoader("countersign.pages.verify"),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_translations(  # type: ignore[attr-defined]
        TEXTS.texts(language), newstyle=True
    )
    made.globals["asset_url"] = asset_url
    made.tests["may"] = lambda member, right: may(member, Right(right))
    made.filters["browser"] = browser_name
    made.filters["short"] = short_form
    made.filters["day"] = lambda moment: format_day(moment, language) if moment else ""
    made.filters["moment"] = lambda moment: format_moment(moment, language) if moment else ""
    return made
