"""The vendor's shapes in the vendor's spelling: what we read. What we answer is in answers.py."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, Field, field_validator, model_validator

from countersign.domain.phone import EXPECTED, plain_phone
from countersign.domain.web_address import WEB_ADDRESS, is_web_address

MOST_RECIPIENTS, MOST_DOCUMENTS, MOST_CASES, MOST_CONVERTED = 100, 50, 100, 20
LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3
# No database, PDF or mail header takes all of these, and some make a name look like another
UNPRINTABLE = "\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
ONE_LINE = rf"^[^{UNPRINTABLE}]*[^\s{UNPRINTABLE}][^{UNPRINTABLE}]*$"
PLAIN = rf"^[^{UNPRINTABLE}]*$"
MAIL = rf"^[^\s@{UNPRINTABLE}]+@[^\s@{UNPRINTABLE}]+\.[^\s@{UNPRINTABLE}]+$"
NO_NUL = r"^[^\x00]*$"

Language = Literal["da", "en", "sv", "no", "de"]
Delivery = Literal["email", "phone", "eboks"]
Title = Annotated[str, Field(min_length=1, max_length=255, pattern=ONE_LINE)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=ONE_LINE)]
Reference = Annotated[str, Field(max_length=255, pattern=PLAIN)]
Template = Annotated[Reference | Annotated[int, Field(ge=0, le=1_000_000)], Field(examples=[2])]
Folder = Annotated[str, Field(min_length=1, max_length=255, pattern=ONE_LINE)]
Words = Annotated[str, Field(max_length=5000, pattern=NO_NUL)]
Email = Annotated[str, Field(max_length=LONGEST_EMAIL, pattern=MAIL)]
Schema = Annotated[str, Field(max_length=100, pattern=PLAIN, examples=["draw"])]


class Input(BaseModel):
    """Programs of this API send null, or empty text, for what they leave out."""

    nothing: ClassVar[tuple[Any, ...]] = (None, "")

    @model_validator(mode="before")
    @classmethod
    def _without_nothing(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {name: value for name, value in values.items() if value not in cls.nothing}


class Switched(Input):
    """The numbers of what is switched off may be 0."""

    off: ClassVar[tuple[str, bool]]

    @model_validator(mode="before")
    @classmethod
    def _without_zeros(cls, values: Any) -> Any:
        name, value = cls.off
        if not isinstance(values, dict) or values.get(name) is not value:
            return values
        return {key: each for key, each in values.items() if each != 0 or key == name}


class Reminders(Switched):
    off = "send", False

    send: bool = False
    amount: Annotated[int, Field(ge=0, le=10, description="How many at most")] = 2
    daysBetween: Annotated[int, Field(ge=1, le=30)] = 3


class Availability(Switched):
    """`days` from sending until the case expires. Left out, `unlimited` is true unless there are
    `days`."""

    off = "unlimited", True

    unlimited: bool | None = None
    days: Annotated[int, Field(ge=1, le=365)] | None = None


class Deletion(Switched):
    """`days` from the end of a case, or its last change, until it is deleted."""

    off = "autoDelete", False

    autoDelete: bool = False
    days: Annotated[int, Field(ge=1, le=3650)] = 30


class Settings(Input):
    """`allowedRoles` are ids of access roles: in the dashboard only their members, whoever sent the
    case, owners and administrators see it. Everybody with a key sees every case. `template` is the
    name of an interface, which the signing page looks like."""

    reminders: Reminders = Reminders()
    availability: Availability = Availability()
    deletion: Deletion = Deletion()
    lang: Language = "da"
    template: Template | None = None
    allowAPI: bool | None = None
    allowedRoles: Annotated[list[Reference], Field(max_length=100)] = []


def _address(text: str) -> str:
    if not is_web_address(text):
        raise ValueError("must be a complete address that begins with https://")
    return text


def _phone(text: str) -> str:
    """E.164. Raises ValueError."""
    if (number := plain_phone(text)) is None:
        raise ValueError(EXPECTED)
    return number


class NewRecipient(Input):
    """`cpr` is compared, and never answered. Lower groups come first."""

    name: Name
    email: Email | None = None
    signing: Annotated[bool, Field(description="False: gets a copy at the end")] = True
    group: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    order: Annotated[
        int | None, Field(ge=0, le=1_000_000, description="The old name of `group`")
    ] = None
    needsCpr: bool = False
    cpr: Annotated[str | None, Field(max_length=11, repr=False)] = None
    signingSchema: Schema | None = None
    redirectUrl: (
        Annotated[str, Field(max_length=2000, pattern=WEB_ADDRESS), AfterValidator(_address)] | None
    ) = None
    phone: Annotated[str, AfterValidator(_phone), Field(max_length=40)] | None = None
    addPhone: bool = False
    position: Annotated[str, Field(max_length=100, pattern=PLAIN)] | None = None
    type: Delivery = "email"
    template: Annotated[Template | None, Field(description="Kept, without effect")] = None
    message: Words | None = None
    eboks: dict[str, Any] | None = None

    @property
    def ways(self) -> tuple[str, ...]:
        """By which they are told of the case, and get codes."""
        if self.type == "phone":
            return ("sms",)
        return ("email", "sms") if self.addPhone else ("email",)

    @property
    def place(self) -> int:
        """Where in the order of signing."""
        return self.group if self.group is not None else self.order or 0


class NewDocument(Input):
    """`file` is base64 with `fileIsBlob`, else an address: that of an upload, or any public one."""

    name: Title
    file: Annotated[str, Field(min_length=1, examples=["JVBERi0xLjcK"])]
    fileIsBlob: bool = False
    signObligated: Annotated[bool, Field(description="False: comes along unsigned")] = True


Recipients = Annotated[list[NewRecipient], Field(min_length=1, max_length=MOST_RECIPIENTS)]
Schemas = Annotated[list[Schema], Field(min_length=1, max_length=20)]


class NewCase(Input):
    title: Title
    settings: Settings
    recipients: Recipients
    documents: Annotated[list[NewDocument], Field(min_length=1, max_length=MOST_DOCUMENTS)]
    referenceId: Reference | None = None
    folder: Folder = "Default"
    autoSend: Annotated[bool, Field(description="False: a draft")] = True
    customMessage: bool = False
    message: Words | None = None
    user_name: Name | None = None
    user_email: Annotated[Email | None, Field(description="Is mailed how the case ended")] = None
    emailtemplate: Annotated[Template | None, Field(description="Kept, without effect")] = None
    signingSchemas: Schemas = ["draw"]


class TagValue(Input):
    """`format` is a date's, in the letters of Moment.js: `DD/MM/YYYY`. What is written for a tag is
    kept nowhere but in the document, so `sensitive` changes nothing."""

    nothing = (None,)

    tag: Annotated[str, Field(min_length=1, max_length=100)]
    value: Annotated[str, Field(max_length=10_000, pattern=NO_NUL)] | int | float
    type: Literal["text", "number", "date"] | None = None
    format: Annotated[str, Field(max_length=50)] | None = None
    sensitive: bool = False

    @field_validator("value", mode="before")
    @classmethod
    def _text_or_number(cls, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError("must be text or a number")
        return value


Tags = Annotated[list[TagValue], Field(max_length=500)]


class Submission(Input):
    """What is left out is as the form has it; `settings` are laid over the form's, at every
    depth."""

    tags: Tags
    recipients: Recipients
    title: Title | None = None
    customMessage: bool = False
    message: Words | None = None
    user_name: Name | None = None
    user_email: Annotated[Email | None, Field(description="Is mailed how the case ended")] = None
    state: Annotated[Literal["open", "draft"], Field(description="A draft is not sent")] = "open"
    signingSchemas: Schemas | None = None
    settings: Settings | None = None
    folder: Folder | None = None
    referenceId: Reference | None = None


class FormDefaults(Input):
    """What a form says for all its submissions."""

    settings: Settings = Settings()
    recipients: Annotated[list[NewRecipient], Field(max_length=MOST_RECIPIENTS)] = []
    signingSchemas: Schemas = ["draw"]


class Convertible(Input):
    file: Annotated[str, Field(max_length=4000, pattern=WEB_ADDRESS)]
    name: Title


class Conversion(Input):
    documents: Annotated[list[Convertible], Field(min_length=1, max_length=MOST_CONVERTED)]
    tags: Tags = []


class CaseQuery(BaseModel):
    """A `limit` or `index` that can't be used counts as left out, as the vendor does it; so does a
    filter without a value."""

    status: Literal["signed", "denied", "pending"] | None = None
    limit: Annotated[int, Field(description="1 to 100")] = 100
    index: Annotated[int, Field(description="Which page, from 0")] = 0
    folder: str | None = None

    @field_validator("status", "folder", mode="before")
    @classmethod
    def _filter(cls, value: Any) -> Any:
        return value or None

    @field_validator("limit", mode="before")
    @classmethod
    def _limit(cls, value: Any) -> int:
        return _number(value, 1, 100, 100)

    @field_validator("index", mode="before")
    @classmethod
    def _index(cls, value: Any) -> int:
        return _number(value, 0, 1_000_000, 0)


def _number(value: Any, least: int, most: int, otherwise: int) -> int:
    text = str(value)
    fits = text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most
    return int(text) if fits else otherwise


class NewUpload(Input):
    """`file` is a data URL, or base64 with `type`."""

    file: str | None = None
    name: Title | None = None
    type: Annotated[str, Field(max_length=200)] | None = None


class WantedFile(Input):
    url: str | None = None
