"""The vendor's shapes in the vendor's spelling: what we answer and what we send. Times are ISO 8601
in UTC with seconds."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from countersign.dialects.signeum.schemas import AfterType, DocumentStatus, Method, Role

ParticipantStatus = Literal["pending", "signed", "reviewed", "declined"]


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _left_out(value: object) -> bool:
    return value is None


def _optional(description: str = "") -> Any:
    """A fact that is left out of the answer as long as there is none."""
    return Field(default=None, exclude_if=_left_out, description=description or None)


class ErrorDetails(Answer):
    """By the path of a value in the body: `participants.0.email`."""

    fields: dict[str, str]


class ErrorFacts(Answer):
    code: Literal[
        "VALIDATION_ERROR",
        "UNAUTHORIZED",
        "PAYMENT_REQUIRED",
        "FORBIDDEN",
        "NOT_FOUND",
        "RATE_LIMITED",
        "INTERNAL_ERROR",
    ]
    message: str
    trackingId: str
    details: ErrorDetails | None = _optional()


class ErrorAnswer(Answer):
    error: ErrorFacts


class Pagination(Answer):
    page: int
    limit: int
    total: int
    totalPages: int


class Organization(Answer):
    id: str
    name: str
    createdAt: str


class OrganizationAnswer(Answer):
    organization: Organization


class Branding(Answer):
    """`logoUrl` is where the logo is fetched from, and null for one that was uploaded; `hasLogo`
    says whether there is a picture."""

    companyName: str | None
    logoUrl: str | None
    hasLogo: bool
    primaryColor: str | None
    secondaryColor: str | None


class PostSigning(Answer):
    type: AfterType
    message: str | None
    redirectUrl: str | None


class ProjectSettings(Answer):
    emailNotificationsEnabled: bool
    includeAuditInDocument: bool
    chatEnabled: bool
    allowedSigningMethods: list[Method]
    branding: Branding
    postSigning: PostSigning
    autoReminderDays: int | None
    widgetOrigins: list[str]


class ProjectSummary(Answer):
    id: str
    organizationId: str
    name: str
    isDefault: bool
    createdAt: str


class Project(ProjectSummary):
    updatedAt: str
    settings: ProjectSettings


class ProjectAnswer(Answer):
    project: Project


class ProjectList(Answer):
    projects: list[ProjectSummary]
    pagination: Pagination


class DocumentHead(Answer):
    id: str
    projectId: str
    organizationId: str
    name: str
    status: DocumentStatus
    createdAt: str


class DocumentSummary(DocumentHead):
    signingDeadline: str


class Document(DocumentSummary):
    updatedAt: str
    completedAt: str | None = _optional()
    cancelledAt: str | None = _optional()
    cancelReason: str | None = _optional()
    templateId: str | None = _optional()
    allowedSigningMethods: list[Method]
    autoReminderDays: int | None = _optional()
    callbackUrl: str | None = _optional()


class ParticipantHead(Answer):
    id: str
    name: str
    email: str
    role: Role
    signingOrder: int
    status: ParticipantStatus


class Participant(ParticipantHead):
    """`signatureMode` is how they signed."""

    language: Literal["sv", "en"]
    otpEnabled: bool
    viewedAt: str | None = _optional()
    signedAt: str | None = _optional()
    signatureMode: Method | None = _optional()
    reviewedAt: str | None = _optional()
    declinedAt: str | None = _optional()
    declineReason: str | None = _optional()


class SigningUrl(Answer):
    """`signingUrl` is for this participant alone; whoever has it acts for them."""

    participantId: str
    name: str
    email: str
    role: Role
    signingUrl: str


class CreatedDocument(Answer):
    document: DocumentHead
    participants: list[ParticipantHead]
    signingUrls: list[SigningUrl]


class DocumentAnswer(Answer):
    document: Document
    participants: list[Participant]


class CancelledDocument(Answer):
    document: Document


class DocumentList(Answer):
    documents: list[DocumentSummary]
    pagination: Pagination


class DownloadAnswer(Answer):
    """`downloadUrl` is good until `expiresAt`; each call answers a new one."""

    downloadUrl: str
    expiresAt: str


class Reminded(Answer):
    """Ids of the participants who get a mail."""

    reminded: list[str]


class AuditEvent(Answer):
    id: str
    type: str
    participantId: str | None
    ip: str | None
    userAgent: str | None
    createdAt: str


class AuditAnswer(Answer):
    events: list[AuditEvent]


class MessageAuthor(Answer):
    """`participantId` is left out when the sender wrote."""

    type: Literal["participant", "sender"]
    participantId: str | None = _optional()
    name: str


class Message(Answer):
    id: str
    documentId: str
    author: MessageAuthor
    body: str
    createdAt: str


class MessageAnswer(Answer):
    message: Message


class MessageList(Answer):
    messages: list[Message]
    pagination: Pagination


class SignerRole(Answer):
    index: int
    label: str
    role: Role
    signingOrder: int


class TemplateSummary(Answer):
    id: str
    name: str
    description: str
    signerCount: int
    signerRoles: list[SignerRole]
    createdAt: str


FieldType = Literal["signature", "initials", "text", "date", "checkbox", "stamp"]


class TemplateField(Answer):
    """Fractions of the page as it is shown, from its top left corner; `page` counts from 1."""

    id: str
    type: FieldType
    roleIndex: int
    page: int
    x: float
    y: float
    width: float
    height: float
    required: bool
    label: str


class Template(TemplateSummary):
    fields: list[TemplateField]


class TemplateList(Answer):
    templates: list[TemplateSummary]


class TemplateAnswer(Answer):
    template: Template


class Attempt(Answer):
    """`outcome` is the status of the answer, or what went wrong in words."""

    at: str
    outcome: str
    durationMs: int


class WebhookDelivery(Answer):
    """One fact told to the callback URL; `attempts` are the tries, oldest first."""

    id: str
    eventType: str
    url: str
    status: Literal["waiting", "delivered", "given_up"]
    createdAt: str
    attempts: list[Attempt]


class WebhookAnswer(Answer):
    delivery: WebhookDelivery


class WebhookList(Answer):
    deliveries: list[WebhookDelivery]


# ------------------------------------------------------------------ what we send

EventType = Literal[
    "document.viewed",
    "document.signed",
    "document.reviewed",
    "document.declined",
    "document.completed",
    "document.cancelled",
    "document.expired",
    "chat.message",
]


class CalledParticipant(Answer):
    name: str
    email: str
    role: Role


class CalledMessage(Answer):
    id: str
    body: str
    createdAt: str


class Call(Answer):
    """`participant` is who did it, where somebody did; `message` comes with `chat.message`."""

    eventType: EventType
    timestamp: str
    documentId: str
    organizationId: str
    projectId: str
    participant: CalledParticipant | None = _optional()
    message: CalledMessage | None = _optional()
