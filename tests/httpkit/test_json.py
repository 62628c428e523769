"""JSON from strangers."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from countersign.httpkit.json_body import too_deep

JSON = {"content-type": "application/json"}
CLUB = {"title": "Chess", "members": [{"name": "Ada", "email": "ada@example.org"}]}


def test_every_bad_field_is_named(client: TestClient) -> None:
    body = {"title": "", "members": [{"name": "", "email": "x", "age": "1"}], "more": 1}
    assert client.post("/v1/clubs", json=body).json()["fields"] == {
        ".title": "string_too_short",
        ".members[0].name": "string_too_short",
        ".members[0].email": "string_pattern_mismatch",
        ".members[0].age": "int_type",
        ".more": "extra_forbidden",
    }


def test_every_bad_field_of_every_element_is_named(client: TestClient) -> None:
    member = {"name": "Ada", "email": "nobody"}
    body = [{"title": "", "members": []}, CLUB, {"title": "x", "members": [member]}]
    assert client.post("/v1/clubs/many", json=body).json()["fields"] == {
        "[0].title": "string_too_short",
        "[0].members": "too_short",
        "[2].members[0].email": "string_pattern_mismatch",
    }


def test_a_wrong_root_is_a_field_without_a_path(client: TestClient) -> None:
    assert client.post("/v1/clubs/many", json={}).json()["fields"] == {"": "list_type"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"title": "\xff"}',
        b'{"title": "\\ud800"}',
        b'{"title": "a"} {"title": "b"}',
        b"{}\xef\xbb\xbf",
        b'{"title": 01}',
        b'{"title": "\n"}',
        "{}".encode("utf-16"),
    ],
)
def test_what_is_no_json_is_malformed(client: TestClient, body: bytes) -> None:
    answer = client.post("/v1/clubs", content=body, headers=JSON)
    assert (answer.status_code, answer.json()) == (400, {"code": "malformed JSON", "fields": {}})


def test_a_byte_order_mark_before_it_is_no_part_of_it(client: TestClient) -> None:
    """Some editors and shells write one into every file."""
    answer = client.post("/v1/clubs", content=b"\xef\xbb\xbf{}", headers=JSON)
    assert answer.json()["code"] == "invalid body"


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
def test_absurd_nesting_is_refused(client: TestClient, opening: bytes) -> None:
    answer = client.post("/v1/clubs", content=opening * 100_000, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "JSON is nested too deeply")


@pytest.mark.parametrize(("depth", "deep"), [(100, False), (101, True)])
def test_a_hundred_levels_are_allowed(depth: int, deep: bool) -> None:
    assert too_deep(b"[" * depth + b"]" * depth) is deep
    assert too_deep(b'{"a":' * depth + b"1" + b"}" * depth) is deep


def test_brackets_inside_strings_are_no_levels() -> None:
    assert not too_deep(json.dumps(["[{" * 5000, '"[' * 5000]).encode())


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert not too_deep(json.dumps([[{"a": []}] for _ in range(5000)]).encode())


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0


@given(
    st.recursive(
        st.text(alphabet='[]{}"\\a') | st.none(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet='"[{\\'), inner),
        max_leaves=30,
    )
)
def test_the_depth_is_that_of_the_parsed_value(value: Any) -> None:
    text = json.dumps(value).encode()
    depth = _depth(value)
    assert not too_deep(text, deepest=depth)
    assert depth == 0 or too_deep(text, deepest=depth - 1)


def test_hostile_text_is_looked_at_once() -> None:
    quotes = b"[" * 101 + b'"' + b'\\"' * 400_000
    assert too_deep(quotes)
