"""The widget at work: the signing page of any link inside another page, and what that page hears.

It stands on the server's own origin, which a sandbox lets embed everything; elsewhere the project
has to allow the origin first.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Annotated

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from countersign.httpkit import csp_hash, page_headers

_LINK = re.compile(r"(?:.*/s/)?([\w-]+)(?:\?.*)?")


class DemoQuery(BaseModel):
    """`token` is a signing link or its last part."""

    token: Annotated[str, Field(max_length=600)] = ""
    language: Annotated[str, Field(max_length=35)] = ""


def show_widget(request: Request, query: DemoQuery) -> Response:
    """A page with a signing page inside."""
    css, script = _source("widget_demo.css"), _source("widget_demo.js")
    page = _templates().get_template("widget_demo.html")
    html = page.render(
        token=_token(query.token),
        language=query.language,
        server=str(request.base_url).rstrip("/"),
        css=Markup(css),
        script=Markup(script),
    )
    headers = page_headers(
        script_src=f"'self' {csp_hash(script)}",
        style_src=f"'self' {csp_hash(css)}",
        frame_src="'self'",
        img_src="data:",
        connect_src="'self'",
    )
    return HTMLResponse(html, headers={**headers, "cache-control": "no-store"})


def _token(text: str) -> str:
    found = _LINK.fullmatch(text.strip())
    return found[1] if found else ""


@cache
def _source(name: str) -> str:
    return (files(__package__) / "templates" / name).read_text("utf-8")


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("countersign.pages.sandbox"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
