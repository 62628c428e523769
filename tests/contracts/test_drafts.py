"""Drafts of the dashboard: nobody is overtaken, and what is sent is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain.document import FileRef, PageSize
from countersign.domain.draft import Draft, DraftDocument
from countersign.domain.errors import DomainError, NotFound, StaleState
from countersign.domain.task import Area, FieldKind
from countersign.domain.template import FormField
from countersign.usecases.draft_port import DraftQuery
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, account, new_id
from tests.contracts.threads import at_once

CITY = FormField(
    kind=FieldKind.TEXT,
    name="city",
    label="Stadt",
    area=Area(0, 0.1, 0.2, 0.3, 0.05),
    required=True,
    value="Åbo",
    options=(("a", "Å"), ("b", "B")),
)


def document(id: str = "d1", **changes: object) -> DraftDocument:
    made = DraftDocument(
        id=id,
        name="Vertrag ö.pdf",
        upload=FileRef(f"{len(id)}{id[-1]}" * 32, 5),
        pages=(PageSize(595.2, 841.8),),
        form=(CITY,),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def draft(unit: OpenUnit, account_id: str = "", **changes: object) -> Draft:
    with unit() as uow:
        if not account_id:
            owner = account()
            uow.accounts.add(owner)
            account_id = owner.id
        made = Draft(
            id=new_id(),
            account_id=account_id,
            author_id=new_id(),
            name="Lease Åsa",
            created_at=NOW,
            updated_at=NOW,
            content={"people": [{"name": "Åsa"}], "order": []},
        )
        made = replace(made, **changes)  # type: ignore[arg-type]
        uow.dashboard.drafts.add(made)
        uow.commit()
    return made


def test_a_draft_comes_back_as_it_was(stored_unit: OpenUnit) -> None:
    made = draft(stored_unit)
    with stored_unit() as uow:
        for each in (document("b2"), document("a1")):
            uow.dashboard.drafts.add_document(made, each)
        again = uow.dashboard.drafts.add_document(made, document("a1", name="other.pdf"))
        assert again == document("a1")
        uow.commit()
    with stored_unit() as uow:
        found = uow.dashboard.drafts.get(made.account_id, made.id)
        assert found == replace(made, documents=(document("b2"), document("a1")))
        assert uow.deletions.is_used(document("a1").upload.sha256)
        with pytest.raises(NotFound):
            uow.dashboard.drafts.get(new_id(), made.id)
        uow.dashboard.drafts.remove_document(found, "b2")
        uow.commit()
    with stored_unit() as uow:
        assert uow.dashboard.drafts.get(made.account_id, made.id).documents == (document("a1"),)


def test_lists_are_newest_first_and_of_whom_they_ask_for(stored_unit: OpenUnit) -> None:
    first = draft(stored_unit)
    later = {"updated_at": NOW + timedelta(hours=1), "name": "Sale 100%"}
    second = draft(stored_unit, first.account_id, **later)
    draft(stored_unit)
    with stored_unit() as uow:
        uow.dashboard.drafts.add_document(second, document())

        def ids(**query: object) -> list[str]:
            asked = DraftQuery(account_id=first.account_id, author_id=None)
            asked = replace(asked, **query)  # type: ignore[arg-type]
            return [one.id for one in uow.dashboard.drafts.of_account(asked)]

        assert ids() == [second.id, first.id]
        assert ids(limit=1) == [second.id]
        assert ids(author_id=first.author_id) == [first.id]
        assert ids(text="åSA") == [first.id]
        assert ids(text="100%") == [second.id]
        assert ids(text="%") == [second.id]
        heads = uow.dashboard.drafts.of_account(
            DraftQuery(account_id=first.account_id, author_id=None)
        )
        assert [one.documents for one in heads] == [1, 0]


def test_of_two_who_write_at_once_one_is_told(stored_unit: OpenUnit) -> None:
    made = draft(stored_unit)

    def write(number: int) -> str:
        with stored_unit() as uow:
            try:
                uow.dashboard.drafts.save(replace(made, name=f"Draft {number}"))
                uow.commit()
            except StaleState:
                return "told"
        return "written"

    assert sorted(at_once(4, write)) == ["told", "told", "told", "written"]


def test_a_draft_is_taken_once_whoever_adds_to_it(stored_unit: OpenUnit) -> None:
    made = draft(stored_unit)

    def act(number: int) -> str:
        with stored_unit() as uow:
            try:
                if number % 2:
                    uow.dashboard.drafts.add_document(made, document(f"d{number}"))
                    uow.commit()
                    return "added"
                uow.dashboard.drafts.remove(made)
                uow.commit()
            except DomainError as problem:
                return type(problem).__name__
        return "taken"

    outcomes = at_once(6, act)
    assert outcomes.count("taken") == 1
    assert outcomes.count("StaleState") == 2
    assert set(outcomes) <= {"taken", "StaleState", "added", "NotFound"}
    with stored_unit() as uow, pytest.raises(NotFound):
        uow.dashboard.drafts.get(made.account_id, made.id)
