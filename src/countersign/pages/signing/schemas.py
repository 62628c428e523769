"""The JSON that the signing page sends and gets."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from countersign.domain.errors import Invalid

IMAGE_LIMIT = 8 << 20  # bytes of a data URL; a 20-megapixel photo fits


class SignatureInput(BaseModel):
    """What was drawn, uploaded (a data URL) or typed."""

    image: Annotated[str, Field(max_length=IMAGE_LIMIT)] | None = None
    text: Annotated[str, Field(max_length=300)] | None = None


class CompleteInput(BaseModel):
    """`method`: `drawn` (also for an uploaded image), `typed` or `click`. Viewers and reviewers
    send `consent` alone."""

    model_config = ConfigDict(strict=True)

    consent: bool = False
    method: Annotated[str, Field(max_length=40)] = "click"
    signature: SignatureInput = SignatureInput()
    fields: dict[str, Annotated[str, Field(max_length=5000)]] = {}


class DeclineInput(BaseModel):
    reason: str = ""


class LanguageQuery(BaseModel):
    """The language that the page was shown in."""

    lang: Annotated[str, Field(max_length=35)] = ""


class PageQuery(LanguageQuery):
    """`skipIntro` leads straight to the document; `embed` is the origin of the page around it."""

    skipIntro: bool = False
    embed: Annotated[str, Field(max_length=300)] = ""


class ImageQuery(BaseModel):
    """Width in pixels."""

    width: Annotated[int, Field(ge=16, le=4096)] = 1240


class SignedDocument(BaseModel):
    id: str
    name: str
    url: str


class Completed(BaseModel):
    status: str
    redirect_url: str | None
    documents: list[SignedDocument]


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
