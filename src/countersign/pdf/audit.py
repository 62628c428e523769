"""The audit document: a PDF/A-3 page set with the evidence attached as JSON (ISO 19005-3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import typst

from countersign.pdf.errors import PdfError

FONTS = Path(__file__).with_name("fonts")


def audit_pdf(facts: Mapping[str, Any], record: str) -> bytes:
    """PDF bytes made from `facts` (the keys that templates/audit.typ reads, JSON values) with
    `record`, the evidence as JSON text, attached as evidence.json.

    The same input gives the same bytes. Raises PdfError when it can't be typeset.
    """
    template = files("countersign.pdf").joinpath("templates/audit.typ").read_bytes()
    inputs = {"data": json.dumps(facts), "record": record}
    try:
        return _compiled(template, inputs, "a-3b")
    except typst.TypstError:
        # PDF/A forbids a character that no font has; a name must never stop an envelope
        return _without_standard(template, inputs)


def _without_standard(template: bytes, inputs: dict[str, str]) -> bytes:
    try:
        return _compiled(template, inputs, None)
    except typst.TypstError as problem:
        raise PdfError(f"the audit document can't be made: {problem}") from None


def _compiled(template: bytes, inputs: dict[str, str], standard: Literal["a-3b"] | None) -> bytes:
    made: bytes = typst.compile(  # type: ignore[call-overload] # fonts as texts are fine
        template,
        format="pdf",
        sys_inputs=inputs,
        font_paths=[str(FONTS)],
        pdf_standards=standard,
    )
    return made
