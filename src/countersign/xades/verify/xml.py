"""Reads XML that must have one shape: these elements in this order, these attributes, no more.

Whatever could make two readers see two things is refused before a parser sees it: document types,
comments, sections and instructions, and encodings other than UTF-8.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from types import MappingProxyType

from lxml import etree

from countersign.xades.verify.refusal import Refused, need

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})

MAX_BYTES = 8_000_000
"""A text of a million characters, four bytes each, in base64, with room for CRLs."""
_MAX_SIGNS = 1000
"""Of `<` and of `=` each: elements and attributes cost a parser more memory than bytes."""

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'


def root_of(data: bytes) -> etree._Element:
    """The root element. Raises Refused for what is no plain XML, or too large."""
    need(len(data) <= MAX_BYTES, "the file is too large")
    _need_plain(data)
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Refused("the file is not well-formed XML") from error


def _need_plain(data: bytes) -> None:
    need(data.startswith(b"<") and b"\0" not in data, "the file is no XML in UTF-8")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise Refused("the file is no XML in UTF-8") from error
    body = data.removeprefix(_DECLARATION)
    need(b"<!" not in body, "document types, comments and CDATA sections are not accepted")
    need(b"<?" not in body, "processing instructions are not accepted")
    need(
        body.count(b"<") <= _MAX_SIGNS and body.count(b"=") <= _MAX_SIGNS,
        "the file has too many elements or attributes",
    )


def parts(
    node: etree._Element,
    *names: str,
    optional: tuple[str, ...] = (),
    attributes: Mapping[str, str] = NO_ATTRIBUTES,
) -> list[etree._Element]:
    """The children of `node`, which must be `names` and then any of `optional`, in order."""
    _need_attributes(node, attributes)
    children = list(node)
    found = [str(child.tag) for child in children]
    extra = [name for name in optional if name in found[len(names) :]]
    need(found == [*names, *extra], f"other parts in {_short(node)} than there may be")
    need(not node.text and not any(child.tail for child in children), f"text in {_short(node)}")
    return children


def rows(node: etree._Element, name: str, limit: int) -> list[etree._Element]:
    """The children of `node`: 1 to `limit` of one name."""
    need(1 <= len(node) <= limit, f"number of parts in {_short(node)}")
    return parts(node, *[name] * len(node))


def text(node: etree._Element, attributes: Mapping[str, str] = NO_ATTRIBUTES) -> str:
    """All that `node` holds, which has no children."""
    _need_attributes(node, attributes)
    need(len(node) == 0, f"parts in {_short(node)}")
    return node.text or ""


def need_text(
    node: etree._Element, wanted: str, attributes: Mapping[str, str] = NO_ATTRIBUTES
) -> None:
    need(text(node, attributes) == wanted, f"content of {_short(node)}")


def decoded(node: etree._Element, attributes: Mapping[str, str] = NO_ATTRIBUTES) -> bytes:
    """The bytes in `node`, in the one base64 form that they have."""
    encoded = text(node, attributes)
    try:
        data = b64decode(encoded, validate=True)
    except ValueError as error:
        raise Refused(f"base64 in {_short(node)}") from error
    need(b64encode(data).decode() == encoded, f"base64 in {_short(node)}")
    return data


def _need_attributes(node: etree._Element, wanted: Mapping[str, str]) -> None:
    found = {str(key): str(value) for key, value in node.attrib.items()}
    need(found == wanted, f"attributes of {_short(node)}")


def canonical(node: etree._Element) -> bytes:
    """Exclusive XML Canonicalization of `node`, by libxml2. Raises Refused where it has no form,
    which is so with relative namespaces."""
    try:
        return etree.tostring(node, method="c14n", exclusive=True, with_comments=False)
    except etree.C14NError as error:
        raise Refused(f"{_short(node)} has no canonical form") from error


def _short(node: etree._Element) -> str:
    return etree.QName(node).localname
