"""Files inside a PDF, as PDF/A-3 wants them (ISO 19005-3, 6.8)."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pikepdf
from pikepdf import AttachedFileSpec, Name

from countersign.pdf.errors import PdfError


def packaged(pdf: bytes, attachments: Sequence[tuple[str, str, bytes]]) -> bytes:
    """`pdf`, which is unsigned, with files attached as its sources: name, media type, content.

    The same input gives the same bytes; PDF/A-3 stays PDF/A-3, and the result can be sealed. Raises
    PdfError for what is no PDF, and when two files have one name.
    """
    names = [name for name, _, _ in attachments]
    if len(set(names)) != len(names):
        raise PdfError("two attachments have the same name")
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            for attachment in attachments:
                _attach(document, *attachment)
            return _saved(document)
    except pikepdf.PdfError as error:
        raise PdfError(f"the files can't be attached: {error}") from error


def _attach(document: pikepdf.Pdf, name: str, media_type: str, content: bytes) -> None:
    attached = AttachedFileSpec(
        document,
        content,
        filename=name,
        mime_type=media_type,
        description="",
        creation_date="",
        mod_date="",
    )
    attached.relationship = Name.Source
    document.attachments[name] = attached


def _saved(document: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    document.save(out, deterministic_id=True)
    return out.getvalue()
