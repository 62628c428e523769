"""Erasing leaves nothing that tells of an envelope or its people."""

from __future__ import annotations

from dataclasses import replace

from countersign.adapters.database.deletions import OF_ENVELOPE, OF_TASKS
from countersign.adapters.database.tables import metadata
from countersign.domain.document import Base, FileRef
from countersign.domain.envelope import Envelope
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import SENT, envelope


def test_every_table_that_tells_of_an_envelope_or_a_task_is_erased() -> None:
    """A new one has to be named in deletions.py, or go with the envelope's own rows."""
    telling = {
        name
        for name, table in metadata.tables.items()
        if {"envelope_id", "task_id"} & set(table.columns.keys())
    }
    erased = {table.name for table in (*OF_ENVELOPE, *OF_TASKS)} | {"deliveries"}
    own = {"documents", "segments", "tasks", "task_documents", "envelope_names"}
    # What is held is not erased; a row that was sent has forgotten what it said
    assert telling == erased | own | {"deletions", "holds", "batch_rows"}


def based(base: Base) -> Envelope:
    sent = envelope()
    document = replace(sent.documents[0], base_key=base.key, base=base.file)
    return replace(sent, documents=(document, *sent.documents[1:]))


def test_a_base_goes_with_the_last_document_that_has_it(unit: OpenUnit) -> None:
    base = Base(key="k1", file=FileRef("99" * 32, 5), state={"a": 1})
    first, second = based(base), based(base)
    with unit() as uow:
        uow.bases.add(base)
        for sent in (first, second):
            uow.envelopes.add(sent, [SENT])
        uow.commit()
    for sent, left in ((first, base), (second, None)):
        with unit() as uow:
            uow.envelopes.save(replace(uow.envelopes.get(sent.id), documents=(), tasks=()), [])
            uow.deletions.erase(sent.id, [], ["k1"])
            uow.commit()
        with unit() as uow:
            assert uow.bases.get("k1") == left
            assert uow.deletions.is_used(base.file.sha256) is (left is not None)
