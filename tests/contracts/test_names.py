"""A search by part of a name finds the same whether the names are indexed, wait for it, or both."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from countersign.adapters.database import names
from countersign.adapters.database.engine import Database
from countersign.domain.account import Account
from countersign.domain.project import Project
from countersign.usecases.ports import EnvelopeQuery
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import envelope
from tests.contracts.test_listing import stored_project

pytestmark = pytest.mark.slow

NAMES = (
    "Lease for Åsa Öberg",
    "LEASE 100 % signed",
    "Τιμολόγιο_7",
    "合同 甲方 乙方",
    "C:\\lease\\draft",
    "a",
    "Straße 5",
)
PARTS = {
    "lease": {0, 1, 4},
    "åsa ö": {0},
    "ÖBERG": {0},
    "0 %": {1},
    "100 _": set(),
    "Ο_7": {2},
    "甲方 ": {3},
    "e\\d": {4},
    "a": {0, 1, 4, 5, 6},
    "strasse": {6},
    "lease sign": set(),
    '" OR "': set(),
}


def add(unit: OpenUnit, owner: Account, made: Project, *wanted: str) -> list[str]:
    with unit() as uow:
        new = [envelope(account_id=owner.id, project_id=made.id, name=name) for name in wanted]
        for one in new:
            uow.envelopes.add(one, [])
        uow.commit()
    return [one.id for one in new]


def index_all(unit: OpenUnit) -> None:
    more = True
    while more:
        with unit() as uow:
            more = uow.envelopes.index_names()
            uow.commit()


def found(unit: OpenUnit, owner: Account, made: Project, part: str) -> set[str]:
    query = EnvelopeQuery(account_id=owner.id, project_id=made.id, name=part, limit=1000)
    with unit() as uow:
        heads, total = uow.envelopes.heads(query)
    assert total == len(heads)
    return {head.id for head in heads}


@pytest.mark.parametrize("indexed", [0, 3, len(NAMES)])
def test_any_part_is_found(unit: OpenUnit, indexed: int) -> None:
    owner, made = stored_project(unit)
    ids = add(unit, owner, made, *NAMES[:indexed])
    index_all(unit)
    ids += add(unit, owner, made, *NAMES[indexed:])
    for part, numbers in PARTS.items():
        assert found(unit, owner, made, part) == {ids[number] for number in numbers}, part


def test_a_changed_name_is_found_and_the_old_one_is_not(unit: OpenUnit) -> None:
    owner, made = stored_project(unit)
    (id,) = add(unit, owner, made, "Before")
    index_all(unit)
    for indexed in (False, True):
        with unit() as uow:
            now = uow.envelopes.get(id)
            uow.envelopes.save(replace(now, name=f"After {indexed}"), [])
            uow.commit()
        if indexed:
            index_all(unit)
        assert found(unit, owner, made, f"after {indexed}") == {id}
        assert found(unit, owner, made, "before") == set()


def test_another_projects_names_do_not_count(unit: OpenUnit) -> None:
    owner, made = stored_project(unit)
    other, elsewhere = stored_project(unit)
    (id,) = add(unit, owner, made, "Lease")
    add(unit, other, elsewhere, *["Lease"] * 300)
    index_all(unit)
    assert found(unit, owner, made, "lease") == {id}
    assert len(found(unit, other, elsewhere, "lease")) == 300


def test_a_search_reads_few_names_once_they_are_indexed(
    database: Database, stored_unit: OpenUnit
) -> None:
    """What an index knows needs no other: here is one name that only an index has."""
    owner, made = stored_project(stored_unit)
    (id,) = add(stored_unit, owner, made, "Lease")
    index_all(stored_unit)
    with database.engine.connect() as connection:
        changed = text("UPDATE envelope_names SET folded_name = 'nothing' WHERE envelope_id = :id")
        connection.execute(changed, {"id": id})
    expected = {id} if database.is_sqlite else set()
    assert found(stored_unit, owner, made, "lease") == expected


def test_names_are_indexed_by_a_job_now_and_then(
    database: Database, stored_unit: OpenUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL needs none: it indexes in the transaction that adds."""
    monkeypatch.setattr(names, "AT_ONCE", 1)
    owner, made = stored_project(stored_unit)
    add(stored_unit, owner, made, "Lease", "Lease")
    with database.engine.connect() as connection:
        kinds = connection.execute(text("SELECT kind FROM jobs")).scalars().all()
    assert kinds == (["index_names"] if database.is_sqlite else [])
