"""A document's stored parts as something a response can send."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from countersign.domain.document import Document
from countersign.usecases.file_ports import Files


class StoredContent:
    """The concatenation of a document's parts. `sha256` names that list of parts, which is as
    good a validator as the digest of the bytes and needs no reading."""

    def __init__(self, document: Document, files: Files) -> None:
        self._files = files
        self._parts = document.parts
        self.size = document.size
        names = " ".join(part.sha256 for part in document.parts)
        self.sha256 = hashlib.sha256(names.encode()).hexdigest()

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        return self._files.stream(self._parts, start, stop - start)
