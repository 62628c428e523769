"""What a signer does besides signing: brings a file, has read a document, hands the task on."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.errors import Invalid, UnusableFile
from countersign.httpkit import Form, RateLimit
from countersign.pages.signing.schemas import ForwardInput, Left
from countersign.pages.signing.state import shown_document
from countersign.pages.visitors import visitor_of
from countersign.usecases.forward_task import ForwardTask, forward_task
from countersign.usecases.ports import Ports
from countersign.usecases.upload_document import UploadDocument, upload_document
from countersign.usecases.view_document import view_document

UPLOADS, AN_HOUR = 60, 3600  # each is kept, and looked into
LONGEST_NAME = 255  # characters


class Acts:
    """Handlers over the ports. `uploads` limits how often one task may bring a file."""

    def __init__(self, ports: Ports, uploads: RateLimit) -> None:
        self._ports, self._uploads = ports, uploads

    def upload(self, token: str, document_id: str, request: Request, body: Form) -> dict[str, Any]:
        """Brings the file of a document that waits for one: a PDF, or a picture (PNG, JPEG, WebP),
        which becomes a page. May be sent again until the task is completed. Answers with the
        document as in `state`; of a file that can't be used `fields.file` says why: empty,
        not_image (neither PDF nor picture), broken, encrypted, no_pages, too_many_pages, …"""
        task_id = self._ports.links.task_id(token)
        self._uploads.check(f"upload {task_id}")
        files = body.uploads("file")
        if len(files) != 1:
            raise Invalid("one file is needed", {"file": "missing"})
        command = UploadDocument(
            task_id=task_id,
            document_id=document_id,
            staged=files[0],
            name=files[0].filename[:LONGEST_NAME],
            media_type=files[0].content_type[:LONGEST_NAME],
            visitor=visitor_of(request),
        )
        try:
            envelope = upload_document(command, self._ports)
        except UnusableFile as problem:
            raise Invalid(problem.message, {"file": problem.code}) from None
        task = envelope.task(task_id)
        action = str(task.actions[document_id])
        return shown_document(envelope.document(document_id), action, task)

    def viewed(self, token: str, document_id: str, request: Request) -> Response:
        """The document was looked at to its end; needed where `to_view` says so."""
        task_id = self._ports.links.task_id(token)
        view_document(task_id, document_id, visitor_of(request), self._ports)
        return Response(status_code=204)

    def forward(self, token: str, request: Request, body: ForwardInput) -> Left:
        """Hands the task to somebody else, who is mailed a link; this one ends. `own_name` and
        `own_email` count where the sender did not say whom he wrote to."""
        task_id = self._ports.links.task_id(token)
        command = ForwardTask(task_id=task_id, visitor=visitor_of(request), **body.model_dump())
        forward_task(command, self._ports)
        return Left(status="forwarded")
