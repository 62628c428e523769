"""Answers that carry a file: ranges, validators and a file name that survives every browser."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from starlette.concurrency import iterate_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

CHUNK = 256 << 10
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)  # Python reads 4300 digits, no more
_UNSAFE_ASCII = re.compile(r'[^ !#-\[\]-~]|["\\]')


class Content(Protocol):
    """Bytes that can be read from anywhere: a file, a list of segments, memory."""

    @property
    def size(self) -> int: ...
    @property
    def sha256(self) -> str:
        """Lower-case hex; it becomes the ETag."""

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes from `start` up to `stop` (exclusive). Runs in a thread."""


class FileContent:
    """A file on disk whose digest is known."""

    def __init__(self, path: Path, sha256: str) -> None:
        self._path = path
        self.size = path.stat().st_size
        self.sha256 = sha256

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            file.seek(start)
            while start < stop and (block := file.read(min(CHUNK, stop - start))):
                start += len(block)
                yield block


class FileResponse(StreamingResponse):
    """`content` as it is, or the one range asked for (RFC 9110, 14). Several ranges at once and
    ranges that make no sense are answered with the whole, as the RFC allows."""

    def __init__(
        self,
        content: Content,
        media_type: str,
        filename: str | None = None,
        *,
        inline: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._content = content
        own = {
            "Accept-Ranges": "bytes",
            "ETag": f'"{content.sha256}"',
            "X-Content-Type-Options": "nosniff",
        }
        if filename is not None:
            own["Content-Disposition"] = content_disposition(filename, inline=inline)
        super().__init__((), 200, {**own, **(headers or {})}, media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._answer(Headers(scope=scope), scope["method"])
        await super().__call__(scope, receive, send)

    def _answer(self, asked: Headers, method: str) -> None:
        size, etag = self._content.size, self.headers["etag"]
        if _matches(asked.get("if-none-match", ""), etag):
            self.status_code = 304
            return
        start, stop = 0, size
        if "range" in asked and asked.get("if-range", etag) == etag:
            part = parse_range(asked["range"], size)
            if part is None:
                self._refuse_range(size)
                return
            if part != (0, size):
                start, stop = part
                self.status_code = 206
                self.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
        self.headers["Content-Length"] = str(stop - start)
        if method != "HEAD":
            self.body_iterator = iterate_in_threadpool(self._content.read(start, stop))

    def _refuse_range(self, size: int) -> None:
        self.status_code = 416
        self.headers["Content-Range"] = f"bytes */{size}"
        self.headers["Content-Length"] = "0"


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """Start and exclusive stop of the range asked for, within `size` bytes; the whole when the
    header is not one plain range; None when it cannot be satisfied."""
    found = _RANGE.fullmatch(header.strip().lower())
    if found is None or found[0] == "bytes=-":
        return 0, size
    first, last = found[1], found[2]
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start = int(first)
        stop = min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return 0, size
    return (start, stop) if start < stop else None


def content_disposition(filename: str, *, inline: bool = False) -> str:
    """RFC 6266: an ASCII stand-in for old clients, and the name itself where they differ."""
    kind = "inline" if inline else "attachment"
    plain = _UNSAFE_ASCII.sub("_", filename)
    if plain == filename:
        return f'{kind}; filename="{plain}"'
    exact = quote(filename, safe="!#$&+-.^_`|~", errors="replace")
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{exact}"


def _matches(header: str, etag: str) -> bool:
    candidates = {candidate.strip().removeprefix("W/") for candidate in header.split(",")}
    return etag in candidates or "*" in candidates
