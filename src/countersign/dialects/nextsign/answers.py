"""The vendor's shapes in the vendor's spelling: what we answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

Id = Annotated[str, Field(serialization_alias="_id", examples=["66bb00000000000000000001"])]
Time = Annotated[str, Field(examples=["2025-02-03T08:09:10.111Z"])]
Signed = Literal["pending", "signed", "denied"]


class ErrorEntry(BaseModel):
    code: int
    message: str
    description: str


class Errors(BaseModel):
    errors: list[ErrorEntry]


class CompanyError(BaseModel):
    code: int
    message: str
    description: str


class Said(BaseModel):
    message: str


class FileError(BaseModel):
    error: Annotated[str, Field(examples=["missing-url"])]


class Stated(BaseModel):
    code: int
    message: str


class ConvertError(BaseModel):
    status: Stated
    message: str


class Reminders(BaseModel):
    send: bool
    amount: int
    daysBetween: int


class Availability(BaseModel):
    unlimited: bool
    days: int
    isExpired: bool


class Deletion(BaseModel):
    autoDelete: bool
    days: int


class Settings(BaseModel):
    reminders: Reminders
    availability: Availability
    deletion: Deletion
    lang: str
    template: str | int | None = None
    allowAPI: bool
    allowedRoles: list[str]


class LogEntry(BaseModel):
    """`type`: sent, opened, reminder, signed, denied."""

    id: Id
    type: str
    value: str
    createdAt: Time


class Identity(BaseModel):
    id: str
    name: str
    firstName: str
    lastName: str
    dateOfBirth: str | None = None


class SignerIdentity(BaseModel):
    """`cprIsMatch` is null when nobody asked for a CPR number."""

    identity: Identity
    cprIsMatch: bool | None
    confirmed: bool
    lastConfirmation: Time | None
    session: str


class Signer(BaseModel):
    signer_type: str
    identity: SignerIdentity


class Recipient(BaseModel):
    id: Id
    name: str
    email: str | None
    phone: str | None
    signing: bool
    group: int
    order: int
    type: str
    needsCpr: bool
    addPhone: bool
    position: str | None
    message: str | None
    signingSchema: str | None
    redirectUrl: str | None
    template: str | int | None
    signed: Signed
    signedDateAndTime: Time | None
    deniedReason: str | None
    signer: Signer | None
    signingUrl: str | None
    log: list[LogEntry]


class CaseDocument(BaseModel):
    """`document_id` is the address to give to `view-presigned-url`."""

    name: str
    sign_obligated: bool
    document_id: str


class SignedDocument(BaseModel):
    """`file` is the address to give to `view-presigned-url`."""

    name: str
    file: str


class CaseHead(BaseModel):
    id: Id
    nextSignKey: str
    title: str
    folder: str
    referenceId: str | None
    createdAt: Time
    updatedAt: Time
    settings: Settings
    recipients: list[Recipient]


class Case(CaseHead):
    companyId: str
    type: str
    state: Literal["draft", "open", "closed"]
    case_status: Literal["pending", "signed", "denied", "expired"]
    user_name: str
    user_email: str | None
    emailtemplate: str | int | None
    customMessage: bool
    message: str | None
    signingSchemas: list[str]
    documents: list[CaseDocument]
    signedDocuments: list[SignedDocument]


class CaseFound(BaseModel):
    status: Literal["case_found"] = "case_found"
    case: Case


class CasesFound(BaseModel):
    status: Literal["cases_found"] = "cases_found"
    cases: list[Case]


class ListData(BaseModel):
    cases: list[CaseHead]
    total: int
    index: int
    limit: int


class CaseList(BaseModel):
    """`data` is what older programs read."""

    status: Literal["company_found"] = "company_found"
    cases: list[CaseHead]
    data: ListData


class Created(BaseModel):
    """`contract` and `data` are the same case: programs read the one or the other."""

    status: Literal["OK"] = "OK"
    message: Literal["Contract created"] = "Contract created"
    contract: Case
    data: Case


class Acknowledged(BaseModel):
    acknowledged: bool = True
    deletedCount: int = 1


class Removed(BaseModel):
    status: Literal["removed"] = "removed"
    return_: Annotated[Acknowledged, Field(serialization_alias="return")] = Acknowledged()


class Uploaded(BaseModel):
    """`url` goes into `documents[].file`; `file` and `location` say the same."""

    key: str
    url: str
    file: str
    location: str
    name: str
    type: str
    size: int


class PresignedUrl(BaseModel):
    """`signedUrl` is good for an hour at most, without a key."""

    key: str
    signedUrl: str
    type: str | None
    cached: bool


class Tag(BaseModel):
    id: Id
    name: str
    tag: str
    value: str
    type: Literal["text", "number", "date"]


class FormDocument(BaseModel):
    name: str
    type: str


class Form(BaseModel):
    """`recipients` are default ones, as they were given but for CPR numbers."""

    id: Id
    companyId: str
    folder: str
    active: bool
    title: str
    settings: Settings
    tags: list[Tag]
    recipients: list[dict[str, Any]]
    documents: list[FormDocument]
    createdAt: Time
    updatedAt: Time


class ConvertedDocument(BaseModel):
    file: str
    name: str


class Converted(BaseModel):
    """`file` is good for 24 hours, without a key."""

    status: Stated = Stated(code=200, message="OK")
    documents: list[ConvertedDocument]


class Call(BaseModel):
    """What an address is told."""

    id: str
    trigger: str
    createdAt: Time
    companyId: str
    case: dict[str, Any]
    recipient: dict[str, Any] | None = None
