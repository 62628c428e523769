"""The vendor's shapes in the vendor's spelling: what we read. What we answer is in answers.py."""

from __future__ import annotations

from binascii import a2b_base64
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from countersign.domain.errors import Invalid
from countersign.domain.national_id import is_personal_number
from countersign.domain.web_address import WEB_ADDRESS
from countersign.domain.web_origin import web_origin
from countersign.usecases.set_webhook import LONGEST_URL

Role = Literal["signer", "reviewer"]
Method = Literal["drawn", "typed", "none", "bankid_se"]
DocumentStatus = Literal["pending", "in_progress", "completed", "expired", "cancelled", "declined"]
AfterType = Literal["none", "message", "redirect"]

ALL_METHODS: tuple[Method, ...] = ("drawn", "typed", "none", "bankid_se")
EID: Method = "bankid_se"
MOST_PARTICIPANTS = 50
LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3
# No database, PDF or mail header takes all of these, and some make a name look like another
UNPRINTABLE = "\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
ONE_LINE = rf"^[^{UNPRINTABLE}]*[^\s{UNPRINTABLE}][^{UNPRINTABLE}]*$"
MAIL = rf"^[^\s@{UNPRINTABLE}]+@[^\s@{UNPRINTABLE}]+\.[^\s@{UNPRINTABLE}]+$"
COLOUR = r"^#[0-9a-fA-F]{6}$"
NO_NUL = r"^[^\x00]*$"

Index = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,3})$")]
Name = Annotated[str, Field(min_length=1, max_length=255, pattern=ONE_LINE)]
Url = Annotated[str, Field(max_length=2000, pattern=WEB_ADDRESS, examples=["https://app.example"])]
Colour = Annotated[str, Field(pattern=COLOUR, examples=["#1a5fb4"])]
Reminder = Annotated[int, Field(ge=1, le=30, description="Days until the reminder")]


def _problem(kind: str) -> PydanticCustomError:
    return PydanticCustomError(kind, "Invalid")


# ------------------------------------------------------------------ what we read


class Input(BaseModel):
    """Values have to be of the type that is said: `"1"` is no number, `1` is not true."""

    model_config = ConfigDict(strict=True)


def _decoded(content: object) -> bytes:
    """Line breaks are forgiven, as many programs write base64 in lines."""
    if not isinstance(content, str):
        raise _problem("base64")
    try:
        return a2b_base64("".join(content.split()), strict_mode=True)
    except ValueError:
        raise _problem("base64") from None


def _differ(methods: list[Method]) -> list[Method]:
    return list(dict.fromkeys(methods))


Methods = Annotated[list[Method], Field(min_length=1), AfterValidator(_differ)]
Base64Pdf = Annotated[
    bytes,
    PlainValidator(_decoded),
    WithJsonSchema({"type": "string", "contentEncoding": "base64", "examples": ["JVBERi0xLjcK"]}),
]


class Base64Document(Input):
    type: Literal["base64"]
    content: Base64Pdf


class UrlDocument(Input):
    """Fetched once, at most 10 seconds and 25 MB; public `https` addresses only."""

    type: Literal["url"]
    url: Annotated[str, Field(max_length=2000, examples=["https://files.example/lease.pdf"])]


Source = Annotated[Base64Document | UrlDocument, Field(discriminator="type")]


def _existing(number: str | None) -> str | None:
    if number is not None and not is_personal_number(number):
        raise _problem("no_such_number")
    return number


class NewParticipant(Input):
    """`personalNumber` is needed for signers of eID projects, and never shown."""

    name: Name
    email: Annotated[str, Field(max_length=LONGEST_EMAIL, pattern=MAIL)]
    role: Role
    signingOrder: Annotated[int, Field(ge=1, le=1_000_000, description="Lower ones first")] = 1
    language: Literal["sv", "en"] = "en"
    otpEnabled: bool = False
    personalNumber: Annotated[
        str | None,
        Field(pattern=r"^[0-9]{12}$", repr=False, description="YYYYMMDDXXXX"),
        AfterValidator(_existing),
    ] = None


def _has_signer(participants: list[NewParticipant]) -> list[NewParticipant]:
    if not any(each.role == "signer" for each in participants):
        raise _problem("no_signer")
    return participants


def _one_source(document: Source | None, info: ValidationInfo) -> Source | None:
    if "templateId" in info.data and (document is None) == (info.data["templateId"] is None):
        raise _problem("one_source")
    return document


class NewDocument(Input):
    """Either `document` or `templateId`; the project's settings fill what is left out."""

    name: Name
    templateId: str | None = None
    document: Annotated[Source | None, AfterValidator(_one_source)] = Field(
        default=None, validate_default=True
    )
    participants: Annotated[
        list[NewParticipant],
        Field(min_length=1, max_length=MOST_PARTICIPANTS),
        AfterValidator(_has_signer),
    ]
    signingDeadline: Annotated[
        AwareDatetime | None, Field(description="At most 30 days ahead, which is the default")
    ] = None
    callbackUrl: Annotated[str | None, Field(max_length=LONGEST_URL, pattern=WEB_ADDRESS)] = None
    allowedSigningMethods: Annotated[
        Methods | None, Field(description="Ignored in eID projects; the project's by default")
    ] = None
    autoReminderDays: Annotated[Reminder | None, Field(description="The project's by default")] = (
        None
    )
    roleMapping: Annotated[
        dict[Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,3})$")], Annotated[int, Field(ge=0)]]
        | None,
        Field(
            description="Index of a template's role to index of a participant; by default each"
            " role is taken by the participant of the same index",
            examples=[{"0": 1, "1": 0}],
        ),
    ] = None


class BrandingInput(Input):
    companyName: Annotated[str | None, Field(max_length=255, pattern=rf"^[^{UNPRINTABLE}]*$")] = (
        None
    )
    logoUrl: Url | None = None
    primaryColor: Colour | None = None
    secondaryColor: Colour | None = None


class AfterInput(Input):
    type: AfterType = "none"
    message: Annotated[str | None, Field(max_length=2000, pattern=NO_NUL)] = None
    redirectUrl: Url | None = None


def _origin(text: str) -> str:
    try:
        return web_origin(text)
    except Invalid:
        raise _problem("no_origin") from None


Origin = Annotated[
    str, Field(max_length=255, examples=["https://app.example"]), AfterValidator(_origin)
]


class SettingsInput(Input):
    """What is left out stays as it is; in a new project, it has its default."""

    emailNotificationsEnabled: bool = True
    includeAuditInDocument: bool = True
    chatEnabled: bool = True
    allowedSigningMethods: Annotated[
        Methods,
        Field(description="Standard methods or an eID; all four are the same as no choice"),
    ] = list(ALL_METHODS)
    branding: BrandingInput = BrandingInput()
    postSigning: AfterInput = AfterInput()
    autoReminderDays: Reminder | None = None
    widgetOrigins: Annotated[
        list[Origin],
        Field(max_length=50, description="Web origins whose pages may embed the signing page"),
    ] = []


class NewProject(Input):
    name: Name
    settings: SettingsInput = SettingsInput()


class ProjectChange(Input):
    """`settings` are merged with what is set, at every depth; null takes a value away."""

    name: Name | None = None
    settings: SettingsInput = SettingsInput()


class Cancelling(Input):
    reason: Annotated[str | None, Field(max_length=1000, pattern=NO_NUL)] = None


class Reminding(Input):
    participantId: Annotated[
        str | None, Field(description="Everybody whose turn it is, when left out")
    ] = None


class NewMessage(Input):
    body: Annotated[
        str, Field(min_length=1, max_length=4000, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")
    ]


class Query(BaseModel):
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class ListQuery(Query):
    sort: Annotated[
        Literal[
            "createdAt:desc", "createdAt:asc", "createdAt",
            "updatedAt:desc", "updatedAt:asc", "updatedAt",
            "name:desc", "name:asc", "name",
        ],
        Field(description="Ascending unless it ends in `:desc`"),
    ] = "createdAt:desc"  # fmt: skip
    search: Annotated[str, Field(max_length=255, description="Part of the name, in any case")] = ""


class DocumentQuery(ListQuery):
    status: DocumentStatus | None = None
