"""DER, read strictly from left to right (X.690, 10 and 11), and encoded to be compared."""

from countersign.pdf.verify.refusal import Refused, need

INTEGER = 0x02
OCTET_STRING = 0x04
OID = 0x06
GENERALIZED_TIME = 0x18
SEQUENCE = 0x30
SET = 0x31
MAX_LENGTH_BYTES = 3


def header(data: bytes, at: int, tag: int) -> tuple[int, int]:
    """Start and end of the contents of the element at `at`. Raises Refused unless strict DER."""
    try:
        if data[at] != tag:
            raise Refused(f"DER: another element than expected, at {at}")
        length, start = data[at + 1], at + 2
        if length >= 0x80:
            length, start = _long_length(data, start, length & 0x7F)
    except IndexError:
        raise Refused("DER: cut short") from None
    if start + length > len(data):
        raise Refused("DER: element exceeds its parent")
    return start, start + length


def _long_length(data: bytes, at: int, width: int) -> tuple[int, int]:
    need(1 <= width <= MAX_LENGTH_BYTES, "DER: length")
    length = int.from_bytes(data[at : at + width], "big")
    need(length >= (0x80 if width == 1 else 1 << 8 * (width - 1)), "DER: long length form")
    return length, at + width


class Cursor:
    """A place in a row of DER elements; every method moves it behind what it returns."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def done(self) -> bool:
        return self._at == len(self._data)

    @property
    def next_tag(self) -> int:
        need(not self.done, "DER: cut short")
        return self._data[self._at]

    @property
    def rest(self) -> bytes:
        return self._data[self._at :]

    def element(self, tag: int) -> bytes:
        """The next element, header included."""
        start, (_, end) = self._at, header(self._data, self._at, tag)
        self._at = end
        return self._data[start:end]

    def value(self, tag: int) -> bytes:
        """The contents of the next element."""
        start, end = header(self._data, self._at, tag)
        self._at = end
        return self._data[start:end]

    def enter(self, tag: int) -> "Cursor":
        return Cursor(self.value(tag))

    def enter_last(self, tag: int) -> "Cursor":
        """Like `enter`, and nothing may follow the element."""
        inside = self.enter(tag)
        self.finish()
        return inside

    def expect(self, constant: bytes, what: str) -> None:
        need(self._data.startswith(constant, self._at), what, "differs")
        self._at += len(constant)

    def finish(self) -> None:
        need(self.done, "DER: something follows the last element")


def tlv(tag: int, *parts: bytes) -> bytes:
    value = b"".join(parts)
    length = len(value)
    if length < 0x80:
        return bytes((tag, length)) + value
    width = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | width)) + length.to_bytes(width, "big") + value
