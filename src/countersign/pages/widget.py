"""The files that put the signing page into a page of somebody else's: docs/widget.md."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from countersign.httpkit import FileContent, FileResponse, plain_failure, text_response
from countersign.pages.assets import DIST

PREFIX = "/widget"
MEDIA_TYPES = {"js": "text/javascript", "css": "text/css"}
# Under the names that pages written for the vendor's own server load, too
FILES: Mapping[str, str] = {
    name: f"widget.{ending}"
    for ending in MEDIA_TYPES
    for name in (f"widget.{ending}", f"signeum-widget.{ending}")
}
HEADERS = {
    # A module script is loaded by CORS. These files are the same for everybody and hold no secret
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    # Embedding pages know no stamp, so a browser asks again after a few minutes
    "cache-control": "public, max-age=300",
}


def build() -> Starlette:
    """The application below `/widget`."""
    return Starlette(
        routes=[Route(PREFIX + "/{name}", _serve)],
        exception_handlers={HTTPException: plain_failure},
    )


async def _serve(request: Request) -> Response:
    name = FILES.get(request.path_params["name"])
    if name is None:
        return text_response("Not Found", 404)
    path = DIST / name
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return FileResponse(FileContent(path, digest), MEDIA_TYPES[path.suffix[1:]], headers=HEADERS)
