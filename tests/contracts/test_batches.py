"""The port Batches."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain.account import Account
from countersign.domain.batch import Batch, BatchRow, BatchStatus, Problem, RowStatus, SourceKind
from countersign.domain.errors import NotFound, StaleState
from countersign.domain.task import Visitor
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, account, new_id

WRONG = (Problem("is missing", 1), Problem("says the same as row 2"))


def batch(owner: Account, **changes: object) -> Batch:
    made = Batch(
        id=new_id(),
        account_id=owner.id,
        origin="an api",
        kind=SourceKind.FORM,
        source_id=new_id(),
        version=3,
        source_name="Tilbud",
        file_name="folk.csv",
        columns=("Navn", "E-post"),
        created_at=NOW,
        who="olga@acme.test",
        title="Tilbud",
        language="da",
        mapping={"person.0.name": 0},
    )
    return replace(made, **changes)


def rows(count: int) -> list[BatchRow]:
    return [BatchRow(number=n, cells=(f"Navn {n}", "")) for n in range(2, count + 2)]


@pytest.fixture
def owner(stored_unit: OpenUnit) -> Account:
    made = account()
    with stored_unit() as uow:
        uow.accounts.add(made)
        uow.commit()
    return made


def kept(unit: OpenUnit, made: Batch, count: int = 3) -> Batch:
    with unit() as uow:
        uow.dashboard.batches.add(made, rows(count))
        uow.commit()
    return made


def test_a_batch_comes_back_with_its_rows(stored_unit: OpenUnit, owner: Account) -> None:
    older = kept(stored_unit, batch(owner))
    newer = kept(stored_unit, batch(owner, created_at=NOW + timedelta(seconds=1)), 0)
    with stored_unit() as uow:
        batches = uow.dashboard.batches
        assert batches.all(owner.id, 10) == [newer, older]
        assert batches.all(owner.id, 1) == [newer]
        assert batches.get(owner.id, older.id) == batches.by_id(older.id) == older
        assert batches.rows(older.id) == rows(3)
        assert batches.rows(older.id, after=2, limit=1) == rows(3)[1:2]
        assert batches.counts([older.id, newer.id]) == {older.id: {RowStatus.WAITING: 3}}
        with pytest.raises(NotFound):
            batches.get(new_id(), older.id)


def test_only_a_draft_is_planned_sent_and_removed(stored_unit: OpenUnit, owner: Account) -> None:
    made = kept(stored_unit, batch(owner))
    planned = replace(made, title="Andet", mapping={"person.0.email": 1}, language="sv")
    started = replace(planned, sender=Visitor(ip="192.0.2.1"), started_at=NOW)
    with stored_unit() as uow:
        batches = uow.dashboard.batches
        batches.replan(planned, {3: WRONG})
        assert batches.get(owner.id, made.id) == planned
        assert batches.rows(made.id, wrong=True)[0].problems == WRONG
        assert batches.wrong(made.id) == 1
        batches.start(started)
        assert batches.get(owner.id, made.id) == replace(started, status=BatchStatus.SENDING)
        for change in (lambda: batches.start(started), lambda: batches.replan(planned, {})):
            with pytest.raises(StaleState):
                change()
        with pytest.raises(NotFound):
            batches.remove_draft(owner.id, made.id)
        batches.end(made.id, NOW)
        assert batches.get(owner.id, made.id).status is BatchStatus.ENDED
        uow.commit()


def test_a_row_is_settled_once_and_forgets_what_it_said(
    stored_unit: OpenUnit, owner: Account
) -> None:
    made = kept(stored_unit, batch(owner))
    with stored_unit() as uow:
        batches, envelope = uow.dashboard.batches, new_id()
        assert batches.settle(made.id, 2, RowStatus.SENT, "", envelope)
        assert not batches.settle(made.id, 2, RowStatus.FAILED, "no", "")
        assert batches.settle(made.id, 3, RowStatus.FAILED, "quota", "")
        assert batches.settle_all(made.id, RowStatus.CANCELLED) == 1
        sent, failed, cancelled = batches.rows(made.id)
        assert (sent.cells, sent.envelope_id, sent.status) == ((), envelope, RowStatus.SENT)
        assert failed.problems == (Problem("quota"),)
        assert failed.cells == ("Navn 3", "")
        assert cancelled.status is RowStatus.CANCELLED
        assert batches.rows(made.id, status=RowStatus.FAILED) == [failed]
        uow.commit()


def test_what_is_forgotten_is_gone(stored_unit: OpenUnit, owner: Account) -> None:
    draft, sent = kept(stored_unit, batch(owner)), kept(stored_unit, batch(owner))
    with stored_unit() as uow:
        batches = uow.dashboard.batches
        batches.start(sent)
        batches.forget(sent.id)
        batches.forget(draft.id)
        assert [one.cells for one in batches.rows(sent.id)] == [(), (), ()]
        with pytest.raises(NotFound):
            batches.by_id(draft.id)
        uow.commit()
