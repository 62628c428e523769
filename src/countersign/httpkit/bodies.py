"""The kinds of body an operation can declare, and the sinks that read them.

A sink is fed blocks of bytes and then finished. It never awaits: the endpoint decides in which
thread it runs. Small bodies (`SMALL`) are read into memory, larger uploads go to staging.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import parse_qsl

from pydantic import TypeAdapter

from .json_body import canonical_json, parse_json
from .multipart_body import MultipartSink
from .refusal import Refusal
from .staging import Staging
from .uploads import Form, canonical_upload, new_file

KB = 1 << 10
MB = 1 << 20
SMALL = MB


class Sink(Protocol):
    """Takes a body apart. `blocking` says that `take` writes to disk."""

    blocking: bool

    def take(self, block: bytes) -> None: ...
    def finish(self) -> Any:
        """The handler's `body`. Raises Refusal when the body is broken or invalid."""

    def canonical(self) -> Any:
        """After `finish`: a JSON value that is equal for equal bodies."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class Json:
    """A JSON body, validated against `type`. Absent and not `required`: the handler gets None."""

    type: Any
    limit: int = MB
    media: tuple[str, ...] = ("application/json",)
    required: bool = True
    example: Any = None

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.type)

    def sink(self, _content_type: str, _staging: Staging, _in_memory: bool) -> Sink:
        return _JsonSink(self.adapter)


@dataclass(frozen=True)
class Raw:
    """The body itself is the document; its Content-Type decides. The handler gets an Upload."""

    media: tuple[str, ...]
    limit: int = 200 * MB
    required: bool = True

    def sink(self, content_type: str, staging: Staging, in_memory: bool) -> Sink:
        return _RawSink(content_type, staging, in_memory)


@dataclass(frozen=True)
class FilePart:
    """Documents a file part of a form."""

    name: str
    many: bool = False
    required: bool = True
    media: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True)
class TextPart:
    """Documents a text part of a form; a `type` other than str travels as JSON inside the text."""

    name: str
    type: Any = str
    required: bool = True
    description: str = ""
    example: Any = None


@dataclass(frozen=True)
class Multipart:
    """A multipart form. The parts are documented here and judged by the dialect: it gets a Form.

    `limit` is for the whole body, `file_limit` for one file, `text_limit` for one text (bytes).
    """

    files: Sequence[FilePart] = ()
    texts: Sequence[TextPart] = ()
    limit: int = 200 * MB
    file_limit: int | None = None
    text_limit: int = MB
    max_parts: int = 1000
    media: tuple[str, ...] = ("multipart/form-data",)
    required: bool = True

    def sink(self, content_type: str, staging: Staging, in_memory: bool) -> Sink:
        return MultipartSink(
            content_type,
            staging,
            in_memory,
            file_limit=self.file_limit if self.file_limit is not None else self.limit,
            text_limit=self.text_limit,
            max_parts=self.max_parts,
        )


@dataclass(frozen=True)
class Urlencoded:
    """A classic HTML form or OAuth body. The handler gets a Form without files."""

    texts: Sequence[TextPart] = ()
    limit: int = 64 * KB
    media: tuple[str, ...] = ("application/x-www-form-urlencoded",)
    required: bool = True
    max_fields: int = 200

    def sink(self, _content_type: str, _staging: Staging, _in_memory: bool) -> Sink:
        return _UrlencodedSink(self.max_fields)


Body = Json | Raw | Multipart | Urlencoded


class _MemorySink:
    blocking = False

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def take(self, block: bytes) -> None:
        self._blocks.append(block)

    @cached_property
    def _raw(self) -> bytes:
        whole = b"".join(self._blocks)
        self._blocks.clear()  # a document inside of JSON is large enough once
        return whole

    def close(self) -> None:
        self._blocks.clear()


class _JsonSink(_MemorySink):
    def __init__(self, adapter: TypeAdapter[Any]) -> None:
        super().__init__()
        self._adapter = adapter

    def finish(self) -> Any:
        return parse_json(self._raw, self._adapter)

    def canonical(self) -> Any:
        return canonical_json(self._raw)


class _UrlencodedSink(_MemorySink):
    def __init__(self, max_fields: int) -> None:
        super().__init__()
        self._max_fields = max_fields
        self._pairs: list[tuple[str, str]] = []

    def finish(self) -> Form:
        try:
            self._pairs = parse_qsl(
                self._raw.decode("ascii"),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=self._max_fields,
            )
        except ValueError:
            raise Refusal(400, "malformed form") from None
        return Form(texts=self._pairs)

    def canonical(self) -> Any:
        return sorted(self._pairs, key=lambda pair: pair[0])


class _RawSink:
    def __init__(self, content_type: str, staging: Staging, in_memory: bool) -> None:
        self.blocking = not in_memory
        self._content_type = content_type
        self._staging = staging
        self._file = new_file(staging, in_memory)

    def take(self, block: bytes) -> None:
        self._file.write(block)

    def finish(self) -> Any:
        self._upload = self._file.finish(self._staging, "", "", self._content_type)
        return self._upload

    def canonical(self) -> Any:
        return canonical_upload(self._upload)

    def close(self) -> None:
        self._file.close()
