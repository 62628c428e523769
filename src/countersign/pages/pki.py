"""What validators fetch: the local authority's certificates and revocation lists (RFC 5280)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from countersign.httpkit import plain_failure, text_response

# RFC 2585, 4
MEDIA_TYPES = {".crl": "application/pkix-crl", ".cer": "application/pkix-cert"}
HEADERS = {"cache-control": "public, max-age=300", "x-content-type-options": "nosniff"}

Published = Mapping[str, Callable[[], bytes]]


def build(published: Published) -> Starlette:
    """The application below `/pki`. `published` maps a file name ("issuing.crl", "root.cer") to
    what makes its DER bytes now."""

    async def serve(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in published:
            return text_response("Not Found", 404)
        content = await run_in_threadpool(published[name])
        return Response(content, 200, HEADERS, MEDIA_TYPES[PurePosixPath(name).suffix])

    return Starlette(
        routes=[Route("/pki/{name}", serve)], exception_handlers={HTTPException: plain_failure}
    )
