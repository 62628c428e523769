"""Finished documents inside another PDF (ISO 32000-2, 7.11.4)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import PurePosixPath

import pikepdf

from countersign.pdf.errors import PdfError


def attach(cover: bytes, files: Sequence[tuple[str, bytes]]) -> bytes:
    """PDF bytes: `cover` with every PDF of `files` (name, bytes) attached as it is, so that the
    signatures in it stay valid. Equal names are told apart. Raises PdfError."""
    try:
        with pikepdf.open(io.BytesIO(cover)) as pdf:
            for name, data in files:
                key = _free(name, pdf.attachments)
                spec = pikepdf.AttachedFileSpec(
                    pdf,
                    data,
                    filename=key,
                    mime_type="application/pdf",
                    creation_date="",
                    mod_date="",
                    description="",
                )
                spec.obj.AFRelationship = pikepdf.Name.Data
                pdf.attachments[key] = spec
            made = io.BytesIO()
            pdf.save(made)
    except pikepdf.PdfError as problem:
        raise PdfError(f"the documents can't be put into one: {problem}") from None
    return made.getvalue()


def _free(name: str, taken: pikepdf.Attachments) -> str:
    """`Contract.pdf`, then `Contract (2).pdf`."""
    stem = PurePosixPath(name.replace("/", "_").replace("\\", "_")).name.removesuffix(".pdf")
    number, free = 1, f"{stem}.pdf"
    while free in taken:
        number += 1
        free = f"{stem} ({number}).pdf"
    return free
