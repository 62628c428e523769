"""Tags, `{{name}}`: finding them and putting text in their place.

Word splits text over runs as it likes: for a spelling mark, a change of language, a letter typed
later. So what is searched is the text of a whole paragraph, and a replacement goes into the run in
which the tag begins. Nothing is evaluated: a document of a stranger is no program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from countersign.docx.markup import SPACE, kind_of, parsed, written
from countersign.docx.package import Package

TAG = re.compile(r"\{\{[ \u00a0]*([\w.-]{1,100})[ \u00a0]*\}\}")

_BREAKS = {"br", "cr", "tab", "ptab", "noBreakHyphen", "sym"}
_ENDS_OF_LINES = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_NOT_IN_XML = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PIECES = re.compile("([\n\t])")
_MAY_HOLD_TAGS = re.compile(rb"\{|&#")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """`empty`: tags without a value, in order of appearance; `unused`: values without a tag."""

    data: bytes
    empty: tuple[str, ...]
    unused: tuple[str, ...]


def tags(data: bytes) -> tuple[str, ...]:
    """The names of all tags, each once, in order of appearance: body, headers, footers, notes.
    Raises UnusableDocx."""
    package, found = Package(data), dict[str, None]()
    for name in package.texts():
        for paragraph in _paragraphs(parsed(package.read(name))):
            found.update(dict.fromkeys(match[1] for match in TAG.finditer(paragraph.text)))
    return tuple(found)


def fill(data: bytes, values: Mapping[str, str]) -> Replaced:
    """`values` are texts by the names of tags; a tag without one becomes empty. A line break or tab
    of a text becomes one of the document; characters that XML does not have are left out. Parts
    without tags stay byte for byte. Raises UnusableDocx."""
    package, found, changed = Package(data), dict[str, None](), dict[str, bytes]()
    clean = {name: _clean(value) for name, value in values.items()}
    for name in package.texts():
        content = package.read(name)
        root = parsed(content)
        here = [tag for each in _paragraphs(root) for tag in each.fill(clean)]
        if here:
            changed[name] = written(root)
            found.update(dict.fromkeys(here))
    return Replaced(
        data=package.written(changed) if changed else data,
        empty=tuple(name for name in found if name not in values),
        unused=tuple(name for name in values if name not in found),
    )


class _Paragraph:
    """The texts of one paragraph, as one."""

    def __init__(self, pieces: Sequence[etree._Element]) -> None:
        self._pieces = pieces
        self.text = "".join(map(_shown, pieces))

    def fill(self, values: Mapping[str, str]) -> list[str]:
        """Replaces all tags, from the last one to the first, so that places before stay right.
        Returns their names, in order."""
        found = list(TAG.finditer(self.text))
        for match in reversed(found):
            self._replace(match.start(), match.end(), values.get(match[1], ""))
        return [match[1] for match in found]

    def _replace(self, start: int, end: int, value: str) -> None:
        begin, at = 0, None
        for piece in self._pieces:
            text = _shown(piece)
            first, last = max(start - begin, 0), min(end - begin, len(text))
            begin += len(text)
            if first >= last:
                continue
            if at is None:
                at, value = piece, text[:first] + value + text[last:]
            else:
                _set_text(piece, text[last:])
        assert at is not None
        _write(at, value)
        _release(at)


def _paragraphs(root: etree._Element) -> Iterator[_Paragraph]:
    """In document order of where they begin; a text box inside of a paragraph is not its text."""
    pieces: dict[etree._Element, list[etree._Element]] = {}
    inside: list[etree._Element] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        kind = kind_of(element)
        if kind == "p":
            if event == "end":
                inside.pop()
            else:
                inside.append(element)
                pieces[element] = []
        elif inside and event == "start" and (kind == "t" or kind in _BREAKS):
            pieces[inside[-1]].append(element)
    return (_Paragraph(found) for found in pieces.values() if found)


def _shown(piece: etree._Element) -> str:
    """A tab or line break stands between texts as one character that is in no tag. A drawing does
    not: it is anchored somewhere in the text and seen elsewhere."""
    return piece.text or "" if kind_of(piece) == "t" else "\n"


def _set_text(piece: etree._Element, text: str) -> None:
    piece.text = text
    piece.set(SPACE, "preserve")


def _write(piece: etree._Element, text: str) -> None:
    """Into `piece` and, for what comes after a line break or tab, into new ones behind it."""
    space = str(piece.tag).rpartition("}")[0] + "}"
    first, *others = _PIECES.split(text)
    _set_text(piece, first)
    for each in filter(None, others):
        kind = {"\n": "br", "\t": "tab"}.get(each, "t")
        made = etree.Element(space + kind)
        if kind == "t":
            _set_text(made, each)
        piece.addnext(made)
        piece = made


def _release(piece: etree._Element) -> None:
    """A content control may show what is stored elsewhere, or call its text a placeholder: then the
    value would not be what is read."""
    for ancestor in piece.iterancestors():
        if kind_of(ancestor) != "sdt":
            continue
        for properties in [child for child in ancestor if kind_of(child) == "sdtPr"]:
            for each in list(properties):
                if kind_of(each) in ("dataBinding", "showingPlcHdr"):
                    properties.remove(each)


def _clean(value: str) -> str:
    return _NOT_IN_XML.sub("", _ENDS_OF_LINES.sub("\n", value))
