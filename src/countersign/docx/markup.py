"""XML as it stands in a DOCX: read without trust, written as Word writes it."""

from __future__ import annotations

from lxml import etree

from countersign.docx.errors import UnusableDocx

MAX_SIGNS = 3_000_000
"""Of `<` in one part: elements cost a parser more memory than bytes."""

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STRICT_W = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def parsed(data: bytes) -> etree._Element:
    """The root. Raises UnusableDocx for what is not well-formed, and for document types: DOCX has
    none (ISO/IEC 29500-2), and entities could make a giant of a dwarf or read other files."""
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise UnusableDocx("broken", "a part of the file is not well-formed XML") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnusableDocx("broken", "a part of the file has a document type")
    return root


def written(root: etree._Element) -> bytes:
    return etree.tostring(
        root.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True
    )


def kind_of(element: etree._Element) -> str:
    """The name of a WordprocessingML element without its namespace, which has two spellings; empty
    for all others, and for comments and instructions."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    for space in (W, STRICT_W):
        if tag.startswith(space):
            return tag[len(space) :]
    return ""
