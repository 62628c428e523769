"""Incremental updates written by hand, for what no library would write."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

import pikepdf

EVIL = b"BT /F1 40 Tf 72 400 Td (Pay 1,000,000) Tj ET"


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (entries, len(content), content)


def appearance(content: bytes = EVIL) -> bytes:
    return stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 500 500]/Resources<<>>")


def appended(data: bytes, objects: Mapping[int, bytes]) -> bytes:
    """`data` with a revision that holds `objects`."""
    out, offsets = bytearray(data + b"\n"), {}
    for number, body in objects.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start, file = len(out), File.read(data)
    rows = (b"%d 1\n%010d 00000 n \n" % row for row in sorted(offsets.items()))
    size = max(file.size, *(number + 1 for number in objects))
    out += b"xref\n%btrailer\n<</Size %d/Root %d 0 R/Info %d 0 R/Prev %d>>\n" % (
        b"".join(rows), size, file.root, file.info, _table(data)
    )  # fmt: skip
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % start


def _table(data: bytes) -> int:
    return int(re.findall(rb"startxref\s+(\d+)", data)[-1])


@dataclass(frozen=True)
class File:
    """Numbers of what attacks need; `bodies` are without the references to be replaced."""

    size: int
    root: int
    info: int
    page: int
    content: int
    form: int
    fields: list[int]
    annotations: list[int]
    page_body: bytes
    form_body: bytes

    @classmethod
    def read(cls, data: bytes) -> "File":
        with pikepdf.open(io.BytesIO(data)) as pdf:
            page, form = pdf.pages[0].obj, pdf.Root.get("/AcroForm", pikepdf.Dictionary())
            found = {
                "size": int(pdf.trailer.Size),
                "root": pdf.Root.objgen[0],
                "info": pdf.trailer.Info.objgen[0],
                "page": page.objgen[0],
                "content": page.Contents.objgen[0],
                "form": form.objgen[0],
                "fields": [one.objgen[0] for one in form.get("/Fields", [])],
                "annotations": [one.objgen[0] for one in page.get("/Annots", [])],
            }
            page_body = _without(page, "/Annots", "/Contents")
            return cls(**found, page_body=page_body, form_body=_without(form, "/Fields"))

    def page_with(self, annotations: list[int], content: int | None = None) -> bytes:
        return self.page_body + b"/Contents %d 0 R/Annots[%b]>>" % (
            content or self.content, _references(annotations)
        )  # fmt: skip

    def form_with(self, *fields: int) -> bytes:
        return self.form_body + b"/Fields[%b]>>" % _references([*self.fields, *fields])


def _without(dictionary: pikepdf.Object, *keys: str) -> bytes:
    """The body of a dictionary without its end."""
    for key in keys:
        if key in dictionary:
            del dictionary[key]
    return dictionary.unparse(resolved=True).rstrip()[:-2]


def _references(numbers: list[int]) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)


def with_field(data: bytes, entries: bytes, more: Mapping[int, bytes] | None = None) -> bytes:
    """`data` with one more signature field on its first page, whose object is the first new one."""
    file = File.read(data)
    field = b"<</FT/Sig/T(zz)/Type/Annot/P %d 0 R%b>>" % (file.page, entries)
    page = file.page_with([*file.annotations, file.size])
    ours = {file.size: field, file.form: file.form_with(file.size), file.page: page}
    return appended(data, ours | dict(more or {}))


def body_of(data: bytes, number: int) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return pdf.get_object(number, 0).unparse(resolved=True)
