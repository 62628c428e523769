"""Idempotency-Key: the same request twice makes one thing and gets one answer."""

from __future__ import annotations

from typing import Any

from tests.usecases.fake_engine import pdf

from .house import PADES, SESSIONS, House, bearer, ok, request, token_of
from .test_errors import assert_refused

KEY = {"Idempotency-Key": "lease-77"}


def assert_mismatch(answer: Any) -> None:
    problem = assert_refused(answer, 409, "conflict")
    assert problem["detail"] == "This Idempotency-Key was already used with a different request."


def test_the_same_upload_twice_is_one_document(house: House) -> None:
    first, second = house.upload(**KEY), house.upload(**KEY)
    assert first.content == second.content
    assert ok(house.upload())["documentId"] != ok(first)["documentId"]
    assert_mismatch(house.upload(pdf(remark="another"), **KEY))


def test_the_same_collection_twice_is_made_once(house: House) -> None:
    document = house.document()
    first = house.gather(document, headers=KEY)
    place = (ok(first)["id"], document)
    house.sign(house.session(place))
    house.work()
    second = house.gather(document, headers=KEY)
    assert (second.status_code, second.content) == (201, first.content)
    assert_mismatch(house.gather(document, package=False, headers=KEY))


def test_the_same_sessions_twice_are_made_once_and_answered_alike(house: House) -> None:
    asked = request(house.collection(), packageTo=PADES)
    first = house.ask(asked, headers=KEY)
    house.sign(ok(first)[0])
    second = house.ask(asked, headers=KEY)
    assert (second.status_code, second.content) == (201, first.content)
    assert_mismatch(house.ask({**asked, "title": "Another"}, headers=KEY))
    assert house.listed() == ["Lease"]


def test_a_lost_answer_is_made_again_from_the_sessions(house: House) -> None:
    place = house.collection()
    asked = [request(place, title=title) for title in ("One", "Two", "Three")]
    first = house.ask(*asked, headers=KEY)
    house.world.memory.state.answers.clear()
    assert house.ask(*asked, headers=KEY).json() == first.json()
    assert ok(house.client.get(SESSIONS))["total"] == 3


def test_refused_sessions_may_be_corrected_under_their_key(house: House) -> None:
    place = house.collection()
    assert house.ask(request(place, title=""), headers=KEY).status_code == 400
    assert house.ask(request(place, subsequentTo=[place[0]]), headers=KEY).status_code == 400
    assert house.ask(request(place), headers=KEY).status_code == 201


def test_keys_of_different_clients_do_not_meet(house: House) -> None:
    other = bearer(token_of(house.account, house.ports))
    place = house.collection()
    first = ok(house.ask(request(place), headers=KEY))
    second = ok(house.ask(request(place), headers=KEY | other))
    assert first[0]["id"] != second[0]["id"]


def test_a_key_has_1_to_255_characters(house: House) -> None:
    answer = house.upload(**{"Idempotency-Key": "k" * 256})
    assert_refused(answer, 400, "invalid_request_parameter")
