"""What a body becomes when it is not JSON: uploads and forms."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from pydantic import TypeAdapter

from .json_body import parse_json
from .refusal import BadField, Refusal
from .staging import Staging

T = TypeVar("T")


@dataclass(slots=True)
class Upload:
    """One uploaded file.

    `size` in bytes, `sha256` in lower-case hex, `filename` as the client sent it ("" when it sent
    none; never a safe path). `field` is the multipart part's name, "" for a raw body.
    """

    field: str
    filename: str
    content_type: str
    size: int
    sha256: str
    _staging: Staging
    _data: bytes | None = None
    _path: Path | None = None

    @property
    def in_memory(self) -> bool:
        """Whether nothing of it was written yet."""
        return self._path is None

    @property
    def path(self) -> Path:
        """The file on the storage volume, to be renamed away. A small upload is written now."""
        if self._path is None:
            self._path = self._staging.new_path()
            self._path.write_bytes(self.read())
        return self._path

    def read(self) -> bytes:
        return self._data if self._data is not None else self.path.read_bytes()

    def open(self) -> BinaryIO:
        return io.BytesIO(self._data) if self._data is not None else self.path.open("rb")


@dataclass(frozen=True, slots=True)
class Form:
    """A multipart or urlencoded form: texts in the order they came, and uploads."""

    texts: Sequence[tuple[str, str]] = ()
    files: Sequence[Upload] = ()

    def text(self, name: str) -> str | None:
        """The last text of that name, None when there is none."""
        return next((value for key, value in reversed(self.texts) if key == name), None)

    def uploads(self, name: str) -> list[Upload]:
        return [upload for upload in self.files if upload.field == name]

    def json(self, name: str, adapter: TypeAdapter[T]) -> T:
        """The JSON inside a text part, validated.

        Raises Refusal 400: without fields for broken JSON; with fields, whose paths begin with
        `name`, for a missing part or wrong values.
        """
        text = self.text(name)
        if text is None:
            raise Refusal(400, "a part is missing", [BadField((name,), "missing", "Missing")])
        return parse_json(text.encode(), adapter, under=(name,))


class MemoryFile:
    """Collects a small upload."""

    def __init__(self) -> None:
        self._data = bytearray()

    def write(self, block: bytes) -> None:
        self._data += block

    @property
    def size(self) -> int:
        return len(self._data)

    def finish(self, staging: Staging, field: str, filename: str, content_type: str) -> Upload:
        data = bytes(self._data)
        digest = hashlib.sha256(data).hexdigest()
        return Upload(field, filename, content_type, len(data), digest, staging, _data=data)

    def close(self) -> None:
        self._data.clear()


class DiskFile:
    """Writes a large upload to staging and computes its digest on the way."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._out = path.open("xb")
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, block: bytes) -> None:
        self._out.write(block)
        self._digest.update(block)
        self.size += len(block)

    def finish(self, staging: Staging, field: str, filename: str, content_type: str) -> Upload:
        self.close()
        digest = self._digest.hexdigest()
        return Upload(field, filename, content_type, self.size, digest, staging, _path=self._path)

    def close(self) -> None:
        self._out.close()


def new_file(staging: Staging, in_memory: bool) -> MemoryFile | DiskFile:
    return MemoryFile() if in_memory else DiskFile(staging.new_path())


def canonical_upload(upload: Upload) -> list[Any]:
    """What makes two uploads the same one in an idempotency fingerprint."""
    return [upload.field, upload.filename, upload.content_type, upload.sha256]
