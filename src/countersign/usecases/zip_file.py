"""A ZIP file that is written entry by entry, in the same little memory however many there are.

Its list of entries waits in a file beside it, which the standard library's would keep in memory.
Every size has 64 bits (APPNOTE.TXT 6.3.10, 4.5.3), so nothing has a limit.
"""

from __future__ import annotations

import hashlib
import shutil
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

VERSION = 45  # that knows sizes of 64 bits
UTF8 = 1 << 11
STORED, DEFLATED = 0, 8
LONG, SHORT = 0xFFFFFFFF, 0xFFFF  # "it is in the 64 bits"


@dataclass(frozen=True, slots=True)
class Entry:
    """`size` in bytes, `sha256` in hex."""

    path: str
    size: int
    sha256: str


class ZipFile:
    """Writes to `out`, which is empty and can be sought in; `aside` is a file for the list. All
    entries have the time `at`. Nothing is whole before `close`."""

    def __init__(self, out: BinaryIO, aside: BinaryIO, at: datetime) -> None:
        self._out, self._aside, self._count = out, aside, 0
        self._moment = struct.pack("<HH", *_dos_time(at))

    def add(self, path: str, blocks: Iterable[bytes], *, packed: bool) -> Entry:
        """`path` has forward slashes; with `packed` the content is made smaller."""
        name, start = path.encode(), self._out.tell()
        method = DEFLATED if packed else STORED
        self._out.write(self._local(name, method, 0, 0, 0))
        crc, size, digest = 0, 0, hashlib.sha256()
        packer = zlib.compressobj(6, zlib.DEFLATED, -15) if packed else None
        first = self._out.tell()
        for block in blocks:
            crc, size = zlib.crc32(block, crc), size + len(block)
            digest.update(block)
            self._out.write(packer.compress(block) if packer else block)
        if packer:
            self._out.write(packer.flush())
        end = self._out.tell()
        self._out.seek(start)
        self._out.write(self._local(name, method, crc, size, end - first))
        self._out.seek(end)
        self._list(name, method, crc, size, end - first, start)
        return Entry(path, size, digest.hexdigest())

    def close(self) -> None:
        """Writes the list and the end."""
        start = self._out.tell()
        self._aside.seek(0)
        shutil.copyfileobj(self._aside, self._out, 1 << 20)
        end = self._out.tell()
        count, length = self._count, end - start
        self._out.write(
            struct.pack(
                "<4sQHHIIQQQQ",
                b"PK\x06\x06",
                44,
                VERSION,
                VERSION,
                0,
                0,
                count,
                count,
                length,
                start,
            )
        )
        self._out.write(struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1))
        self._out.write(struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, SHORT, SHORT, LONG, LONG, 0))

    def _local(self, name: bytes, method: int, crc: int, size: int, packed: int) -> bytes:
        extra = struct.pack("<HHQQ", 1, 16, size, packed)
        head = struct.pack("<4sHHH", b"PK\x03\x04", VERSION, UTF8, method) + self._moment
        tail = struct.pack("<IIIHH", crc, LONG, LONG, len(name), len(extra))
        return head + tail + name + extra

    def _list(self, name: bytes, method: int, crc: int, size: int, packed: int, start: int) -> None:
        extra = struct.pack("<HHQQQ", 1, 24, size, packed, start)
        head = struct.pack("<4sHHHH", b"PK\x01\x02", VERSION, VERSION, UTF8, method) + self._moment
        lengths = struct.pack(
            "<IIIHHHHHII", crc, LONG, LONG, len(name), len(extra), 0, 0, 0, 0, LONG
        )
        self._aside.write(head + lengths + name + extra)
        self._count += 1


def _dos_time(at: datetime) -> tuple[int, int]:
    """In steps of two seconds, since 1980."""
    time = at.hour << 11 | at.minute << 5 | at.second // 2
    return time, (at.year - 1980) << 9 | at.month << 5 | at.day
