"""What an uploaded file is, before anything is built on it.

`inspect` runs inside the request that brings the file in, so it reads the structure only (no page
content, no stream) and costs about a millisecond. It answers with an `Inspection` or refuses with
`UnusablePdf`; whatever the bytes are, nothing else comes out of it.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String
from pikepdf.settings import set_qpdf_limits

from countersign.pdf.errors import UnusablePdf
from countersign.pdf.pagebox import PageSize, page_size, visible_box

MAX_PAGES = 5000
MAX_NODES = 200_000
"""Form fields and annotations looked at in one file."""

LARGEST_SIDE_PT = 14_400.0
"""The largest page that PDF viewers must accept (ISO 32000-1, annex C.2), in user space units."""

HEADER_WINDOW = 1024
"""`%PDF-` must begin within so many bytes; viewers accept junk before it (ISO 32000-1, H.3.4.1)."""

_BLANKS = b"\0\t\n\r\f "

# A few kilobytes of Flate can unpack to gigabytes. qpdf's limits hold for the whole process and
# must be set before threads use it, so at import.
_UNPACKED_LIMIT = 100_000_000
set_qpdf_limits(
    flate_max_memory=_UNPACKED_LIMIT,
    run_length_max_memory=_UNPACKED_LIMIT,
    png_max_memory=_UNPACKED_LIMIT,
    tiff_max_memory=_UNPACKED_LIMIT,
    dct_max_memory=_UNPACKED_LIMIT,
)

# All that pikepdf raises when an object is not of the kind its place in the file asks for.
DAMAGE = (
    pikepdf.PdfError,
    pikepdf.PikepdfError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
)

_ACTIONS = {
    "/JavaScript": "javascript",
    "/Launch": "launch",
    "/SubmitForm": "submit_form",
    "/ImportData": "import_data",
    "/GoToE": "embedded_document",
    "/Rendition": "rich_media",
    "/RichMediaExecute": "rich_media",
}
_ANNOTATIONS = {
    "/RichMedia": "rich_media",
    "/3D": "rich_media",
    "/Movie": "rich_media",
    "/Screen": "rich_media",
    "/Sound": "rich_media",
    "/FileAttachment": "attachment",
}


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found in a file that can be signed.

    `pages`: one size per page, as a viewer shows it. `largest_signature`: bytes in the largest
    signature value, 0 without signatures. `certified`: the DocMDP level P (1, 2 or 3)
    of a certification signature, else None. `active_content`: sorted words out of javascript,
    launch, submit_form, import_data, embedded_document, rich_media, attachment.
    """

    pages: tuple[PageSize, ...]
    largest_signature: int
    certified: int | None
    was_encrypted: bool
    has_forms: bool
    has_xfa: bool
    active_content: tuple[str, ...]

    @property
    def signed(self) -> bool:
        return self.largest_signature > 0


def inspect(data: bytes, *, max_pages: int = MAX_PAGES, password: str | None = None) -> Inspection:
    """Read the structure of the PDF in `data`.

    Raises `UnusablePdf` with code `empty`, `not_pdf`, `broken`, `encrypted`, `no_pages`,
    `xfa_only` or `too_many_pages`.
    """
    _refuse_other_kinds(data)
    try:
        with _open(data, password) as pdf:
            return _read(pdf, max_pages)
    except UnusablePdf:
        raise
    except DAMAGE as error:
        raise UnusablePdf("broken", "This PDF is damaged and cannot be repaired.") from error


def _refuse_other_kinds(data: bytes) -> None:
    if not data[:HEADER_WINDOW].strip(_BLANKS) and not data.strip(_BLANKS):
        raise UnusablePdf("empty", "The file is empty.")
    head = data[:HEADER_WINDOW]
    if b"%PDF-" in head:
        return
    kind = "a web page (HTML)" if b"<html" in head.lower() else "of another kind"
    raise UnusablePdf("not_pdf", f"The file is not a PDF: it is {kind}.")


def _open(data: bytes, password: str | None) -> Pdf:
    try:
        return pikepdf.open(io.BytesIO(data), password=password or "")
    except pikepdf.PasswordError as error:
        raise UnusablePdf(
            "encrypted", "This PDF is protected with a password; remove it and try again."
        ) from error


def _read(pdf: Pdf, max_pages: int) -> Inspection:
    catalog = _dictionary(pdf.trailer.get("/Root"))
    form = _dictionary(catalog.get("/AcroForm"))
    fields = tuple(terminal_fields(form))
    _refuse_dynamic_xfa(catalog, form, fields)
    return Inspection(
        pages=_page_sizes(pdf, max_pages),
        largest_signature=max(map(_signature_size, fields), default=0),
        certified=_certification_level(catalog),
        was_encrypted=pdf.is_encrypted,
        has_forms=any(inherited(field, "/FT") != Name.Sig for field in fields),
        has_xfa="/XFA" in form,
        active_content=tuple(sorted(set(_active_content(pdf, catalog, fields)))),
    )


def _dictionary(value: object) -> Object:
    """The dictionary that `value` is, or an empty one: a damaged entry counts as absent."""
    if isinstance(value, Dictionary | Stream):
        return value
    return Dictionary()


def items(value: object) -> Iterator[object]:
    if isinstance(value, Array):
        for index in range(len(value)):
            yield value[index]


# --- pages -------------------------------------------------------------------------------------


def _page_sizes(pdf: Pdf, max_pages: int) -> tuple[PageSize, ...]:
    count = len(pdf.pages)
    if count == 0:
        raise UnusablePdf("no_pages", "This PDF has no pages.")
    if count > max_pages:
        raise UnusablePdf("too_many_pages", f"This PDF has {count} pages; {max_pages} is the most.")
    sizes = []
    for number, page in enumerate(pdf.pages, start=1):
        box = visible_box(page.obj)
        if max(box[2] - box[0], box[3] - box[1]) > LARGEST_SIDE_PT:
            raise UnusablePdf("broken", f"Page {number} is larger than PDF viewers can show.")
        sizes.append(page_size(page.obj, box))
    return tuple(sizes)


# --- form fields -------------------------------------------------------------------------------


def terminal_fields(form: Object) -> Iterator[Object]:
    """Terminal fields of the form; a node met twice, in a loop for instance, is taken once."""
    pending = list(items(form.get("/Fields")))
    seen: set[tuple[int, int]] = set()
    for _ in range(MAX_NODES):
        if not pending:
            return
        node = pending.pop()
        if not isinstance(node, Dictionary) or (node.is_indirect and node.objgen in seen):
            continue
        seen.add(node.objgen)
        children = [kid for kid in items(node.get("/Kids")) if _is_field(kid)]
        pending.extend(children)
        if not children:
            yield node
    raise UnusablePdf("broken", "The form in this PDF has too many fields.")


def _is_field(kid: object) -> bool:
    # A widget that is not merged with its field has no name of its own
    return isinstance(kid, Dictionary) and ("/T" in kid or "/Kids" in kid)


def inherited(field: Object, key: str) -> object:
    node: object = field
    for _ in range(32):
        if not isinstance(node, Dictionary):
            return None
        if key in node:
            return node.get(key)
        node = node.get("/Parent")
    return None


def _signature_size(field: Object) -> int:
    value = inherited(field, "/V")
    if inherited(field, "/FT") != Name.Sig or not isinstance(value, Dictionary):
        return 0
    contents = value.get("/Contents")
    # Something without contents that claims to be a signature is not nothing
    size = len(bytes(contents)) if isinstance(contents, String) else 0
    return max(1, size) if "/ByteRange" in value else 0


def _certification_level(catalog: Object) -> int | None:
    signature = _dictionary(_dictionary(catalog.get("/Perms")).get("/DocMDP"))
    for item in items(signature.get("/Reference")):
        reference = _dictionary(item)
        if reference.get("/TransformMethod") == Name.DocMDP:
            level = _dictionary(reference.get("/TransformParams")).get("/P", 2)
            return level if isinstance(level, int) and level in (1, 2, 3) else 2
    return None


def _refuse_dynamic_xfa(catalog: Object, form: Object, fields: tuple[Object, ...]) -> None:
    """A dynamic XFA form holds its pages as XML; what is in the PDF says "please wait" only."""
    if "/XFA" in form and (bool(catalog.get("/NeedsRendering")) or not fields):
        raise UnusablePdf(
            "xfa_only", "This is a dynamic XFA form, which only Adobe shows; print it to a PDF."
        )


# --- active content ----------------------------------------------------------------------------


def _active_content(pdf: Pdf, catalog: Object, fields: tuple[Object, ...]) -> Iterator[str]:
    names = _dictionary(catalog.get("/Names"))
    if "/JavaScript" in names:
        yield "javascript"
    if "/EmbeddedFiles" in names:
        yield "attachment"
    for holder in (catalog, *fields):
        yield from _actions_of(holder)
    looked_at = 0
    for page in pdf.pages:
        yield from _actions_of(page.obj)
        for annotation in items(page.obj.get("/Annots")):
            looked_at += 1
            if looked_at > MAX_NODES:
                raise UnusablePdf("broken", "This PDF has too many annotations.")
            yield from _annotation_content(_dictionary(annotation))


def _annotation_content(annotation: Object) -> Iterator[str]:
    kind = str(annotation.get("/Subtype", ""))
    if kind in _ANNOTATIONS:
        yield _ANNOTATIONS[kind]
    yield from _actions_of(annotation)


def _actions_of(holder: Object) -> Iterator[str]:
    """Words for the actions that `holder` starts: on opening, by itself, or on an event."""
    pending: list[object] = [holder.get("/A"), holder.get("/OpenAction")]
    events = holder.get("/AA")
    if isinstance(events, Dictionary):
        pending.extend(events.get(key) for key in events.keys())  # noqa: SIM118 - not a dict
    for _ in range(100):
        if not pending:
            return
        action = pending.pop()
        if not isinstance(action, Dictionary):
            continue
        kind = str(action.get("/S", ""))
        if kind in _ACTIONS:
            yield _ACTIONS[kind]
        following = action.get("/Next")
        pending.extend(items(following) if isinstance(following, Array) else [following])
