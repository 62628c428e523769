"""What `prepare` does: repairs, cleans, adds pages and fields, embeds the font, saves."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name

from countersign.pdf import evidence
from countersign.pdf.capture import Source, capture, reading
from countersign.pdf.cleaning import drop_active_content
from countersign.pdf.errors import BadLayout, PdfError, UnusablePdf
from countersign.pdf.flatten import flatten_form
from countersign.pdf.font_program import embed
from countersign.pdf.form import NOWHERE, Form, Place, Sheet
from countersign.pdf.geometry import PageBox, visible_box
from countersign.pdf.layout import Field, FieldKind, Layout, Slot
from countersign.pdf.shared_font import shared_font
from countersign.pdf.state import BaseState, StateKind
from countersign.pdf.text import typesetter
from countersign.pdf.words import ENGLISH, Words

_HEADER_WINDOW = 1024  # bytes in which a reader looks for %PDF-
# A second place for the same signature repeats its mark; a date is a text like any other
_STATE_KINDS: dict[FieldKind, StateKind] = {
    "signature": "mark",
    "initials": "initials",
    "stamp": "stamp",
    "text": "text",
    "date": "text",
}


def write_base(upload: Source, layout: Layout, base: Path | io.BytesIO) -> BaseState:
    """`base` is a file's name or a place in memory. The state has no digest yet. Raises
    UnusablePdf and BadLayout."""
    with base.open("wb") if isinstance(base, Path) else nullcontext(base) as written:
        form, own = _write(upload, layout, written)
    words = {} if layout.words == ENGLISH else asdict(layout.words)
    return replace(capture(base, form.fields, own), words=words)


def _write(upload: Source, layout: Layout, base: BinaryIO) -> tuple[Form, int]:
    """Also returns how many of the form's fields are the platform's own."""
    with _opened(upload) as pdf, _as_broken():
        font = embed(shared_font(), pdf)
        flatten_form(pdf, font)
        drop_active_content(pdf)
        _straighten_pages(pdf)
        sheets = _sheets(pdf, layout)
        form, own = _build(pdf, font, layout, sheets)
        _save(pdf, base)
    return form, own


@contextmanager
def _opened(upload: Source) -> Iterator[pikepdf.Pdf]:
    with reading(upload) as beginning:
        head = beginning.read(_HEADER_WINDOW)
    if not head:
        raise UnusablePdf("empty", "the file is empty")
    if b"%PDF-" not in head:
        raise UnusablePdf("not_pdf", "the file is not a PDF")
    with _as_broken():
        pdf = pikepdf.open(upload)
    with pdf:
        yield pdf


@contextmanager
def _as_broken() -> Iterator[None]:
    """Whatever a malformed upload makes the PDF library raise means the same to the caller."""
    try:
        yield
    except PdfError:
        raise
    except pikepdf.PasswordError as error:
        raise UnusablePdf("encrypted", "the file needs a password to open") from error
    except Exception as error:
        raise UnusablePdf("broken", "the file is damaged beyond repair") from error


def _straighten_pages(pdf: pikepdf.Pdf) -> None:
    """All pages below one node that is their parent, with what they inherited. The PDF library does
    so when a page is added; without that, damaged trees would stay as viewers disagree on them."""
    count = len(pdf.pages)
    # A wrong count hurts no viewer, but the PDF library adds no page to it
    pdf.Root.Pages.Count = count
    if count:
        pdf.pages.append(pdf.pages[0])
        del pdf.pages[count]


def _sheets(pdf: pikepdf.Pdf, layout: Layout) -> dict[int, Sheet]:
    """The pages that take fields, the first and the last one, by index."""
    count = len(pdf.pages)
    if count == 0:
        raise UnusablePdf("no_pages", "the file has no pages")
    used = {field.page for slot in layout.slots for field in slot.fields}
    if used and max(used) >= count:
        raise BadLayout(f"a field is on page {max(used)}; the document has {count} pages, from 0")
    return {index: _sheet(pdf.pages[index]) for index in used | {0, count - 1}}


def _sheet(page: pikepdf.Page) -> Sheet:
    return Sheet(page, visible_box(_rect(page.mediabox), _rect(page.cropbox), _rotation(page)))


def _rect(box: pikepdf.Array) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(edge) for edge in box)
    return x0, y0, x1, y1


def _rotation(page: pikepdf.Page) -> int:
    """/Rotate is inherited through the page tree (7.7.3.4)."""
    node: pikepdf.Object | None = page.obj
    for _ in range(64):
        if node is None or "/Rotate" in node:
            break
        node = node.get("/Parent")
    value = node.get("/Rotate", 0) if node is not None else 0
    return value if isinstance(value, int) else 0


def _build(
    pdf: pikepdf.Pdf, font: pikepdf.Object, layout: Layout, sheets: dict[int, Sheet]
) -> tuple[Form, int]:
    """All fields in the order of the state; also returns how many are the platform's own."""
    form = Form(pdf, font)
    slots = layout.all_slots()
    design = evidence.DESIGNS[layout.pages]
    pages = _AddedPages(pdf, font, layout, design, sheets[0].box.seen) if design else None
    last = pages.sheets[0] if pages else sheets[max(sheets)]
    form.signature("z_cert", last)
    if pages:
        for row in reversed(evidence.HEADER_ROWS):
            form.text(f"z_{row.key}", last, evidence.row_box(row, 0, pages.size))
    form.signature("z_seal", last)
    form.signature("z_ts", last)
    own = len(form.fields)
    for index, slot in enumerate(slots):
        _add_slot(form, f"s{index + 1:04d}_", slot, sheets, pages, index, last)
    form.finish()
    root = pdf.Root
    root.DSS = pdf.make_indirect(Dictionary(Type=Name.DSS))
    root.Extensions = Dictionary(ESIC=Dictionary(BaseVersion=Name("/1.7"), ExtensionLevel=1))
    return form, own


class _AddedPages:
    """The pages at the end of the document that hold one block per slot."""

    def __init__(
        self,
        pdf: pikepdf.Pdf,
        font: pikepdf.Object,
        layout: Layout,
        design: evidence.Design,
        first_page: tuple[float, float],
    ) -> None:
        self.rows, self.size = design.rows, evidence.page_size(first_page)
        self.blocks = evidence.blocks(design, len(layout.slots) + layout.spare, self.size)
        count = self.blocks[-1].page + 1
        numbers: list[list[tuple[int, float, str]]] = [[] for _ in range(count)]
        for index, slot in enumerate(layout.slots):
            block = self.blocks[index]
            numbers[block.page].append((index + 1, block.top, _remark(slot, layout.words)))
        resources = pdf.make_indirect(Dictionary(Font=Dictionary(F=font)))
        letters = typesetter(shared_font().fingerprint)
        self.sheets = [
            self._add(
                pdf,
                resources,
                evidence.printed(
                    design, layout.words, letters, self.size, (page, count), numbers[page]
                ),
            )
            for page in range(count)
        ]

    def _add(self, pdf: pikepdf.Pdf, resources: pikepdf.Object, content: bytes) -> Sheet:
        width, height = self.size
        page = Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, width, height]),
            Resources=resources,
            Contents=pdf.make_stream(content),
        )
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
        return Sheet(pdf.pages[-1], PageBox(0, 0, width, height, 0))


def _remark(slot: Slot, words: Words) -> str:
    placed = _placed_signature(slot)
    return words.placed.format(number=placed.page + 1) if placed else ""


def _placed_signature(slot: Slot) -> Field | None:
    return next((field for field in slot.fields if field.kind == "signature"), None)


def _add_slot(
    form: Form,
    prefix: str,
    slot: Slot,
    sheets: dict[int, Sheet],
    pages: _AddedPages | None,
    index: int,
    last: Sheet,
) -> None:
    placed = _placed_signature(slot)
    numbered = [
        (f"{prefix}f{number + 1:03d}", field)
        for number, field in enumerate(slot.fields)
        if field is not placed
    ]
    rows = [(f"{prefix}e_{row.key}", row) for row in pages.rows] if pages else []
    sheet, place = _signature_place(placed, sheets, pages, index, last)
    locks = [name for name, _ in numbered] + [name for name, _ in rows]
    form.signature(f"{prefix}sig", sheet, place, locks, placed.name if placed else "")
    for name, field in numbered:
        _add_field(form, name, field, sheets[field.page])
    if pages:
        block = pages.blocks[index]
        for name, row in rows:
            form.text(name, pages.sheets[block.page], evidence.row_box(row, block.top, pages.size))


def _signature_place(
    placed: Field | None,
    sheets: dict[int, Sheet],
    pages: _AddedPages | None,
    index: int,
    last: Sheet,
) -> tuple[Sheet, Place]:
    if placed:
        return sheets[placed.page], _place(placed, sheets[placed.page])
    if pages:
        block = pages.blocks[index]
        return pages.sheets[block.page], evidence.signature_box(block.top, pages.size)
    return last, NOWHERE


def _add_field(form: Form, name: str, field: Field, sheet: Sheet) -> None:
    place = _place(field, sheet)
    if field.kind == "checkbox":
        form.checkbox(name, sheet, place, field.name)
    else:
        form.text(name, sheet, place, _STATE_KINDS[field.kind], field.name)


def _place(field: Field, sheet: Sheet) -> Place:
    width, height = sheet.box.seen
    return field.x * width, field.y * height, field.w * width, field.h * height


def _save(pdf: pikepdf.Pdf, base: BinaryIO) -> None:
    info = pdf.trailer.get("/Info")
    if info is not None and not isinstance(info, Dictionary):
        # What is in its place may be part of a page
        del pdf.trailer.Info
    elif info is not None and not info.is_indirect:
        pdf.trailer.Info = pdf.make_indirect(info)
    if "/Size" not in pdf.trailer:
        # Lost with a damaged trailer; the library writes the right number, but only over another
        pdf.trailer.Size = 1
    # Streams stay as they are: recompressing takes ten times as long as everything else.
    # No object streams: the writer and the verifier want a classic cross-reference table.
    pdf.save(
        base,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        min_version="1.7",
        compress_streams=False,
        fix_metadata_version=False,
        encryption=False,
    )
