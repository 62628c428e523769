"""The ports to stored files and to PDF, as the use cases see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from countersign.domain.document import Base, Document, FileRef, PageSize, Segment
from countersign.domain.envelope import Envelope
from countersign.domain.evidence import Link
from countersign.domain.task import Act, Task
from countersign.domain.template import FormField


class Files(Protocol):
    """Content-addressed bytes. What `put` returned is on stable storage."""

    def put(self, data: bytes) -> FileRef: ...
    def adopt(self, path: Path, sha256: str) -> FileRef:
        """Takes over a staged file whose digest is known (moved when on the same volume)."""

    def aside(self) -> AbstractContextManager[Path]:
        """An empty file, to be written and adopted; gone at the end when it was not."""

    def local(self, file: FileRef) -> AbstractContextManager[Path]:
        """The content as a file of this machine, to be read until the end. Raises NotFound."""

    def read(self, file: FileRef) -> bytes:
        """Raises NotFound."""

    def remove(self, file: FileRef, unless_within: timedelta) -> bool:
        """Removes the content; False, and it stays, when it was stored again within that time, in
        the store's own clock. What is not there is removed. A store that can't do that in one step
        keeps it aside until `settle`, and gives it to whoever reads it meanwhile."""

    def settle(self, file: FileRef, *, is_used: bool) -> None:
        """Ends the removal: what is used after all comes back, if it is not there; what was kept
        aside goes."""

    def stream(
        self, parts: Sequence[FileRef], start: int = 0, length: int | None = None
    ) -> Iterator[bytes]:
        """The concatenation of `parts`, in blocks of at most 1 MiB."""


class Staged(Protocol):
    """An upload that is in memory or in the staging folder until it is accepted or dropped.
    `size` in bytes, `sha256` in hex; asking for `path` puts it into the staging folder."""

    @property
    def in_memory(self) -> bool: ...
    @property
    def path(self) -> Path: ...
    @property
    def sha256(self) -> str: ...
    @property
    def size(self) -> int: ...
    def read(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Inspection:
    """What an upload is. `content` lists active content found, which preparing removes."""

    pages: tuple[PageSize, ...]
    signed: bool = False
    content: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedAct:
    """An act whose signature somebody else makes. `to_sign` is the SHA-256 that he is given;
    `state` the engine's own text, which holds what the signer wrote: to be stored closed."""

    to_sign: bytes
    state: str = field(repr=False)


class PdfEngine(Protocol):
    """The chain of design section 6 over stored files. Raises UnusableFile for a bad upload and
    Unavailable when no timestamp authority answers; no other error is the sender's fault."""

    def inspect(self, upload: Staged) -> Inspection: ...

    def inspect_text(self, upload: Staged, media_type: str) -> Inspection:
        """As `inspect`, for a text or XML; its pages are those that people are shown."""

    def form_fields(self, upload: Staged) -> Sequence[FormField]:
        """What can be filled in, page by page and from top to bottom. Text, checkboxes and empty
        signature fields only."""

    def fill_form(
        self, upload: FileRef, values: Mapping[str, str], *, leave_open: bool
    ) -> tuple[FileRef, Sequence[FormField]]:
        """The PDF with `values` (name → value) in its own form, or, to `leave_open` what people can
        fill in, without any value there and those fields with their values. Raises Invalid whose
        `fields` are names."""

    def form_values(self, upload: FileRef) -> Mapping[str, str]:
        """What the PDF's own form says: name → value."""

    def picture_page(self, upload: Staged) -> tuple[FileRef, tuple[PageSize, ...]]:
        """A PDF of one page with this picture, upright. Raises UnusableFile("not_image")."""

    def base_key(self, envelope: Envelope, document: Document) -> str:
        """Names the base of (upload, layout); equal keys share one base."""

    def prepare(self, envelope: Envelope, document: Document) -> Base:
        """The document with its signers' fields and with the pages that the settings ask for."""

    def certify(
        self, envelope: Envelope, document: Document, base: Base, at: datetime
    ) -> tuple[Segment, ...]:
        """The first revision of this envelope's copy."""

    def act(
        self, envelope: Envelope, document: Document, base: Base, task: Task, act: Act
    ) -> Segment:
        """One signer's revision, appended to `document` as it is."""

    def prepare_act(
        self,
        envelope: Envelope,
        document: Document,
        base: Base,
        task: Task,
        act: Act,
        certificates: tuple[bytes, ...],
        *,
        pss: bool = False,
    ) -> PreparedAct:
        """As `act`, for a signer whose key is elsewhere: `certificates` (DER) are his and those
        above, up to an authority that is believed; `pss`: it signs by RSASSA-PSS (RFC 8017, 8.1,
        with SHA-256, MGF1 of the same and 32 bytes of salt). Raises Invalid for a key of a kind
        that can't sign here."""

    def finish_act(self, document: Document, task: Task, state: str, value: bytes) -> Segment:
        """The prepared act with its signature value. Raises StaleState when `document` is not as it
        was when the act was prepared, Invalid when the value is not the certificate's, or when that
        was revoked."""

    def seal(self, document: Document, base: Base, at: datetime) -> tuple[Segment, ...]:
        """The platform's seal and the closing document timestamp."""

    def verify(self, envelope: Envelope, document: Document, base: Base) -> Mapping[str, object]:
        """Reads the sealed bytes back. Returns facts (`sha256`, `level`, `signatures`); raises
        VerificationFailed with the reason."""

    def page_image(self, document: Document, page: int, width: int) -> bytes:
        """WebP, `width` in pixels. Raises NotFound for a page that is not there."""

    def page_text(self, document: Document, page: int) -> Sequence[Mapping[str, Any]]:
        """Runs of text with their boxes, as fractions of the page."""

    def signature_image(self, data: bytes) -> FileRef:
        """Stores a signer's image, made upright and small. Raises UnusableFile("not_image")."""

    def logo_image(self, data: bytes) -> FileRef:
        """Stores a sender's logo as PNG, as `signature_image` does."""

    def audit(self, envelope: Envelope, links: Sequence[Link], at: datetime) -> Document:
        """The audit document, made from the evidence and sealed."""

    def container(
        self,
        envelope: Envelope,
        documents: Sequence[Document],
        links: Sequence[Link],
        at: datetime,
    ) -> FileRef:
        """One sealed PDF with the sealed documents attached to a page that tells of the evidence;
        the bytes of each stay what they are."""


class VerificationFailed(Exception):
    """The sealed file is not what it must be."""
