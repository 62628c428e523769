"""The port Archive."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain.archive import ArchivedFile, removed
from countersign.domain.document import FileRef
from countersign.domain.errors import Conflict, NotFound
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, new_id
from tests.contracts.threads import at_once

PARTS = (FileRef("ab" * 32, 1000), FileRef("cd" * 32, 20))


def file(account_id: str, **changes: object) -> ArchivedFile:
    made = ArchivedFile(
        id=new_id(),
        account_id=account_id,
        media_type="application/pdf",
        parts=PARTS,
        filename="Hausordnung 家規.pdf",
        archived_at=NOW,
        keep_until=NOW + timedelta(days=3650),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def add(unit: OpenUnit, *files: ArchivedFile) -> None:
    with unit() as uow:
        for one in files:
            uow.archive.add(one)
        uow.commit()


def test_an_archived_file_comes_back_as_it_was_added(unit: OpenUnit) -> None:
    owner = new_id()
    late = file(owner, archived_at=NOW + timedelta(days=1))
    endless = file(owner, keep_until=None, filename="")
    add(unit, late, endless, file(new_id()))
    with unit() as uow:
        assert uow.archive.get(owner, late.id) == late
        assert uow.archive.get(owner, endless.id) == endless
        assert list(uow.archive.of_account(owner)) == [endless, late]
        assert list(uow.archive.of_account(new_id())) == []


def test_another_accounts_file_is_not_found(unit: OpenUnit) -> None:
    theirs = file(new_id())
    add(unit, theirs)
    for owner, id in ((new_id(), theirs.id), (theirs.account_id, new_id())):
        with pytest.raises(NotFound), unit() as uow:
            uow.archive.get(owner, id)


def test_the_same_file_is_not_archived_twice(unit: OpenUnit) -> None:
    one = file(new_id())
    add(unit, one)
    with pytest.raises(Conflict):
        add(unit, one)


def test_of_a_removed_file_its_record_is_left(unit: OpenUnit) -> None:
    one = file(new_id(), keep_until=None)
    left = removed(one, "ef" * 32, NOW + timedelta(days=2))
    add(unit, one)
    with unit() as uow:
        uow.archive.remove(left)
        uow.commit()
    with pytest.raises(NotFound), unit() as uow:
        uow.archive.get(one.account_id, one.id)
    with pytest.raises(NotFound), unit() as uow:
        uow.archive.remove(left)
    with unit() as uow:
        assert list(uow.archive.of_account(one.account_id)) == [left]


def test_of_many_who_remove_it_at_once_one_does(unit: OpenUnit) -> None:
    one = file(new_id(), keep_until=None)
    add(unit, one)

    def remove(_number: int) -> bool:
        with unit() as uow:
            try:
                uow.archive.remove(removed(one, "ef" * 32, NOW))
            except NotFound:
                return False
            uow.commit()
        return True

    assert sorted(at_once(4, remove)) == [False, False, False, True]
