"""A document: the upload, the prepared base, one segment per revision."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class FileRef:
    """Bytes in the file store, named by their SHA-256 (hex); `size` in bytes."""

    sha256: str
    size: int


NO_FILE = FileRef("", 0)


@dataclass(frozen=True, slots=True)
class PageSize:
    """A page as a viewer shows it (crop box and rotation applied), in points."""

    width: float
    height: float


class SegmentKind(StrEnum):
    """What one revision of a document is for."""

    CERTIFICATION = "certification"
    ACT = "act"
    SEAL = "seal"
    TIMESTAMP = "timestamp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The bytes that one revision adds.

    `chain` is what the PDF engine needs to append the next one, `facts` what the file must say
    about this one (compared at verification); both are opaque to the core.
    """

    kind: SegmentKind
    file: FileRef
    chain: Mapping[str, Any]
    facts: Mapping[str, Any]
    task_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file of an envelope. Its bytes are `base` followed by every segment, in order.

    Its upload is NO_FILE while it is `awaited`: somebody's task is to bring it. Where a form was
    filled in before it was sent, `blank` is the file before that and `upload` the one after.
    """

    id: str
    name: str
    media_type: str
    upload: FileRef
    pages: tuple[PageSize, ...] = ()
    base_key: str = ""
    base: FileRef | None = None
    segments: tuple[Segment, ...] = ()
    blank: FileRef | None = None

    @property
    def awaited(self) -> bool:
        return self.upload == NO_FILE

    @property
    def parts(self) -> tuple[FileRef, ...]:
        """The stored files whose concatenation is the document as it is now. A text stays what it
        is: each signature of it is a file of its own."""
        if self.awaited:
            return ()
        if self.is_text:
            return (self.upload,)
        return (self.base or self.upload, *(segment.file for segment in self.segments))

    @property
    def is_text(self) -> bool:
        return self.media_type != PDF

    @property
    def shown(self) -> tuple[FileRef, ...]:
        """The parts of the PDF that people are shown."""
        return (self.base or self.upload,) if self.is_text else self.parts

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)

    @property
    def sealed(self) -> bool:
        return any(segment.kind is SegmentKind.SEAL for segment in self.segments)

    def until(self, segments: int) -> Document:
        """The document as it was with its first `segments` segments."""
        return replace(self, segments=self.segments[:segments])

    def as_left_by(self, task_ids: Collection[str]) -> Document | None:
        """The document as it was when the last of these tasks had signed it; None when none did."""
        signed_by = [segment.task_id for segment in self.segments]
        places = [place for place, id in enumerate(signed_by) if id in task_ids]
        return self.until(places[-1] + 1) if places else None

    @property
    def original(self) -> Document:
        """The document as it was uploaded, its form filled in."""
        return replace(self, base=None, segments=())

    def append(self, *segments: Segment) -> Document:
        return replace(self, segments=(*self.segments, *segments))


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A prepared upload, shared by all envelopes with the same upload and layout."""

    key: str
    file: FileRef
    state: Mapping[str, Any]
