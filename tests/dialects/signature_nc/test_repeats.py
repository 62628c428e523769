"""Idempotency-Key: the same request twice makes one thing and gets one answer."""

from __future__ import annotations

from .house import BASE, House, bearer
from .test_checks import assert_refused

KEY = {"Idempotency-Key": "order-77"}
USED = "This Idempotency-Key was already used with a different request"


def test_the_same_submission_twice_is_made_once_and_answered_alike(house: House) -> None:
    first = house.post(headers=KEY)
    house.open(first.json()["submitters"][0])
    house.pass_time(5)
    second = house.post(headers=KEY)
    assert (second.status_code, second.content) == (200, first.content)
    assert second.headers["content-type"] == first.headers["content-type"] == "application/json"
    assert len(house.client.get(f"{BASE}/submissions").json()["data"]) == 1


def test_another_body_under_the_same_key_is_a_conflict(house: House) -> None:
    house.create(headers=KEY)
    assert_refused(house.post(headers=KEY, name="Quote 13"), USED, 409)
    assert len(house.client.get(f"{BASE}/submissions").json()["data"]) == 1


def test_a_refused_request_may_be_corrected_under_its_key(house: House) -> None:
    assert house.post(headers=KEY, name="").status_code == 400
    house.create(headers=KEY)


def test_without_a_key_everything_is_made_again(house: House) -> None:
    house.create()
    house.create()
    assert len(house.client.get(f"{BASE}/submissions").json()["data"]) == 2


def test_keys_of_different_tokens_do_not_meet(house: House) -> None:
    house.create(headers=KEY)
    house.create(headers=KEY | bearer(house.token()), name="Quote 13")


def test_a_repeat_is_answered_when_the_plan_is_used_up(house: House) -> None:
    token = bearer(house.token(quota=1))
    first = house.post(headers=KEY | token)
    assert house.post(headers=KEY | token).content == first.content


def test_a_lost_answer_is_made_again_from_the_submission(house: House) -> None:
    first = house.post(headers=KEY)
    house.world.memory.state.answers.clear()
    assert house.post(headers=KEY).json() == first.json()


def test_the_same_token_is_made_once_and_its_secret_shown_again(house: House) -> None:
    first = house.client.post(f"{BASE}/tokens", json={"name": "CI"}, headers=KEY)
    second = house.client.post(f"{BASE}/tokens", json={"name": "CI"}, headers=KEY)
    assert (second.status_code, second.content) == (200, first.content)
    other = house.client.post(f"{BASE}/tokens", json={"name": "CD"}, headers=KEY)
    assert_refused(other, USED, 409)


def test_a_token_whose_answer_is_lost_cannot_be_shown_again(house: House) -> None:
    house.client.post(f"{BASE}/tokens", json={"name": "CI"}, headers=KEY)
    house.world.memory.state.answers.clear()
    again = house.client.post(f"{BASE}/tokens", json={"name": "CI"}, headers=KEY)
    assert_refused(again, "This credential was already created", 409)


def test_a_key_has_1_to_255_characters(house: House) -> None:
    answer = house.post(headers={"Idempotency-Key": "k" * 256})
    assert_refused(answer, "Idempotency-Key must have 1 to 255 characters")
