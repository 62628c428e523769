"""Envelopes.find: one page of what matches, newest first, and how many match in all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain.envelope import EnvelopeStatus
from countersign.domain.task import TaskStatus
from countersign.usecases.ports import EnvelopeQuery
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, envelope


@pytest.fixture
def shelf(unit: OpenUnit) -> OpenUnit:
    """Five envelopes of one account, A oldest; and one of another account."""
    a = envelope(name="A", environment="test", credential_id="c2")
    b = envelope(name="B Ärger 100%", origin="nextsign")
    c = envelope(name="C", status=EnvelopeStatus.OPEN, folder="Sälj")
    d = envelope(name="D")
    ready = replace(d.tasks[0], status=TaskStatus.READY, opened_at=NOW)
    done = replace(d.tasks[1], status=TaskStatus.COMPLETED)
    d = replace(d, tasks=(ready, done))
    e = envelope(name="E", documents=(), tasks=())
    with unit() as uow:
        for age, one in enumerate([e, d, c, b, a]):
            created = replace(one, created_at=NOW - timedelta(minutes=age))
            uow.envelopes.add(created, [])
        uow.envelopes.add(envelope(account_id="a2"), [])
        uow.commit()
    return unit


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, "EDCBA"),
        ({"environment": "test"}, "A"),
        ({"credential_ids": ("c2", "c3")}, "A"),
        ({"credential_ids": ()}, ""),
        ({"origin": "nextsign"}, "B"),
        ({"folder": "Sälj"}, "C"),
        ({"folder": ""}, "EDBA"),
        ({"folder": "Säl"}, ""),
        ({"statuses": ("open", "sealing")}, "C"),
        ({"task_statuses": ("ready",)}, "D"),
        ({"task_statuses": ("blocked",)}, "CBA"),
        ({"opened": True}, "D"),
        ({"opened": False}, "DCBA"),
        ({"task_statuses": ("completed",), "opened": True}, ""),
        ({"task_statuses": ("ready",), "opened": True}, "D"),
        ({"name": "äRG"}, "B"),
        ({"name": "%"}, "B"),
        ({"name": "_"}, ""),
    ],
)
def test_only_what_matches_is_found(shelf: OpenUnit, query: dict[str, object], names: str) -> None:
    with shelf() as uow:
        found, total = uow.envelopes.find(EnvelopeQuery(account_id="a1", **query))  # type: ignore[arg-type]
        assert "".join(one.name[0] for one in found) == names
        assert total == len(names)
        assert found == [uow.envelopes.get(one.id) for one in found]


def test_pages_follow_each_other(shelf: OpenUnit) -> None:
    with shelf() as uow:
        pages = [
            uow.envelopes.find(EnvelopeQuery(account_id="a1", offset=offset, limit=2))
            for offset in (0, 2, 4, 6)
        ]
    assert ["".join(one.name[0] for one in found) for found, _ in pages] == ["ED", "CB", "A", ""]
    assert {total for _, total in pages} == {5}
