"""What a signature leaves out: the hexadecimal string that holds it, and nothing else."""

import os
import re

from pyhanko.pdf_utils import generic
from pyhanko.sign.validation import EmbeddedPdfSignature

_HEX = re.compile(rb"<[0-9A-Fa-f\0\t\n\f\r ]*>")
_BLANKS = b"\0\t\n\f\r "


class BadGap(Exception):
    """A signature covers something else than the file from its begin on without itself."""


def need_plain_gap(signature: EmbeddedPdfSignature) -> None:
    """Raises BadGap unless /ByteRange is the file from its begin on, up to somewhere, without the
    digits of /Contents (ISO 32000-2, 12.8.1).

    pyHanko adds up lengths only. A gap that is too small, with as many bytes behind the end, or one
    that is too large, with an end behind the end of the file, makes the same sum: room for another
    document under somebody's signature.
    """
    start, end, total = _range(signature.byte_range)
    stream = signature.reader.stream
    if total > stream.seek(0, os.SEEK_END):
        raise BadGap("it covers more than there is")
    stream.seek(start)
    gap = stream.read(end - start)
    if not _HEX.fullmatch(gap) or _bytes(gap) != bytes(signature.pkcs7_content):
        raise BadGap("it leaves out something else than itself")


def _range(found: object) -> tuple[int, int, int]:
    """Begin and end of the gap, and end of all."""
    numbers = list(found) if isinstance(found, generic.ArrayObject) else []
    if len(numbers) != 4 or not all(isinstance(one, generic.NumberObject) for one in numbers):
        raise BadGap("its byte range is none")
    first, length, second, rest = map(int, numbers)
    if first != 0 or not 0 < length < second or rest <= 0:
        raise BadGap("its byte range is not the file without itself")
    return length, second, second + rest


def _bytes(gap: bytes) -> bytes:
    digits = gap[1:-1].translate(None, _BLANKS)
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
