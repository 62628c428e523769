"""Scripts, styles and fonts of the pages, and the senders' colours as stylesheets."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from countersign.httpkit import plain_failure, text_response
from countersign.pages.accent import accent_stylesheet
from countersign.pages.assets import DIST, STATIC_PREFIX

COMPRESSED = Middleware(GZipMiddleware, compresslevel=6)
FOR_EVER = {"cache-control": "public, max-age=31536000, immutable"}


class _Stamped(StaticFiles):
    """Addresses carry a stamp of the content (`assets.asset_url`), so they never change."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(FOR_EVER)
        return response


def build() -> Starlette:
    """The application below /static."""
    accent = Route(STATIC_PREFIX + "/accent/{name}.css", _accent)
    files = Mount(STATIC_PREFIX, _Stamped(directory=DIST, check_dir=False))
    return Starlette(
        routes=[accent, files],
        middleware=[COMPRESSED],
        exception_handlers={HTTPException: plain_failure},
    )


async def _accent(request: Request) -> Response:
    css = accent_stylesheet(request.path_params["name"])
    if css is None:
        return text_response("Not Found", 404)
    return Response(css, media_type="text/css", headers=FOR_EVER)
