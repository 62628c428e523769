"""The files of a case: inside the request, uploaded before, or at an address. All of them are
looked at before anything is kept."""

from __future__ import annotations

from binascii import a2b_base64
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from countersign.dialects.nextsign.errors import UPLOAD_FIRST, Rejected
from countersign.dialects.nextsign.schemas import Convertible, NewDocument
from countersign.dialects.nextsign.storage import place_of, upload_key
from countersign.domain.account import Caller
from countersign.domain.document import PDF
from countersign.domain.errors import NotFetched, NotFound
from countersign.domain.short_id import long_id, short_id
from countersign.domain.stored_file import StoredFile
from countersign.usecases.file_ports import Staged
from countersign.usecases.ports import Ports
from countersign.usecases.receive_file import (
    InspectedFile,
    ReceivedFile,
    StagedBytes,
    inspect_file,
    keep_file,
)
from countersign.usecases.stored_files import read_stored_file

MOST_INLINE = 7 << 19  # bytes of all files inside a request: 3.5 MB
LARGEST = 50 << 20  # bytes of one file
MOST_IN_MEMORY = 100 << 20  # bytes of what DOCX files of one case became
ZIP = b"PK\x03\x04"
TIME_LIMIT = 10.0  # seconds for fetching a file


def receive(
    documents: Sequence[NewDocument], caller: Caller, ports: Ports
) -> tuple[ReceivedFile, ...]:
    """Raises Rejected, UnusableFile, Unavailable."""
    inline = [_decoded(each) if each.fileIsBlob else None for each in documents]
    if sum(len(data) for data in inline if data is not None) > MOST_INLINE:
        raise Rejected(413, UPLOAD_FIRST)
    with ExitStack() as stack:
        found: list[InspectedFile | ReceivedFile] = []
        for number, (each, data) in enumerate(zip(documents, inline, strict=True)):
            found.append(_look(number, each, data, caller, ports, stack))
            if sum(map(_in_memory, found)) > MOST_IN_MEMORY:
                raise Rejected(413, "Documents are too large")
        return tuple(
            keep_file(one, ports) if isinstance(one, InspectedFile) else one for one in found
        )


def _in_memory(file: InspectedFile | ReceivedFile) -> int:
    """Bytes that are held until all files are known to be good."""
    held = isinstance(file, InspectedFile) and file.staged.in_memory
    return file.staged.size if held else 0  # type: ignore[union-attr]


def _decoded(document: NewDocument) -> bytes:
    """Line breaks are forgiven, and the beginning of a data URL."""
    text = document.file
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return a2b_base64("".join(text.split()), strict_mode=True)
    except ValueError:
        raise Rejected(400, f"Invalid base64: {document.name}") from None


def _look(
    number: int,
    document: NewDocument,
    data: bytes | None,
    caller: Caller,
    ports: Ports,
    stack: ExitStack,
) -> InspectedFile | ReceivedFile:
    if data is not None:
        return _inspected(StagedBytes(data), document.name, ports)
    key = ports.links.key_of(document.file)
    if key is not None:
        return _uploaded(key, document, caller, ports)
    if not document.file.startswith(("https://", "http://")):
        raise Rejected(400, f"Document {number}: fileIsBlob must be true for base64")
    staged = stack.enter_context(_fetched(document, ports))
    return _inspected(staged, document.name, ports)


def _inspected(staged: Staged, name: str, ports: Ports) -> InspectedFile:
    """A DOCX is known by how it begins, as every ZIP archive, and becomes a PDF."""
    if not _begins_like_docx(staged):
        return inspect_file(staged, name, ports)
    return _converted(staged.read(), name, ports)


def _converted(docx: bytes, name: str, ports: Ports) -> InspectedFile:
    return inspect_file(StagedBytes(ports.converter.to_pdf(docx, name)), name, ports)


def _begins_like_docx(staged: Staged) -> bool:
    if staged.in_memory:
        return staged.read()[:4] == ZIP
    with staged.path.open("rb") as file:
        return file.read(4) == ZIP


def _uploaded(
    key: str, document: NewDocument, caller: Caller, ports: Ports
) -> InspectedFile | ReceivedFile:
    try:
        file = upload_of(key, caller, ports)
    except NotFound:
        raise NotFetched("not_found", "no such upload", document.name) from None
    if file.media_type != PDF:
        return _converted(ports.files.read(file.parts[0]), document.name, ports)
    return ReceivedFile(name=document.name, upload=file.parts[0], pages=file.pages)


def bytes_of(wanted: Convertible, caller: Caller, ports: Ports) -> bytes:
    """What is at an address: an upload's or any public one. Raises NotFetched, Unavailable."""
    key = ports.links.key_of(wanted.file)
    if key is None:
        with _fetched(wanted, ports) as staged:
            return staged.read()
    try:
        return ports.files.read(upload_of(key, caller, ports).parts[0])
    except NotFound:
        raise NotFetched("not_found", "no such upload", wanted.name) from None


def upload_of(key: str, caller: Caller, ports: Ports) -> StoredFile:
    """The upload behind a key of the caller's company. Raises NotFound."""
    place = place_of(key)
    if place is None or place.kind != "upload" or place.company != short_id(caller.account.id):
        raise NotFound("stored file")
    file = read_stored_file(long_id(place.id), caller, ports)
    if upload_key(file) != key:
        raise NotFound("stored file")
    return file


@contextmanager
def _fetched(document: NewDocument | Convertible, ports: Ports) -> Iterator[Staged]:
    """A file that does not come is called by its name, not by its address."""
    try:
        fetching = ports.fetcher.fetch(document.file, limit_bytes=LARGEST, timeout_s=TIME_LIMIT)
        with fetching as staged:
            yield staged
    except NotFetched as problem:
        raise NotFetched(problem.code, problem.message, document.name) from None
