"""How recipients sign: what each signing schema asks of them, and what becomes of CPR numbers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from countersign.adapters.identity.of_account import AccountEids
from countersign.dialects.nextsign.methods import SCHEMAS, proof_of
from countersign.domain.errors import IdentityRequired, Invalid, TooManyTries
from countersign.domain.identity import asked_number
from countersign.domain.short_id import long_id
from countersign.domain.task import Task
from countersign.usecases.tell_number import tell_number
from tests.usecases.fake_identity import FakeIdentity

from .house import House, built_house, person

CPR, OTHER = "0101901234", "0202904321"
MITID = "urn:grn:authn:dk:mitid:substantial"
LOW = "urn:grn:authn:dk:mitid:low"
BUSINESS = "urn:grn:authn:dk:mitid:business"
BANKID = "urn:grn:authn:se:bankid"
EIDS = ("mitid", "mitid_low", "mitid_business", "bankid_se")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """With all eIDs."""
    built, _ = built_house(tmp_path / "staging", offered=AccountEids(FakeIdentity(methods=EIDS)))
    with built.client:
        yield built


def task_of(house: House, recipient: dict[str, Any]) -> Task:
    id = long_id(recipient["_id"])
    with house.ports.unit_of_work() as uow:
        return uow.envelopes.of_task(id).task(id)


def one(house: House, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    made = house.create(**more)
    return made, made["recipients"][0]


@pytest.mark.parametrize(
    ("schemas", "methods", "identity", "choice"),
    [
        (["draw"], ("drawn",), (), ()),
        (["draw-cpr"], ("drawn",), ("cpr",), ()),
        (["sms-email"], ("click",), ("email_code",), ()),
        ([MITID], ("mitid",), ("mitid",), ()),
        ([BANKID], ("bankid_se",), ("bankid_se",), ()),
        (["draw", MITID], ("drawn", "mitid"), (), ()),
        (["draw", "sms-email"], ("drawn",), (), ()),
        (["draw-cpr", MITID], ("drawn", "mitid"), (), ("cpr", "mitid")),
        ([MITID, LOW, BUSINESS], EIDS[:3], (), EIDS[:3]),
    ],
)
def test_what_a_choice_of_schemas_asks_for(
    house: House, schemas: list[str], methods: Any, identity: Any, choice: Any
) -> None:
    made, kim = one(house, signingSchemas=schemas)
    assert made["signingSchemas"] == schemas
    task = task_of(house, kim)
    assert (task.methods, task.identity, task.identity_choice) == (methods, identity, choice)


def test_a_recipient_with_a_schema_is_locked_to_it(house: House) -> None:
    _, kim = one(house, recipients=[person(signingSchema="draw-cpr")], signingSchemas=["draw"])
    assert kim["signingSchema"] == "draw-cpr"
    assert task_of(house, kim).identity == ("cpr",)


def test_every_schema_is_known() -> None:
    assert len(SCHEMAS) == 7
    for schema in SCHEMAS:
        assert proof_of([schema], needs_cpr=False, codes=("email_code",)).methods


# ------------------------------------------------------------------ CPR numbers


def tell(house: House, recipient: dict[str, Any], number: str) -> None:
    tell_number(long_id(recipient["_id"]), "cpr", number, house.ports)


@pytest.mark.parametrize("schema", ["draw-cpr", "draw"])
def test_the_number_is_compared_before_anything_is_signed(house: House, schema: str) -> None:
    asked = person(needsCpr=True, cpr="010190-1234")
    made, kim = one(house, recipients=[asked], signingSchemas=[schema])
    with pytest.raises(IdentityRequired):
        house.sign(kim)
    with pytest.raises(Invalid):
        tell(house, kim, OTHER)
    with pytest.raises(IdentityRequired):
        house.sign(kim)
    tell(house, kim, CPR)
    house.sign(kim)
    house.work()
    done = house.read(made)
    (kim,) = done["recipients"]
    assert kim["signer"]["identity"]["cprIsMatch"] is True
    assert kim["signer"]["identity"]["confirmed"] is True
    assert kim["signer"]["signer_type"] == "draw-cpr"
    assert kim["signer"]["identity"]["identity"] == {
        "id": kim["_id"],
        "name": "Kim Holm",
        "firstName": "Kim",
        "lastName": "Holm",
        "dateOfBirth": None,
    }


def test_without_a_number_to_compare_any_that_can_exist_will_do(house: House) -> None:
    made, kim = one(house, signingSchemas=["draw-cpr"])
    for wrong in ("", "123", "3213901234", "010190123x"):
        with pytest.raises(Invalid):
            tell(house, kim, wrong)
    tell(house, kim, "020290-4321")
    house.sign(kim)
    (kim,) = house.read(made)["recipients"]
    assert kim["signer"]["identity"]["cprIsMatch"] is None


def test_nobody_goes_through_all_numbers(house: House) -> None:
    asked = person(needsCpr=True, cpr=CPR)
    _, kim = one(house, recipients=[asked], signingSchemas=["draw-cpr"])
    for number in range(5):
        with pytest.raises(Invalid):
            tell(house, kim, f"010190{number:04}")
    with pytest.raises(TooManyTries):
        tell(house, kim, CPR)
    house.pass_time(hours=1)
    tell(house, kim, CPR)


def test_a_number_is_never_answered_and_stands_nowhere_in_the_evidence(house: House) -> None:
    asked = person(needsCpr=True, cpr=CPR)
    made, kim = one(house, recipients=[asked], signingSchemas=["draw-cpr"])
    with pytest.raises(Invalid):
        tell(house, kim, OTHER)
    tell(house, kim, CPR)
    house.sign(kim)
    house.work()
    answers = [
        house.call("GET", f"/case/{made['_id']}/get").text,
        house.call("GET", "/cases/get").text,
        house.call("GET", f"/cases/{made['_id']}/get").text,
        repr([call.body for call in house.world.called]),
        repr(house.world.memory.state.links),
        repr(house.world.mailed),
    ]
    for text in answers:
        assert CPR not in text
        assert OTHER not in text


@pytest.mark.parametrize(
    ("schemas", "identity", "choice"),
    [
        ([MITID], ("mitid",), ()),
        ([LOW], ("mitid_low", "cpr"), ()),
        ([BUSINESS], ("mitid_business", "cpr"), ()),
        ([BANKID], ("bankid_se", "cpr"), ()),
        (["sms-email"], ("email_code", "cpr"), ()),
        ([MITID, LOW], ("cpr",), ("mitid", "mitid_low")),
        (["draw", BANKID], ("cpr",), ("cpr", "bankid_se")),
    ],
)
def test_what_tells_no_number_goes_with_one_that_is_typed_in(
    house: House, schemas: list[str], identity: Any, choice: Any
) -> None:
    asked = person(needsCpr=True, cpr=CPR)
    _, kim = one(house, recipients=[asked], signingSchemas=schemas)
    task = task_of(house, kim)
    assert (task.identity, task.identity_choice, task.person.national_id) == (identity, choice, CPR)
    assert asked_number(task, "mitid") == asked_number(task, "cpr") == CPR
    for method in ("mitid_low", "mitid_business", "bankid_se"):
        assert asked_number(task, method) is None, "what it tells is no CPR number"


def test_a_number_that_nothing_compares_is_not_kept(house: House) -> None:
    _, kim = one(house, recipients=[person(cpr=CPR)], signingSchemas=[BANKID])
    assert task_of(house, kim).person.national_id is None
