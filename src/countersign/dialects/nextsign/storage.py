"""How files are called: `<company>/case/<file>` and `<company>/upload/<file>`, as the vendor does.

A key holds the ids; the name at its end is for people, and is cut down to letters that are safe in
any path.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from countersign.domain.document import Document
from countersign.domain.envelope import Envelope
from countersign.domain.short_id import short_id
from countersign.domain.stored_file import StoredFile

LONGEST = 60  # characters of a name
_KEY = re.compile(
    r"([0-9a-f]{24})/(case|upload)/([0-9a-f]{24})(?:-([0-9]{1,3}))?(-signed)?-[\w.-]+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a key says. `number` is the document's place in its case."""

    company: str
    kind: str
    id: str
    number: int | None
    signed: bool


def document_key(envelope: Envelope, document: Document, *, signed: bool) -> str:
    number = envelope.documents.index(document)
    file = (
        f"{short_id(envelope.id)}-{number}{'-signed' if signed else ''}-{slug(document.name)}.pdf"
    )
    return f"{short_id(envelope.account_id)}/case/{file}"


def upload_key(file: StoredFile) -> str:
    ending = "pdf" if file.media_type == "application/pdf" else "docx"
    name = f"{short_id(file.id)}-{slug(file.name)}.{ending}"
    return f"{short_id(file.account_id)}/upload/{name}"


def place_of(key: str) -> Place | None:
    """None for what is no key."""
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    company, kind, id, number, signed = found.groups()
    if (kind == "case") != (number is not None):
        return None
    return Place(
        company=company, kind=kind, id=id, number=int(number or 0), signed=signed is not None
    )


def slug(name: str) -> str:
    """Letters, digits and single hyphens of a file's name, without its ending."""
    stem = re.sub(r"\.(pdf|docx)$", "", name, flags=re.IGNORECASE)
    plain = re.sub(r"[^A-Za-z0-9]+", "-", stem).strip("-")
    return plain[:LONGEST].strip("-") or "document"
