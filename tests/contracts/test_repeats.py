"""The port Repeats: the same creating request twice makes one thing."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from sqlalchemy import select

from countersign.adapters.database.engine import Database
from countersign.adapters.database.tables import repeats
from countersign.domain.errors import IdempotencyMismatch, NotFound, StaleState
from countersign.usecases.ports import Repeatable
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW
from tests.contracts.threads import at_once

REQUEST = Repeatable(credential_id="c1", key="order 7", fingerprint="ab" * 32)
OTHER_BODY = replace(REQUEST, fingerprint="cd" * 32)


def test_the_first_claim_counts(unit: OpenUnit) -> None:
    with unit() as uow:
        assert uow.repeats.find(REQUEST) is None
        assert uow.repeats.claim(REQUEST, "first", NOW) == "first"
        uow.commit()
    with unit() as uow:
        assert uow.repeats.claim(REQUEST, "second", NOW) == "first"
        assert uow.repeats.find(REQUEST) == "first"


def test_keys_of_different_credentials_are_different_keys(unit: OpenUnit) -> None:
    with unit() as uow:
        uow.repeats.claim(REQUEST, "first", NOW)
        other = replace(REQUEST, credential_id="c2")
        assert uow.repeats.claim(other, "second", NOW) == "second"


def test_the_same_key_with_another_body_is_refused(unit: OpenUnit) -> None:
    with unit() as uow:
        uow.repeats.claim(REQUEST, "first", NOW)
        for ask in (
            lambda: uow.repeats.claim(OTHER_BODY, "second", NOW),
            lambda: uow.repeats.find(OTHER_BODY),
            lambda: uow.repeats.answer(OTHER_BODY),
            lambda: uow.repeats.keep_answer(OTHER_BODY, b""),
        ):
            with pytest.raises(IdempotencyMismatch):
                ask()


def test_a_claim_that_is_not_committed_is_free_again(unit: OpenUnit) -> None:
    with unit() as uow:
        uow.repeats.claim(REQUEST, "first", NOW)
    with unit() as uow:
        assert uow.repeats.claim(REQUEST, "second", NOW) == "second"


def test_the_first_answer_is_given_again(unit: OpenUnit) -> None:
    with unit() as uow:
        assert uow.repeats.answer(REQUEST) is None
        with pytest.raises(NotFound):
            uow.repeats.keep_answer(REQUEST, b"early")
        uow.repeats.claim(REQUEST, "first", NOW)
        assert uow.repeats.answer(REQUEST) is None
        uow.repeats.keep_answer(REQUEST, b"\x00secret")
        uow.repeats.keep_answer(REQUEST, b"later")
        uow.commit()
    with unit() as uow:
        assert uow.repeats.answer(REQUEST) == b"\x00secret"


def test_answers_cannot_be_read_in_the_database(stored_unit: OpenUnit, database: Database) -> None:
    with stored_unit() as uow:
        uow.repeats.claim(REQUEST, "first", NOW)
        uow.repeats.keep_answer(REQUEST, b"secret")
        uow.commit()
    with database.engine.connect() as connection:
        assert b"secret" not in connection.execute(select(repeats.c.answer)).scalar_one()


def test_of_claims_at_the_same_moment_one_wins_and_all_get_its_thing(unit: OpenUnit) -> None:
    def claim(number: int) -> str:
        while True:
            try:
                with unit() as uow:
                    made = uow.repeats.claim(REQUEST, f"thing {number}", NOW)
                    time.sleep(0.01)
                    uow.commit()
                    return made
            except StaleState:
                continue

    things = at_once(6, claim)
    assert len(set(things)) == 1
    with unit() as uow:
        assert uow.repeats.find(REQUEST) == things[0]
