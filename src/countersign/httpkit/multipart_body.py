"""Reads multipart/form-data (RFC 7578) block by block; a body that stops half way is refused."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from multipart import (  # type: ignore[import-untyped]  # annotated, but ships no py.typed
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from .refusal import Refusal
from .staging import Staging
from .uploads import DiskFile, Form, MemoryFile, Upload, canonical_upload, new_file

# RFC 7578 forbids filename*, yet .NET and aiohttp send it for names outside ASCII
_EXTENDED_FILENAME = re.compile(r"""filename\*\s*=\s*"?utf-8'[^']*'([^";\s]+)""", re.IGNORECASE)
_AS_IT_IS = {"7bit", "8bit", "binary"}


class MultipartSink:
    """Files go to memory or disk, texts to memory, as the parser finds them."""

    def __init__(
        self,
        content_type: str,
        staging: Staging,
        in_memory: bool,
        *,
        file_limit: int,
        text_limit: int,
        max_parts: int,
    ) -> None:
        self.blocking = not in_memory
        self._staging, self._in_memory = staging, in_memory
        self._file_limit, self._text_limit = file_limit, text_limit
        self._parser = _parser(content_type, max_parts)
        self._texts: list[tuple[str, str]] = []
        self._files: list[Upload] = []
        self._file: MemoryFile | DiskFile | None = None
        self._empty = True

    def take(self, block: bytes) -> None:
        if not block:
            return
        self._empty = False
        if self._parser is None:
            raise Refusal(400, "multipart body without a boundary")
        try:
            for event in self._parser.parse(block):
                self._on(event)
        except MultipartError:
            raise Refusal(400, "malformed multipart body") from None

    def finish(self) -> Form:
        if self._parser is not None and not self._empty:
            try:
                self._parser.close()  # raises when the closing boundary has not been seen
            except MultipartError:
                raise Refusal(400, "multipart body ends half way") from None
        return Form(self._texts, self._files)

    def canonical(self) -> Any:
        texts = sorted(self._texts, key=lambda pair: pair[0])
        files = sorted(map(canonical_upload, self._files), key=lambda row: row[0])
        return [texts, files]

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _on(self, event: MultipartSegment | bytes | None) -> None:
        if isinstance(event, MultipartSegment):
            self._begin(event)
        elif event is None:
            self._end()
        elif self._file is not None:
            self._file.write(event)
            if self._file.size > self._file_limit:
                raise Refusal(413, "a file is too large")
        else:
            self._text += event
            if len(self._text) > self._text_limit:
                raise Refusal(413, "a text part is too large")

    def _begin(self, part: MultipartSegment) -> None:
        # RFC 7578, 4.7: nobody sends these any more; taken as it is, the content would be garbage
        encoding = part.header("Content-Transfer-Encoding", "binary").strip().lower()
        if encoding not in _AS_IT_IS:
            raise Refusal(400, "a part has a Content-Transfer-Encoding; send it as it is")
        self._part, self._text = part, bytearray()
        self._filename = _filename(part)
        if self._filename is not None:
            self._file = new_file(self._staging, self._in_memory)

    def _end(self) -> None:
        name = self._part.name
        if self._file is None:
            self._texts.append((name, _utf8(self._text)))
            return
        kind = self._part.content_type or "application/octet-stream"
        upload = self._file.finish(self._staging, name, self._filename or "", kind)
        self._files.append(upload)
        self._file = None


def _parser(content_type: str, max_parts: int) -> PushMultipartParser | None:
    _, options = parse_options_header(content_type)
    boundary = options.get("boundary")
    return PushMultipartParser(boundary, max_segment_count=max_parts) if boundary else None


def _filename(part: MultipartSegment) -> str | None:
    """None for a text. A file may come without a name (RFC 7578, 4.2): its type tells it apart."""
    disposition = part.header("Content-Disposition") or ""
    extended = _EXTENDED_FILENAME.search(disposition)
    if extended is not None:
        return unquote(extended[1])
    if part.filename is None and not _is_text(part.content_type or "text/plain"):
        return ""
    filename: str | None = part.filename
    return filename


def _is_text(media: str) -> bool:
    kind, _, subtype = media.partition("/")
    return kind == "text" or subtype == "json" or subtype.endswith("+json")


def _utf8(text: bytearray) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal(400, "a text part is not UTF-8") from None
