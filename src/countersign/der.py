"""Distinguished Encoding Rules (X.690), writing only: as much as signatures and certificates need.

Values in, bytes out. A leaf: `pdf` and `adapters.keys` both stand on it.
"""

from functools import lru_cache

NULL = b"\x05\x00"
TRUE = b"\x01\x01\xff"

INTEGER, BIT_STRING, OCTET_STRING, UTF8_STRING = 0x02, 0x03, 0x04, 0x0C
IA5_STRING, PRINTABLE_STRING, UTC_TIME, GENERALIZED_TIME = 0x16, 0x13, 0x17, 0x18


def tlv(tag: int, *parts: bytes) -> bytes:
    """One element: tag, definite length in its shortest form, content."""
    content = parts[0] if len(parts) == 1 else b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def sequence(*parts: bytes) -> bytes:
    return tlv(0x30, *parts)


def set_of(*parts: bytes) -> bytes:
    """SET OF: DER wants the encoded members in ascending order (X.690, 11.6)."""
    return tlv(0x31, *sorted(parts))


def octets(content: bytes) -> bytes:
    return tlv(OCTET_STRING, content)


def bits(content: bytes) -> bytes:
    """BIT STRING of whole bytes."""
    return tlv(BIT_STRING, b"\x00", content)


def integer(value: int) -> bytes:
    """INTEGER of a non-negative value."""
    return tlv(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def utf8(text: str) -> bytes:
    return tlv(UTF8_STRING, text.encode())


def context(number: int, *parts: bytes) -> bytes:
    """Constructed, context-specific: `[number]` of an explicit tag or an implicit SEQUENCE or
    SET."""
    return tlv(0xA0 | number, *parts)


@lru_cache(maxsize=256)
def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER from its dotted form."""
    first, second, *rest = map(int, dotted.split("."))
    return tlv(0x06, b"".join(map(_base128, (first * 40 + second, *rest))))


def _base128(value: int) -> bytes:
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(value & 0x7F | 0x80)
    return bytes(reversed(groups))


def element_end(data: bytes, start: int = 0) -> int:
    """Offset after the element that begins at `start`."""
    length = data[start + 1]
    if length < 0x80:
        return start + 2 + length
    size = length & 0x7F
    return start + 2 + size + int.from_bytes(data[start + 2 : start + 2 + size], "big")


def content_start(data: bytes, start: int = 0) -> int:
    """Offset of the content of the element that begins at `start`."""
    length = data[start + 1]
    return start + 2 + (length & 0x7F if length >= 0x80 else 0)
