"""Takes out of a DOCX what would make a converter reach for something outside of the file, or run
it: then no picture tells its owner who reads the contract, and no file of the server gets into it.

Gone are: linked pictures, templates, objects, subdocuments and whatever else a relationship leads
to outside, but for hyperlinks, which nobody follows; embedded objects (their pictures stay) and
documents in other formats; fields that fetch; data sources of mail merges. Comments go as well:
they are no part of what is signed, and LibreOffice without windows fails on them.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress

from lxml import etree

from countersign.docx.errors import UnusableDocx
from countersign.docx.markup import kind_of, parsed, written
from countersign.docx.package import PEEK_BYTES, Package
from countersign.docx.pictures import pixels

MAX_PIXELS = 100_000_000  # of one picture; an A4 page at 600 dpi has 35 million

_FETCHING = re.compile(
    r"\s*(?:INCLUDEPICTURE|INCLUDETEXT|INCLUDE|IMPORT|LINK|DDEAUTO|DDE|DATABASE|RD|EMBED|PLAYMACRO|"
    r"MACROBUTTON)\b",
    re.IGNORECASE,
)
_REACHING = {"altChunk", "subDoc", "mailMerge", "attachedTemplate", "object", "control"}
_NOTES = {"commentRangeStart", "commentRangeEnd", "commentReference"}
_EMBEDDED = (
    "/oleObject",
    "/package",
    "/aFChunk",
    "/subDocument",
    "/control",
    "/attachedTemplate",
    "/comments",
    "/commentsExtended",
    "/commentsIds",
    "/commentsExtensible",
)
_VML = ("{urn:schemas-microsoft-com:vml}", "{urn:schemas-microsoft-com:office:office}")
_VML_ADDRESSES = ("src", "{urn:schemas-microsoft-com:office:office}href")
_GZIP, _GZIP_WINDOW = b"\x1f\x8b", 31
_BEFORE_MARKUP = b"\xef\xbb\xff\xfe \t\r\n"
_FOREIGN = ("mimetype", "meta-inf/", "content.xml")  # the parts of OpenDocument


def harmless(data: bytes) -> bytes:
    """The same document without what reaches outside. Raises UnusableDocx."""
    package = Package(data)
    changed: dict[str, bytes] = {}
    foreign: list[str] = []
    for name in package.names:
        if name.lower().startswith(_FOREIGN):
            foreign.append(name)
        elif name.lower().endswith((".xml", ".rels", ".vml")):
            root = parsed(package.read(name))
            if name == package.document() and kind_of(root) != "document":
                raise UnusableDocx("broken", "the text of the document is missing")
            if _clean(root):
                changed[name] = written(root)
        else:
            beginning = package.beginning(name)
            if pixels(beginning) > MAX_PIXELS:
                raise UnusableDocx("too_large", f"a picture has more than {MAX_PIXELS} pixels")
            if _is_drawing_with_links(beginning):
                foreign.append(name)
    return package.written(changed, foreign)


def _is_drawing_with_links(beginning: bytes) -> bool:
    """SVG, by whatever name and however packed. It may show other files; Word keeps a picture
    without links beside each."""
    if beginning.startswith(_GZIP):
        with suppress(zlib.error):
            beginning = zlib.decompressobj(_GZIP_WINDOW).decompress(beginning, PEEK_BYTES)
    text = beginning.replace(b"\0", b"")
    return text.lstrip(_BEFORE_MARKUP).startswith(b"<") or b"<svg" in text


def _clean(root: etree._Element) -> bool:
    """Whether there was something to be taken out."""
    return any([_without_elements(root), _without_addresses(root), _without_fetching_fields(root)])


def _without_elements(root: etree._Element) -> bool:
    found = [each for each in root.iter(etree.Element) if _reaches(each)]
    for each in found:
        _take_out(each)
    return bool(found)


def _reaches(element: etree._Element) -> bool:
    if etree.QName(element).localname == "Relationship":
        kind = str(element.get("Type", ""))
        if str(element.get("TargetMode", "")).lower() == "external":
            return not kind.endswith("/hyperlink")
        return kind.endswith(_EMBEDDED) or ":" in str(element.get("Target", ""))
    return kind_of(element) in _REACHING | _NOTES


def _take_out(element: etree._Element) -> None:
    """An embedded object is shown by a picture, which is no part of the object."""
    parent = element.getparent()
    if parent is None:
        return
    if kind_of(element) == "object":
        for child in list(element):
            if etree.QName(child).localname in ("OLEObject", "control", "objectEmbed"):
                element.remove(child)
        element.tag = str(element.tag).rpartition("}")[0] + "}pict"
    else:
        parent.remove(element)


def _without_addresses(root: etree._Element) -> bool:
    found = [
        (element, key)
        for element in root.iter(etree.Element)
        if str(element.tag).startswith(_VML)
        for key in _VML_ADDRESSES
        if key in element.attrib
    ]
    for element, key in found:
        del element.attrib[key]
    return bool(found)


def _without_fetching_fields(root: etree._Element) -> bool:
    """Their last result stays, as text."""
    found = [codes for codes in _codes(root) if _FETCHING.match("".join(map(_code, codes)))]
    for codes in found:
        for each in codes:
            if kind_of(each) == "fldSimple":
                _unwrap(each)
            else:
                each.text = ""
    return bool(found)


def _codes(root: etree._Element) -> Iterator[list[etree._Element]]:
    """The pieces of each field's code, which Word splits over runs; fields are nested."""
    open_fields: list[list[etree._Element]] = []
    for element in root.iter(etree.Element):
        kind = kind_of(element)
        if kind == "fldSimple":
            yield [element]
        elif kind in ("instrText", "delInstrText") and open_fields:
            open_fields[-1].append(element)
        elif kind == "fldChar":
            mark = next((v for k, v in element.attrib.items() if str(k).endswith("Type")), "")
            if mark == "begin":
                open_fields.append([])
            elif mark in ("separate", "end") and open_fields:
                yield open_fields.pop() if mark == "end" else open_fields[-1]
    yield from open_fields


def _code(element: etree._Element) -> str:
    if kind_of(element) == "fldSimple":
        return next((str(v) for k, v in element.attrib.items() if str(k).endswith("instr")), "")
    return element.text or ""


def _unwrap(field: etree._Element) -> None:
    parent = field.getparent()
    assert parent is not None
    for child in list(field):
        field.addprevious(child)
    parent.remove(field)
