"""The package of a DOCX: a zip with parts, their types and their relationships (Open Packaging
Conventions, ISO/IEC 29500-2).

Parts that are not replaced travel as they are, still compressed, so that they stay byte for byte.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping

from lxml import etree

from countersign.docx.errors import UnusableDocx
from countersign.docx.markup import MAX_SIGNS, parsed

MAX_PARTS = 4000
MAX_UNPACKED = 256 << 20  # bytes, all parts together
MAX_XML = 32 << 20  # bytes, one part
PEEK_BYTES = 64 << 10

TYPES = "[Content_Types].xml"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_DOCUMENT = _WORD + "document.main+xml"
_TEXTS = [_WORD + f"{kind}+xml" for kind in ("header", "footer", "footnotes", "endnotes")]
_MACROS = ("macroenabled", "vbaproject", "vbadata")
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_LOCAL_HEADER = struct.Struct("<4s22xHH")


def unpacked_bytes(data: bytes) -> int:
    """How large all parts are together, as the file says. Raises UnusableDocx."""
    return sum(part.file_size for part in _opened(data).infolist())


class Package:
    """One DOCX. Raises UnusableDocx for what is none, and for what would not fit."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._zip = _opened(data)
        self._parts = {each.filename: each for each in self._zip.infolist()}
        _need_bounded(self._zip.infolist())
        self._types = self._read_types()
        self._need_document_without_macros()

    # -------------------------------------------------------------- reading

    @property
    def names(self) -> list[str]:
        """Of all parts, in the order of the file."""
        return list(self._parts)

    def read(self, name: str) -> bytes:
        """The bytes of an XML part."""
        if self._parts[name].file_size > MAX_XML:
            raise UnusableDocx("too_large", f"one part is larger than {MAX_XML >> 20} MB")
        data = self._unpacked(name)
        if data.count(b"<") > MAX_SIGNS:
            raise UnusableDocx("too_large", f"one part has more than {MAX_SIGNS} elements")
        return data

    def beginning(self, name: str) -> bytes:
        """Up to PEEK_BYTES of any part."""
        return self._unpacked(name, PEEK_BYTES)

    def _unpacked(self, name: str, most: int = -1) -> bytes:
        try:
            with self._zip.open(name) as part:
                return part.read(most)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
            raise UnusableDocx("broken", "a part of the file is damaged") from None

    def type_of(self, name: str) -> str:
        """The content type in small letters; empty for what is no part of the document."""
        by_name, by_ending = self._types
        ending = name.rpartition(".")[2].lower() if "." in name else ""
        return by_name.get("/" + name.lower()) or by_ending.get(ending, "")

    def document(self) -> str:
        """The name of the body's part."""
        return self.texts()[0]

    def texts(self) -> list[str]:
        """The parts that people read: body, then headers, footers, footnotes and endnotes."""
        order = {kind: place for place, kind in enumerate([_DOCUMENT, *_TEXTS])}
        found = [name for name in self.names if self.type_of(name) in order]
        return sorted(found, key=lambda name: (order[self.type_of(name)], len(name), name))

    def _read_types(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        if TYPES not in self._parts:
            raise UnusableDocx("not_docx", "the file is a zip and no Office document")
        root = parsed(self.read(TYPES))
        return (
            dict(_declared(root.iter(_TYPES + "Override"), "PartName")),
            dict(_declared(root.iter(_TYPES + "Default"), "Extension")),
        )

    def _need_document_without_macros(self) -> None:
        kinds = [*self._types[0].values(), *self._types[1].values()]
        names = [name.lower().rpartition("/")[2] for name in self._parts]
        if any(word in kind for kind in kinds for word in _MACROS) or "vbaproject.bin" in names:
            raise UnusableDocx("macros", "documents with macros are not accepted")
        if not any(self.type_of(name) == _DOCUMENT for name in self._parts):
            raise UnusableDocx("not_docx", "the file is no Word document (DOCX)")

    # -------------------------------------------------------------- writing

    def written(self, changed: Mapping[str, bytes], without: Iterable[str] = ()) -> bytes:
        """The package with other content in some parts and without others."""
        dropped, target = set(without), io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
            for name, part in self._parts.items():
                if name in dropped:
                    continue
                if name in changed:
                    made.writestr(_dated(name, part), changed[name], zipfile.ZIP_DEFLATED)
                else:
                    self._carry_over(part, made)
        return target.getvalue()

    def _carry_over(self, part: zipfile.ZipInfo, made: zipfile.ZipFile) -> None:
        """zipfile can only pack anew, so what is packed goes past it, and its list is told."""
        target = made.fp
        assert target is not None
        carried = _dated(part.filename, part)
        carried.compress_type, carried.CRC = part.compress_type, part.CRC
        carried.compress_size, carried.file_size = part.compress_size, part.file_size
        carried.header_offset = target.tell()
        target.write(carried.FileHeader(zip64=False))
        target.write(self._packed(part))
        made.filelist.append(carried)
        made.NameToInfo[carried.filename] = carried
        made.start_dir = target.tell()

    def _packed(self, part: zipfile.ZipInfo) -> bytes:
        header = self._data[part.header_offset : part.header_offset + 30]
        if len(header) < 30 or header[:4] != b"PK\3\4":
            raise UnusableDocx("broken", "the file's list of parts is wrong")
        _signature, name, extra = _LOCAL_HEADER.unpack(header)
        begin = part.header_offset + 30 + name + extra
        packed = self._data[begin : begin + part.compress_size]
        if len(packed) != part.compress_size:
            raise UnusableDocx("broken", "the file ends early")
        return packed


def _opened(data: bytes) -> zipfile.ZipFile:
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise UnusableDocx("encrypted", "the document asks for a password")
        raise UnusableDocx("not_docx", "the file is no Word document (DOCX)")
    if not data.startswith(b"PK"):
        raise UnusableDocx("not_docx", "the file is no Word document (DOCX)")
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error):
        raise UnusableDocx("broken", "the file is a damaged zip") from None


def _need_bounded(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MAX_PARTS:
        raise UnusableDocx("too_large", f"the file has more than {MAX_PARTS} parts")
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise UnusableDocx("too_large", f"unpacked it has more than {MAX_UNPACKED >> 20} MB")
    if len({part.filename.lower() for part in parts}) != len(parts):
        raise UnusableDocx("broken", "two parts of the file have the same name")
    if any(part.flag_bits & 0x1 for part in parts):
        raise UnusableDocx("encrypted", "the zip asks for a password")
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise UnusableDocx("broken", "the zip is packed in a way that DOCX does not have")


def _declared(elements: Iterable[etree._Element], key: str) -> Iterable[tuple[str, str]]:
    for element in elements:
        name, kind = element.get(key, ""), element.get("ContentType", "")
        yield str(name).lower(), str(kind).lower()


def _dated(name: str, part: zipfile.ZipInfo) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, part.date_time)
