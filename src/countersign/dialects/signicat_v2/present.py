"""Pure: views to the vendor's words."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from countersign.dialects.signicat_v2 import answers, schemas
from countersign.dialects.signicat_v2.translate import REQUEST, STATES, signature_type
from countersign.domain.envelope import Envelope
from countersign.domain.package import Package
from countersign.domain.stored_file import StoredFile
from countersign.domain.task import Task, TaskStatus
from countersign.usecases.archive import archived_id
from countersign.usecases.keep_results import result_id

NAMES = {status: state for state, status in STATES.items()}
FINAL = ("SIGNED", "REJECTED", "EXPIRED")
REFERENCES = "documents"  # what a collection was made of is kept under this name


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def document(file: StoredFile, sha256: str) -> answers.Document:
    digest = base64.b64encode(bytes.fromhex(sha256)).decode()
    return {
        "mimeType": file.media_type,
        "documentId": file.id,
        "createdAt": moment(file.created_at),
        "documentHash": {"hash": digest, "hashAlgorithm": "SHA256"},
    }


def metadata(file: StoredFile, sha256: str) -> answers.DocumentMetadata:
    words = {"filename": file.filename, "description": file.description, "title": file.title}
    given = {name: word for name, word in words.items() if word}
    return cast("answers.DocumentMetadata", {**document(file, sha256), **given})


def collection(envelope: Envelope, packages: Sequence[Package]) -> answers.Collection:
    own = [package for package in packages if package.task_id is None]
    return {
        "id": envelope.id,
        "documents": envelope.extras[REFERENCES],
        "packageTo": ["PADES_CONTAINER"] if envelope.settings.packaged else [],
        "output": {"packages": _packages(own)},
    }


def _packages(packages: Sequence[Package]) -> list[answers.Package]:
    """Those that are ready."""
    return [
        {
            "packageId": package.id,
            "packageType": "PADES_CONTAINER",
            "resultDocumentId": package.file_id,
        }
        for package in packages
        if package.file_id is not None
    ]


def state(task: Task, now: datetime) -> schemas.State:
    """A deadline that has passed counts at once, before it is recorded."""
    if task.status.pending and task.due_at is not None and task.due_at <= now:
        return "EXPIRED"
    return NAMES.get(task.status, "EXPIRED")


def session(
    task: Task, packages: Sequence[Package], now: datetime, link: Callable[[Task], str]
) -> answers.Session:
    asked: dict[str, Any] = dict(task.extras[REQUEST])
    own = [package for package in packages if package.task_id == task.id]
    stands = state(task, now)
    made: dict[str, Any] = {
        "id": task.id,
        **{name: value for name, value in asked.items() if value is not None},
        "lifecycle": {"state": stands, "stateIsFinal": stands in FINAL},
        "output": {"signatures": _signatures(task), "packages": _packages(own)},
    }
    if task.due_at is not None:
        made["dueDate"] = moment(task.due_at)
    if task.link_expires_at is not None:
        made["signatureUrlExpiresAt"] = moment(task.link_expires_at)
        if task.link_expires_at > now and stands not in FINAL:
            made["signatureUrl"] = link(task)
    return cast("answers.Session", made)


def _signatures(task: Task) -> list[answers.Signature]:
    if task.status is not TaskStatus.COMPLETED:
        return []
    return [
        _signature(task, document["documentCollectionId"], document["documentId"])
        for document in task.extras[REQUEST]["documents"]
        if document["action"] == "SIGN"
    ]


def _signature(task: Task, collection: str, document: str) -> answers.Signature:
    result = result_id(task.id, collection, document)
    signature: answers.Signature = {
        "originalDocumentId": document,
        "documentCollectionId": collection,
        "resultDocumentId": result,
        "signatureType": "XADES" if task.is_text else "PADES",
    }
    archive = task.extras[REQUEST].get("archive")
    if archive and archive.get("sendSignatureResultsToArchive"):
        signature["archiveId"] = archived_id(result)
    return signature


def merchant_signed(
    signed: Sequence[tuple[StoredFile, StoredFile]],
) -> list[answers.MerchantSigned]:
    """What was signed, each with its result."""
    return [
        cast(
            "answers.MerchantSigned",
            {
                "documentId": file.id,
                "documentResultId": result.id,
                "signatureType": signature_type(file),
            },
        )
        for file, result in signed
    ]
