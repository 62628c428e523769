"""The JSON that the signing page sends and gets."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from countersign.domain.errors import Invalid

IMAGE_LIMIT = 8 << 20  # bytes of a data URL; a 20-megapixel photo fits


class SignatureInput(BaseModel):
    """What was drawn, uploaded (a data URL) or typed."""

    image: Annotated[str, Field(max_length=IMAGE_LIMIT)] | None = None
    text: Annotated[str, Field(max_length=300)] | None = None


class CompleteInput(BaseModel):
    """`method`: `drawn` (also for an uploaded image), `typed`, `click`, an eID's name after its
    proof, or that of a service which keeps the person's own key (`key:NBID`). Viewers and reviewers
    send `consent` alone."""

    model_config = ConfigDict(strict=True)

    consent: bool = False
    method: Annotated[str, Field(max_length=40)] = "click"
    signature: SignatureInput = SignatureInput()
    fields: dict[str, Annotated[str, Field(max_length=5000)]] = {}


class DeclineInput(BaseModel):
    reason: str = ""


class ForwardInput(BaseModel):
    """Who is to act instead, and who says so."""

    name: Annotated[str, Field(max_length=300)]
    email: Annotated[str, Field(max_length=254)]
    phone: Annotated[str, Field(max_length=40)] = ""
    own_name: Annotated[str, Field(max_length=300)] = ""
    own_email: Annotated[str, Field(max_length=254)] = ""


class LanguageQuery(BaseModel):
    """The language that the page was shown in."""

    lang: Annotated[str, Field(max_length=35)] = ""


def _appended_twice(given: Any) -> Any:
    """Signature.nc tells its senders to append `?skipIntro=true` to a link, which may have it."""
    return given.partition("?")[0] if isinstance(given, str) else given


class PageQuery(LanguageQuery):
    """`skipIntro` leads straight to the document; `embed` is the origin of the page around it;
    `eid` is the one that the person chose among several; `artifact` a ticket that stands for a
    login."""

    skipIntro: Annotated[bool, BeforeValidator(_appended_twice)] = False
    eid: Annotated[str, Field(max_length=64)] = ""
    embed: Annotated[str, Field(max_length=300)] = ""
    artifact: Annotated[str, Field(max_length=200)] = ""


class ImageQuery(BaseModel):
    """Width in pixels; `v` is whatever tells a file from the one before it to a cache."""

    width: Annotated[int, Field(ge=16, le=4096)] = 1240
    v: Annotated[str, Field(max_length=64)] = ""


class ChatQuery(BaseModel):
    """The messages after number `after`, at most `limit`."""

    after: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    limit: Annotated[int, Field(ge=1, le=100)] = 100


class ChatInput(BaseModel):
    """1 to 4000 characters."""

    text: str


class ChatAuthor(BaseModel):
    type: Literal["participant", "sender"]
    name: str


class ChatItem(BaseModel):
    """`number` counts from 1 within an envelope; `own` when this signer wrote it."""

    id: str
    number: int
    author: ChatAuthor
    own: bool
    text: str
    at: str


class ChatAnswer(BaseModel):
    """`may_write` is false once the envelope has ended."""

    messages: list[ChatItem]
    total: int
    may_write: bool


class SignedDocument(BaseModel):
    id: str
    name: str
    url: str


class Completed(BaseModel):
    """`status` is `completed`, and `redirect_url` where the sender wants the person to go then; or
    `authorize`: somebody else keeps the person's key, and this browser has to go to `redirect_url`,
    or what is in `ask` (`id`, `label`, `digits`) has to be filled in and sent to `authorize`."""

    status: str
    redirect_url: str | None
    documents: list[SignedDocument]
    ask: list[dict[str, Any]] = []


class Left(BaseModel):
    status: str
    redirect_url: str | None = None


class Problem(BaseModel):
    """`code` is a stable word, `fields` maps what was sent to what is wrong with it."""

    code: str
    message: str
    fields: dict[str, str]


class ProblemBody(BaseModel):
    error: Problem


State = dict[str, Any]


def image_bytes(data_url: str | None) -> bytes | None:
    """The bytes of `data:image/…;base64,…`. Raises Invalid for anything else."""
    if not data_url:
        return None
    head, _, body = data_url.partition(",")
    try:
        if not (head.startswith("data:image/") and head.endswith(";base64")):
            raise ValueError(head)
        return base64.b64decode(body, validate=True)
    except (ValueError, binascii.Error):
        wrong = {"signature": "must be an image as a base64 data URL"}
        raise Invalid("the signature is not an image", wrong) from None
