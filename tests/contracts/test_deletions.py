"""The port Deletions: nothing that tells of an envelope or its people stays, but a record."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.adapters.database.erasing import OF_ENVELOPE, OF_TASK
from countersign.adapters.database.tables import metadata
from countersign.domain.deletion import DeletedBy, Deletion
from countersign.domain.document import Base, FileRef
from countersign.domain.envelope import Envelope
from countersign.domain.errors import NotFound
from countersign.domain.identity import IdentityAttempt
from countersign.usecases.ports import EnvelopeQuery, UnitOfWork
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import (
    NOW,
    SENT,
    account,
    attempt,
    chat_message,
    delivery,
    envelope,
    message,
    project,
    stored_file,
    template,
)


def record(of: Envelope) -> Deletion:
    return Deletion(
        envelope_id=of.id,
        account_id=of.account_id,
        origin=of.origin,
        created_at=of.created_at,
        deleted_at=NOW + timedelta(days=1),
        deleted_by=DeletedBy.SETTINGS,
        status=of.status.value,
        events=1,
        last_hash="ab" * 32,
    )


def fill(of: Envelope, uow: UnitOfWork) -> None:
    """Everything that there can be beside an envelope."""
    uow.envelopes.add(of, [SENT])
    uow.messages.add(message(envelope_id=of.id, key=of.id))
    told = delivery(envelope_id=of.id)
    uow.webhooks.add_delivery(told)
    uow.webhooks.add_attempt(attempt(told, 1))
    uow.chat.add(chat_message(of, 1))
    task_id = of.tasks[0].id
    uow.identity.begin(IdentityAttempt(task_id=task_id, method="x", number=1, begun=(NOW,)))
    uow.identity.keep_proof(task_id, "x", b"proof", NOW)


def erase(of: Envelope, unit: OpenUnit) -> None:
    with unit() as uow:
        uow.deletions.erase(uow.envelopes.get(of.id), record(of))
        uow.commit()


def test_nothing_stays_but_the_record(unit: OpenUnit) -> None:
    gone, stays = envelope(), envelope()
    with unit() as uow:
        for one in (gone, stays):
            fill(one, uow)
        uow.commit()
    erase(gone, unit)
    with unit() as uow:
        assert uow.deletions.get(gone.id) == record(gone)
        with pytest.raises(NotFound):
            uow.envelopes.get(gone.id)
        with pytest.raises(NotFound):
            uow.envelopes.of_task(gone.tasks[0].id)
        with pytest.raises(NotFound):
            uow.identity.proof(gone.tasks[0].id, "x")
        assert uow.envelopes.evidence(gone.id) == []
        assert uow.messages.of_envelope(gone.id) == []
        assert uow.webhooks.deliveries(gone.id) == []
        assert uow.chat.page_of(gone.id, 0, 9) == ([], 0)
        assert uow.identity.attempt(gone.tasks[0].id, "x") is None
        assert uow.envelopes.get(stays.id).id == stays.id
        assert len(uow.messages.of_envelope(stays.id)) == 1
        assert len(uow.webhooks.deliveries(stays.id)) == 1
        assert uow.identity.proof(stays.tasks[0].id, "x") == b"proof"
        with pytest.raises(NotFound):
            uow.deletions.get(stays.id)


def test_an_erased_envelope_is_counted_no_more(unit: OpenUnit) -> None:
    owner = account()
    made = project(owner)
    kept, gone = (envelope(account_id=owner.id, project_id=made.id) for _ in range(2))
    with unit() as uow:
        uow.accounts.add(owner)
        uow.projects.add(made)
        for one in (kept, gone):
            uow.envelopes.add(one, [SENT])
        uow.commit()
    erase(gone, unit)
    with unit() as uow:
        query = EnvelopeQuery(account_id=owner.id, project_id=made.id)
        found, total = uow.envelopes.find(query)
        assert ([one.id for one in found], total) == ([kept.id], 1)


def test_a_file_is_used_by_documents_templates_and_uploads(unit: OpenUnit) -> None:
    owner = account()
    sent = envelope()
    upload = stored_file(owner, sha256="ee" * 32)
    made = template(owner)
    with unit() as uow:
        uow.accounts.add(owner)
        uow.envelopes.add(sent, [SENT])
        uow.stored_files.add(upload)
        uow.templates.add(made)
        uow.commit()
    used = [sent.documents[0].upload, made.upload, FileRef("ee" * 32, 1)]
    with unit() as uow:
        assert [uow.deletions.uses(file) for file in used] == [True] * 3
        assert not uow.deletions.uses(FileRef("77" * 32, 1))


def test_a_base_is_used_as_long_as_a_document_has_it(unit: OpenUnit) -> None:
    base = Base(key="k1", file=FileRef("99" * 32, 5), state={"a": 1})
    sent = envelope()
    based = replace(sent.documents[0], base_key="k1", base=base.file)
    sent = replace(sent, documents=(based, *sent.documents[1:]))
    with unit() as uow:
        uow.bases.add(base)
        uow.envelopes.add(sent, [SENT])
        uow.commit()
    with unit() as uow:
        assert uow.deletions.uses_base("k1")
    erase(sent, unit)
    with unit() as uow:
        assert not uow.deletions.uses_base("k1")
        uow.deletions.forget_base("k1")
        uow.commit()
    with unit() as uow:
        assert uow.bases.get("k1") is None


def test_every_table_that_tells_of_an_envelope_or_a_task_is_erased() -> None:
    """A new one has to be named in erasing.py."""
    telling = {
        name
        for name, table in metadata.tables.items()
        if {"envelope_id", "task_id"} & set(table.columns.keys())
    }
    known = {table.name for table in (*OF_ENVELOPE, *OF_TASK)}
    assert telling == known | {"deliveries", "segments", "deletions"}
