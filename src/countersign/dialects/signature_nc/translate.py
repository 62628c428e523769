"""Wire → command and envelope → view, both pure."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from countersign.dialects.signature_nc import schemas
from countersign.dialects.signature_nc.checks import Asked, check_places
from countersign.dialects.signature_nc.errors import Rejected
from countersign.domain.account import Account, Caller, Credential
from countersign.domain.delivery import WebhookEndpoint
from countersign.domain.document import Document, PageSize
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.evidence import timestamp
from countersign.domain.task import Action, Area, FieldKind, Person, Task, TaskStatus, Visitor
from countersign.usecases.create_credential import NewCredential
from countersign.usecases.ports import EnvelopeQuery
from countersign.usecases.receive_file import InspectedFile
from countersign.usecases.send_envelope import NewField, NewTask

SLACK = 1.0  # points that a box may stick out of its page, for other people's rounding


# ------------------------------------------------------------------ what is asked → tasks


def to_tasks(asked: Asked, files: Sequence[InspectedFile], y_origin: str) -> tuple[NewTask, ...]:
    """Puts every field on its page: points become fractions of the page, from the top left. Raises
    Rejected for an unknown document or page and for a box outside its page."""
    check_places(asked, {each.name: each.pages for each in files})
    index = {each.name: number for number, each in enumerate(files)}
    return tuple(
        _task(n, signer, index, files, y_origin) for n, signer in enumerate(asked.signers, 1)
    )


def _task(
    n: int,
    signer: schemas.Signer,
    index: Mapping[str, int],
    files: Sequence[InspectedFile],
    y_origin: str,
) -> NewTask:
    who = signer.email or f"{signer.firstname} {signer.lastname}"
    fields = []
    for m, field in enumerate(signer.fields, 1):
        document = index[field.document]
        area = to_area(field.area, files[document].pages[field.area.page], y_origin)
        if area is None:
            raise Rejected(f"Signer {n} ({who}), Field {m}: Area is outside the page")
        fields.append(_new_field(field, document, area))
    signs = {field.document for field in fields}
    return NewTask(
        person=Person(
            name=f"{signer.firstname.strip()} {signer.lastname.strip()}", email=signer.email
        ),
        actions={
            number: Action.SIGN if number in signs else Action.VIEW for number in range(len(files))
        },
        fields=tuple(fields),
        extras={"firstname": signer.firstname, "lastname": signer.lastname},
    )


def _new_field(field: schemas.SignerField, document: int, area: Area) -> NewField:
    kind = FieldKind(field.type)
    # An empty box is an answer, too; the vendor knows no optional fields
    required = kind is not FieldKind.CHECKBOX
    return NewField(document=document, kind=kind, name=field.name, area=area, required=required)


def to_area(area: schemas.Area, page: PageSize, y_origin: str) -> Area | None:
    """None when the box sticks out of the page by more than `SLACK` points. `y_origin` "bottom"
    means that `y` is the box's lower edge, counted upwards."""
    top = area.y if y_origin == "top" else page.height - area.y - area.h
    left, right = max(0.0, area.x), min(page.width, area.x + area.w)
    upper, lower = max(0.0, top), min(page.height, top + area.h)
    cut = (left - area.x, area.x + area.w - right, upper - top, top + area.h - lower)
    if max(cut) > SLACK or right <= left or lower <= upper:
        return None
    return Area(
        page=area.page,
        x=left / page.width,
        y=upper / page.height,
        w=(right - left) / page.width,
        h=(lower - upper) / page.height,
    )


def created_by(account: Account) -> dict[str, str]:
    """An account has one name; its first word stands for the first name."""
    first, _, rest = account.name.strip().partition(" ")
    return {"firstname": first, "lastname": rest.strip(), "email": account.email}


# ------------------------------------------------------------------ envelope → what we answer


@dataclass(frozen=True, slots=True)
class Addresses:
    """How this dialect's answers reach people and files."""

    signing: Callable[[Task], str]
    download: Callable[[Envelope, Document], str]


def submission(envelope: Envelope, addresses: Addresses) -> schemas.Submission:
    return schemas.Submission(**_submission(envelope, addresses))


def submission_detail(envelope: Envelope, addresses: Addresses) -> schemas.SubmissionDetail:
    archived = envelope.status is EnvelopeStatus.CANCELLED
    audit = envelope.audit
    return schemas.SubmissionDetail(
        **_submission(envelope, addresses),
        senderInformation=_device(envelope.sender),
        auditDocument=file(envelope, audit, addresses) if audit else None,
        archivedAt=timestamp(envelope.updated_at) if archived else None,
    )


def _submission(envelope: Envelope, addresses: Addresses) -> dict[str, Any]:
    template = schemas.Template(
        name=envelope.name,
        uuid=str(uuid5(NAMESPACE_URL, f"template of {envelope.id}")),
        createdAt=timestamp(envelope.created_at),
        updatedAt=timestamp(envelope.created_at),
    )
    return {
        **_head(envelope),
        "template": template,
        "submitters": submitters(envelope, envelope.people, addresses),
        "createdBy": schemas.CreatedBy(**envelope.extras["createdBy"]),
    }


def summary(envelope: Envelope) -> schemas.SubmissionSummary:
    return schemas.SubmissionSummary(**_head(envelope))


def _head(envelope: Envelope) -> dict[str, str]:
    return {
        "name": envelope.name,
        "uuid": envelope.id,
        "createdAt": timestamp(envelope.created_at),
        "updatedAt": timestamp(envelope.updated_at),
    }


def submitters(
    envelope: Envelope, tasks: Sequence[Task], addresses: Addresses
) -> list[schemas.Submitter]:
    """The signers; everybody who has signed gets all documents as they are now."""
    signed = any(task.act for task in tasks)
    documents = files(envelope, envelope.documents, addresses) if signed else []
    return [_submitter(envelope, task, documents, addresses) for task in tasks]


def _submitter(
    envelope: Envelope, task: Task, documents: list[schemas.File], addresses: Addresses
) -> schemas.Submitter:
    query = "?skipIntro=true" if envelope.settings.skip_intro else ""
    return schemas.Submitter(
        email=task.person.email,
        firstname=task.extras["firstname"],
        lastname=task.extras["lastname"],
        uuid=task.id,
        signatureLink=addresses.signing(task) + query,
        status=status(task),
        signedDocuments=documents if task.act else None,
        signerInformation=_device(task.act.visitor) if task.act else None,
        completedAt=_timestamp(task.completed_at),
    )


def status(task: Task) -> schemas.SignerStatus:
    """Never goes back: who has opened a link stays `opened` when the submission is archived."""
    if task.status is TaskStatus.COMPLETED:
        return "completed"
    if task.status is TaskStatus.DECLINED:
        return "refused"
    if task.opened_at is not None:
        return "opened"
    return "initiated" if task.status is TaskStatus.BLOCKED else "sent"


def files(
    envelope: Envelope, documents: Sequence[Document], addresses: Addresses
) -> list[schemas.File]:
    return [file(envelope, document, addresses) for document in documents]


def file(envelope: Envelope, document: Document, addresses: Addresses) -> schemas.File:
    return schemas.File(
        name=document.name,
        ext=".pdf",
        mime="application/pdf",
        url=addresses.download(envelope, document),
    )


def number(id: str) -> str:
    """A whole number below 2**52 that always stands for `id`, as text: this vendor's programs know
    such ids from webhooks, and JavaScript can hold it."""
    return str(int(hashlib.sha256(id.encode()).hexdigest()[:13], 16))


def _device(visitor: Visitor) -> schemas.Device:
    return schemas.Device(ipAddress=visitor.ip, userAgent=visitor.user_agent, locale=visitor.locale)


def _timestamp(at: datetime | None) -> str | None:
    return timestamp(at) if at else None


# ------------------------------------------------------------------ lists


LISTED = tuple(
    each
    for each in EnvelopeStatus
    if each not in (EnvelopeStatus.CANCELLED, EnvelopeStatus.DELETED)
)
# What a signer's status asks for: states of the task, and whether it was opened
ASKED_FOR: Mapping[schemas.SignerStatus | None, tuple[tuple[TaskStatus, ...], bool | None]] = {
    None: ((), None),
    "initiated": ((TaskStatus.BLOCKED,), False),
    "sent": ((TaskStatus.READY,), False),
    "opened": ((TaskStatus.READY,), True),
    "completed": ((TaskStatus.COMPLETED,), None),
    "refused": ((TaskStatus.DECLINED,), None),
}


def listing(caller: Caller, api: str, query: schemas.ListQuery) -> EnvelopeQuery:
    """Archived submissions are not listed."""
    task_statuses, opened = ASKED_FOR[query.status]
    return EnvelopeQuery(
        account_id=caller.account.id,
        origin=api,
        environment=caller.environment,
        statuses=LISTED,
        task_statuses=task_statuses,
        opened=opened,
        name=query.name,
        offset=(query.page - 1) * query.pageSize,
        limit=query.pageSize,
    )


def list_meta(query: schemas.ListQuery, total: int) -> schemas.ListMeta:
    return schemas.ListMeta(
        pagination=schemas.Pagination(
            page=query.page,
            pageSize=query.pageSize,
            pageCount=math.ceil(total / query.pageSize),
            total=total,
        )
    )


# ------------------------------------------------------------------ the smaller answers


def reminded(task: Task) -> schemas.Reminded:
    return schemas.Reminded(uuid=task.id, remindedAt=_timestamp(task.reminded_at) or "")


def created_token(made: NewCredential) -> schemas.CreatedToken:
    return schemas.CreatedToken(
        token=made.secret,
        uuid=made.credential.id,
        environment=made.credential.environment,
        nbUsed=made.credential.used,
    )


def token(credential: Credential) -> schemas.Token:
    return schemas.Token(
        uuid=credential.id,
        name=credential.name,
        description=credential.description,
        environment=credential.environment,
        nbUsed=credential.used,
        createdAt=timestamp(credential.created_at),
    )


def usage(
    credential: Credential, endpoints: Sequence[WebhookEndpoint], sent: Sequence[Envelope]
) -> schemas.Usage:
    urls = {f"{endpoint.slot}WebhookUrl": endpoint.url for endpoint in endpoints}
    return schemas.Usage(
        uuid=credential.id,
        environment=credential.environment,
        nbUsed=credential.used,
        **{name: urls.get(name) for name in schemas.WebhookUrls.model_fields},
        submissions=[summary(envelope) for envelope in sent],
    )
