"""Parse → one use case → present."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from countersign import httpkit
from countersign.dialects import repeatable_of, visitor_of
from countersign.dialects.signicat_v1 import answers, present, schemas
from countersign.dialects.signicat_v1.ids import PATTERN, new_id, order_id, read_id, written_id
from countersign.dialects.signicat_v1.making import make_order
from countersign.dialects.signicat_v1.translate import ORIGIN, Asked
from countersign.domain.account import Caller
from countersign.domain.archive import ArchivedFile
from countersign.domain.document import Document
from countersign.domain.envelope import Envelope
from countersign.domain.erasing import RETENTION, Deletion
from countersign.domain.errors import NotFound
from countersign.domain.package import Package
from countersign.domain.task import Task
from countersign.usecases import read_sent as sent
from countersign.usecases import stored_files
from countersign.usecases.archive import read_archived, remove_archived
from countersign.usecases.erase_envelope import erase_sent, read_deletion
from countersign.usecases.fill_form import form_output, generated_form, has_generated_form
from countersign.usecases.keep_results import SIGNED_TEXT
from countersign.usecases.ports import Ports
from countersign.usecases.repeat_answer import answer_once
from countersign.usecases.send_stored import package_id, task_id
from countersign.usecases.stored_content import StoredContent

BASE = "/enterprise/sign"
SESSION_LIFETIME = timedelta(minutes=30)
# Of a text that was signed: the vendor's name for a signed data object
SIGNED_DATA_OBJECT = "application/x-ltv-sdo"
ENDINGS = {"application/pdf": ".pdf", "text/plain": ".txt", SIGNED_DATA_OBJECT: ".xml"}
NO_SNIFFING = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
Key = httpkit.Idempotency | None


class SignicatV1:
    """Handlers over the ports."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    # -------------------------------------------------------------- documents

    def upload_document(
        self, caller: Caller, body: httpkit.Upload, idempotency: Key
    ) -> httpkit.Answer:
        """Upload a document. It is gone after 30 minutes unless an order has used it."""
        command = stored_files.StoreFile(
            caller=caller,
            staged=body,
            media_type=body.content_type.partition(";")[0].strip().lower(),
            repeatable=repeatable_of(caller, idempotency),
            id=new_id(self._ports.clock()),
            lifetime=SESSION_LIFETIME,
        )
        file = stored_files.store_file(command, self._ports)
        headers = {"Location": self._ports.links.public(f"{BASE}/documents/{file.id}")}
        return httpkit.Answer({"documentId": file.id}, headers=headers)

    def read_document(self, caller: Caller, documentId: str) -> Response:
        """Download an upload, byte by byte as it came."""
        file = stored_files.read_stored_file(_upload_id(documentId), caller, self._ports)
        return self._file(sent.Content(file.parts, file.media_type, file.id))

    def delete_document(self, caller: Caller, documentId: str) -> None:
        """Delete an upload. Orders that use it keep their copies."""
        stored_files.drop_stored_file(_upload_id(documentId), caller, self._ports)

    # -------------------------------------------------------------- orders

    def create_order(
        self, caller: Caller, request: Request, body: schemas.SigningOrder, idempotency: Key
    ) -> Response:
        """Create a signing order: all of its tasks are made, or none."""
        ports, repeatable = self._ports, repeatable_of(caller, idempotency)

        def make() -> bytes:
            asked = Asked(
                caller=caller,
                sender=visitor_of(request),
                now=ports.clock(),
                repeatable=repeatable,
            )
            envelope = make_order(body, asked, ports)
            made = present.order(envelope, ports.links.signing)
            if artifact := sent.tickets_for(envelope, ports):
                made["artifact"] = artifact
            return bytes(httpkit.json_response(made).body)

        answer = answer_once(repeatable, ports, make)
        return Response(answer, 201, media_type="application/json")

    def read_order(self, caller: Caller, orderId: str) -> answers.Order:
        """Read a signing order."""
        return present.order(self._order(orderId, caller), self._ports.links.signing)

    def delete_order(self, caller: Caller, orderId: str) -> None:
        """Delete a signing order with its tasks and all that is not archived, at once and for
        good."""
        erase_sent(self._order(orderId, caller).id, caller, ORIGIN, self._ports)

    # -------------------------------------------------------------- archive

    def read_archived(self, caller: Caller, archiveId: str) -> Response:
        """Download a document from the archive."""
        file = self._archived(archiveId, caller)
        name = file.filename or archiveId
        return self._file(sent.Content(file.parts, _shown_type(file.media_type), name))

    def delete_archived(self, caller: Caller, archiveId: str) -> None:
        """Delete a document from the archive."""
        remove_archived(self._archived(archiveId, caller).id, caller, self._ports)

    def _archived(self, id: str, caller: Caller) -> ArchivedFile:
        file = read_archived(read_id(id), caller, self._ports)
        if written_id(file.id, file.archived_at) != id:
            raise NotFound("archived document", id)
        return file

    # -------------------------------------------------------------- tasks

    def read_task_status(self, caller: Caller, orderId: str, taskId: str) -> answers.TaskStatus:
        """Read how a task stands, and where its documents are."""
        if deletion := self._erased_in_time(orderId, taskId, caller):
            return present.erased_status(deletion, taskId)
        envelope, task = self._task(orderId, taskId, caller)
        forms = self._forms(envelope, task)
        return present.task_status(envelope, task, forms, self._view(envelope))

    def list_task_events(self, caller: Caller, orderId: str, taskId: str) -> list[answers.Event]:
        """List what happened to a task, oldest first."""
        envelope, task = self._task(orderId, taskId, caller)
        story = sent.read_story(envelope.id, caller, ORIGIN, self._ports)
        return present.events(envelope, task, story)

    def list_task_forwards(
        self, caller: Caller, orderId: str, taskId: str
    ) -> list[answers.Forward]:
        """List the people to whom a task was forwarded."""
        return present.forwards(*self._task(orderId, taskId, caller))

    def read_original(self, caller: Caller, orderId: str, taskId: str, documentId: str) -> Response:
        """Download a document of a task as it was uploaded."""
        envelope, task = self._task(orderId, taskId, caller)
        return self._file(sent.original_content(_document(envelope, task, documentId)))

    def read_generated(
        self, caller: Caller, orderId: str, taskId: str, documentId: str
    ) -> Response:
        """Download the document that was made from a filled-in form."""
        envelope, task = self._task(orderId, taskId, caller)
        document = _document(envelope, task, documentId)
        filled = generated_form(envelope, document.id, self._ports)
        return self._file(sent.Content((filled,), document.media_type, document.name))

    def read_result(self, caller: Caller, orderId: str, taskId: str, documentId: str) -> Response:
        """Download a document as this task's signature has left it."""
        envelope, task = self._task(orderId, taskId, caller)
        document = _document(envelope, task, documentId)
        content = sent.result_content(document, envelope.in_place_of(task))
        return self._file(replace(content, media_type=_shown_type(content.media_type)))

    # -------------------------------------------------------------- packages

    def read_packaging_status(
        self, caller: Caller, orderId: str, packagingTaskId: str
    ) -> answers.PackagingTaskStatus:
        """Read how a packaging task stands."""
        envelope = self._order(orderId, caller)
        package = self._package(envelope, packagingTaskId, caller)
        return present.packaging_status(envelope, package, self._view(envelope))

    def read_packaging_result(self, caller: Caller, orderId: str, packagingTaskId: str) -> Response:
        """Download the packaged file, once it is there."""
        package = self._package(self._order(orderId, caller), packagingTaskId, caller)
        return self._file(sent.package_content(package, caller, self._ports))

    # -------------------------------------------------------------- shared

    def _order(self, id: str, caller: Caller) -> Envelope:
        """Raises NotFound, also when the day in the id is not its own."""
        envelope = sent.read_sent(read_id(id), caller, ORIGIN, self._ports)
        if order_id(envelope) != id:
            raise NotFound("order", id)
        return envelope

    def _task(self, order: str, id: str, caller: Caller) -> tuple[Envelope, Task]:
        """By the order's own id of it, or the one that forwarding gave it. Raises NotFound."""
        envelope = self._order(order, caller)
        for task in envelope.tasks:
            if present.key_of(task) == id:
                return envelope, task
        raise NotFound("task", id)

    def _erased_in_time(self, order: str, id: str, caller: Caller) -> Deletion | None:
        """An order that nobody deleted, but whose time was over, tells so of its tasks."""
        envelope_id = read_id(order)
        try:
            deletion = read_deletion(envelope_id, caller, ORIGIN, self._ports)
        except NotFound:
            return None
        is_known = task_id(envelope_id, id) in deletion.tasks or id in deletion.tasks
        is_its_own = written_id(envelope_id, deletion.created_at) == order
        return deletion if deletion.by == RETENTION and is_known and is_its_own else None

    def _forms(self, envelope: Envelope, task: Task) -> dict[str, present.Form]:
        """By the task's ids of documents."""
        return {
            id: present.Form(
                form_output(envelope, document.id, self._ports),
                has_generated_form(envelope, document.id),
            )
            for id, document in present.documents_of(envelope, task).items()
        }

    def _package(self, envelope: Envelope, key: str, caller: Caller) -> Package:
        id = package_id(envelope.id, key)
        return sent.read_package(envelope.id, id, caller, ORIGIN, self._ports)

    def _view(self, envelope: Envelope) -> present.View:
        return present.View(envelope, BASE, self._ports.links.public, self._ports.clock())

    def _file(self, content: sent.Content) -> Response:
        stored, name = StoredContent(content.parts, self._ports.files), _file_name(content)
        return httpkit.FileResponse(stored, content.media_type, name, headers=NO_SNIFFING)


def _shown_type(media_type: str) -> str:
    return SIGNED_DATA_OBJECT if media_type == SIGNED_TEXT else media_type


def _file_name(content: sent.Content) -> str:
    """Documents are described, not named: whoever saves one needs the ending of its type."""
    ending = ENDINGS.get(content.media_type, "")
    return content.name if content.name.lower().endswith(ending) else f"{content.name}{ending}"


def _upload_id(id: str) -> str:
    """Files of other APIs have ids of another form. Raises NotFound."""
    if PATTERN.fullmatch(id) is None:
        raise NotFound("document", id)
    return id


def _document(envelope: Envelope, task: Task, id: str) -> Document:
    """What a task calls so. Raises NotFound."""
    documents = present.documents_of(envelope, task)
    if id not in documents:
        raise NotFound("document", id)
    return documents[id]
