"""The vendor's shapes in the vendor's spelling: what we read. What we answer is in answers.py."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from countersign.domain.archive import Period
from countersign.domain.web_address import WEB_ADDRESS

PackageType = Literal["PADES_CONTAINER"]
ActionType = Literal["SIGN", "VIEW"]
SigningFlow = Literal["AUTHENTICATION_BASED", "PKISIGNING"]
PkiVendor = Literal["NBID", "SBID", "BUYPASS", "AUDKENNI", "SMARTID", "MOBILEID"]
State = Literal["BLOCKED", "READY", "SIGNED", "REJECTED", "EXPIRED"]
Language = Literal[
    "ca", "da", "de", "en", "es", "et", "fi", "fo", "fr", "it", "kl", "nb", "nl", "nn", "sv"
]

MOST_DAYS = 45
MOST_YEARS = 100  # of a retention period
NO_NUL = r"^[^\x00]*$"
_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?"
    r"(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?",
    re.ASCII,
)
_SECONDS = (365 * 86400, 30 * 86400, 7 * 86400, 86400, 3600, 60, 1)


def duration_of(text: str) -> timedelta:
    """An ISO 8601 duration; a month counts as 30 days, a year as 365. Raises ValueError."""
    return timedelta(seconds=sum(map(int.__mul__, _parts(text), _SECONDS)))


def period_of(text: str) -> Period:
    """As `duration_of`, but months and years are those of the calendar."""
    years, months, *rest = _parts(text)
    return Period(12 * years + months, timedelta(seconds=sum(map(int.__mul__, rest, _SECONDS[2:]))))


def _parts(text: str) -> list[int]:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError("not an ISO 8601 duration")
    return [int(part or 0) for part in found.groups()]


def _checked_duration(text: str) -> str:
    try:
        longer_than_nothing = duration_of(text) > timedelta(0)
    except ValueError:
        raise PydanticCustomError("duration", "must be an ISO 8601 duration, like P30D") from None
    if not longer_than_nothing:
        raise PydanticCustomError("duration", "must be longer than nothing")
    return text


def _checked_lifetime(text: str) -> str:
    if duration_of(text) > timedelta(days=MOST_DAYS):
        raise PydanticCustomError("duration_too_long", f"must be {MOST_DAYS} days at most")
    return text


def _checked_retention(text: str) -> str:
    if duration_of(text) > timedelta(days=365 * MOST_YEARS):
        raise PydanticCustomError("duration_too_long", f"must be {MOST_YEARS} years at most")
    return text


def _checked_uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise PydanticCustomError("uuid", "must be a UUID") from None


def _no_less_one(values: list[str]) -> list[str]:
    if len(set(values)) < len(values):
        raise PydanticCustomError("repeated", "must not repeat a value")
    return values


def _with_plus(text: object) -> object:
    """A raw `+` of a time zone arrives as a blank."""
    return text.replace(" ", "+") if isinstance(text, str) else text


Uuid = Annotated[
    str,
    AfterValidator(_checked_uuid),
    WithJsonSchema({"type": "string", "format": "uuid"}),
]
Duration = Annotated[str, Field(max_length=64), AfterValidator(_checked_duration)]
Lifetime = Annotated[Duration, AfterValidator(_checked_lifetime)]
Retention = Annotated[Duration, AfterValidator(_checked_retention)]
Url = Annotated[str, Field(max_length=2000, pattern=WEB_ADDRESS)]
Moment = Annotated[AwareDatetime, BeforeValidator(_with_plus)]
Packages = Annotated[list[PackageType], Field(max_length=5)]


class Input(BaseModel):
    """Unknown members are left alone, as clients send more than they need."""

    model_config = ConfigDict(str_strip_whitespace=False)


class DocumentReference(Input):
    documentId: Uuid
    description: Annotated[str, Field(max_length=1000, pattern=NO_NUL)] | None = None


class NewCollection(Input):
    documents: Annotated[list[DocumentReference], Field(min_length=1, max_length=100)]
    packageTo: Packages = Field(default_factory=list)


class Metadata(Input):
    filename: Annotated[str, Field(max_length=255, pattern=NO_NUL)] | None = None
    title: Annotated[str, Field(max_length=255, pattern=NO_NUL)] | None = None
    description: Annotated[str, Field(max_length=1000, pattern=NO_NUL)] | None = None


class SessionDocument(Input):
    documentCollectionId: Uuid
    documentId: Uuid
    action: ActionType


class IdentityProvider(Input):
    idpName: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.-]+$")]


class SigningSetup(Input):
    signingFlow: SigningFlow
    identityProviders: list[IdentityProvider] | None = Field(default=None, max_length=20)
    vendor: PkiVendor | None = None
    additionalParameters: dict[str, str] | None = Field(default=None, max_length=50)


class Restriction(Input):
    parameter: Literal["NIN"]
    restriction: Literal["NO_USE"]


class Signer(Input):
    nationalIdentificationNumber: Annotated[str, Field(min_length=4, max_length=32)] | None = Field(
        default=None, repr=False
    )
    validations: list[Literal["NATIONAL_IDENTIFICATION_NUMBER"]] | None = Field(
        default=None, max_length=5
    )
    restrictUse: list[Restriction] | None = Field(default=None, max_length=5)
    email: Annotated[str, Field(max_length=254, pattern=NO_NUL)] | None = None
    mobile: Annotated[str, Field(max_length=32, pattern=NO_NUL)] | None = None


class ArchiveSettings(Input):
    sendSignatureResultsToArchive: bool = False
    retentionPeriod: Retention


class PreAuthentication(Input):
    enabled: bool
    identityProviders: list[IdentityProvider] | None = Field(default=None, max_length=20)


class Ui(Input):
    language: Language | None = None


class RedirectSettings(Input):
    success: Url
    cancel: Url
    error: Url
    reject: Url | None = None


class NewSession(Input):
    title: Annotated[str, Field(min_length=1, max_length=255, pattern=NO_NUL)]
    documents: Annotated[list[SessionDocument], Field(min_length=1, max_length=50)]
    signingSetup: Annotated[list[SigningSetup], Field(min_length=1, max_length=1)]
    signatureUrlTTL: Annotated[int, Field(ge=5, le=525600)] | None = Field(
        default=None, json_schema_extra={"deprecated": True}
    )
    signatureUrlTimeToLive: Lifetime | None = None
    signText: Annotated[str, Field(max_length=2048, pattern=NO_NUL)] | None = None
    dueDate: AwareDatetime | None = None
    externalReference: Annotated[str, Field(max_length=1024, pattern=NO_NUL)] | None = None
    subsequentTo: (
        Annotated[list[Uuid], Field(max_length=50), AfterValidator(_no_less_one)] | None
    ) = None
    packageTo: Packages = Field(default_factory=list)
    signer: Signer | None = None
    archive: ArchiveSettings | None = None
    preAuthentication: PreAuthentication | None = None
    ui: Ui | None = None
    redirectSettings: RedirectSettings | None = None
    senderDisplayName: Annotated[str, Field(max_length=255, pattern=NO_NUL)] | None = None


NewSessions = Annotated[list[NewSession], Field(min_length=1, max_length=100)]


class ToBeSigned(Input):
    documentId: Uuid
    signatureType: Literal["PADES", "XADES"] | None = None


class MerchantSigning(Input):
    vendor: Literal["NBID"]
    toBeSignedDocuments: Annotated[list[ToBeSigned], Field(min_length=1, max_length=20)]


class SessionChange(Input):
    dueDate: AwareDatetime


class SessionQuery(BaseModel):
    offset: Annotated[int, Field(ge=0, le=100000)] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    sort: list[str] = Field(default_factory=lambda: ["-createdAt"], max_length=10)
    createdDateFrom: Moment | None = None
    createdDateTo: Moment | None = None
    state: list[State] = Field(default_factory=list, max_length=10)
    dueDateFrom: Moment | None = None
    dueDateTo: Moment | None = None
    sessionTitleLike: Annotated[str, Field(max_length=255)] = ""
