"""A form: documents with tags that are filled in and sent again and again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from countersign.domain.document import PDF, FileRef, PageSize
from countersign.domain.errors import Invalid

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LONGEST_NAME = 255  # characters
MOST_TAGS = 500
_TAG = re.compile(r"[\w.-]{1,100}")


class TagKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """`name` stands in the documents as `{{name}}`, `label` is what people read; `value` is what it
    is when nobody says anything else. What is written for a `sensitive` one is kept nowhere but in
    the document. `format` is how a date is written, in the letters of its dialect."""

    id: str
    name: str
    label: str
    kind: TagKind = TagKind.TEXT
    value: str = ""
    format: str = ""
    sensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDocument:
    """One file of a form. A PDF is sent as it is, and has `pages`; a DOCX is filled in and
    converted each time."""

    name: str
    media_type: str
    upload: FileRef
    pages: tuple[PageSize, ...] = ()

    @property
    def is_filled(self) -> bool:
        return self.media_type != PDF


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """`origin` names the dialect that it is submitted through, whose words `defaults` is in: what a
    submission begins with. An inactive one can be read only. With `is_public` whoever has its link
    may fill it in. The documents and tags of a `version` are never changed. Times are UTC."""

    id: str
    account_id: str
    origin: str
    name: str
    documents: tuple[FormDocument, ...]
    tags: tuple[Tag, ...]
    created_at: datetime
    updated_at: datetime
    folder: str = ""
    is_active: bool = True
    is_public: bool = False
    defaults: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1


def check_form(form: Form) -> None:
    """Raises Invalid for an empty or too long name, no document, too many tags, one that comes
    twice or that no document could hold."""
    wrong: dict[str, str] = {}
    if not form.name.strip() or len(form.name) > LONGEST_NAME:
        wrong["name"] = f"1 to {LONGEST_NAME} characters"
    if not form.documents:
        wrong["documents"] = "at least one is needed"
    if len(form.tags) > MOST_TAGS:
        wrong["tags"] = f"at most {MOST_TAGS}"
    names = [tag.name for tag in form.tags]
    for number, name in enumerate(names):
        if _TAG.fullmatch(name) is None:
            wrong[f"tags.{number}"] = "1 to 100 letters, digits, _, - and ."
        elif name in names[:number]:
            wrong[f"tags.{number}"] = f"{name} is there already"
    if wrong:
        raise Invalid("this form can't be used", wrong)
