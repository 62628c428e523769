"""The form that a PDF brings along: what there is to be filled in, and where.

An upload's form is flattened when it is prepared (`flatten`); who makes a template of it wants its
fields back, for people to fill in. ISO 32000-1, 12.7 (interactive forms) and 12.5.3 (flags).
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pikepdf
from pikepdf import Dictionary, Name, Object, Pdf

from countersign.pdf.errors import UnusablePdf
from countersign.pdf.geometry import PageBox
from countersign.pdf.inspect import DAMAGE, MAX_NODES, inherited, items
from countersign.pdf.pagebox import box_of, page_size, visible_box

Kind = Literal["text", "checkbox", "signature"]

_HIDDEN = 1 << 1 | 1 << 5  # Hidden, NoView
_READ_ONLY, _REQUIRED = 1 << 0, 1 << 1
_RADIO, _PUSH_BUTTON = 1 << 15, 1 << 16
_SMALLEST = 2.0  # points; what is smaller is not meant to be seen


@dataclass(frozen=True, slots=True)
class FormField:
    """One box of a field. `label` is what the form tells people, else its name. `page` counts from
    0; `x`, `y`, `w`, `h` are fractions of the page as shown, from its top left corner. Who fills a
    form in gets the `value` that it begins with besides, and the `options` to choose from: as
    programs call them and as people see them.
    """

    name: str
    label: str
    kind: Kind
    required: bool
    page: int
    x: float
    y: float
    w: float
    h: float
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()


def form_fields(data: bytes) -> tuple[FormField, ...]:
    """The fields that people can fill in, page by page, from top to bottom. Without those that
    can't be seen or changed, buttons, choices of one out of several, and signatures that are there.
    Raises UnusablePdf("broken")."""
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            return found_fields(pdf)
    except DAMAGE as error:
        raise UnusablePdf("broken", "The form in this PDF is damaged.") from error


def found_fields(pdf: Pdf, *, radios: bool = False) -> tuple[FormField, ...]:
    """As `form_fields`, in an open file. `radios` are found as checkboxes of one name, each with
    the one option that it stands for; none of them is required by itself."""
    found = _found(pdf, radios=radios)
    return tuple(sorted(found, key=lambda field: (field.page, field.y, field.x)))


def _found(pdf: Pdf, *, radios: bool) -> Iterator[FormField]:
    if "/AcroForm" not in pdf.Root:
        return
    looked_at = 0
    for number, page in enumerate(pdf.pages):
        for widget in items(page.obj.get("/Annots")):
            looked_at += 1
            if looked_at > MAX_NODES:
                raise UnusablePdf("broken", "The form in this PDF has too many fields.")
            if isinstance(widget, Dictionary) and widget.get("/Subtype") == Name.Widget:
                yield from _field(widget, page.obj, number, radios=radios)


def _field(widget: Object, page: Object, number: int, *, radios: bool) -> Iterator[FormField]:
    flags = number_in(inherited(widget, "/Ff"))
    radio = radios and bool(flags & _RADIO)
    kind = _kind(widget, flags & ~_RADIO if radio else flags)
    place = _place(widget, page)
    hidden = number_in(widget.get("/F", 0)) & _HIDDEN or flags & _READ_ONLY
    if kind is None or place is None or hidden:
        return
    name = full_name(widget)
    label = str(inherited(widget, "/TU") or "").strip() or name
    required = kind == "signature" or (bool(flags & _REQUIRED) and not radio)
    options = ((on_state(widget), "true"),) if kind == "checkbox" else ()
    label = f"{label}: {on_state(widget)}" if radio else label
    yield FormField(name, label, kind, required, number, *place, options=options)


def _kind(widget: Object, flags: int) -> Kind | None:
    match inherited(widget, "/FT"):
        case Name.Tx | Name.Ch:
            return "text"
        case Name.Btn if not flags & (_RADIO | _PUSH_BUTTON):
            return "checkbox"
        case Name.Sig if not isinstance(inherited(widget, "/V"), Dictionary):
            return "signature"
    return None


def on_state(widget: Object) -> str:
    """What a button's value is when it is on, by the appearances that it has; "" without any."""
    appearances = widget.get("/AP", Dictionary()).get("/N", Dictionary())
    keys = appearances.keys() if isinstance(appearances, Dictionary) else ()
    return next((key.removeprefix("/") for key in sorted(keys) if key != "/Off"), "")


def _place(widget: Object, page: Object) -> tuple[float, float, float, float] | None:
    """Cut to the page as shown; None for what is beside it or too small to be seen."""
    visible = visible_box(page)
    box = PageBox(*visible, rotate=page_size(page, visible).rotation)
    rect = box_of(widget.get("/Rect"))
    if rect is None:
        return None
    left, top, right, bottom = box.seen_corners(rect)
    width, height = box.seen
    left, top = max(left, 0.0), max(top, 0.0)
    right, bottom = min(right, width), min(bottom, height)
    if right - left < _SMALLEST or bottom - top < _SMALLEST:
        return None
    return left / width, top / height, (right - left) / width, (bottom - top) / height


def number_in(value: object) -> int:
    """The number that a damaged file may have something else for."""
    return value if isinstance(value, int) else 0


def full_name(widget: Object) -> str:
    """The names on the way from the root of the form, joined by full stops."""
    names: list[str] = []
    node: object = widget
    for _ in range(32):
        if not isinstance(node, Dictionary):
            break
        if "/T" in node:
            names.append(str(node["/T"]))
        node = node.get("/Parent")
    return ".".join(reversed(names))
