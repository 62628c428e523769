"""Pages that typst makes: PDF/A-3 from a template of ours and data (ISO 19005-3)."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Literal

import typst

from countersign.pdf.errors import PdfError

FONTS = Path(__file__).with_name("fonts")


def typeset(template: str, inputs: Mapping[str, str]) -> bytes:
    """PDF bytes from a file in templates/, which reads `inputs` as `sys.inputs`, never as markup.

    The same input gives the same bytes. Raises PdfError when it can't be typeset.
    """
    source = files("countersign.pdf").joinpath("templates", template).read_bytes()
    try:
        return _compiled(source, dict(inputs), "a-3b")
    except typst.TypstError:
        # PDF/A forbids a character that no font has; a name must never stop an envelope
        return _without_standard(source, dict(inputs))


def _without_standard(source: bytes, inputs: dict[str, str]) -> bytes:
    try:
        return _compiled(source, inputs, None)
    except typst.TypstError as problem:
        raise PdfError(f"the pages can't be made: {problem}") from None


def _compiled(source: bytes, inputs: dict[str, str], standard: Literal["a-3b"] | None) -> bytes:
    made: bytes = typst.compile(  # type: ignore[call-overload] # fonts as texts are fine
        source,
        format="pdf",
        sys_inputs=inputs,
        font_paths=[str(FONTS)],
        pdf_standards=standard,
    )
    return made
