"""The vendor's shapes in the vendor's spelling: what we answer. What is not there is left out."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from countersign.dialects.signicat_v2.schemas import State

Uuid = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
JsonObject = dict[str, Any]


class DocumentHash(TypedDict):
    hash: str
    hashAlgorithm: Literal["SHA256"]


class Document(TypedDict):
    mimeType: str
    documentId: Uuid
    createdAt: Moment
    documentHash: DocumentHash


class DocumentMetadata(Document):
    filename: NotRequired[str]
    description: NotRequired[str]
    title: NotRequired[str]


class Package(TypedDict):
    packageId: Uuid
    packageType: Literal["PADES_CONTAINER"]
    resultDocumentId: Uuid


class CollectionOutput(TypedDict):
    packages: list[Package]


class CollectedDocument(TypedDict):
    documentId: Uuid
    description: NotRequired[str]


class Collection(TypedDict):
    id: Uuid
    documents: list[CollectedDocument]
    packageTo: list[Literal["PADES_CONTAINER"]]
    output: CollectionOutput


class Signature(TypedDict):
    originalDocumentId: Uuid
    documentCollectionId: Uuid
    resultDocumentId: Uuid
    signatureType: Literal["PADES", "XADES"]
    archiveId: NotRequired[Uuid]


class SessionOutput(TypedDict):
    signatures: list[Signature]
    packages: list[Package]


class Lifecycle(TypedDict):
    state: State
    stateIsFinal: bool


class SessionDocument(TypedDict):
    documentCollectionId: Uuid
    documentId: Uuid
    action: Literal["SIGN", "VIEW"]


class Session(TypedDict):
    id: Uuid
    title: str
    documents: list[SessionDocument]
    signingSetup: list[JsonObject]
    lifecycle: Lifecycle
    output: SessionOutput
    signatureUrl: NotRequired[str]
    signatureUrlTTL: NotRequired[int]
    signatureUrlTimeToLive: NotRequired[str]
    signatureUrlExpiresAt: Moment
    signText: NotRequired[str]
    dueDate: NotRequired[Moment]
    externalReference: NotRequired[str]
    subsequentTo: NotRequired[list[Uuid]]
    packageTo: NotRequired[list[Literal["PADES_CONTAINER"]]]
    signer: NotRequired[JsonObject]
    archive: NotRequired[JsonObject]
    preAuthentication: NotRequired[JsonObject]
    ui: NotRequired[JsonObject]
    redirectSettings: NotRequired[JsonObject]
    senderDisplayName: NotRequired[str]


class SessionPage(TypedDict):
    limit: int
    offset: int
    count: int
    total: int
    data: list[Session]


class MerchantSigned(TypedDict):
    documentId: Uuid
    documentResultId: Uuid
    signatureType: Literal["PADES", "XADES"]


class InvalidParam(TypedDict):
    name: str
    reason: str


class Problem(TypedDict):
    status: int
    title: str
    code: str
    traceId: str
    invalidParams: list[InvalidParam]
    detail: str


class Event(TypedDict):
    id: str
    timestamp: str
    sender: str
    eventName: str
    eventData: JsonObject
    accountId: str
    organizationId: str | None
    expiresAt: str
    tags: list[str]
    isMockEvent: NotRequired[bool]
