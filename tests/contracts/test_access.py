"""Who may see which envelopes: the port AccessRoles, and the list that asks it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.adapters.database import access
from countersign.domain.access import AccessRole, EnvelopeAccess
from countersign.domain.envelope import EnvelopeStatus
from countersign.domain.errors import NameTaken, NotFound
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import account, new_id
from tests.contracts.test_account_list import listed, stored
from tests.contracts.test_members import member


def role(account_id: str, name: str = "Board", *members: str) -> AccessRole:
    return AccessRole(id=new_id(), account_id=account_id, name=name, members=tuple(sorted(members)))


def test_roles_are_an_accounts_own_and_have_names(unit: OpenUnit) -> None:
    mine, other = account(), account()
    first, second = role(mine.id, "HR"), role(mine.id, "Board")
    with unit() as uow:
        for owner in (mine, other):
            uow.accounts.add(owner)
        for each in (first, second, role(other.id, "HR")):
            uow.dashboard.access.add(each)
        uow.commit()
    with unit() as uow:
        assert uow.dashboard.access.of_account(mine.id) == [second, first]
        with pytest.raises(NameTaken):
            uow.dashboard.access.add(role(mine.id, "hr"))
    with unit() as uow, pytest.raises(NameTaken):
        uow.dashboard.access.save(replace(first, name="BOARD"))
    with unit() as uow:
        changed = replace(first, name="People")
        uow.dashboard.access.save(changed)
        with pytest.raises(NotFound):
            uow.dashboard.access.save(replace(first, account_id=other.id))
        with pytest.raises(NotFound):
            uow.dashboard.access.remove(other.id, second.id)
        uow.dashboard.access.remove(mine.id, second.id)
        uow.commit()
    with unit() as uow:
        assert uow.dashboard.access.of_account(mine.id) == [changed]


def test_an_envelope_is_for_roles_and_for_its_sender(unit: OpenUnit) -> None:
    envelope_id, roles, sender = new_id(), sorted([new_id(), new_id()]), new_id()
    with unit() as uow:
        assert uow.dashboard.access.of_envelope(envelope_id) == EnvelopeAccess()
        uow.dashboard.access.restrict(envelope_id, roles)
        uow.dashboard.access.sent_by(envelope_id, sender)
        uow.dashboard.access.sent_by(envelope_id, new_id())
        uow.commit()
    with unit() as uow:
        found = uow.dashboard.access.of_envelope(envelope_id)
        assert found == EnvelopeAccess(roles=tuple(roles), sender=sender)
        uow.dashboard.access.restrict(envelope_id, [])
        uow.commit()
    with unit() as uow:
        assert uow.dashboard.access.of_envelope(envelope_id) == EnvelopeAccess(sender=sender)


def test_members_have_roles_until_they_leave(stored_unit: OpenUnit) -> None:
    one = member(stored_unit)
    board = role(one.account_id, "Board", one.id)
    with stored_unit() as uow:
        uow.dashboard.access.add(board)
        uow.commit()
    with stored_unit() as uow:
        assert uow.dashboard.access.of_account(one.account_id) == [board]
        assert uow.dashboard.access.of_member(one.id) == (board.id,)
        uow.dashboard.members.remove(one.id)
        uow.commit()
    with stored_unit() as uow:
        assert uow.dashboard.access.of_member(one.id) == ()
        assert uow.dashboard.access.of_account(one.account_id) == [replace(board, members=())]


@pytest.mark.parametrize("few", [1000, 0])
@pytest.mark.parametrize("states", [(), ("open",)])
def test_a_list_leaves_out_what_is_for_others(
    stored_unit: OpenUnit,
    states: tuple[str, ...],
    few: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(access, "FEW", few)
    owner, made = stored(stored_unit, 4, status=EnvelopeStatus.OPEN)
    free, mine, others, sent = (one.id for one in made)
    board, staff, me = new_id(), new_id(), new_id()
    with stored_unit() as uow:
        uow.dashboard.access.restrict(mine, [board, staff])
        uow.dashboard.access.restrict(others, [staff])
        uow.dashboard.access.restrict(sent, [staff])
        uow.dashboard.access.sent_by(sent, me)
        uow.dashboard.access.sent_by(free, new_id())
        for one in made[1:]:
            uow.envelopes.save(replace(one, restricted=True), [])
        uow.commit()
    assert set(listed(stored_unit, owner, statuses=states)) == {free, mine, others, sent}
    seen = listed(stored_unit, owner, statuses=states, viewers=(me, board))
    assert set(seen) == {free, mine, sent}
    assert listed(stored_unit, owner, statuses=states, viewers=(new_id(),)) == [free]
    text = made[2].name
    assert others not in listed(stored_unit, owner, text=text, viewers=(me, board))


def test_what_is_erased_leaves_no_word_of_who_saw_it(stored_unit: OpenUnit) -> None:
    _owner, made = stored(stored_unit, 1)
    with stored_unit() as uow:
        uow.dashboard.access.restrict(made[0].id, [new_id()])
        uow.deletions.erase(made[0].id, [], [])
        uow.commit()
    with stored_unit() as uow:
        assert uow.dashboard.access.of_envelope(made[0].id) == EnvelopeAccess()


def test_accounts_may_require_single_sign_on(stored_unit: OpenUnit) -> None:
    mine = account()
    with stored_unit() as uow:
        uow.accounts.add(mine)
        uow.dashboard.sign_in_rules.require_single_sign_on(mine.id)
        uow.dashboard.sign_in_rules.require_single_sign_on(mine.id)
        uow.commit()
    with stored_unit() as uow:
        assert uow.dashboard.sign_in_rules.requires_single_sign_on(mine.id)
        assert not uow.dashboard.sign_in_rules.requires_single_sign_on(new_id())
        uow.dashboard.sign_in_rules.allow_all(mine.id)
        uow.commit()
    with stored_unit() as uow:
        assert not uow.dashboard.sign_in_rules.requires_single_sign_on(mine.id)
