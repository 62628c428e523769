"""What an uploaded text is, before anybody signs it.

A signer must see all that he signs: so it is text in one known encoding, without characters that
only act, and XML means what it shows, without definitions that stand elsewhere.
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from typing import NoReturn
from xml.parsers import expat

from countersign.xades.errors import UnusableText

MAX_CHARACTERS = 1_000_000
MAX_LINES = 20_000
"""Each is a row on a page at least; so many are some 350 pages."""
MAX_DEPTH = 256
"""Elements within each other; libxml2, which many programs read XML with, goes no deeper."""

_XML = re.compile(r"(?:application|text)/(?:xml|[\w.-]+\+xml)", re.IGNORECASE)
# Tab, line feed and carriage return are text; the other controls and the non-characters are not
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_LINE_END = re.compile("\r\n|\r|\n")
_ENCODINGS = {"utf-8": {"utf-8", "us-ascii", "ascii"}, "utf-16": {"utf-16"}}


@dataclass(frozen=True, slots=True)
class TextInspection:
    """A text that can be signed: what it says, without a byte order mark, and how it is encoded."""

    text: str
    charset: str
    lines: int


def inspect_text(data: bytes, media_type: str) -> TextInspection:
    """Read an upload of type text/plain, text/markdown or XML as UTF-8, or as UTF-16 if a byte
    order mark says so.

    Raises `UnusableText` with code `empty`, `too_large` (MAX_CHARACTERS), `too_many_lines`
    (MAX_LINES), `not_utf8`, `not_text` (control characters), `broken_xml` or `dtd`.
    """
    # No character has more than four bytes; so nothing huge is decoded
    if len(data) > 4 * MAX_CHARACTERS + len(BOM_UTF8):
        _refuse_size()
    text, charset = _decoded(data)
    _refuse_unreadable(text)
    if is_xml(media_type):
        _refuse_bad_xml(text, charset)
    return TextInspection(text, charset, lines=1 + len(_LINE_END.findall(text)))


def is_xml(media_type: str) -> bool:
    return _XML.fullmatch(media_type.partition(";")[0].strip()) is not None


def _refuse_size() -> NoReturn:
    raise UnusableText("too_large", f"A text may have {MAX_CHARACTERS} characters at most.")


def _decoded(data: bytes) -> tuple[str, str]:
    is_utf16 = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnusableText("not_utf8", "The file is not a text in UTF-8.") from error
    return text, "utf-16" if is_utf16 else "utf-8"


def _refuse_unreadable(text: str) -> None:
    if not text.strip():
        raise UnusableText("empty", "The text is empty.")
    if len(text) > MAX_CHARACTERS:
        _refuse_size()
    control = _CONTROL.search(text)
    if control:
        code = f"U+{ord(control[0]):04X}"
        raise UnusableText("not_text", f"The file is not a text: it has the character {code}.")
    # Counted without a list of them
    if text.count("\n") + text.count("\r") - text.count("\r\n") >= MAX_LINES:
        raise UnusableText("too_many_lines", f"A text may have {MAX_LINES} lines at most.")


def _refuse_bad_xml(text: str, charset: str) -> None:
    parser = expat.ParserCreate("utf-8")
    watch = _Watch(charset)
    parser.XmlDeclHandler = watch.declared
    parser.StartDoctypeDeclHandler = watch.doctype
    parser.StartElementHandler = watch.opened
    parser.EndElementHandler = watch.closed
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise UnusableText("broken_xml", f"The XML is not well-formed: {error}.") from error


class _Watch:
    """Stops the parser at what is well-formed and still not wanted."""

    def __init__(self, charset: str) -> None:
        self._encodings = _ENCODINGS[charset]
        self._depth = 0

    def declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in self._encodings:
            raise UnusableText("not_utf8", "The XML declares another encoding than UTF-8.")

    def doctype(self, *_: object) -> None:
        raise UnusableText("dtd", "XML with a document type definition is not accepted.")

    def opened(self, *_: object) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise UnusableText("broken_xml", f"The XML is nested deeper than {MAX_DEPTH} levels.")

    def closed(self, _name: str) -> None:
        self._depth -= 1
