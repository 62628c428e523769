"""The `PdfEngine` port over `countersign.pdf`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from countersign import pdf
from countersign.adapters.caching import Recent
from countersign.adapters.pdf_engine import errands
from countersign.adapters.pdf_engine.audit import audit_facts, evidence_json
from countersign.adapters.pdf_engine.foreign import ForeignRecords, ForeignSigner, read_back
from countersign.adapters.pdf_engine.keyring import Keyring
from countersign.adapters.pdf_engine.packing import contents
from countersign.adapters.pdf_engine.prepared_chain import PreparedChain
from countersign.adapters.pdf_engine.segments import Segments
from countersign.adapters.pdf_engine.text_chain import TextChain
from countersign.adapters.pdf_engine.translation import check_page, layout_of
from countersign.adapters.workshop import Workshop
from countersign.domain.document import Base, Document, FileRef, PageSize, Segment
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid, UnusableFile
from countersign.domain.evidence import Link
from countersign.domain.task import Act, Task
from countersign.domain.template import FormField
from countersign.usecases.file_ports import Files, Inspection, PreparedAct, Staged

if TYPE_CHECKING:
    from countersign.adapters.pdf_engine.signed_upload_chain import SignedUploadChain

WRITER = "1"  # goes into the name of a base: a writer that lays it out differently makes a new one
HEAVY_BYTES = 512 << 10
HEAVY_PAGES = 50
BLOCK = 1 << 20  # bytes
IMAGE_CACHE_BYTES = 32 << 20


class Engine:
    """Bytes come from and go to `files`; long or risky work is done in the `workshop`."""

    def __init__(self, files: Files, keys: Keyring, workshop: Workshop) -> None:
        self._files, self._keys, self._workshop = files, keys, workshop
        self._segments = Segments(files)
        self._foreign = foreign = ForeignRecords(files)
        self._prepared = PreparedChain(files, self._segments, keys, foreign)
        self._texts = TextChain(files, self._segments, keys, workshop, foreign)
        self._inspections: Recent[Inspection] = Recent(1000)
        self._images: Recent[bytes] = Recent(IMAGE_CACHE_BYTES, len)

    @cached_property
    def _signed(self) -> SignedUploadChain:
        # With it comes pyHanko: a second and 50 MB that a server should not need to start
        from countersign.adapters.pdf_engine.signed_upload_chain import SignedUploadChain

        return SignedUploadChain(self._segments, self._keys, self._workshop, self._foreign)

    # -------------------------------------------------------------- coming in

    def inspect(self, upload: Staged) -> Inspection:
        known = self._inspections.get(upload.sha256)
        return known or self._inspections.put(upload.sha256, self._looked_at(upload))

    def _looked_at(self, upload: Staged) -> Inspection:
        try:
            if upload.size < HEAVY_BYTES:
                return errands.look_at(upload.read())
            if upload.in_memory:
                return self._workshop.run(errands.look_at, upload.read())
            return self._workshop.run(errands.look_at_file, upload.path)
        except pdf.UnusablePdf as problem:
            raise UnusableFile(problem.code, problem.message) from None

    def inspect_text(self, upload: Staged, media_type: str) -> Inspection:
        return self._texts.inspect(upload, media_type)

    def form_fields(self, upload: Staged) -> Sequence[FormField]:
        try:
            return self._workshop.run(errands.form_fields, upload.read())
        except pdf.UnusablePdf as problem:
            raise UnusableFile(problem.code, problem.message) from None

    def fill_form(
        self, upload: FileRef, values: Mapping[str, str], *, leave_open: bool
    ) -> tuple[FileRef, Sequence[FormField]]:
        work = partial(errands.fill_form, leave_open=leave_open)
        try:
            filled, left = self._workshop.run(work, self._files.read(upload), dict(values))
        except pdf.FormRefused as problem:
            raise Invalid("the form can't be filled in like this", problem.fields) from None
        except pdf.UnusablePdf as problem:
            raise UnusableFile(problem.code, problem.message) from None
        return self._files.put(filled), left

    def form_values(self, upload: FileRef) -> Mapping[str, str]:
        try:
            return self._workshop.run(errands.form_values, self._files.read(upload))
        except pdf.UnusablePdf as problem:
            raise UnusableFile(problem.code, problem.message) from None

    def picture_page(self, upload: Staged) -> tuple[FileRef, tuple[PageSize, ...]]:
        try:
            page = self._workshop.run(errands.picture_page, upload.read())
        except pdf.UnusableImage as problem:
            raise UnusableFile("not_image", str(problem)) from None
        return self._files.put(page), errands.look_at(page).pages

    def base_key(self, envelope: Envelope, document: Document) -> str:
        layout = document.media_type
        if not document.is_text:
            layout = layout_of(envelope, document).digest()
        named = f"{WRITER} {document.upload.sha256} {layout}"
        return hashlib.sha256(named.encode()).hexdigest()

    def prepare(self, envelope: Envelope, document: Document) -> Base:
        key = self.base_key(envelope, document)
        if document.is_text:
            return self._texts.base(key, document)
        try:
            if self._inspected_again(document.upload).signed:
                return self._signed.base(key, document, envelope.signers_of(document.id))
            file, state = self._made(document, layout_of(envelope, document))
        except pdf.UnusablePdf as problem:
            raise UnusableFile(problem.code, problem.message, document.name) from None
        return Base(key=key, file=file, state=json.loads(state.to_json()))

    def _inspected_again(self, upload: FileRef) -> Inspection:
        known = self._inspections.get(upload.sha256)
        if known is not None:
            return known
        if upload.size < HEAVY_BYTES:
            return errands.look_at(self._files.read(upload))
        with self._files.local(upload) as path:
            return self._workshop.run(errands.look_at_file, path)

    def _made(self, document: Document, layout: pdf.Layout) -> tuple[FileRef, pdf.BaseState]:
        if document.upload.size >= HEAVY_BYTES or len(document.pages) > HEAVY_PAGES:
            return self._made_in_workshop(document, layout)
        made = pdf.prepare(self._files.read(document.upload), layout)
        file = self._files.put(made.data)
        self._segments.remember((file,), made.digest)
        return file, made.state

    def _made_in_workshop(
        self, document: Document, layout: pdf.Layout
    ) -> tuple[FileRef, pdf.BaseState]:
        """From file to file; of its bytes only one block at a time is in the server's memory."""
        with self._files.local(document.upload) as upload, self._files.aside() as base:
            state = self._workshop.run(pdf.prepare_file, upload, layout, base)
            digest = pdf.digest_of(_blocks(base))
            file = self._files.adopt(base, digest.hexdigest())
        self._segments.remember((file,), digest)
        return file, state.with_digest(digest)

    # -------------------------------------------------------------- signing

    def certify(
        self, envelope: Envelope, document: Document, base: Base, at: datetime
    ) -> tuple[Segment, ...]:
        return self._chain(base).certify(envelope, document, base, at)

    def act(
        self, envelope: Envelope, document: Document, base: Base, task: Task, act: Act
    ) -> Segment:
        image = self._files.read(act.image) if act.image else None
        return self._chain(base).act(envelope, document, base, task, act, image)

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
        chain, signer = self._chain(base), ForeignSigner(certificates, pss)
        if isinstance(chain, TextChain):
            return chain.prepare_act(document, act, signer)
        image = self._files.read(act.image) if act.image else None
        if chain is not self._prepared:
            return self._signed.prepare_act(document, task, act, image, signer)
        return self._prepared.prepare_act(envelope, document, base, task, act, image, signer)

    def finish_act(self, document: Document, task: Task, state: str, value: bytes) -> Segment:
        return self._chain_of(document).finish_act(document, task, *read_back(state), value)

    def _chain_of(self, document: Document) -> PreparedChain | SignedUploadChain | TextChain:
        """Of one that is prepared to be signed. Only our own chain leaves what the next step
        needs, and begins with a certification."""
        if document.is_text:
            return self._texts
        is_own = bool(document.segments and document.segments[-1].chain)
        return self._prepared if is_own else self._signed

    def seal(self, document: Document, base: Base, at: datetime) -> tuple[Segment, ...]:
        return self._chain(base).seal(document, base, at)

    def verify(self, envelope: Envelope, document: Document, base: Base) -> Mapping[str, object]:
        return self._chain(base).verify(envelope, document, base)

    def audit(self, envelope: Envelope, links: Sequence[Link], at: datetime) -> Document:
        from countersign.pdf.audit import audit_pdf  # typst: as with pyHanko

        made = audit_pdf(audit_facts(envelope, links), evidence_json(links))
        sealed = b"".join((made, *self._signed.closed(made, at)))
        return Document(
            id=str(uuid5(NAMESPACE_URL, f"audit of {envelope.id}")),
            name="audit.pdf",
            media_type="application/pdf",
            upload=self._files.put(sealed),
        )

    def container(
        self,
        envelope: Envelope,
        documents: Sequence[Document],
        links: Sequence[Link],
        at: datetime,
    ) -> FileRef:
        from countersign.pdf.audit import audit_pdf

        cover = self._files.read(documents[0].shown[0])
        if len(documents) > 1:
            cover = audit_pdf(audit_facts(envelope, links), evidence_json(links))
        with ExitStack() as stack:
            files = [
                (name, media_type, [stack.enter_context(self._files.local(p)) for p in parts])
                for name, media_type, parts in contents(documents)
            ]
            made = self._workshop.run(errands.container, cover, files)
        return self._files.put(b"".join((made, *self._signed.closed(made, at))))

    def _chain(self, base: Base) -> PreparedChain | SignedUploadChain | TextChain:
        if "text" in base.state:
            return self._texts
        return self._signed if "already_signed" in base.state else self._prepared

    # -------------------------------------------------------------- showing

    def page_image(self, document: Document, page: int, width: int) -> bytes:
        key = (*document.shown, page, width)
        return self._images.get(key) or self._images.put(key, self._shown(document, page, width))

    def _shown(self, document: Document, page: int, width: int) -> bytes:
        check_page(document, page)
        with self._local(document) as parts:
            return self._workshop.run(errands.page_image, parts, page, width)

    def page_text(self, document: Document, page: int) -> Sequence[Mapping[str, Any]]:
        check_page(document, page)
        with self._local(document) as parts:
            return self._workshop.run(errands.page_text, parts, page)

    @contextmanager
    def _local(self, document: Document) -> Iterator[list[Path]]:
        with ExitStack() as stack:
            yield [stack.enter_context(self._files.local(part)) for part in document.shown]

    def signature_image(self, data: bytes) -> FileRef:
        return self._kept_image(errands.signature_image, data, "signature")

    def logo_image(self, data: bytes) -> FileRef:
        return self._kept_image(errands.logo_image, data, "logo")

    def _kept_image(self, work: Callable[[bytes], bytes], data: bytes, name: str) -> FileRef:
        try:
            return self._files.put(self._workshop.run(work, data))
        except pdf.UnusableImage as problem:
            raise UnusableFile("not_image", str(problem), name) from None


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            yield block
