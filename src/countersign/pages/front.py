"""The bare address: says that this is Countersign, and where to go on."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from countersign.httpkit import page_headers, plain_failure

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Countersign</title></head>
<body><h1>Countersign is running</h1><ul>{links}</ul></body></html>
"""


def build(links: Mapping[str, str]) -> Starlette:
    """`/` with `links` (text to path); everything that nobody else answers is not found."""
    items = (f'<li><a href="{escape(to)}">{escape(text)}</a></li>' for text, to in links.items())
    page = PAGE.format(links="".join(items))

    async def show(_request: Request) -> Response:
        return HTMLResponse(page, headers=page_headers())

    return Starlette(routes=[Route("/", show)], exception_handlers={HTTPException: plain_failure})
