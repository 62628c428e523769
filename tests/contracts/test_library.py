"""The ports StoredFiles and Packages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain.account import Account
from countersign.domain.errors import Conflict, Invalid, NotFound
from countersign.domain.package import PackageStatus
from countersign.domain.stored_file import StoredFile
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, account, envelope, new_id, package, stored_file

OWNER, OTHER = account(), account()


def stored(unit: OpenUnit, owner: Account = OWNER, **changes: object) -> StoredFile:
    file = stored_file(owner, **changes)
    with unit() as uow:
        uow.stored_files.add(file)
        uow.commit()
    return file


def test_a_stored_file_comes_back_as_it_was_added(unit: OpenUnit) -> None:
    whole, bare = stored(unit), stored(unit, pages=(), sha256="", title="", filename="")
    with unit() as uow:
        assert uow.stored_files.get(OWNER.id, whole.id) == whole
        assert uow.stored_files.get(OWNER.id, bare.id) == bare


def test_another_accounts_file_is_not_found(unit: OpenUnit) -> None:
    theirs = stored(unit, OTHER)
    with unit() as uow:
        with pytest.raises(NotFound):
            uow.stored_files.get(OWNER.id, theirs.id)
        with pytest.raises(NotFound):
            uow.stored_files.get(OWNER.id, "nothing")


def test_the_same_file_is_not_added_twice(unit: OpenUnit) -> None:
    file = stored(unit)
    with pytest.raises(Conflict), unit() as uow:
        uow.stored_files.add(file)


def test_words_about_a_file_are_saved(unit: OpenUnit) -> None:
    file = replace(stored(unit), title="家規", description="", filename="b.pdf")
    with unit() as uow:
        uow.stored_files.save(file)
        uow.commit()
    with unit() as uow:
        assert uow.stored_files.get(OWNER.id, file.id) == file


def test_words_that_no_database_takes_are_refused(unit: OpenUnit) -> None:
    file = stored(unit)
    with pytest.raises(Invalid), unit() as uow:
        uow.stored_files.save(replace(file, title="a\x00b"))


def test_a_removed_file_is_gone_and_still_known_where_it_is_used(unit: OpenUnit) -> None:
    file = stored(unit)
    with unit() as uow:
        uow.stored_files.use(file.id, "e1", "d1")
        uow.stored_files.remove(file)
        uow.commit()
    with unit() as uow:
        with pytest.raises(NotFound):
            uow.stored_files.get(OWNER.id, file.id)
        assert uow.stored_files.uses("e1") == {file.id: "d1"}
    for change in ("save", "remove"):
        with pytest.raises(NotFound), unit() as uow:
            getattr(uow.stored_files, change)(file)


def test_a_file_may_be_a_document_of_several_envelopes(unit: OpenUnit) -> None:
    first, second = stored(unit), stored(unit)
    with unit() as uow:
        uow.stored_files.use(first.id, "e1", "d1")
        uow.stored_files.use(second.id, "e1", "d2")
        uow.stored_files.use(first.id, "e2", "d3")
        uow.commit()
    with unit() as uow:
        assert uow.stored_files.uses("e1") == {first.id: "d1", second.id: "d2"}
        assert uow.stored_files.uses("e3") == {}
        assert set(uow.stored_files.used_in(first.id)) == {"e1", "e2"}
        assert list(uow.stored_files.used_in("nothing")) == []


def test_packages_come_back_in_the_order_in_which_they_were_asked_for(unit: OpenUnit) -> None:
    home, elsewhere, task_id = envelope(), envelope(), new_id()
    late = package(home, created_at=NOW + timedelta(seconds=1))
    early = package(home, task_id=task_id)
    foreign = package(elsewhere, task_id=new_id())
    with unit() as uow:
        for one in (late, early, foreign):
            uow.packages.add(one)
        uow.commit()
    with unit() as uow:
        assert list(uow.packages.of_envelope(home.id)) == [early, late]
        assert list(uow.packages.of_tasks([task_id, "nobody"])) == [early]
        assert list(uow.packages.of_tasks([])) == []


def test_a_package_gets_its_status_and_its_file(unit: OpenUnit) -> None:
    home = envelope()
    made = package(home)
    ready = replace(made, status=PackageStatus.READY, file_id=new_id())
    with unit() as uow:
        uow.packages.add(made)
        uow.packages.save(replace(ready, created_at=NOW + timedelta(days=1)))
        uow.commit()
    with unit() as uow:
        assert list(uow.packages.of_envelope(home.id)) == [ready]


def test_the_same_package_is_not_added_twice(unit: OpenUnit) -> None:
    made = package(envelope())
    with unit() as uow:
        uow.packages.add(made)
        uow.commit()
    with pytest.raises(Conflict), unit() as uow:
        uow.packages.add(made)
