"""Read back what a saved base looks like, so that no later step has to parse it."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pikepdf

from countersign.pdf.errors import PdfError
from countersign.pdf.form import NewField
from countersign.pdf.shared_font import shared_font
from countersign.pdf.state import BaseState, FieldState

_END_WINDOW = 64  # bytes
_END = re.compile(rb"startxref\n(\d+)\n%%EOF\n?$")
_VALUE_KEYS = ("/V", "/AP", "/AS")


# A file's name rather than the open file: of that pikepdf reads every line through Python
Source = Path | io.BytesIO


@contextmanager
def reading(source: Source) -> Iterator[BinaryIO]:
    """The file opened, or what is in memory already, to be read from its begin."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield file
    else:
        source.seek(0)
        yield source


def capture(base: Source, fields: list[NewField], own: int) -> BaseState:
    """The state, still without digest, of a base whose form holds `fields`, the first `own` of
    them the platform's."""
    with reading(base) as file:
        length, prev = file.seek(0, io.SEEK_END), _last_xref(file)
    with pikepdf.open(base) as pdf:
        root, trailer = pdf.Root, pdf.trailer
        captured = [_field(obj, new) for obj, new in zip(root.AcroForm.Fields, fields, strict=True)]
        return BaseState(
            length=length,
            sha256="",
            size=int(trailer.Size),
            prev=prev,
            root=root.objgen[0],
            info=trailer.Info.objgen[0] if "/Info" in trailer else 0,
            id=bytes(trailer.ID[0]).hex(),
            font=root.AcroForm.DR.Font.F.objgen[0],
            face=shared_font().fingerprint,
            dss=root.DSS.objgen[0],
            catalog=root.unparse(resolved=True).decode("latin-1").rstrip(),
            platform=captured[:own],
            slots=_by_slot(captured[own:]),
        )


def _field(obj: pikepdf.Object, new: NewField) -> dict[str, Any]:
    number, ap = obj.objgen[0], ""
    if "/AP" in obj:
        ap = obj.AP.unparse().decode("latin-1")
    for key in _VALUE_KEYS:
        if key in obj:
            del obj[key]
    body = (
        obj.unparse(resolved=True).decode("latin-1").strip().removeprefix("<<").removesuffix(">>")
    )
    state = FieldState(new.name, new.label, new.kind, number, body.strip(), new.box, new.rotate, ap)
    return state.to_dict()


def _by_slot(captured: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    slots: list[list[dict[str, Any]]] = []
    for state in captured:
        if state["kind"] == "signature":
            slots.append([])
        slots[-1].append(state)
    return slots


def _last_xref(base: BinaryIO) -> int:
    base.seek(-_END_WINDOW, io.SEEK_END)
    found = _END.search(base.read())
    at = int(found[1]) if found else 0
    base.seek(at)
    if base.read(5) != b"xref\n":
        raise PdfError("the prepared file does not end in a classic cross-reference table")
    return at
