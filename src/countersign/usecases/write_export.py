"""Everything of an account in one ZIP file.

Memory stays the same however much there is: envelopes are read one by one, contents in blocks, and
the manifest grows in a file. Secrets stay out, and so do national ids and what eIDs have proved,
which the product shows to nobody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from hashlib import sha256
from itertools import chain
from typing import Any, BinaryIO, TypeVar

from countersign.domain.account import Account
from countersign.domain.document import PDF, Document, FileRef
from countersign.domain.envelope import Envelope
from countersign.domain.errors import NotFound
from countersign.domain.evidence import Link, record
from countersign.domain.form import DOCX
from countersign.domain.member import AuditEntry
from countersign.domain.project import Project
from countersign.usecases.draft_port import DraftQuery
from countersign.usecases.file_ports import Files
from countersign.usecases.ports import Ports, ProjectQuery, UnitOfWork
from countersign.usecases.zip_file import ZipFile

AT_ONCE = 200  # rows of one question
MOST_CHAT = 10_000  # messages of one envelope
MOST_DRAFTS = 100_000
# Besides what no representation shows (`repr=False`)
SECRETS = frozenset({"secret", "secret_hash", "headers"})
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,80}")
_ENDINGS = {PDF: ".pdf", "text/plain": ".txt", "application/xml": ".xml", DOCX: ".docx"}
_encode = json.JSONEncoder(ensure_ascii=False, indent=1).encode
T = TypeVar("T")


def write_export(
    account_id: str, out: BinaryIO, listing: BinaryIO, manifest: BinaryIO, ports: Ports
) -> None:
    """Writes the file to `out`; `listing` and `manifest` are empty files to work in. What is erased
    meanwhile is left out. Raises NotFound for an unknown account."""
    with ports.unit_of_work() as uow:
        account = uow.accounts.get(account_id)
    zip = ZipFile(out, listing, ports.clock())
    _Everything(account, _Entries(zip, manifest, ports.files), ports).write()
    manifest.seek(0)
    zip.add("manifest.json", iter(lambda: manifest.read(1 << 20), b""), packed=True)
    zip.close()


def plain(value: Any) -> Any:
    """JSON values of whatever the core holds, without secrets."""
    if is_dataclass(value) and not isinstance(value, type):
        shown = [one.name for one in fields(value) if one.repr and one.name not in SECRETS]
        return {name: plain(getattr(value, name)) for name in shown}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


class _Entries:
    """Entries of the file, each named in the manifest."""

    def __init__(self, zip: ZipFile, manifest: BinaryIO, files: Files) -> None:
        self._zip, self._manifest, self._files = zip, manifest, files
        self._mark = "["

    def json(self, path: str, value: Any) -> None:
        self._add(path, [_encode(plain(value)).encode("utf-8", "replace")], packed=True)

    def lines(self, path: str, values: Iterable[Any]) -> None:
        """A JSON value a line."""
        lines = (json.dumps(plain(one), ensure_ascii=False) + "\n" for one in values)
        self._add(path, (line.encode("utf-8", "replace") for line in lines), packed=True)

    def content(self, path: str, parts: Sequence[FileRef]) -> None:
        """What is missing in the store is named in the manifest, and stops nothing."""
        try:
            blocks = iter(self._files.stream(parts))
            first = next(blocks, b"")
        except NotFound:
            self._name({"path": path, "missing": True})
        else:
            self._add(path, chain([first], blocks), packed=False)

    def close(self) -> None:
        self._manifest.write(b"\n]\n" if self._mark == "," else b"[]\n")

    def _add(self, path: str, blocks: Iterable[bytes], *, packed: bool) -> None:
        made = self._zip.add(path, blocks, packed=packed)
        self._name({"path": made.path, "size": made.size, "sha256": made.sha256})

    def _name(self, entry: Mapping[str, Any]) -> None:
        self._manifest.write(f"{self._mark}\n  {json.dumps(entry)}".encode())
        self._mark = ","


class _Everything:
    def __init__(self, account: Account, entries: _Entries, ports: Ports) -> None:
        self._account, self._entries, self._ports = account, entries, ports
        self._begun = ports.clock()

    def write(self) -> None:
        self._settings()
        self._library()
        self._drafts()
        self._stored()
        id, begun = self._account.id, self._begun
        for spot in self._pages(
            lambda uow, last: uow.keeping.walk.envelopes(id, last, begun, AT_ONCE)
        ):
            with suppress(NotFound):
                self._envelope(spot.id)
        self._entries.lines("audit-log.jsonl", self._pages(self._audit))
        deletions = self._pages(lambda uow, last: uow.keeping.deletions.page(id, last, AT_ONCE))
        self._entries.lines("deletions.jsonl", deletions)
        self._entries.close()

    def _pages(self, read: Callable[[UnitOfWork, T | None], Sequence[T]]) -> Iterator[T]:
        last: T | None = None
        while True:
            with self._ports.unit_of_work() as uow:
                found = read(uow, last)
            yield from found
            if len(found) < AT_ONCE:
                return
            last = found[-1]

    def _audit(self, uow: UnitOfWork, last: AuditEntry | None) -> Sequence[AuditEntry]:
        before = last.number if last else None
        return uow.dashboard.audit.page(self._account.id, before, AT_ONCE)

    def _settings(self) -> None:
        id = self._account.id
        with self._ports.unit_of_work() as uow:
            found: dict[str, Any] = {
                "account": self._account,
                "members": uow.dashboard.members.of_account(id),
                "keys": uow.keeping.walk.credentials(id),
                "webhooks": uow.keeping.walk.endpoints(id),
                "interfaces": uow.interfaces.all(id),
                "identity-providers": uow.openid_providers.all(id),
                "signing-services": uow.signing_services.all(id),
                "retention-rules": uow.keeping.rules.get(id),
                "legal-holds": uow.keeping.holds.of_account(id),
                "projects": list(_projects(id, uow)),
            }
        for name, value in found.items():
            self._entries.json(f"settings/{name}.json", value)

    def _library(self) -> None:
        with self._ports.unit_of_work() as uow:
            id = self._account.id
            templates = [
                version
                for one in uow.templates.all(id)
                for version in uow.templates.versions(id, one.id)
            ]
            forms = [
                version for one in uow.forms.all(id) for version in uow.forms.versions(id, one.id)
            ]
        for template in templates:
            folder = f"templates/{_safe(template.id)}/{template.version}"
            self._entries.json(f"{folder}/template.json", template)
            self._entries.content(f"{folder}/template.pdf", [template.upload])
        for form in forms:
            folder = f"forms/{_safe(form.id)}/{form.version}"
            self._entries.json(f"{folder}/form.json", form)
            for number, document in enumerate(form.documents, 1):
                path = f"{folder}/{number}{_ending(document.media_type)}"
                self._entries.content(path, [document.upload])

    def _drafts(self) -> None:
        id = self._account.id
        with self._ports.unit_of_work() as uow:
            query = DraftQuery(account_id=id, author_id=None, limit=MOST_DRAFTS)
            heads = uow.dashboard.drafts.of_account(query)
        for head in heads:
            with suppress(NotFound):
                with self._ports.unit_of_work() as uow:
                    draft = uow.dashboard.drafts.get(id, head.id)
                folder = f"drafts/{_safe(draft.id)}"
                self._entries.json(f"{folder}/draft.json", draft)
                for number, document in enumerate(draft.documents, 1):
                    self._entries.content(f"{folder}/{number}.pdf", [document.upload])

    def _stored(self) -> None:
        id = self._account.id
        for file in self._pages(
            lambda uow, last: uow.keeping.walk.stored_files(id, last.id if last else "", AT_ONCE)
        ):
            folder = f"files/{_safe(file.id)}"
            self._entries.json(f"{folder}/file.json", file)
            self._entries.content(f"{folder}/content{_ending(file.media_type)}", file.parts)
        with self._ports.unit_of_work() as uow:
            archived = uow.archive.of_account(id)
        for kept in archived:
            folder = f"archive/{_safe(kept.id)}"
            self._entries.json(f"{folder}/file.json", kept)
            if kept.removed_at is None:
                path = f"{folder}/content{_ending(kept.media_type)}"
                self._entries.content(path, kept.parts)

    def _envelope(self, envelope_id: str) -> None:
        with self._ports.unit_of_work() as uow:
            envelope = uow.envelopes.get(envelope_id)
            links = uow.envelopes.evidence(envelope_id)
            messages = uow.messages.of_envelope(envelope_id)
            chat, _ = uow.chat.page_of(envelope_id, 0, MOST_CHAT)
        if envelope.erased:
            return
        folder = f"envelopes/{_safe(envelope_id)}"
        # What was written to people has their links in it
        told = [{**plain(one), "text": None, "html": None} for one in messages]
        about = {**_about(envelope), "chat": chat, "messages": told}
        self._entries.json(f"{folder}/envelope.json", about)
        self._entries.json(f"{folder}/evidence.json", [_link(one) for one in links])
        for number, document in enumerate(envelope.documents, 1):
            for path, parts in _files(document):
                self._entries.content(f"{folder}/{number}{path}", parts)
        if envelope.audit is not None:
            self._entries.content(f"{folder}/audit.pdf", envelope.audit.parts)


def _projects(account_id: str, uow: UnitOfWork) -> Iterator[Project]:
    count, total = 0, 1
    while count < total:
        query = ProjectQuery(account_id=account_id, offset=count, limit=AT_ONCE)
        found, total = uow.projects.find(query)
        if not found:
            return
        yield from found
        count += len(found)


def _about(envelope: Envelope) -> dict[str, Any]:
    """Without what only the writer of the PDF needs."""
    documents = [
        {
            "id": one.id,
            "name": one.name,
            "media_type": one.media_type,
            "upload": one.upload,
            "signatures": [{"kind": each.kind, "task": each.task_id} for each in one.segments],
        }
        for one in envelope.documents
    ]
    return {**plain(envelope), "documents": documents, "audit": envelope.audit is not None}


def _link(link: Link) -> dict[str, Any]:
    """As it is hashed, so that anybody can check the chain."""
    return {
        **record(link.envelope_id, link.number, link.event, link.previous),
        "hash": link.hash,
    }


def _files(document: Document) -> Iterator[tuple[str, Sequence[FileRef]]]:
    """The end of each file's path, and of what it is made."""
    ending = _ending(document.media_type)
    if document.awaited:
        return
    yield f"-original{ending}", [document.upload]
    if document.is_text:
        for number, segment in enumerate(document.segments, 1):
            yield f"-signature-{number}.xml", [segment.file]
    elif document.segments:
        yield f"-signed{ending}", document.parts


def _ending(media_type: str) -> str:
    return _ENDINGS.get(media_type, "")


def _safe(id: str) -> str:
    """Senders may choose ids of their own: none of them leads out of its folder."""
    return id if _PLAIN.fullmatch(id) else sha256(id.encode("utf-8", "replace")).hexdigest()
