"""The engine over real files and real keys: what the settings of an envelope do to its PDF."""

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest

from countersign.adapters.files.local import LocalFiles
from countersign.adapters.keys.local import open_local_keys
from countersign.adapters.pdf_engine import Engine, Keyring
from countersign.adapters.pdf_engine.engine import HEAVY_BYTES
from countersign.adapters.workshop import Workshop
from countersign.domain.document import Base, Document, FileRef, PageSize
from countersign.domain.envelope import Envelope, EnvelopeSettings
from countersign.domain.errors import NotFound, UnusableFile
from countersign.domain.task import Act, Action, Person, Task, Visitor
from countersign.usecases.file_ports import VerificationFailed
from tests.pdf.samples import contract

pytestmark = pytest.mark.slow

VISITOR = Visitor(ip="192.0.2.7", user_agent="Mozilla/5.0 (X11; Linux)", locale="en")


def now() -> datetime:
    return datetime.now(UTC)


class Desk:
    """An engine with what it stands on, and an envelope that goes through it."""

    def __init__(self, folder: Path, workshop: Workshop) -> None:
        self.files = LocalFiles(folder / "files")
        local = open_local_keys(folder / "keys", "https://sign.example.test", now())
        self.engine = Engine(self.files, Keyring(local, now), workshop)

    def envelope(self, upload: bytes, settings: EnvelopeSettings) -> Envelope:
        document = Document(
            id="d",
            name="contract.pdf",
            media_type="application/pdf",
            upload=self.files.put(upload),
            pages=(PageSize(595.28, 841.89),),
        )
        task = Task(
            id="t",
            person=Person(name="Åsa Öberg", email="asa@example.test"),
            actions={"d": Action.SIGN},
        )
        return Envelope(
            id="e",
            account_id="",
            credential_id="",
            origin="",
            name="Contract",
            created_at=now(),
            updated_at=now(),
            sender_name="",
            documents=(document,),
            tasks=(task,),
            settings=settings,
        )

    def signed(self, envelope: Envelope) -> tuple[Envelope, Base]:
        """With every act and the seal, as the use cases make them."""
        document, task = envelope.documents[0], envelope.tasks[0]
        base = self.engine.prepare(envelope, document)
        document = replace(document, base_key=base.key, base=base.file)
        document = document.append(*self.engine.certify(envelope, document, base, now()))
        act = Act(method="typed", consent="I agree.", visitor=VISITOR, at=now(), text="Asa")
        document = document.append(self.engine.act(envelope, document, base, task, act))
        document = document.append(*self.engine.seal(document, base, now()))
        return envelope.with_document(document).with_task(replace(task, act=act)), base

    def content(self, document: Document) -> bytes:
        return b"".join(self.files.stream(document.parts))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with closing(Workshop(1)) as workshop:
        yield Desk(tmp_path, workshop)


def large(upload: bytes) -> bytes:
    """The same document with an attachment that does not compress."""
    with pikepdf.open(io.BytesIO(upload)) as file:
        file.attachments["noise.bin"] = pikepdf.AttachedFileSpec(file, os.urandom(HEAVY_BYTES))
        out = io.BytesIO()
        file.save(out)
    return out.getvalue()


def fingerprint(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def utf16(text: str) -> bytes:
    return text.encode("utf-16-be").hex().encode()


@pytest.mark.parametrize("audited", [True, False])
def test_evidence_is_in_the_file_only_where_it_is_wanted(desk: Desk, audited: bool) -> None:
    settings = EnvelopeSettings(audit_in_document=audited)
    envelope, base = desk.signed(desk.envelope(contract(), settings))
    document = envelope.documents[0]
    assert desk.engine.verify(envelope, document, base)["level"] == "B-LTA"
    data = desk.content(document)
    assert (utf16(VISITOR.ip) in data) is audited
    assert utf16("Åsa Öberg") in data


def test_a_file_with_evidence_is_refused_where_none_was_wanted(desk: Desk) -> None:
    envelope, base = desk.signed(desk.envelope(contract(), EnvelopeSettings()))
    other = replace(envelope, settings=EnvelopeSettings(audit_in_document=False))
    with pytest.raises(VerificationFailed, match="e_ip"):
        desk.engine.verify(other, other.documents[0], base)


def test_what_was_signed_is_compared_even_where_no_page_shows_it(desk: Desk) -> None:
    settings = EnvelopeSettings(audit_in_document=False)
    envelope, base = desk.signed(desk.envelope(contract(), settings))
    task = envelope.tasks[0]
    assert task.act is not None
    consented = replace(task.act, consent="I agree to pay.")
    forged = envelope.with_task(replace(task, act=consented))
    with pytest.raises(VerificationFailed, match="consent"):
        desk.engine.verify(forged, forged.documents[0], base)


def test_a_file_that_is_not_there_stops_nothing_for_good(desk: Desk) -> None:
    """A worker that was started with another folder of files sees none."""
    envelope, base = desk.signed(desk.envelope(contract(), EnvelopeSettings()))
    document = envelope.documents[0]
    desk.files.remove(document.segments[1].file, timedelta())
    with pytest.raises(NotFound):
        desk.engine.verify(envelope, document, base)


def test_a_large_upload_goes_from_file_to_file(desk: Desk, tmp_path: Path) -> None:
    upload = large(contract())
    envelope, base = desk.signed(desk.envelope(upload, EnvelopeSettings()))
    document = envelope.documents[0]
    assert desk.engine.verify(envelope, document, base)["level"] == "B-LTA"
    assert base.state["sha256"] == base.file.sha256
    assert base.file == FileRef(fingerprint(desk.files.read(base.file)), base.state["length"])
    assert list((tmp_path / "files" / "incoming").iterdir()) == []


def test_pages_are_shown_before_and_after_somebody_signed(desk: Desk) -> None:
    plain = desk.envelope(contract(), EnvelopeSettings()).documents[0]
    signed = desk.signed(desk.envelope(contract(), EnvelopeSettings()))[0].documents[0]
    for document in (plain, signed):
        assert desk.engine.page_image(document, 0, 200)[8:12] == b"WEBP"
        assert desk.engine.page_text(document, 0)
        with pytest.raises(NotFound):
            desk.engine.page_image(document, 99, 200)


def test_a_large_upload_that_is_broken_is_refused_and_leaves_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    broken = b"%PDF-1.7\n" + bytes(HEAVY_BYTES)
    envelope = desk.envelope(broken, EnvelopeSettings())
    with pytest.raises(UnusableFile):
        desk.engine.prepare(envelope, envelope.documents[0])
    assert list((tmp_path / "files" / "incoming").iterdir()) == []


def test_envelopes_share_a_base_only_when_their_last_pages_are_alike(desk: Desk) -> None:
    with_evidence = desk.envelope(contract(), EnvelopeSettings())
    without = replace(with_evidence, settings=EnvelopeSettings(audit_in_document=False))
    document = with_evidence.documents[0]
    key = desk.engine.base_key(with_evidence, document)
    assert key == desk.engine.base_key(replace(with_evidence, id="other"), document)
    assert key != desk.engine.base_key(without, document)
