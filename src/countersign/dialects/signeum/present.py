"""Envelope, project, template → what we answer; pure. The way in is translate.py."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from countersign.dialects.signeum import answers, schemas
from countersign.dialects.signeum.translate import CODE, OURS
from countersign.domain.account import Account
from countersign.domain.chat import ChatMessage
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.events import Event, EventKind
from countersign.domain.evidence import Link
from countersign.domain.project import Project
from countersign.domain.task import Action, Task, TaskStatus
from countersign.domain.template import Template
from countersign.usecases.list_deliveries import DeliveryRun
from countersign.usecases.ports import EnvelopeHead

THEIRS: Mapping[str, schemas.Method] = {ours: theirs for theirs, ours in OURS.items()}
FINAL: Mapping[EnvelopeStatus, schemas.DocumentStatus] = {
    EnvelopeStatus.COMPLETED: "completed",
    EnvelopeStatus.EXPIRED: "expired",
    EnvelopeStatus.CANCELLED: "cancelled",
    EnvelopeStatus.DECLINED: "declined",
}
AFTER: Mapping[str, schemas.AfterType] = {"message": "message", "redirect": "redirect"}


def timestamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _timestamp(at: datetime | None) -> str | None:
    return None if at is None else timestamp(at)


def pagination(query: schemas.Query, total: int) -> answers.Pagination:
    return answers.Pagination(
        page=query.page,
        limit=query.limit,
        total=total,
        totalPages=math.ceil(total / query.limit),
    )


# ------------------------------------------------------------------ organization and projects


def organization(account: Account) -> answers.Organization:
    return answers.Organization(
        id=account.id, name=account.name, createdAt=timestamp(account.created_at)
    )


def project(found: Project) -> answers.Project:
    settings, branding = found.settings, found.settings.branding
    return answers.Project(
        **_project_head(found),
        updatedAt=timestamp(found.updated_at),
        settings=answers.ProjectSettings(
            emailNotificationsEnabled=settings.notify_people,
            includeAuditInDocument=settings.audit_in_document,
            chatEnabled=settings.chat,
            allowedSigningMethods=their_methods(settings.methods),
            branding=answers.Branding(
                companyName=branding.company_name or None,
                logoUrl=branding.logo_url or None,
                hasLogo=branding.logo is not None,
                primaryColor=branding.primary_color or None,
                secondaryColor=branding.secondary_color or None,
            ),
            postSigning=answers.PostSigning(
                type=AFTER.get(settings.after.type, "none"),
                message=settings.after.message or None,
                redirectUrl=settings.after.url or None,
            ),
            autoReminderDays=settings.reminder_days,
            widgetOrigins=list(settings.widget_origins),
        ),
    )


def their_methods(methods: Sequence[str]) -> list[schemas.Method]:
    return [THEIRS[method] for method in methods] or list(schemas.ALL_METHODS)


def project_summary(found: Project) -> answers.ProjectSummary:
    return answers.ProjectSummary(**_project_head(found))


def _project_head(found: Project) -> dict[str, Any]:
    return {
        "id": found.id,
        "organizationId": found.account_id,
        "name": found.name,
        "isDefault": found.is_default,
        "createdAt": timestamp(found.created_at),
    }


# ------------------------------------------------------------------ documents


def status(state: EnvelopeStatus, begun: bool) -> schemas.DocumentStatus:
    """`completed` is said only of what was read back; until then all have signed and it goes on."""
    return FINAL.get(state) or ("in_progress" if begun else "pending")


def created(envelope: Envelope, signing: Callable[[Task], str]) -> answers.CreatedDocument:
    return answers.CreatedDocument(
        document=answers.DocumentHead(**_head(envelope)),
        participants=[answers.ParticipantHead(**_person(task)) for task in envelope.people],
        signingUrls=[
            answers.SigningUrl(
                participantId=task.id,
                name=task.person.name,
                email=task.person.email or "",
                role=role(task),
                signingUrl=signing(task),
            )
            for task in envelope.people
        ],
    )


def document(envelope: Envelope, links: Sequence[Link]) -> answers.Document:
    """`links` are its evidence, which has the reason for cancelling it."""
    cancelled = _last(links, EventKind.ENVELOPE_CANCELLED)
    settings = envelope.settings
    signer = next(task for task in envelope.tasks if task.signs)
    return answers.Document(
        **_head(envelope),
        signingDeadline=_due(envelope),
        updatedAt=timestamp(envelope.updated_at),
        completedAt=_timestamp(envelope.completed_at),
        cancelledAt=_timestamp(cancelled.at if cancelled else None),
        cancelReason=(cancelled.data["reason"] or None) if cancelled else None,
        templateId=envelope.extras.get("templateId"),
        allowedSigningMethods=their_methods(signer.methods),
        autoReminderDays=settings.reminder_days,
        callbackUrl=settings.callback_url or None,
    )


def _last(links: Sequence[Link], kind: EventKind, task_id: str | None = None) -> Event | None:
    happened = (link.event for link in reversed(links))
    return next((one for one in happened if (one.kind, one.task_id) == (kind, task_id)), None)


def document_summary(account_id: str, head: EnvelopeHead) -> answers.DocumentSummary:
    return answers.DocumentSummary(
        id=head.id,
        projectId=head.project_id or "",
        organizationId=account_id,
        name=head.name,
        status=status(head.status, head.begun),
        createdAt=timestamp(head.created_at),
        signingDeadline=_due(head),
    )


def _head(envelope: Envelope) -> dict[str, Any]:
    return {
        "id": envelope.id,
        "projectId": envelope.project_id or "",
        "organizationId": envelope.account_id,
        "name": envelope.name,
        "status": status(envelope.status, envelope.begun),
        "createdAt": timestamp(envelope.created_at),
    }


def _due(found: Envelope | EnvelopeHead) -> str:
    """Every document of this API has a deadline."""
    return _timestamp(found.due_at) or ""


# ------------------------------------------------------------------ participants


def participants(envelope: Envelope, links: Sequence[Link]) -> list[answers.Participant]:
    """`links` are the evidence, which has the times of declining."""
    return [
        _participant(task, _last(links, EventKind.TASK_DECLINED, task.id))
        for task in envelope.people
    ]


def _participant(task: Task, declined: Event | None) -> answers.Participant:
    done = _timestamp(task.completed_at)
    signs = role(task) == "signer"
    return answers.Participant(
        **_person(task),
        language="sv" if task.language == "sv" else "en",
        otpEnabled=CODE in task.identity,
        viewedAt=_timestamp(task.opened_at),
        signedAt=done if signs else None,
        signatureMode=THEIRS.get(task.act.method) if task.act and signs else None,
        reviewedAt=None if signs else done,
        declinedAt=_timestamp(declined.at if declined else None),
        declineReason=task.declined_reason or None,
    )


def _person(task: Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "name": task.person.name,
        "email": task.person.email or "",
        "role": role(task),
        "signingOrder": task.extras["signingOrder"],
        "status": participant_status(task),
    }


def role(task: Task) -> schemas.Role:
    return "signer" if task.signs else "reviewer"


def participant_status(task: Task) -> answers.ParticipantStatus:
    if task.status is TaskStatus.COMPLETED:
        return "signed" if task.signs else "reviewed"
    return "declined" if task.status is TaskStatus.DECLINED else "pending"


# ------------------------------------------------------------------ audit and messages


# The same names as those of the webhooks, where there is one
AUDIT_TYPES: Mapping[EventKind, str] = {
    EventKind.ENVELOPE_SENT: "document.created",
    EventKind.TASK_OPENED: "document.viewed",
    EventKind.TASK_COMPLETED: "document.signed",
    EventKind.TASK_DECLINED: "document.declined",
    EventKind.CHAT_POSTED: "chat.message",
}


def audit_events(envelope: Envelope, links: Sequence[Link]) -> list[answers.AuditEvent]:
    """Everything that is in the evidence, oldest first."""
    return [_audit_event(envelope, link) for link in links]


def _audit_event(envelope: Envelope, link: Link) -> answers.AuditEvent:
    event = link.event
    device = event.data.get("sender", event.data)
    return answers.AuditEvent(
        id=str(uuid5(UUID(envelope.id), str(link.number))),
        type=_audit_type(envelope, event),
        participantId=event.task_id,
        ip=device.get("ip") or None,
        userAgent=device.get("user_agent") or None,
        createdAt=timestamp(event.at),
    )


def _audit_type(envelope: Envelope, event: Event) -> str:
    """What the vendor has no word for is called by ours: `document.sealed`, `participant.ready`."""
    if event.kind is EventKind.TASK_COMPLETED and event.task_id:
        return "document." + ("signed" if envelope.task(event.task_id).signs else "reviewed")
    subject, _, happened = event.kind.value.partition("_")
    subject = {"envelope": "document", "task": "participant"}.get(subject, subject)
    return AUDIT_TYPES.get(event.kind, f"{subject}.{happened}")


def message(found: ChatMessage) -> answers.Message:
    return answers.Message(
        id=found.id,
        documentId=found.envelope_id,
        author=answers.MessageAuthor(
            type="participant" if found.task_id else "sender",
            participantId=found.task_id,
            name=found.author_name,
        ),
        body=found.text,
        createdAt=timestamp(found.created_at),
    )


# ------------------------------------------------------------------ templates


def template_summary(found: Template) -> answers.TemplateSummary:
    return answers.TemplateSummary(**_template_head(found))


def template(found: Template) -> answers.Template:
    return answers.Template(
        **_template_head(found),
        fields=[
            answers.TemplateField(
                id=field.id,
                type=field.kind.value,
                roleIndex=field.role,
                page=field.area.page + 1,
                x=field.area.x,
                y=field.area.y,
                width=field.area.w,
                height=field.area.h,
                required=field.required,
                label=field.name,
            )
            for field in found.fields
        ],
    )


def _template_head(found: Template) -> dict[str, Any]:
    roles = [
        answers.SignerRole(
            index=index,
            label=each.label,
            role="signer" if each.action is Action.SIGN else "reviewer",
            signingOrder=each.order,
        )
        for index, each in enumerate(found.roles)
    ]
    return {
        "id": found.id,
        "name": found.name,
        "description": found.description,
        "signerCount": sum(each.role == "signer" for each in roles),
        "signerRoles": roles,
        "createdAt": timestamp(found.created_at),
    }


# ------------------------------------------------------------------ webhook runs


def delivery(run: DeliveryRun) -> answers.WebhookDelivery:
    found = run.delivery
    return answers.WebhookDelivery(
        id=found.id,
        eventType=found.event,
        url=found.url,
        status=found.status.value,
        createdAt=timestamp(found.created_at),
        attempts=[
            answers.Attempt(
                at=timestamp(each.at), outcome=each.outcome, durationMs=each.duration_ms
            )
            for each in run.attempts
        ],
    )
