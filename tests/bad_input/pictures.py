"""Pictures that somebody may send for a signature, as data URLs."""

from __future__ import annotations

import base64
import functools
import io
import struct
import zlib

from PIL import Image, ImageDraw


def data_url(data: bytes, media: str = "image/png") -> str:
    return f"data:{media};base64,{base64.b64encode(data).decode()}"


@functools.lru_cache
def scribble(width: int, height: int, kind: str = "PNG", mode: str = "RGB") -> str:
    """A line from corner to corner on white paper."""
    picture = Image.new(mode, (width, height), "white")
    corners = (width // 8, height // 8, width * 7 // 8, height * 7 // 8)
    ImageDraw.Draw(picture).line(corners, "black", max(2, width // 50))
    out = io.BytesIO()
    picture.save(out, kind)
    return data_url(out.getvalue(), f"image/{kind.lower()}")


def claimed_png(width: int, height: int, rows: bytes = b"") -> bytes:
    """A PNG whose header says one size and whose data holds `rows`."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, chunks))


def text_bomb() -> bytes:
    """A PNG of one pixel with a compressed text of 200 MB."""
    packer = zlib.compressobj(9)
    blank = bytes(1 << 20)
    packed = b"".join(packer.compress(blank) for _ in range(200)) + packer.flush()
    good = claimed_png(1, 1, bytes(4))
    return good[:33] + _chunk((b"zTXt", b"Comment\0\0" + packed)) + good[33:]


def _chunk(chunk: tuple[bytes, bytes]) -> bytes:
    kind, data = chunk
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@functools.lru_cache
def corner() -> str:
    """Ink along the left and the upper edge, on nothing."""
    picture = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, 599, 60), "black")
    pen.rectangle((0, 0, 180, 199), "black")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return data_url(out.getvalue())
