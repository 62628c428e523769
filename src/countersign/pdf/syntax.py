"""PDF syntax that the writer emits (ISO 32000-2, 7.3; docs/pdf-format.md, section 3)."""

import zlib
from binascii import hexlify
from datetime import UTC, datetime

# Shorter content is not worth deflating: the filter entry and zlib's own frame eat the gain
_DEFLATE_FROM = 1000


def text_string(text: str) -> bytes:
    """A text string in UTF-16BE with byte order mark, as a hexadecimal string."""
    # A lone surrogate cannot be encoded; whoever sent one did not send a character
    return b"<feff%s>" % hexlify(text.encode("utf-16-be", "replace"))


def utc_text(at: datetime) -> str:
    """`YYYY-MM-DD HH:MM:SS` in UTC. strftime takes three times as long, thrice an act."""
    return at.astimezone(UTC).isoformat(" ", "seconds")[:19]


def utc_digits(at: datetime) -> bytes:
    """`YYYYMMDDHHMMSS` in UTC, as PDF dates (7.9.4) and GeneralizedTime begin."""
    return utc_text(at).encode().translate(None, b"- :")


def stream(dictionary: bytes, content: bytes) -> bytes:
    """A stream object's body; `dictionary` without its closing `>>` and without /Length."""
    return b"%s/Length %d>>\nstream\n%s\nendstream" % (dictionary, len(content), content)


def deflated_stream(dictionary: bytes, content: bytes) -> bytes:
    return stream(dictionary + b"/Filter/FlateDecode", zlib.compress(content, 6))


def content_stream(dictionary: bytes, content: bytes) -> bytes:
    """A stream whose content is deflated when that is worth it."""
    if len(content) <= _DEFLATE_FROM:
        return stream(dictionary, content)
    return deflated_stream(dictionary, content)
