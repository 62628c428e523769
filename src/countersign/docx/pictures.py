"""How many pixels a picture has, from its beginning: a small file may unpack to gigabytes, and a
converter that runs out of memory over it leaves the picture out and says nothing."""

from __future__ import annotations

import struct

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # the markers that tell the size


def pixels(beginning: bytes) -> int:
    """Width by height of a PNG or JPEG; 0 for others, and where the size comes later."""
    if beginning.startswith(_PNG) and len(beginning) >= 24:
        width, height = struct.unpack(">II", beginning[16:24])
        return int(width) * int(height)
    return _pixels_of_jpeg(beginning) if beginning.startswith(_JPEG) else 0


def _pixels_of_jpeg(data: bytes) -> int:
    place = 2
    while place + 9 <= len(data) and data[place] == 0xFF:
        marker, length, _depth, height, width = struct.unpack(">xBHBHH", data[place : place + 9])
        if marker in _FRAMES:
            return int(width) * int(height)
        place += 2 + length
    return 0
