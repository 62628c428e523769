"""Stored parts as something that can be sent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from countersign.domain.document import FileRef
from countersign.usecases.file_ports import Files


class StoredContent:
    """The concatenation of `parts`. `sha256` names that list of parts, which is as good a validator
    as the digest of the bytes and needs no reading; `size` is in bytes."""

    def __init__(self, parts: Sequence[FileRef], files: Files) -> None:
        self._files, self._parts = files, parts
        self.size = sum(part.size for part in parts)
        names = " ".join(part.sha256 for part in parts)
        self.sha256 = hashlib.sha256(names.encode()).hexdigest()

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes from `start` up to `stop` (exclusive)."""
        return self._files.stream(self._parts, start, stop - start)
