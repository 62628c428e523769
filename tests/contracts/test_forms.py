"""The port Forms."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain.account import Account
from countersign.domain.document import FileRef, PageSize
from countersign.domain.errors import NotFound, StaleState
from countersign.domain.form import Form, FormDocument, Tag, TagKind
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, account, new_id


def form(owner: Account, **changes: object) -> Form:
    made = Form(
        id=new_id(),
        account_id=owner.id,
        origin="an api",
        name="Lejekontrakt",
        documents=(
            FormDocument(name="a.docx", media_type="application/docx", upload=FileRef("ab", 7)),
            FormDocument(
                name="b.pdf",
                media_type="application/pdf",
                upload=FileRef("cd", 8),
                pages=(PageSize(595.0, 842.0),),
            ),
        ),
        tags=(
            Tag(id=new_id(), name="rent", label="Husleje", kind=TagKind.NUMBER, value="4500"),
            Tag(id=new_id(), name="day", label="Dag", kind=TagKind.DATE, format="D/M"),
            Tag(id=new_id(), name="note", label="Note", sensitive=True),
        ),
        created_at=NOW,
        updated_at=NOW,
        folder="Udlejning",
        defaults={"settings": {"lang": "da"}},
    )
    return replace(made, **changes)


@pytest.fixture
def owner(unit: OpenUnit) -> Account:
    made = account()
    with unit() as uow:
        uow.accounts.add(made)
        uow.commit()
    return made


def test_forms_come_back_newest_first(unit: OpenUnit, owner: Account) -> None:
    older, newer = form(owner), form(owner, created_at=NOW + timedelta(seconds=1), tags=())
    with unit() as uow:
        for one in (older, newer):
            uow.forms.add(one)
        uow.commit()
    with unit() as uow:
        assert uow.forms.all(owner.id) == [newer, older]
        assert uow.forms.get(owner.id, older.id) == older
        assert uow.forms.all("somebody else") == []
        with pytest.raises(NotFound):
            uow.forms.get("somebody else", older.id)
        with pytest.raises(NotFound):
            uow.forms.get(owner.id, new_id())


def test_only_a_public_form_is_found_by_itself(unit: OpenUnit, owner: Account) -> None:
    made = form(owner)
    with unit() as uow:
        uow.forms.add(made)
        uow.commit()
    with unit() as uow, pytest.raises(NotFound):
        uow.forms.public(made.id)
    opened = replace(made, is_public=True, is_active=False, updated_at=NOW + timedelta(days=1))
    with unit() as uow:
        uow.forms.save(opened)
        uow.commit()
    with unit() as uow:
        assert uow.forms.public(made.id) == opened
        with pytest.raises(NotFound):
            uow.forms.save(replace(opened, account_id="somebody else"))


def test_a_new_version_takes_the_place_of_the_one_before_which_is_kept(
    unit: OpenUnit, owner: Account
) -> None:
    first = form(owner, is_public=True)
    with unit() as uow:
        uow.forms.add(first)
        uow.commit()
    second = replace(first, version=2, name="Newer", tags=(), documents=first.documents[:1])
    with unit() as uow:
        uow.forms.revise(second)
        uow.commit()
    with unit() as uow:
        assert uow.forms.get(owner.id, first.id) == second
        assert uow.forms.public(first.id) == second
        assert uow.forms.all(owner.id) == [second]
        kept = replace(first, is_public=False)  # nobody has a link to it
        assert uow.forms.versions(owner.id, first.id) == [second, kept]
        assert uow.forms.version(owner.id, first.id, 1) == kept
        assert uow.forms.versions(new_id(), first.id) == []
        with pytest.raises(NotFound):
            uow.forms.version(owner.id, first.id, 3)
        with pytest.raises(StaleState):
            uow.forms.revise(second)
        with pytest.raises(StaleState):
            uow.forms.save(first)
