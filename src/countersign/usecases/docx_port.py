"""The ports to DOCX files (Office Open XML, ISO/IEC 29500) and to what makes PDFs of them. Part of
ports.py.

Both raise UnusableFile for what is wrong with a file, by `code`:

    not_docx       no Office Open XML text document
    broken         the package or one of its parts cannot be read
    encrypted      it asks for a password
    macros         it brings macros (DOCM, or a DOCX with a VBA project)
    too_large      more bytes, parts or elements than are taken in, or the PDF got too large
    not_converted  the converter could not make a PDF of it
    timed_out      the converter took too long over it
    no_converter   this server has no converter: for its operator, trying again won't help
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A DOCX whose tags were replaced. `empty` are tags of the document for which no value was
    given, in order of appearance; `unused` are given names that the document has no tag for."""

    data: bytes = field(repr=False)
    empty: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


class Docx(Protocol):
    """Tags are `{{name}}`: a name is 1 to 100 letters, digits, `_`, `-` or `.`, with or without
    blanks inside of the braces, case-sensitive. Whatever else stands in braces is plain text."""

    def tags(self, data: bytes) -> tuple[str, ...]:
        """The names of all tags, each once, in order of appearance: body, then headers, footers and
        notes. Raises UnusableFile."""

    def fill(self, data: bytes, values: Mapping[str, str]) -> Filled:
        """Puts text in the place of tags, formatted as the tag's first character is; a line break
        or tab of the text becomes one of the document. A tag without a value becomes empty. All
        other parts of the file stay byte for byte as they are. Raises UnusableFile."""


class Converter(Protocol):
    def to_pdf(self, data: bytes, name: str) -> bytes:
        """A PDF of the DOCX `data`; what the file links to outside of itself is not fetched.
        `name` is for errors only. Takes up to a minute or two. Raises UnusableFile, and Unavailable
        when too many are waiting."""
