"""The vendor's shapes in the vendor's spelling. Times are ISO 8601 in UTC with milliseconds."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from countersign.usecases.set_webhook import LONGEST_URL

FieldType = Literal["signature", "text", "date", "checkbox", "initials", "stamp"]
SignerStatus = Literal["initiated", "sent", "opened", "completed", "refused"]
Coordinate = Annotated[float, Field(description="PDF points")]
Name = Annotated[str, Field(min_length=1, max_length=255)]


# ------------------------------------------------------------------ what we read


class Area(BaseModel):
    """A box in PDF points on a page as it is shown; `y` counts from the account's origin."""

    x: Coordinate
    y: Coordinate
    w: Annotated[float, Field(gt=0)]
    h: Annotated[float, Field(gt=0)]
    page: Annotated[int, Field(ge=0, description="From 0")]


class SignerField(BaseModel):
    """A box that the signer fills; `document` is the name of one uploaded file."""

    type: FieldType
    name: Name
    document: str
    area: Area


class Signer(BaseModel):
    """`email` may be left out unless `sendEmail` is true."""

    firstname: Name
    lastname: Name
    email: Annotated[str | None, Field(pattern=r"^[^\s@]+@[^\s@]+\.[^\s@]+$")] = None
    fields: Annotated[list[SignerField], Field(min_length=1)]


class NewToken(BaseModel):
    """`name` must be new; any `environment` but `production` means `test`."""

    name: Annotated[
        str, Field(min_length=1, max_length=255, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")
    ]
    description: Annotated[str | None, Field(max_length=1000, pattern=r"^[^\x00]*$")] = None
    environment: Annotated[Any, WithJsonSchema({"examples": ["production", "test"]})] = "test"


class WebhookUrl(BaseModel):
    url: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST_URL,
            pattern=r"^https?://[^\s\x00-\x1f\x7f]+$",
            examples=["https://app.example/hook"],
        ),
    ]


class ListQuery(BaseModel):
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    pageSize: Annotated[int, Field(ge=1, le=100)] = 25
    status: Annotated[
        SignerStatus | None,
        BeforeValidator(lambda given: given or None),  # a form's empty field asks for nothing
        Field(description="Of at least one of the signers"),
    ] = None
    name: Annotated[str, Field(max_length=255, description="Part of the name, in any case")] = ""


# ------------------------------------------------------------------ what we answer


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Template(Answer):
    """Made for each submission, under the same name."""

    name: str
    uuid: str
    createdAt: str
    updatedAt: str


class File(Answer):
    """`url` is good for an hour; each read answers a new one."""

    name: str
    ext: str
    mime: str
    url: str


class Device(Answer):
    ipAddress: str
    userAgent: str
    locale: str | None


class Submitter(Answer):
    """A signer. The last three are null until they have signed."""

    email: str | None
    firstname: str
    lastname: str
    uuid: str
    signatureLink: str
    status: SignerStatus
    signedDocuments: list[File] | None
    signerInformation: Device | None
    completedAt: str | None


class CreatedBy(Answer):
    firstname: str
    lastname: str
    email: str


class Submission(Answer):
    name: str
    uuid: str
    createdAt: str
    updatedAt: str
    template: Template
    submitters: list[Submitter]
    createdBy: CreatedBy


class SubmissionDetail(Submission):
    """`auditDocument` is null until everybody has signed, `archivedAt` unless it was deleted."""

    senderInformation: Device
    auditDocument: File | None
    archivedAt: str | None


class Pagination(Answer):
    page: int
    pageSize: int
    pageCount: int
    total: int


class ListMeta(Answer):
    pagination: Pagination


class SubmissionList(Answer):
    data: list[Submission]
    meta: ListMeta


class Documents(Answer):
    uuid: str
    documents: list[File]


class Archived(Answer):
    uuid: str
    archivedAt: str


class Reminded(Answer):
    uuid: str
    remindedAt: str


class CreatedToken(Answer):
    """`token` is shown here and never again."""

    token: str
    uuid: str
    environment: str
    nbUsed: int


class Token(Answer):
    uuid: str
    name: str
    description: str
    environment: str
    nbUsed: int
    createdAt: str


class SubmissionSummary(Answer):
    name: str
    uuid: str
    createdAt: str
    updatedAt: str


class WebhookUrls(Answer):
    sentWebhookUrl: str | None
    signedWebhookUrl: str | None
    completedWebhookUrl: str | None


class Usage(WebhookUrls):
    """Of the token that asks; `submissions` are its newest 1000."""

    uuid: str
    environment: str
    nbUsed: int
    submissions: list[SubmissionSummary]


class SentWebhookUrl(Answer):
    sentWebhookUrl: str


class SignedWebhookUrl(Answer):
    signedWebhookUrl: str


class CompletedWebhookUrl(Answer):
    completedWebhookUrl: str


# ------------------------------------------------------------------ what we send


class Call(Answer):
    """What every webhook carries besides the submission or the signer. The two ids are numbers,
    written as strings, that stand for a token and a submission."""

    userTokenId: str
    submissionId: str
    webhookUrl: str


class SubmissionCall(Call, Submission):
    event: Literal["sent", "completed"]


class SignerCall(Call, Submitter):
    event: Literal["signed", "refused"]
