"""Files behind links that expire: whoever has the link may have the file, until then."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from countersign.domain.document import Document
from countersign.domain.errors import Gone, NotFound
from countersign.httpkit import (
    About,
    Dialect,
    FileResponse,
    Operation,
    Refusal,
    Runtime,
    Success,
    text_response,
)
from countersign.usecases.outside_ports import FileDownload
from countersign.usecases.ports import Ports
from countersign.usecases.stored_content import StoredContent
from countersign.usecases.stored_files import linked_file
from countersign.usecases.views import downloaded

PDF = "application/pdf"
# A browser may keep the file but has to ask each time, so that the link's expiry counts
HEADERS = {
    "cache-control": "private, no-cache",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
}
EXPIRED = "This download link has expired. Please ask for a new one where you got it."
UNKNOWN = "There is no file behind this link. Please check that it was copied completely."


def build(ports: Ports, runtime: Runtime) -> ASGIApp:
    """The application below `/d`."""

    def download(token: str) -> Response:
        """The document's bytes as they were when the link was made, or a stored file."""
        found = ports.links.downloadable(token, ports.clock())
        if isinstance(found, FileDownload):
            file = linked_file(found, ports)
            content = StoredContent(file.parts, ports.files)
            return FileResponse(content, file.media_type, file.name, headers=HEADERS)
        document = downloaded(found, ports)
        content = StoredContent(document.parts, ports.files)
        return FileResponse(content, document.media_type, file_name(document), headers=HEADERS)

    operation = Operation(
        "GET", "/d/{token}", download, Success(type=bytes, media=PDF), public=True
    )
    return Dialect(
        About(title="Downloads", version="1"),
        [operation],
        authenticate=lambda _request: None,
        shape=_shape,
        expected=(NotFound, Gone),
        runtime=runtime,
    ).app


def file_name(document: Document) -> str:
    """The document's name, with the ending that its type has."""
    if document.media_type == PDF and not document.name.lower().endswith(".pdf"):
        return f"{document.name.removesuffix('.docx')}.pdf"
    return document.name


def _shape(_request: Request, problem: Exception) -> Response:
    if isinstance(problem, Gone):
        return text_response(EXPIRED, 403)
    if isinstance(problem, Refusal) and problem.status != 404:
        return text_response(problem.why, problem.status, problem.headers)
    return text_response(UNKNOWN, 404)
