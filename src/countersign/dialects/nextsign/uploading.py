"""Files that are uploaded before the case, and links to what is stored."""

from __future__ import annotations

from binascii import a2b_base64
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from countersign.dialects.nextsign import answers, schemas
from countersign.dialects.nextsign.auth import API
from countersign.dialects.nextsign.documents import LARGEST, upload_of
from countersign.dialects.nextsign.errors import Rejected
from countersign.dialects.nextsign.storage import Place, document_key, place_of, upload_key
from countersign.domain.account import Caller
from countersign.domain.document import PDF
from countersign.domain.errors import Forbidden, NotFound
from countersign.domain.form import DOCX
from countersign.domain.short_id import long_id, new_short_id, short_id
from countersign.domain.stored_file import StoredFile
from countersign.httpkit import Form
from countersign.usecases.file_ports import Staged
from countersign.usecases.ports import Ports
from countersign.usecases.receive_file import StagedBytes
from countersign.usecases.stored_files import StoreFile, store_file
from countersign.usecases.views import download_link, get_envelope

ACCEPTED = (PDF, DOCX)
ENDINGS = {"pdf": PDF, "docx": DOCX}
LONGEST_NAME = 255
LIFETIME = timedelta(hours=24)
REMEMBERED = 10_000  # links
# Shorter than a link's life, so that whoever gets an old one can still use it
KEPT = timedelta(minutes=50)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """What came in, in either way."""

    staged: Staged
    name: str
    media_type: str


# ------------------------------------------------------------------ uploads


def of_form(form: Form) -> NewFile:
    """Raises Rejected."""
    found = form.uploads("file")
    if not found:
        raise Rejected(400, "Missing file", "missing-file")
    upload = found[-1]
    name = form.text("name") or upload.filename
    return _checked(upload, name, form.text("type") or _told(upload.content_type, name))


def _told(content_type: str, name: str) -> str:
    """Many programs know no type; then the name tells it."""
    if content_type not in ("", "application/octet-stream"):
        return content_type
    return ENDINGS.get(name.lower().rpartition(".")[2], content_type)


def of_json(asked: schemas.NewUpload) -> NewFile:
    """Raises Rejected."""
    if not asked.file:
        raise Rejected(400, "Missing file", "missing-file")
    head, comma, text = asked.file.partition(",")
    is_url = bool(comma) and head.startswith("data:") and head.endswith(";base64")
    stated = head.removeprefix("data:").removesuffix(";base64") if is_url else ""
    media_type = asked.type or stated
    if not media_type:
        raise Rejected(400, "Missing type", "missing-type")
    data = _decoded(text if is_url else asked.file)
    return _checked(StagedBytes(data), asked.name or "", media_type)


def _decoded(text: str) -> bytes:
    try:
        return a2b_base64("".join(text.split()), strict_mode=True)
    except ValueError:
        raise Rejected(400, "Invalid base64", "invalid-base64") from None


def _checked(staged: Staged, name: str, media_type: str) -> NewFile:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise Rejected(400, "Missing name", "missing-name")
    plain = media_type.partition(";")[0].strip().lower()
    if plain not in ACCEPTED:
        raise Rejected(415, "Unsupported type", "unsupported-type")
    if staged.size > LARGEST:
        raise Rejected(413, "File too large", "file-too-large")
    return NewFile(staged=staged, name=name.strip(), media_type=plain)


def keep(file: NewFile, caller: Caller, ports: Ports) -> StoredFile:
    """Raises UnusableFile."""
    command = StoreFile(
        id=new_short_id(),
        caller=caller,
        staged=file.staged,
        media_type=file.media_type,
        filename=file.name,
        lifetime=LIFETIME,
    )
    return store_file(command, ports)


def uploaded(file: StoredFile, ports: Ports) -> answers.Uploaded:
    key = upload_key(file)
    url = ports.links.place(key)
    return answers.Uploaded(
        key=key,
        url=url,
        file=url,
        location=url,
        name=file.name,
        type=file.media_type,
        size=file.size,
    )


# ------------------------------------------------------------------ links


class Presigned:
    """Links that were made, for as long as they are handed out again. Each process has its own."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: OrderedDict[str, tuple[datetime, str]] = OrderedDict()

    def link(self, key: str, caller: Caller, ports: Ports) -> tuple[str, str, bool]:
        """The link, the type of what it leads to, and whether it was handed out before. Raises
        Rejected and NotFound, also for what was removed since it was made."""
        fresh, media_type = _link(key, caller, ports)
        now = ports.clock()
        with self._lock:
            made_at, before = self._made.get(key, (now, ""))
            if before and made_at <= now < made_at + KEPT:
                return before, media_type, True
            self._made[key] = now, fresh
            self._made.move_to_end(key)
            while len(self._made) > REMEMBERED:
                self._made.popitem(last=False)
        return fresh, media_type, False


def _link(key: str, caller: Caller, ports: Ports) -> tuple[str, str]:
    place = place_of(key)
    if place is None or place.company != short_id(caller.account.id):
        raise Rejected(400, "Invalid url", "invalid-url")
    if place.kind == "upload":
        file = upload_of(key, caller, ports)
        return ports.links.file(file, ports.clock() + ports.link_lifetime), file.media_type
    return _link_to_document(key, place, caller, ports), PDF


def _link_to_document(key: str, place: Place, caller: Caller, ports: Ports) -> str:
    try:
        envelope = get_envelope(long_id(place.id), caller, API, ports)
    except (NotFound, Forbidden):
        raise NotFound("stored file") from None
    number = place.number or 0
    if number >= len(envelope.documents):
        raise NotFound("stored file")
    document = envelope.documents[number]
    signed_and_open = place.signed and not document.sealed
    if signed_and_open or document_key(envelope, document, signed=place.signed) != key:
        raise NotFound("stored file")
    return download_link(envelope, document if place.signed else document.original, ports)
