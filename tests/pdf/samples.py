"""PDFs as people upload them: made afresh for each test run, by reportlab and pikepdf."""

import functools
import io
import itertools
import struct
import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from reportlab.pdfgen import canvas  # type: ignore[import-untyped]

A4 = (595.2756, 841.8898)


@functools.lru_cache
def contract(pages: int = 2) -> bytes:
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=A4)
    for number in range(1, pages + 1):
        page.setFont("Helvetica", 12)
        page.drawString(72, 780, f"Contract page {number}")
        for clause in range(1, 31):
            page.drawString(72, 750 - 18 * clause, f"Clause {number}.{clause}: the parties agree.")
        page.showPage()
    page.save()
    return out.getvalue()


def changed(change: Callable[[Pdf], object], data: bytes | None = None, **save: object) -> bytes:
    """`data`, by default the contract, rewritten after `change`."""
    with pikepdf.open(io.BytesIO(contract() if data is None else data)) as pdf:
        change(pdf)
        return saved(pdf, **save)


def saved(pdf: Pdf, **save: object) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **save)  # type: ignore[arg-type]
    return out.getvalue()


def with_boxes(**entries: object) -> bytes:
    """A one-page contract with entries such as MediaBox=[…], Rotate=90 on its page."""

    def change(pdf: Pdf) -> None:
        for key, value in entries.items():
            pdf.pages[0].obj[f"/{key}"] = Array(value) if isinstance(value, list) else value

    return changed(change, contract(1))


def with_action(kind: str) -> bytes:
    return changed(lambda pdf: setattr(pdf.Root, "OpenAction", Dictionary(S=Name("/" + kind))))


def with_text_field(name: str = "city", value: str = "") -> bytes:
    def change(pdf: Pdf) -> None:
        widget = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=pikepdf.String(name),
            V=pikepdf.String(value),
            DA=pikepdf.String("/Helv 12 Tf 0 g"),
            Rect=Array([72, 50, 300, 70]),
            F=4,
            P=pdf.pages[0].obj,
        )
        reference = pdf.make_indirect(widget)
        pdf.pages[0].obj.Annots = Array([reference])
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        pdf.Root.AcroForm = pdf.make_indirect(
            Dictionary(
                Fields=Array([reference]),
                DR=Dictionary(Font=Dictionary(Helv=pdf.make_indirect(font))),
                DA=pikepdf.String("/Helv 12 Tf 0 g"),
            )
        )

    return changed(change)


def xfa(*, dynamic: bool) -> bytes:
    def change(pdf: Pdf) -> None:
        pdf.Root.AcroForm.XFA = Stream(pdf, b"<xdp:xdp/>")
        if dynamic:
            pdf.Root.NeedsRendering = True

    return changed(change, with_text_field())


def encrypted(user: str, owner: str) -> bytes:
    with pikepdf.open(io.BytesIO(contract())) as pdf:
        return saved(pdf, encryption=pikepdf.Encryption(user=user, owner=owner))


def without_pages() -> bytes:
    with pikepdf.new() as pdf:
        return saved(pdf)


def many_bookmarks(pdf: Pdf) -> None:
    """1500 of them, one after the other."""
    goal = Array([pdf.pages[0].obj, Name.Fit])
    items = [pdf.make_indirect(Dictionary(Dest=goal)) for _ in range(1500)]
    for one, following in itertools.pairwise(items):
        one.Next, following.Prev = following, one
    pdf.Root.Outlines = pdf.make_indirect(Dictionary(First=items[0], Last=items[-1]))


def with_page_loop() -> bytes:
    """The page tree's root is a child of itself."""

    def change(pdf: Pdf) -> None:
        pdf.Root.Pages.Kids.append(pdf.Root.Pages)

    return changed(change)


def with_form_loop() -> bytes:
    def change(pdf: Pdf) -> None:
        field = pdf.Root.AcroForm.Fields[0]
        field.Kids = Array([field])

    return changed(change, with_text_field())


def deeply_nested(depth: int = 100_000) -> bytes:
    return contract().replace(b"/Rotate 0", b"/Deep " + b"[" * depth + b"]" * depth, 1)


def flate_bomb(megabytes: int = 110) -> bytes:
    """An object stream whose few hundred kilobytes unpack to `megabytes`."""
    packer = zlib.compressobj(1)
    blank = b" " * (1 << 20)
    packed = b"".join(packer.compress(blank) for _ in range(megabytes)) + packer.flush()
    head = b"<</Type/ObjStm/N 2/First 10/Filter/FlateDecode/Length %d>>" % len(packed)
    out = b"%PDF-1.5\n"
    stream_at = len(out)
    out += b"1 0 obj\n" + head + b"\nstream\n" + packed + b"\nendstream\nendobj\n"
    xref_at = len(out)
    rows = [(0, 0, 65535), (1, stream_at, 0), (2, 1, 0), (2, 1, 1), (1, xref_at, 0)]
    table = b"".join(struct.pack(">BIH", *row) for row in rows)
    head = b"<</Type/XRef/Size 5/W[1 4 2]/Root 2 0 R/Length %d>>" % len(table)
    out += b"4 0 obj\n" + head + b"\nstream\n" + table + b"\nendstream\nendobj\n"
    return out + b"startxref\n%d\n%%%%EOF\n" % xref_at


def hybrid() -> bytes:
    """As Word writes: a table for readers of 2003, and a stream with what they don't see."""
    content = b"BT /F1 12 Tf 72 700 Td (Contract) Tj ET"
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R/MarkInfo 6 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        4: b"<</Length %d>>\nstream\n%b\nendstream" % (len(content), content),
        5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        7: b"<</Type/ObjStm/N 1/First 4/Length 20>>\nstream\n6 0 <</Marked true>>\nendstream",
        9: b"<</Title(Contract)>>",
    }
    out, offsets = bytearray(b"%PDF-1.5\n"), {}
    for number, body in objects.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    hidden = len(out)
    row = struct.pack(">BIH", 2, 7, 0)
    head = b"<</Type/XRef/Size 10/Index[6 1]/W[1 4 2]/Root 1 0 R/Length %d>>" % len(row)
    out += b"8 0 obj\n" + head + b"\nstream\n" + row + b"\nendstream\nendobj\n"
    offsets[8] = hidden
    table = len(out)
    rows = [
        b"%010d 00000 n \n" % offsets[n] if n in offsets else b"0000000000 65535 f \n"
        for n in range(10)
    ]
    out += b"xref\n0 10\n" + b"".join(rows)
    ends = b"trailer\n<</Size 10/Root 1 0 R/Info 9 0 R%b>>\nstartxref\n%d\n%%%%EOF\n"
    out += ends % (b"", table)
    again = len(out)
    out += b"xref\n0 0\n" + ends % (b"/Prev %d/XRefStm %d" % (table, hidden), again)
    return bytes(out)
