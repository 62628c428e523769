"""Lists of a project's envelopes: exact totals, every order, every state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from countersign.adapters.database import listing
from countersign.domain.account import Account
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.project import Project
from countersign.domain.task import TaskStatus
from countersign.usecases.ports import EnvelopeQuery
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, account, envelope, new_id, project
from tests.contracts.threads import at_once

pytestmark = pytest.mark.slow

STATES = tuple(product((EnvelopeStatus.OPEN, EnvelopeStatus.CANCELLED), (False, True)))
NAMES = ("delta", "Ärlig", "alfa", "Beta", "beta", "ål", "Ωmega", "zulu")


def stored_project(unit: OpenUnit) -> tuple[Account, Project]:
    owner = account()
    made = project(owner)
    with unit() as uow:
        uow.accounts.add(owner)
        uow.projects.add(made)
        uow.commit()
    return owner, made


def begun(made: Envelope, is_begun: bool) -> Envelope:
    status = TaskStatus.COMPLETED if is_begun else TaskStatus.READY
    return made.with_task(replace(made.tasks[0], status=status))


@pytest.fixture
def shelf(unit: OpenUnit) -> tuple[OpenUnit, Account, Project, list[Envelope]]:
    """Eight envelopes in four states; every second one has the moment of the one before."""
    owner, made = stored_project(unit)
    _, elsewhere = stored_project(unit)
    all_of_them = []
    for number, (status, is_begun) in enumerate(STATES * 2):
        at = NOW + timedelta(seconds=number // 2)
        sent = envelope(
            account_id=owner.id,
            project_id=made.id,
            name=NAMES[number],
            status=status,
            created_at=at,
            updated_at=NOW - (at - NOW),
        )
        all_of_them.append(begun(sent, is_begun))
    with unit() as uow:
        for one in all_of_them:
            uow.envelopes.add(one, [])
        uow.envelopes.add(envelope(account_id=elsewhere.account_id, project_id=elsewhere.id), [])
        uow.envelopes.add(envelope(account_id=owner.id), [])
        uow.commit()
    return unit, owner, made, all_of_them


def key(one: Envelope, sort: str) -> tuple[object, str]:
    return (one.name.casefold() if sort == "name" else getattr(one, sort), one.id)


@pytest.mark.parametrize("sort", ["created_at", "updated_at", "name"])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize(
    ("statuses", "is_begun"),
    [((), None), (("open",), None), (("open",), True), (("open", "cancelled"), False), ((), True)],
)
def test_pages_are_exact_in_every_order_and_state(
    shelf: tuple[OpenUnit, Account, Project, list[Envelope]],
    sort: str,
    descending: bool,
    statuses: tuple[str, ...],
    is_begun: bool | None,
) -> None:
    unit, owner, made, all_of_them = shelf
    wanted = [
        one
        for one in all_of_them
        if (not statuses or one.status in statuses) and is_begun in (None, one.begun)
    ]
    wanted.sort(key=lambda one: key(one, sort), reverse=descending)
    query = EnvelopeQuery(
        account_id=owner.id,
        project_id=made.id,
        statuses=statuses,
        begun=is_begun,
        sort=sort,
        descending=descending,
        limit=3,
    )
    seen = []
    for offset in range(0, 12, 3):
        with unit() as uow:
            page, total = uow.envelopes.heads(replace(query, offset=offset))
        assert total == len(wanted)
        seen += [head.id for head in page]
    assert seen == [one.id for one in wanted]


def test_a_list_shows_what_the_envelopes_are(
    shelf: tuple[OpenUnit, Account, Project, list[Envelope]],
) -> None:
    unit, owner, made, all_of_them = shelf
    query = EnvelopeQuery(account_id=owner.id, project_id=made.id, name="ÄRL")
    with unit() as uow:
        (head,), total = uow.envelopes.heads(query)
        assert uow.envelopes.find(query) == ([all_of_them[1]], 1)
    assert total == 1
    assert all(getattr(all_of_them[1], name) == getattr(head, name) for name in head.__slots__)


@pytest.mark.parametrize("few", [0, 2, 200])
@pytest.mark.parametrize("statuses", [(), ("open",)])
@pytest.mark.parametrize("sort", ["created_at", "name"])
def test_a_search_is_exact_whether_few_or_many_match(
    shelf: tuple[OpenUnit, Account, Project, list[Envelope]],
    monkeypatch: pytest.MonkeyPatch,
    few: int,
    statuses: tuple[str, ...],
    sort: str,
) -> None:
    monkeypatch.setattr(listing, "FEW", few)
    unit, owner, made, all_of_them = shelf
    asked = EnvelopeQuery(
        account_id=owner.id,
        project_id=made.id,
        origin="signeum",
        statuses=statuses,
        name="TA",
        sort=sort,
        limit=2,
    )
    wanted = [one for one in all_of_them if "ta" in one.name.casefold()]
    wanted = [one for one in wanted if not statuses or one.status in statuses]
    wanted.sort(key=lambda one: key(one, sort), reverse=True)
    seen = []
    for offset in (0, 2, 4):
        with unit() as uow:
            page, total = uow.envelopes.heads(replace(asked, offset=offset))
        seen += [head.id for head in page]
        assert total == len(wanted)
    assert seen == [one.id for one in wanted]


@pytest.mark.parametrize("wanted", [{"origin": "nextsign"}, {"environment": "test"}, {}])
def test_lists_of_one_api_or_environment_are_exact_too(
    shelf: tuple[OpenUnit, Account, Project, list[Envelope]], wanted: dict[str, str]
) -> None:
    unit, owner, made, all_of_them = shelf
    asked = EnvelopeQuery(account_id=owner.id, project_id=made.id, statuses=("open",))
    of_test = replace(all_of_them[0], id=new_id(), environment="test", documents=(), tasks=())
    with unit() as uow:
        uow.envelopes.add(of_test, [])
        uow.envelopes.add(replace(of_test, id=new_id(), origin="nextsign"), [])
        uow.commit()
    with unit() as uow:
        found, total = uow.envelopes.heads(replace(asked, **wanted))  # type: ignore[arg-type]
    expected = {"nextsign": 1, "test": 2}.get("".join(wanted.values()), 6)
    assert len(found) == total == expected


def test_another_accounts_project_shows_nothing(
    shelf: tuple[OpenUnit, Account, Project, list[Envelope]],
) -> None:
    unit, _, made, _ = shelf
    other, _ = stored_project(unit)
    with unit() as uow:
        query = EnvelopeQuery(account_id=other.id, project_id=made.id)
        assert uow.envelopes.heads(query) == ([], 0)
        assert uow.envelopes.heads(replace(query, name="a")) == ([], 0)


def test_a_change_of_state_moves_an_envelope_from_list_to_list(unit: OpenUnit) -> None:
    owner, made = stored_project(unit)
    sent = envelope(account_id=owner.id, project_id=made.id, status=EnvelopeStatus.OPEN)
    with unit() as uow:
        uow.envelopes.add(sent, [])
        uow.commit()
    steps = [
        (begun(sent, True), ("open",), True),
        (replace(begun(sent, True), status=EnvelopeStatus.SEALING), ("sealing",), True),
        (replace(begun(sent, True), status=EnvelopeStatus.SEALING), ("sealing",), True),
        (replace(begun(sent, True), status=EnvelopeStatus.COMPLETED), ("completed",), None),
    ]
    for version, (changed, statuses, is_begun) in enumerate(steps):
        with unit() as uow:
            uow.envelopes.save(replace(changed, version=version), [])
            uow.commit()
        query = EnvelopeQuery(account_id=owner.id, project_id=made.id)
        wanted = replace(query, statuses=statuses, begun=is_begun)
        with unit() as uow:
            assert [head.id for head in uow.envelopes.heads(wanted)[0]] == [sent.id]
            assert uow.envelopes.heads(wanted)[1] == uow.envelopes.heads(query)[1] == 1


def test_totals_are_exact_however_many_write_at_once(unit: OpenUnit) -> None:
    owner, made = stored_project(unit)

    def send_and_cancel(_number: int) -> None:
        for cancels in (False, True, False):
            sent = envelope(account_id=owner.id, project_id=made.id, status=EnvelopeStatus.OPEN)
            with unit() as uow:
                uow.envelopes.add(sent, [])
                uow.commit()
            if cancels:
                with unit() as uow:
                    uow.envelopes.save(replace(sent, status=EnvelopeStatus.CANCELLED), [])
                    uow.commit()

    at_once(6, send_and_cancel)
    query = EnvelopeQuery(account_id=owner.id, project_id=made.id)
    with unit() as uow:
        totals = [
            uow.envelopes.heads(replace(query, statuses=statuses))[1]
            for statuses in ((), ("open",), ("cancelled",))
        ]
    assert totals == [18, 12, 6]
