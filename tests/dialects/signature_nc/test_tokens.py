"""Tokens, their environments, and the plan's limit."""

from __future__ import annotations

from typing import Any

import pytest

from countersign.usecases.change_account import limit_account

from .house import BASE, House, bearer
from .test_checks import assert_refused

TAKEN = "A key with this name already exists. Please choose a different name."
NEEDED = "A name is required to create an API key."
LIMIT = "You've reached the API limit for this plan"


def create(house: House, **body: Any) -> Any:
    return house.client.post(f"{BASE}/tokens", json=body)


def test_a_new_token_is_shown_once_and_opens_the_api(house: House) -> None:
    made = create(house, name="CI", description="for the build").json()
    assert list(made) == ["token", "uuid", "environment", "nbUsed"]
    assert (made["environment"], made["nbUsed"]) == ("test", 0)
    usage = house.client.get(f"{BASE}/tokens/usage", headers=bearer(made["token"])).json()
    assert usage["uuid"] == made["uuid"]
    listed = house.client.get(f"{BASE}/tokens").text
    assert made["uuid"] in listed
    assert made["token"] not in listed


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ({"environment": "production"}, "production"),
        ({"environment": "Production"}, "test"),
        ({"environment": 7}, "test"),
        ({"environment": None}, "test"),
        ({}, "test"),
    ],
)
def test_only_the_exact_word_makes_a_production_token(
    house: House, asked: dict[str, Any], given: str
) -> None:
    assert create(house, name="CI", **asked).json()["environment"] == given


def test_a_name_can_be_used_once_only(house: House) -> None:
    assert create(house, name="CI").status_code == 200
    assert_refused(create(house, name="CI"), TAKEN)


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "  "}, {"name": None}, {"name": 3}])
def test_a_token_needs_a_name(house: House, body: dict[str, Any]) -> None:
    assert_refused(create(house, **body), NEEDED)


def test_other_bad_bodies_are_told_what_is_wrong(house: House) -> None:
    post = house.client.post
    assert_refused(create(house, name="n" * 300), "A name must have at most 255 characters")
    assert_refused(
        create(house, name="CI", description=[]),
        "A description must be a text of at most 1000 characters",
    )
    json = {"Content-Type": "application/json"}
    assert_refused(post(f"{BASE}/tokens", content=b"{", headers=json), "Malformed JSON")
    assert_refused(post(f"{BASE}/tokens", json=[]), "The body must be a JSON object")
    assert_refused(
        post(f"{BASE}/tokens", content=b"name=CI"), "Content-Type must be application/json", 415
    )


def test_the_list_shows_all_tokens_of_the_account(house: House) -> None:
    create(house, name="CI", description="for the build", environment="production")
    listed = house.client.get(f"{BASE}/tokens").json()
    assert [each["name"] for each in listed] == ["token 0", "token 1", "CI"]
    assert list(listed[2]) == [
        "uuid", "name", "description", "environment", "nbUsed", "createdAt",
    ]  # fmt: skip


def test_a_deleted_token_opens_nothing_and_leaves_the_list(house: House) -> None:
    made = create(house, name="CI").json()
    answer = house.client.delete(f"{BASE}/tokens/{made['uuid']}")
    assert (answer.status_code, answer.content) == (204, b"")
    refused = house.client.get(f"{BASE}/tokens", headers=bearer(made["token"]))
    assert_refused(refused, "User not founded for this API Token", 401)
    assert made["uuid"] not in house.client.get(f"{BASE}/tokens").text
    assert_refused(house.client.delete(f"{BASE}/tokens/{made['uuid']}"), "Token unknown")
    assert_refused(house.client.delete(f"{BASE}/tokens/nonsense"), "Token unknown")


# ------------------------------------------------------------------ usage and quota


def usage(house: House, token: str) -> Any:
    return house.client.get(f"{BASE}/tokens/usage", headers=bearer(token)).json()


def test_usage_tells_of_the_calling_token_only(house: House) -> None:
    made = house.create()
    own = usage(house, house.tokens["production"])
    assert (own["environment"], own["nbUsed"]) == ("production", 1)
    assert own["submissions"] == [
        {key: made[key] for key in ("name", "uuid", "createdAt", "updatedAt")}
    ]
    assert not {"id", "tokenID", "token"} & own.keys()
    other = usage(house, house.token())
    assert (other["nbUsed"], other["submissions"]) == (0, [])


def test_test_submissions_are_never_counted(house: House) -> None:
    token = house.token("test", quota=1)
    for _ in range(3):
        house.create(headers=bearer(token))
    assert usage(house, token)["nbUsed"] == 0
    assert len(usage(house, token)["submissions"]) == 3


def test_a_used_up_plan_is_told_before_any_other_mistake(house: House) -> None:
    token = bearer(house.token(quota=2))
    house.create(headers=token)
    house.create(headers=token)
    assert_refused(house.post(headers=token), LIMIT, 403)
    assert_refused(house.post(headers=token, name="", signers="["), LIMIT, 403)
    house.create()


def test_a_refused_request_uses_nothing_up(house: House) -> None:
    token = house.token(quota=1)
    house.post(headers=bearer(token), name="")
    assert usage(house, token)["nbUsed"] == 0
    house.create(headers=bearer(token))


def test_a_token_made_by_a_limited_one_has_the_same_limit(house: House) -> None:
    answer = house.client.post(
        f"{BASE}/tokens",
        json={"name": "CI", "environment": "production"},
        headers=bearer(house.token(quota=1)),
    )
    token = bearer(answer.json()["token"])
    house.create(headers=token)
    assert_refused(house.post(headers=token), LIMIT, 403)


def test_a_token_for_tests_makes_no_unlimited_one(house: House) -> None:
    """It has no limit itself, as nothing that it sends counts."""
    limit_account(house.account.id, 1, house.ports)
    answer = house.client.post(
        f"{BASE}/tokens",
        json={"name": "Freed", "environment": "production"},
        headers=bearer(house.token("test")),
    )
    token = bearer(answer.json()["token"])
    house.create(headers=token)
    assert_refused(house.post(headers=token), LIMIT, 403)
