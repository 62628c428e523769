"""The machine's clock is set back between the steps of one document."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from countersign.adapters.files.local import LocalFiles
from countersign.adapters.keys.local import open_local_keys
from countersign.adapters.pdf_engine import Engine, Keyring
from countersign.adapters.workshop import Workshop
from countersign.domain.document import Base
from countersign.domain.envelope import Envelope, EnvelopeSettings
from countersign.domain.errors import Unavailable
from countersign.domain.task import Act
from tests.adapters.test_pdf_engine import VISITOR, Desk
from tests.pdf.samples import contract

pytestmark = pytest.mark.slow

HOUR, MOMENT = timedelta(hours=1), timedelta(seconds=1)


class Clocked(Desk):
    """A desk whose clock is `off`."""

    def __init__(self, folder: Path, workshop: Workshop) -> None:
        self.off = timedelta()
        self.files = LocalFiles(folder / "files")
        local = open_local_keys(folder / "keys", "https://sign.example.test", self.now())
        self.engine = Engine(self.files, Keyring(local, self.now), workshop)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.off

    def certified(self) -> tuple[Envelope, Base]:
        envelope = self.envelope(contract(), EnvelopeSettings())
        document = envelope.documents[0]
        base = self.engine.prepare(envelope, document)
        document = replace(document, base_key=base.key, base=base.file)
        document = document.append(*self.engine.certify(envelope, document, base, self.now()))
        return envelope.with_document(document), base

    def acted(self, envelope: Envelope, base: Base) -> Envelope:
        document, task = envelope.documents[0], envelope.tasks[0]
        act = Act(method="typed", consent="Yes.", visitor=VISITOR, at=self.now(), text="Asa")
        document = document.append(self.engine.act(envelope, document, base, task, act))
        return envelope.with_document(document).with_task(replace(task, act=act))

    def sealed(self, envelope: Envelope, base: Base) -> Envelope:
        document = envelope.documents[0]
        return envelope.with_document(
            document.append(*self.engine.seal(document, base, self.now()))
        )

    def level(self, envelope: Envelope, base: Base) -> object:
        return self.engine.verify(envelope, envelope.documents[0], base)["level"]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Clocked]:
    with closing(Workshop(1)) as workshop:
        yield Clocked(tmp_path, workshop)


def test_nothing_is_added_before_the_time_of_what_is_there(
    desk: Clocked, capfd: pytest.CaptureFixture[str]
) -> None:
    """A file whose times go backwards would be refused when everybody has signed, for good."""
    envelope, base = desk.certified()
    desk.off = -HOUR
    with pytest.raises(Unavailable):
        desk.acted(envelope, base)
    desk.off = timedelta()
    envelope = desk.acted(envelope, base)
    desk.off = -HOUR
    with pytest.raises(Unavailable):
        desk.sealed(envelope, base)
    desk.off = timedelta()
    assert desk.level(desk.sealed(envelope, base), base) == "B-LTA"
    assert "clock_is_behind" in capfd.readouterr().err


def test_a_server_whose_clock_is_a_little_behind_waits(desk: Clocked) -> None:
    envelope, base = desk.certified()
    desk.off = -MOMENT
    envelope = desk.acted(envelope, base)
    desk.off = -2 * MOMENT
    assert desk.level(desk.sealed(envelope, base), base) == "B-LTA"


def test_what_was_begun_before_times_were_kept_goes_on(desk: Clocked) -> None:
    envelope, base = desk.certified()
    document = envelope.documents[0]
    old = [replace(segment, facts={}) for segment in document.segments]
    envelope = envelope.with_document(replace(document, segments=tuple(old)))
    envelope = desk.sealed(desk.acted(envelope, base), base)
    assert desk.level(envelope, base) == "B-LTA"
