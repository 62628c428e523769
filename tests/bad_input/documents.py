"""PDFs that other programs made, and PDFs that were tampered with."""

from __future__ import annotations

import io
from typing import Any

import pikepdf

from tests.pdf.samples import changed, contract, saved, with_text_field


def changed_page(**entries: Any) -> bytes:
    """A one-page contract with these entries on its page."""

    def change(pdf: pikepdf.Pdf) -> None:
        for key, value in entries.items():
            pdf.pages[0].obj[f"/{key}"] = value

    return changed(change, contract(1))


def with_pages(count: int) -> bytes:
    with pikepdf.open(io.BytesIO(contract(1))) as pdf:
        pdf.pages.extend([pdf.pages[0]] * (count - 1))
        return saved(pdf)


def field_without_place() -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        del pdf.Root.AcroForm.Fields[0].Rect

    return changed(change, with_text_field(value="x"))
