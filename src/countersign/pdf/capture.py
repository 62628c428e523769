"""Read back what a saved base looks like, so that no later step has to parse it."""

import hashlib
import io
import re
from typing import Any

import pikepdf

from countersign.pdf.errors import PdfError
from countersign.pdf.form import NewField
from countersign.pdf.shared_font import shared_font
from countersign.pdf.state import BaseState, FieldState

_END = re.compile(rb"startxref\n(\d+)\n%%EOF\n?$")
_VALUE_KEYS = ("/V", "/AP", "/AS")


def capture(data: bytes, fields: list[NewField], own: int) -> BaseState:
    """The state of a base whose form holds `fields`, the first `own` of them the platform's."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        root, trailer = pdf.Root, pdf.trailer
        captured = [_field(obj, new) for obj, new in zip(root.AcroForm.Fields, fields, strict=True)]
        return BaseState(
            length=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            size=int(trailer.Size),
            prev=_last_xref(data),
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


def _last_xref(data: bytes) -> int:
    found = _END.search(data, len(data) - 64)
    if found is None or not data.startswith(b"xref\n", int(found[1])):
        raise PdfError("the prepared file does not end in a classic cross-reference table")
    return int(found[1])
