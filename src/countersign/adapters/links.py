"""Addresses that are handed out. A token is its own proof: nothing is stored, nothing looked up.

    signing token    task id (16 bytes) · HMAC (16)
    form token       form id (16) · HMAC (16)
    download token   envelope id (16) · document id (16) · segments (2) · expiry (4) · HMAC (16)
    file token       account id (16) · file id (16) · expiry (4) · HMAC (16)

HMAC is HMAC-SHA256 cut to 128 bits, over a word for the kind of token and all that stands before
it; numbers are big-endian, the expiry counts seconds since 1970; the whole is base64url without
padding.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import math
import struct
from datetime import datetime
from urllib.parse import quote, unquote
from uuid import UUID

from countersign.domain.document import Document
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Gone, NotFound
from countersign.domain.form import Form
from countersign.domain.stored_file import StoredFile
from countersign.domain.task import Task
from countersign.usecases.outside_ports import Download, FileDownload

PROOF_SIZE = 16  # bytes
SIGNING = struct.Struct(">16s")
DOWNLOAD = struct.Struct(">16s16sHI")
FILE = struct.Struct(">16s16sI")
PLACES = "/d/stored/"


class SignedLinks:
    """The `Links` port. `public_url` is what every link starts with, `key` 32 secret bytes."""

    def __init__(self, public_url: str, key: bytes) -> None:
        self._public_url = public_url.rstrip("/")
        self._key = key

    def public(self, path: str) -> str:
        return self._public_url + path

    def signing(self, task: Task) -> str:
        token = self._token(b"signing", SIGNING.pack(UUID(task.id).bytes))
        return f"{self._public_url}/s/{token}"

    def task_id(self, token: str) -> str:
        """Raises NotFound for whatever wasn't made by `signing`."""
        (id,) = SIGNING.unpack(self._verified(b"signing", token, SIGNING.size))
        return str(UUID(bytes=id))

    def download(self, envelope: Envelope, document: Document, expires: datetime) -> str:
        content = DOWNLOAD.pack(
            UUID(envelope.id).bytes,
            UUID(document.id).bytes,
            len(document.segments),
            math.ceil(expires.timestamp()),
        )
        return f"{self._public_url}/d/{self._token(b'download', content)}"

    def file(self, file: StoredFile, expires: datetime) -> str:
        content = FILE.pack(
            UUID(file.account_id).bytes, UUID(file.id).bytes, math.ceil(expires.timestamp())
        )
        return f"{self._public_url}/d/{self._token(b'file', content)}"

    def form(self, form: Form) -> str:
        token = self._token(b"form", SIGNING.pack(UUID(form.id).bytes))
        return f"{self._public_url}/f/{token}"

    def form_id(self, token: str) -> str:
        (id,) = SIGNING.unpack(self._verified(b"form", token, SIGNING.size))
        return str(UUID(bytes=id))

    def place(self, key: str) -> str:
        return f"{self._public_url}{PLACES}{quote(key)}"

    def key_of(self, place: str) -> str | None:
        start = self._public_url + PLACES
        return unquote(place.removeprefix(start)) if place.startswith(start) else None

    def downloadable(self, token: str, now: datetime) -> Download | FileDownload:
        """Raises NotFound for whatever wasn't made by `download` or `file`, Gone("expired")."""
        if len(token) == len(_encoded(bytes(FILE.size + PROOF_SIZE))):
            return self._file(token, now)
        content = self._verified(b"download", token, DOWNLOAD.size)
        envelope_id, document_id, segments, expires = DOWNLOAD.unpack(content)
        if expires <= now.timestamp():
            raise Gone("expired")
        return Download(
            envelope_id=str(UUID(bytes=envelope_id)),
            document_id=str(UUID(bytes=document_id)),
            segments=segments,
        )

    def _file(self, token: str, now: datetime) -> FileDownload:
        account_id, file_id, expires = FILE.unpack(self._verified(b"file", token, FILE.size))
        if expires <= now.timestamp():
            raise Gone("expired")
        return FileDownload(
            account_id=str(UUID(bytes=account_id)), file_id=str(UUID(bytes=file_id))
        )

    def _token(self, kind: bytes, content: bytes) -> str:
        return _encoded(content + self._proof(kind, content))

    def _verified(self, kind: bytes, token: str, size: int) -> bytes:
        whole = _decoded(token)
        content, proof = whole[:size], whole[size:]
        # compare_digest also refuses every proof of another length
        if not hmac.compare_digest(proof, self._proof(kind, content)):
            raise NotFound("link")
        return content

    def _proof(self, kind: bytes, content: bytes) -> bytes:
        return hmac.new(self._key, kind + b"\0" + content, hashlib.sha256).digest()[:PROOF_SIZE]


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(token: str) -> bytes:
    """Raises NotFound. Only the one canonical spelling counts: one thing has one link."""
    try:
        data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise NotFound("link") from None
    if _encoded(data) != token:
        raise NotFound("link")
    return data
