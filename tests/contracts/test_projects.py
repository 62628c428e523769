"""The port Projects."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain.account import Account
from countersign.domain.branding import Branding
from countersign.domain.document import FileRef
from countersign.domain.envelope import AfterSigning
from countersign.domain.errors import Invalid, NotFound, ProjectInUse, StaleState
from countersign.domain.project import Project, ProjectSettings
from countersign.usecases.ports import ProjectQuery
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, account, envelope, project
from tests.contracts.threads import at_once

UNUSUAL = ProjectSettings(
    notify_people=False,
    audit_in_document=False,
    chat=False,
    methods=("typed",),
    branding=Branding(
        company_name="Åbo Bygg",
        logo=FileRef("cd" * 32, 99),
        logo_url="https://example.org/logo.png",
        primary_color="#112233",
        secondary_color="#445566",
    ),
    after=AfterSigning(type="redirect", url="https://example.org/done"),
    reminder_days=3,
    widget_origins=("https://example.org",),
)


def stored(unit: OpenUnit, **changes: object) -> tuple[Account, Project]:
    owner = account()
    made = project(owner, **changes)
    with unit() as uow:
        uow.accounts.add(owner)
        uow.projects.add(made)
        uow.commit()
    return owner, made


def test_a_project_comes_back_as_it_was_added(unit: OpenUnit) -> None:
    owner, made = stored(unit, settings=UNUSUAL, is_default=True)
    with unit() as uow:
        assert uow.projects.get(owner.id, made.id) == made


def test_a_project_of_another_account_is_not_found(unit: OpenUnit) -> None:
    _, made = stored(unit)
    other, _ = stored(unit)
    with unit() as uow, pytest.raises(NotFound):
        uow.projects.get(other.id, made.id)
    with unit() as uow, pytest.raises(NotFound):
        uow.projects.save(replace(made, account_id=other.id))
    with unit() as uow, pytest.raises(NotFound):
        uow.projects.remove(replace(made, account_id=other.id))


def test_the_slower_of_two_changes_is_refused(unit: OpenUnit) -> None:
    owner, made = stored(unit)
    with unit() as uow:
        uow.projects.save(replace(made, name="First", settings=UNUSUAL))
        uow.commit()
    with unit() as uow, pytest.raises(StaleState):
        uow.projects.save(replace(made, name="Second"))
    with unit() as uow:
        changed = replace(made, name="First", settings=UNUSUAL, version=1)
        assert uow.projects.get(owner.id, made.id) == changed


def test_a_removed_project_is_gone(unit: OpenUnit) -> None:
    owner, made = stored(unit)
    with unit() as uow:
        uow.projects.remove(made)
        uow.commit()
    with unit() as uow:
        with pytest.raises(NotFound):
            uow.projects.get(owner.id, made.id)
        with pytest.raises(NotFound):
            uow.projects.remove(made)


def test_a_project_with_envelopes_stays(unit: OpenUnit) -> None:
    owner, made = stored(unit)
    with unit() as uow:
        uow.envelopes.add(envelope(account_id=owner.id, project_id=made.id), [])
        uow.commit()
    with unit() as uow, pytest.raises(ProjectInUse):
        uow.projects.remove(made)
    with unit() as uow:
        assert uow.projects.get(owner.id, made.id) == made


def test_no_envelope_gets_into_a_project_that_is_not_its_accounts(unit: OpenUnit) -> None:
    _, made = stored(unit)
    other, _ = stored(unit)
    for account_id, project_id in ((other.id, made.id), (other.id, "nowhere")):
        with unit() as uow, pytest.raises(NotFound):
            uow.envelopes.add(envelope(account_id=account_id, project_id=project_id), [])


def test_a_project_goes_or_gets_an_envelope_but_not_both(unit: OpenUnit) -> None:
    for _ in range(5):
        owner, made = stored(unit)
        sent = envelope(account_id=owner.id, project_id=made.id)

        def send(sent: object = sent) -> str:
            with unit() as uow:
                uow.envelopes.add(sent, [])  # type: ignore[arg-type]
                uow.commit()
            return "sent"

        def remove(made: Project = made) -> str:
            with unit() as uow:
                uow.projects.remove(made)
                uow.commit()
            return "removed"

        def either(number: int) -> str:
            try:
                return (send, remove)[number]()
            except (NotFound, ProjectInUse, StaleState):
                return "refused"

        assert sorted(at_once(2, either)) in (["refused", "sent"], ["refused", "removed"])


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["ära", "Zeta", "Beta"]),
        ({"descending": False}, ["Beta", "Zeta", "ära"]),
        ({"sort": "name", "descending": False}, ["Beta", "Zeta", "ära"]),
        ({"sort": "updated_at"}, ["Beta", "Zeta", "ära"]),
        ({"search": "ETA"}, ["Zeta", "Beta"]),
        ({"search": "ÄR"}, ["ära"]),
        ({"search": "%"}, []),
        ({"offset": 1, "limit": 1}, ["Zeta"]),
        ({"offset": 9}, []),
    ],
)
def test_projects_are_found_page_by_page(
    unit: OpenUnit, query: dict[str, object], names: list[str]
) -> None:
    owner, made = stored(unit, name="Beta", updated_at=NOW + timedelta(days=1))
    stored(unit, name="Somebody else's")
    with unit() as uow:
        for age, name in enumerate(("Zeta", "ära"), start=1):
            at = NOW + timedelta(seconds=age)
            uow.projects.add(
                project(owner, name=name, created_at=at, updated_at=made.created_at - at + NOW)
            )
        uow.commit()
    with unit() as uow:
        found, total = uow.projects.find(ProjectQuery(account_id=owner.id, **query))  # type: ignore[arg-type]
    assert [one.name for one in found] == names
    assert total == (len(names) if "search" in query else 3)


def test_text_that_no_database_takes_is_the_callers_mistake(unit: OpenUnit) -> None:
    owner, _ = stored(unit)
    with unit() as uow, pytest.raises(Invalid):
        uow.projects.add(project(owner, name="\x00"))
