"""A document's segments in the file store, and the digests that later steps start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from countersign import pdf
from countersign.adapters.caching import Recent
from countersign.domain.document import Document, FileRef, Segment, SegmentKind
from countersign.usecases.file_ports import Files


class Segments:
    """Reads and writes what a document is made of."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._digests: Recent[pdf.Digest] = Recent(2000)

    def whole(self, document: Document) -> bytes:
        return b"".join(self._files.stream(document.parts))

    def digest(self, document: Document) -> pdf.Digest:
        """The midstate over the document so far; hashed again only where no step left it."""
        known = self._digests.get(document.parts)
        if known is None:
            known = self.remember(document.parts, pdf.digest_of(self._files.stream(document.parts)))
        return known

    def remember(self, parts: tuple[FileRef, ...], digest: pdf.Digest) -> pdf.Digest:
        """The midstate over these parts, which the next step needs."""
        return self._digests.put(parts, digest)

    def add_revision(
        self, kind: SegmentKind, revision: pdf.Revision, document: Document, **more: Any
    ) -> Segment:
        """Stores what a step of our own chain wrote, with the midstate after it."""
        segment = self.add(kind, revision.segment, asdict(revision.chain), **more)
        self.remember((*document.parts, segment.file), revision.digest)
        return segment

    def add(
        self,
        kind: SegmentKind,
        data: bytes,
        chain: Mapping[str, Any],
        *,
        facts: Mapping[str, Any] | None = None,
        task_id: str | None = None,
    ) -> Segment:
        file = self._files.put(data)
        return Segment(kind=kind, file=file, chain=chain, facts=facts or {}, task_id=task_id)
