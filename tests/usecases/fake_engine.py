# ruff: noqa: ARG002 - a fake does not need all that the real one needs
"""A PdfEngine that knows just enough of PDF to refuse a bad upload, and makes readable segments."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from countersign.domain.document import Base, Document, FileRef, PageSize, Segment, SegmentKind
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid, NotFound, StaleState, UnusableFile
from countersign.domain.evidence import Link
from countersign.domain.task import Act, Area, FieldKind, Task
from countersign.domain.template import FormField
from countersign.usecases.file_ports import (
    Files,
    Inspection,
    PreparedAct,
    Staged,
    VerificationFailed,
)

VALUE = re.compile(r"^/Value (\S+)=(.*)$", re.MULTILINE)
VALUE_LINE = re.compile(rb"^/Value .*\n", re.MULTILINE)
FORM_FIELD = re.compile(rb"^/Field (.+)$", re.MULTILINE)
PAGE = re.compile(rb"/MediaBox *\[ *0 0 ([\d.]+) ([\d.]+) *\]")


def pdf(*pages: tuple[float, float], remark: str = "") -> bytes:
    """A file that the fake takes for a PDF with pages of these sizes in points; A4 by default."""
    sizes = pages or ((595.0, 842.0),)
    boxes = "\n".join(f"<< /Type /Page /MediaBox [0 0 {w} {h}] >>" for w, h in sizes)
    return f"%PDF-1.7\n% {remark}\n{boxes}\n%%EOF\n".encode()


class FakeEngine:
    """Segments are lines of text; `broken` makes every verification fail."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.broken = False

    def inspect(self, upload: Staged) -> Inspection:
        data = upload.read()
        if not data:
            raise UnusableFile("empty", "The file is empty.")
        if not data.startswith(b"%PDF-"):
            raise UnusableFile("not_pdf", "The file is not a PDF.")
        if b"/Encrypt" in data:
            raise UnusableFile("encrypted", "The file is encrypted.")
        if b"%%EOF" not in data:
            raise UnusableFile("broken", "The file is damaged.")
        pages = tuple(PageSize(float(w), float(h)) for w, h in PAGE.findall(data))
        if not pages:
            raise UnusableFile("no_pages", "The file has no pages.")
        return Inspection(pages)

    def inspect_text(self, upload: Staged, media_type: str) -> Inspection:
        try:
            upload.read().decode()
        except UnicodeDecodeError:
            raise UnusableFile("not_utf8", "The file is not a text in UTF-8.") from None
        return Inspection((PageSize(595.0, 842.0),))

    def form_fields(self, upload: Staged) -> Sequence[FormField]:
        """One `/Field NAME` a line, each further down the first page."""
        return self._text_fields(upload.read())

    @staticmethod
    def _text_fields(data: bytes) -> list[FormField]:
        names = FORM_FIELD.findall(data)
        return [
            FormField(
                kind=FieldKind.SIGNATURE if b"sign" in name.lower() else FieldKind.TEXT,
                name=name.decode(),
                label=name.decode(),
                area=Area(0, 0.1, 0.1 + number / 20, 0.3, 0.04),
                required=b"sign" in name.lower(),
            )
            for number, name in enumerate(names)
        ]

    def fill_form(
        self, upload: FileRef, values: Mapping[str, str], *, leave_open: bool
    ) -> tuple[FileRef, Sequence[FormField]]:
        """Each value is a line `/Value NAME=VALUE`; no name but those of `/Field` lines is good."""
        data = self._files.read(upload)
        fields = [one for one in self._text_fields(data) if one.kind is not FieldKind.SIGNATURE]
        wrong = dict.fromkeys(values.keys() - {one.name for one in fields}, "no such field")
        if wrong:
            raise Invalid("no such field", wrong)
        stands = {**dict(VALUE.findall(data.decode())), **values}
        left = [replace(one, value=stands.get(one.name, "")) for one in fields if leave_open]
        kept = {} if leave_open else stands
        lines = "".join(f"/Value {name}={value}\n" for name, value in kept.items())
        return self._files.put(VALUE_LINE.sub(b"", data) + lines.encode()), left

    def form_values(self, upload: FileRef) -> Mapping[str, str]:
        data = self._files.read(upload)
        empty = {one.name: "" for one in self._text_fields(data)}
        return {**empty, **dict(VALUE.findall(data.decode()))}

    def picture_page(self, upload: Staged) -> tuple[FileRef, tuple[PageSize, ...]]:
        if not upload.read().startswith(b"\x89PNG"):
            raise UnusableFile("not_image", "This is no image.")
        made = pdf(remark=upload.sha256)
        return self._files.put(made), (PageSize(595.0, 842.0),)

    def base_key(self, envelope: Envelope, document: Document) -> str:
        tasks = envelope.signers_of(document.id)
        fields = [[(field.kind, field.area) for field in task.fields] for task in tasks]
        audited = envelope.settings.audit_in_document
        named = f"{document.upload.sha256} {fields} {audited}"
        return hashlib.sha256(named.encode()).hexdigest()

    def prepare(self, envelope: Envelope, document: Document) -> Base:
        tasks = envelope.signers_of(document.id)
        prepared = self._files.read(document.upload) + f"% base for {len(tasks)}\n".encode()
        key = self.base_key(envelope, document)
        return Base(key=key, file=self._files.put(prepared), state={"tasks": len(tasks)})

    def certify(
        self, envelope: Envelope, document: Document, base: Base, at: datetime
    ) -> tuple[Segment, ...]:
        return (self._segment(SegmentKind.CERTIFICATION, f"{envelope.id} {document.id}"),)

    def act(
        self, envelope: Envelope, document: Document, base: Base, task: Task, act: Act
    ) -> Segment:
        return self._segment(SegmentKind.ACT, f"{task.person.name} {act.method}", task.id)

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
        state = f"{task.person.name} {act.method} after {self._digest(document)}"
        return PreparedAct(to_sign=hashlib.sha256(state.encode()).digest(), state=state)

    def finish_act(self, document: Document, task: Task, state: str, value: bytes) -> Segment:
        """The signature is the hash itself, backwards."""
        if not state.endswith(self._digest(document)):
            raise StaleState
        if value != hashlib.sha256(state.encode()).digest()[::-1]:
            raise Invalid("not the certificate's")
        return self._segment(SegmentKind.ACT, state, task.id)

    @staticmethod
    def _digest(document: Document) -> str:
        return hashlib.sha256(repr(document.parts).encode()).hexdigest()

    def seal(self, document: Document, base: Base, at: datetime) -> tuple[Segment, ...]:
        return (self._segment(SegmentKind.SEAL, document.id),)

    def verify(self, envelope: Envelope, document: Document, base: Base) -> Mapping[str, object]:
        if self.broken:
            raise VerificationFailed("the fake engine was told to fail")
        whole = b"".join(self._files.read(part) for part in document.parts)
        return {"sha256": hashlib.sha256(whole).hexdigest(), "level": "B-LTA", "signatures": 1}

    def page_image(self, document: Document, page: int, width: int) -> bytes:
        self._check_page(document, page)
        return b"RIFF....WEBP"

    def page_text(self, document: Document, page: int) -> Sequence[Mapping[str, Any]]:
        self._check_page(document, page)
        return [{"text": f"page {page}", "x": 0.1, "y": 0.1, "w": 0.2, "h": 0.02}]

    def signature_image(self, data: bytes) -> FileRef:
        if not data.startswith(b"\x89PNG"):
            raise UnusableFile("not_image", "This is no image.")
        return self._files.put(data)

    def logo_image(self, data: bytes) -> FileRef:
        return self.signature_image(data)

    def audit(self, envelope: Envelope, links: Sequence[Link], at: datetime) -> Document:
        lines = "\n".join(f"{link.number} {link.event.kind} {link.hash}" for link in links)
        upload = self._files.put(f"%PDF-1.7\n{lines}\n%%EOF\n".encode())
        name = f"{envelope.name} - audit.pdf"
        media_type = "application/pdf"
        return Document(id=_audit_id(envelope), name=name, media_type=media_type, upload=upload)

    def container(
        self, envelope: Envelope, documents: Sequence[Document], links: Sequence[Link], at: datetime
    ) -> FileRef:
        inside = [b"".join(self._files.read(part) for part in each.parts) for each in documents]
        return self._files.put(b"%PDF-1.7\n% container\n" + b"\n".join(inside))

    def _segment(self, kind: SegmentKind, text: str, task_id: str | None = None) -> Segment:
        file = self._files.put(f"% {kind} {text}\n".encode())
        return Segment(kind=kind, file=file, chain={}, facts={}, task_id=task_id)

    def _check_page(self, document: Document, page: int) -> None:
        if not 0 <= page < len(document.pages):
            raise NotFound("page", str(page))


def _audit_id(envelope: Envelope) -> str:
    return f"{envelope.id[:-4]}aaaa"
