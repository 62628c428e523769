"""One incremental update with one signature (ISO 32000-2, 7.5.6 and 12.8.1).

The form of every segment is docs/pdf-format.md, section 3. No PDF is parsed: the state tells what
there is.
"""

import secrets
from binascii import hexlify
from collections.abc import Callable

from countersign.pdf.errors import NoRoom
from countersign.pdf.state import BaseState, ChainState, Digest, FieldState, Revision

_BYTE_RANGE = b"[0 0 0 0]".ljust(45)


class Update:
    """Collects new and overriding objects; `close` signs them and makes the segment."""

    def __init__(self, state: BaseState, chain: ChainState) -> None:
        self.state = state
        self._chain = chain
        self._next = chain.size
        self._segment = bytearray(b"\n")
        self._offsets: dict[int, int] = {}

    def add(self, body: bytes) -> int:
        """A new object; returns its number."""
        number = self._next
        self._next = number + 1
        self.override(number, body)
        return number

    def override(self, number: int, body: bytes) -> None:
        """A new version of an object of the base."""
        self._offsets[number] = len(self._segment)
        self._segment += b"%d 0 obj\n%s\nendobj\n" % (number, body)

    def next_number(self) -> int:
        """The number that the next new object gets."""
        return self._next

    def close(
        self, field: FieldState, appearance: int | None, dictionary: bytes, room: int
    ) -> "Unsigned":
        """Add the signature dictionary and the signature field: all but /Contents.

        `dictionary` is the signature dictionary up to /ByteRange, `room` the bytes kept for
        /Contents.
        """
        number = self.add(
            b"%s/ByteRange %s/Contents <%s>>>" % (dictionary, _BYTE_RANGE, b"0" * (2 * room))
        )
        shown = (
            b"/AP<</N %d 0 R>>" % appearance if appearance else b"/AP " + field.ap.encode("latin-1")
        )
        self.override(field.num, b"%s/V %d 0 R%s>>" % (field.head, number, shown))
        segment, start = self._segment, self._chain.length
        xref = start + len(segment)
        segment += b"xref\n%s%s" % (_sections(self._offsets, start), self._trailer(xref))
        opens, closes = _fill_byte_range(segment, self._offsets[number], start, room)
        chain = ChainState(self._next, xref, start + len(segment))
        return Unsigned(segment, opens, closes, chain)

    def _trailer(self, xref: int) -> bytes:
        state = self.state
        info = b"/Info %d 0 R" % state.info if state.info else b""
        return (
            b"trailer\n<</Size %d/Root %d 0 R%s/ID[<%s><%s>]/Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
        ) % (
            self._next,
            state.root,
            info,
            state.id.encode(),
            hexlify(secrets.token_bytes(16)),
            self._chain.prev,
            xref,
        )


class Unsigned:
    """A segment whose /Contents, which opens and closes at these offsets in it, are still empty.
    `digest` is in both cases the midstate over the file before it, copied and not changed."""

    def __init__(self, segment: bytearray, opens: int, closes: int, chain: ChainState) -> None:
        self.segment, self.opens, self.closes, self.chain = segment, opens, closes, chain

    def digest(self, digest: Digest) -> bytes:
        """SHA-256 of the byte ranges: what /Contents have to be about."""
        return self._digests(digest)[1]

    def fill(self, digest: Digest, contents: Callable[[bytes], bytes]) -> Revision:
        """Sign all; `contents` makes /Contents from the SHA-256 of the byte ranges. Raises
        NoRoom."""
        before, signed = self._digests(digest)
        digits = hexlify(contents(signed))
        if len(digits) > self.closes - self.opens - 2:
            raise NoRoom(f"{len(digits) // 2} bytes of signature do not fit into the room reserved")
        self.segment[self.opens + 1 : self.opens + 1 + len(digits)] = digits
        return Revision(bytes(self.segment), self.chain, before, self.opens)

    def _digests(self, digest: Digest) -> tuple[Digest, bytes]:
        """The midstate before the gap, so that nothing is hashed twice, and the digest."""
        before = digest.copy()
        with memoryview(self.segment) as view:
            before.update(view[: self.opens])
            signed = before.copy()
            signed.update(view[self.closes :])
        return before, signed.digest()


def _sections(offsets: dict[int, int], start: int) -> bytes:
    """Cross-reference sections (7.5.4) of objects at `offsets` behind `start`: adjacent object
    numbers share one."""
    runs: list[list[int]] = []
    last = -1
    for number in sorted(offsets):
        if number != last + 1 or not runs:
            runs.append([])
        runs[-1].append(number)
        last = number
    return b"".join(
        (b"%d %d\n" + b"%010d 00000 n \n" * len(run))
        % (run[0], len(run), *[start + offsets[number] for number in run])
        for run in runs
    )


def _fill_byte_range(segment: bytearray, at: int, start: int, room: int) -> tuple[int, int]:
    """Write the byte range; returns where in the segment /Contents opens and closes."""
    place = segment.index(_BYTE_RANGE, at)
    opens = place + len(_BYTE_RANGE) + len(b"/Contents ")
    closes = opens + 2 * room + 2
    written = b"[0 %d %d %d]" % (start + opens, start + closes, len(segment) - closes)
    segment[place : place + len(_BYTE_RANGE)] = written.ljust(len(_BYTE_RANGE))
    return opens, closes
