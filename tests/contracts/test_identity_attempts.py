"""The port Identities."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from countersign.adapters.database.engine import Database
from countersign.domain.errors import NotFound, StaleState
from countersign.domain.identity import IdentityAttempt
from countersign.domain.task import Person
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, document, envelope, new_id, task
from tests.contracts.threads import at_once

METHOD = "email_code"
NUMBER = "196408233234"


def attempt(**changes: object) -> IdentityAttempt:
    made = IdentityAttempt(
        task_id=new_id(), method=METHOD, number=1, begun=(NOW,), code_hash="ab" * 32
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def begun(unit: OpenUnit, **changes: object) -> IdentityAttempt:
    made = attempt(**changes)
    with unit() as uow:
        uow.identity.begin(made)
        uow.commit()
    return made


def test_an_attempt_comes_back_as_it_was(unit: OpenUnit) -> None:
    made = begun(
        unit,
        begun=(NOW - timedelta(minutes=3), NOW),
        code_hash="",
        reference="order-1",
        secret={"qrStartSecret": "å"},
    )
    with unit() as uow:
        assert uow.identity.attempt(made.task_id, METHOD) == made
        assert uow.identity.attempt(made.task_id, "bankid_se") is None


def test_the_next_attempt_takes_the_place_of_the_one_before(unit: OpenUnit) -> None:
    first = begun(unit)
    second = replace(first, number=2, code_hash="cd" * 32)
    with unit() as uow:
        uow.identity.begin(second)
        uow.commit()
    with unit() as uow:
        assert uow.identity.attempt(first.task_id, METHOD) == second
        assert uow.identity.count_try(first, 5) is False
        assert uow.identity.end(first) is False


@pytest.mark.parametrize("number", [1, 2, 4])
def test_who_is_overtaken_does_not_begin(unit: OpenUnit, number: int) -> None:
    first = begun(unit)
    with unit() as uow:
        uow.identity.begin(replace(first, number=2))
        uow.commit()
    with unit() as uow, pytest.raises(StaleState):
        uow.identity.begin(replace(first, number=number))


def test_tries_are_counted_to_the_last_one(unit: OpenUnit) -> None:
    made = begun(unit)
    with unit() as uow:
        assert [uow.identity.count_try(made, 5) for _ in range(7)] == [True] * 5 + [False] * 2
        uow.commit()
    with unit() as uow:
        found = uow.identity.attempt(made.task_id, METHOD)
    assert found
    assert found.tries == 5


def test_of_many_tries_at_once_five_count(stored_unit: OpenUnit) -> None:
    made = begun(stored_unit)

    def one_try(_number: int) -> bool:
        with stored_unit() as uow:
            counted = uow.identity.count_try(made, 5)
            uow.commit()
        return counted

    assert sum(at_once(20, one_try)) == 5


def test_an_attempt_ends_once(unit: OpenUnit) -> None:
    made = begun(unit, reference="order-1", secret={"key": "value"})
    with unit() as uow:
        assert [uow.identity.end(made), uow.identity.end(made)] == [True, False]
        uow.commit()
    with unit() as uow:
        over = uow.identity.attempt(made.task_id, METHOD)
    assert over == replace(made, code_hash="", reference="", secret={})


def test_the_first_proof_stays(unit: OpenUnit) -> None:
    with unit() as uow:
        with pytest.raises(NotFound):
            uow.identity.proof("t1", "bankid_se")
        uow.identity.keep_proof("t1", "bankid_se", b"one", NOW)
        uow.identity.keep_proof("t1", "bankid_se", b"two", NOW)
        uow.commit()
    with unit() as uow:
        assert uow.identity.proof("t1", "bankid_se") == b"one"


def test_national_ids_secrets_and_proofs_are_stored_closed(
    stored_unit: OpenUnit, database: Database
) -> None:
    file = document()
    person = Person(name="Ada", national_id=NUMBER)
    sent = envelope(documents=(file,), tasks=(task(file, person=person),))
    with stored_unit() as uow:
        uow.envelopes.add(sent, [])
        uow.identity.begin(attempt(reference="r", secret={"did": NUMBER}))
        uow.identity.keep_proof("t1", "bankid_se", NUMBER.encode(), NOW)
        uow.commit()
    with database.engine.connect() as connection:
        for column in ("tasks.national_id", "identity_attempts.secret", "identity_proofs.closed"):
            table, name = column.split(".")
            (stored,) = connection.execute(text(f"SELECT {name} FROM {table}")).one()
            assert len(stored) > 12
            assert NUMBER.encode() not in bytes(stored)
    with stored_unit() as uow:
        assert uow.envelopes.get(sent.id).tasks[0].person.national_id == NUMBER
