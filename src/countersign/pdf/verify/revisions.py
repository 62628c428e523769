"""The revisions behind a base: each one tiled by its objects, without a byte between them.

Grammar: docs/pdf-format.md, section 3. Offsets in the file count from its start; `Revision` counts
from the end of the base, as the verifier keeps only what follows it.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from countersign.pdf.verify.facts import BaseFacts
from countersign.pdf.verify.refusal import Refused, need

if TYPE_CHECKING:
    from hashlib import _Hash

_TRAILER = re.compile(
    rb"trailer\n<</Size ([1-9]\d{0,9})/Root (\d{1,10}) 0 R(?:/Info (\d{1,10}) 0 R)?"
    rb"/ID\[<([0-9a-f]{1,256})><[0-9a-f]{32}>\]/Prev (\d{1,10})>>\n"
    rb"startxref\n([1-9]\d{0,9})\n%%EOF\n"
)
_SECTION = re.compile(rb"(0|[1-9]\d{0,9}) ([1-9]\d{0,6})\n")
_ENTRY = 20
_IN_USE = b" 00000 n \n"
_OBJECT_END = b"\nendobj\n"

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Revision:
    """One segment: `objects` maps a number to the start and end of the object's body in `data`.

    `data` is all that follows the base, shared by its revisions; `base` the length of the base.
    """

    data: bytes
    base: int
    start: int
    end: int
    objects: dict[int, Span]
    new: frozenset[int]

    @property
    def overridden(self) -> set[int]:
        return self.objects.keys() - self.new

    def body(self, number: int) -> bytes:
        start, end = self.objects[number]
        return self.data[start:end]


def split_base(chunks: Iterable[bytes], base: BaseFacts) -> tuple["_Hash", bytes]:
    """SHA-256 over the base, and the bytes behind it. Raises Refused for another base."""
    digest, left, tail = hashlib.sha256(), base.length, []
    for chunk in chunks:
        view = memoryview(chunk)
        digest.update(view[:left])
        if len(view) > left:
            tail.append(view[left:])
        left = max(0, left - len(view))
    need(left == 0 and digest.hexdigest() == base.sha256, "another base than the one prepared")
    return digest, b"".join(tail)


def revisions(tail: bytes, base: BaseFacts) -> Iterator[Revision]:
    """The revisions that `tail` consists of. Raises Refused."""
    at, size, xref = 0, base.size, base.prev
    while at < len(tail):
        trailer = _TRAILER.search(tail, at)
        if trailer is None:
            raise Refused("bytes after the last revision")
        _check_trailer(trailer, base, xref)
        old_size, size, xref = size, int(trailer[1]), int(trailer[6])
        objects = _objects(tail, base.length, at, xref - base.length, trailer.start())
        new = _new_numbers(objects, old_size, size)
        yield Revision(tail, base.length, at, trailer.end(), objects, new)
        at = trailer.end()


def _check_trailer(trailer: re.Match[bytes], base: BaseFacts, previous: int) -> None:
    _, root, info, identity, prev, _ = trailer.groups()
    need(
        int(root) == base.root
        and int(info or 0) == base.info
        and identity == base.id
        and int(prev) == previous,
        "trailer differs",
    )


def _new_numbers(objects: dict[int, Span], old: int, size: int) -> frozenset[int]:
    new = sorted(number for number in objects if number >= old)
    need(len(new) == size - old and new == list(range(old, size)), "numbers of new objects")
    return frozenset(new)


def _objects(data: bytes, base: int, start: int, xref: int, trailer: int) -> dict[int, Span]:
    """Bodies of the objects in the table at `xref`: they lie side by side from `start` to there."""
    need(start < xref < trailer and data.startswith(b"xref\n", xref), "startxref differs")
    entries = sorted(_entries(data, xref + len(b"xref\n"), trailer))
    begins = [offset - base for offset, _ in entries]
    need(begins[0] == start + 1 and data[start] == 0x0A, "begin of a revision")
    objects = {
        number: _body(data, number, begin, end)
        for (_, number), begin, end in zip(entries, begins, [*begins[1:], xref], strict=True)
    }
    need(len(objects) == len(entries), "an object occurs twice")
    return objects


def _body(data: bytes, number: int, begin: int, end: int) -> Span:
    head = b"%d 0 obj\n" % number
    start, stop = begin + len(head), end - len(_OBJECT_END)
    need(start <= stop, "object", number, "is cut short")
    need(
        data.startswith(head, begin) and data[stop:end] == _OBJECT_END,
        "object",
        number,
        "is not where the table says",
    )
    return start, stop


def _entries(data: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Offset and number of each object in the table, whose sections ascend without touching."""
    next_number = -1
    while at < end:
        section = _SECTION.match(data, at, end)
        if section is None:
            raise Refused("cross-reference section")
        first, count = int(section[1]), int(section[2])
        need(first > next_number, "order of cross-reference sections")
        next_number, at = first + count, section.end()
        need(at + count * _ENTRY <= end, "cross-reference section is cut short")
        for number in range(first, first + count):
            offset = data[at : at + 10]
            need(offset.isdigit() and data[at + 10 : at + _ENTRY] == _IN_USE, "entry", number)
            yield int(offset), number
            at += _ENTRY
    need(next_number > 0, "empty cross-reference table")
