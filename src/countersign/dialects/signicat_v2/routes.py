"""Parse → one use case → present."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from countersign import httpkit
from countersign.dialects import repeatable_of, visitor_of
from countersign.dialects.signicat_v2 import answers, present, schemas
from countersign.dialects.signicat_v2.errors import Rejected
from countersign.dialects.signicat_v2.translate import (
    ORIGIN,
    Offered,
    refuse_other_types,
    to_add_tasks,
    to_query,
    wrong_due_date,
)
from countersign.domain.account import Caller
from countersign.domain.document import FileRef
from countersign.domain.package import Package
from countersign.domain.task import Task
from countersign.usecases import collections as gathered
from countersign.usecases import stored_files
from countersign.usecases.add_signing_service import list_signing_services
from countersign.usecases.add_tasks import add_tasks
from countersign.usecases.archive import read_archived
from countersign.usecases.change_tasks import change_due, list_tasks, read_task, remove_task
from countersign.usecases.gather_documents import GatherDocuments, gather_documents
from countersign.usecases.ports import Ports
from countersign.usecases.repeat_answer import answer_once
from countersign.usecases.sign_stored import SignStored, sign_stored
from countersign.usecases.stored_content import StoredContent

Key = httpkit.Idempotency | None


class SignicatV2:
    """Handlers over the ports."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    # -------------------------------------------------------------- documents

    def upload_document(
        self, caller: Caller, body: httpkit.Upload, idempotency: Key
    ) -> answers.Document:
        """Upload a document. Its Content-Type says what it is."""
        command = stored_files.StoreFile(
            caller=caller,
            staged=body,
            media_type=body.content_type.partition(";")[0].strip().lower(),
            repeatable=repeatable_of(caller, idempotency),
        )
        file = stored_files.store_file(command, self._ports)
        return present.document(file, file.sha256)

    def read_document(self, caller: Caller, documentId: str) -> Response:
        """Download a document as it is, or a result."""
        file = stored_files.read_stored_file(documentId, caller, self._ports)
        return self._file(file.parts, file.media_type, file.filename or file.id)

    def delete_document(self, caller: Caller, documentId: str) -> None:
        """Delete a document and what is known of it."""
        stored_files.remove_stored_file(documentId, caller, self._ports)

    def read_metadata(self, caller: Caller, documentId: str) -> answers.DocumentMetadata:
        """Read what is known of a document."""
        file = stored_files.read_stored_file(documentId, caller, self._ports)
        return present.metadata(file, stored_files.sha256_of(file, self._ports))

    def change_metadata(
        self, caller: Caller, documentId: str, body: schemas.Metadata
    ) -> answers.DocumentMetadata:
        """Say more of a document. What is left out stays as it is."""
        file = stored_files.describe_stored_file(documentId, body, caller, self._ports)
        return present.metadata(file, stored_files.sha256_of(file, self._ports))

    # -------------------------------------------------------------- collections

    def create_collection(
        self, caller: Caller, request: Request, body: schemas.NewCollection, idempotency: Key
    ) -> answers.Collection:
        """Put documents together that belong together."""
        command = GatherDocuments(
            caller=caller,
            origin=ORIGIN,
            files=tuple(document.documentId for document in body.documents),
            packaged=bool(body.packageTo),
            sender=visitor_of(request),
            extras={
                present.REFERENCES: [
                    document.model_dump(exclude_none=True) for document in body.documents
                ]
            },
            repeatable=repeatable_of(caller, idempotency),
        )
        return present.collection(gather_documents(command, self._ports), [])

    def read_collection(self, caller: Caller, documentCollectionId: str) -> answers.Collection:
        """Read a document collection, with its package once there is one."""
        found = gathered.read_collection(documentCollectionId, caller, ORIGIN, self._ports)
        return present.collection(*found)

    def delete_collection(self, caller: Caller, documentCollectionId: str) -> None:
        """Delete a document collection that nobody is to sign any more."""
        gathered.remove_collection(documentCollectionId, caller, ORIGIN, self._ports)

    # -------------------------------------------------------------- sessions

    def create_sessions(
        self, caller: Caller, body: list[schemas.NewSession], idempotency: Key
    ) -> Response:
        """Ask people to sign: all of the sessions are made, or none."""
        ports, repeatable = self._ports, repeatable_of(caller, idempotency)

        def make() -> bytes:
            offered = self._offered(caller.account.id)
            command = to_add_tasks(body, caller, offered, ports.clock(), repeatable)
            made = [self._session(task, []) for task in add_tasks(command, ports)]
            return bytes(httpkit.json_response(made).body)

        answer = answer_once(repeatable, ports, make)
        return Response(answer, 201, media_type="application/json")

    def _offered(self, account_id: str) -> Offered:
        services = list_signing_services(account_id, self._ports)
        vendors = {service.name: service.method for service in services}
        return Offered(self._ports.identity.of_account(account_id).methods, vendors)

    def list_sessions(self, caller: Caller, query: schemas.SessionQuery) -> answers.SessionPage:
        """List signing sessions."""
        asked = to_query(query, caller.account.id)
        tasks, packages, total = list_tasks(asked, self._ports)
        return {
            "limit": query.limit,
            "offset": query.offset,
            "count": len(tasks),
            "total": total,
            "data": [self._session(task, packages) for task in tasks],
        }

    def read_session(self, caller: Caller, sessionId: str) -> answers.Session:
        """Read a signing session, with its results."""
        return self._session(*read_task(sessionId, caller, ORIGIN, self._ports))

    def change_session(self, caller: Caller, sessionId: str, body: schemas.SessionChange) -> None:
        """Give a signing session another due date."""
        if reason := wrong_due_date(body.dueDate, self._ports.clock()):
            raise Rejected({"dueDate": reason})
        change_due(sessionId, body.dueDate, caller, ORIGIN, self._ports)

    def delete_session(self, caller: Caller, sessionId: str) -> None:
        """Delete a signing session. What was signed in it stays."""
        remove_task(sessionId, caller, ORIGIN, self._ports)

    # -------------------------------------------------------------- merchant

    def sign_as_merchant(
        self, caller: Caller, body: schemas.MerchantSigning, idempotency: Key
    ) -> Response:
        """Sign documents with the account's own certificate. The results are there at once."""
        command = SignStored(
            caller=caller,
            vendor=body.vendor,
            files=tuple(one.documentId for one in body.toBeSignedDocuments),
        )

        def make() -> bytes:
            wanted = [one.signatureType for one in body.toBeSignedDocuments]
            check = partial(refuse_other_types, wanted)
            signed = sign_stored(command, self._ports, check)
            return bytes(httpkit.json_response(present.merchant_signed(signed)).body)

        answer = answer_once(repeatable_of(caller, idempotency), self._ports, make)
        return Response(answer, media_type="application/json")

    # -------------------------------------------------------------- archive

    def read_archived(self, caller: Caller, archiveId: str) -> Response:
        """Download a result from the archive, as long as it is kept."""
        file = read_archived(archiveId, caller, self._ports)
        return self._file(file.parts, file.media_type, file.filename or file.id)

    # -------------------------------------------------------------- shared

    def _file(self, parts: Sequence[FileRef], media_type: str, name: str) -> Response:
        content = StoredContent(parts, self._ports.files)
        return httpkit.FileResponse(content, media_type, name, headers=NO_SNIFFING)

    def _session(self, task: Task, packages: Sequence[Package]) -> answers.Session:
        return present.session(task, packages, self._ports.clock(), self._ports.links.signing)


NO_SNIFFING = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
