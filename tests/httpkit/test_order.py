"""Authentication, content type, size, parameters, body: the first that is wrong is answered."""

import pytest
from starlette.testclient import TestClient

JSON = {"content-type": "application/json"}
NOBODY = {"authorization": "Bearer wrong"}
CLUB = {"title": "Chess", "members": [{"name": "Ada", "email": "ada@example.org"}]}


def test_an_unknown_key_is_answered_before_anything_else(client: TestClient) -> None:
    for content_type in ("application/json", "text/csv"):
        headers = NOBODY | {"content-type": content_type, "x-club-version": "none"}
        answer = client.post("/v1/clubs", content=b"{{", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unknown")


def test_a_public_operation_asks_nobody(client: TestClient) -> None:
    answer = client.post("/v1/login", data={"user": "ada"}, headers=NOBODY)
    assert answer.json()["user"] == "ada"


@pytest.mark.parametrize("content_type", ["text/json", "application/pdf", "", "application/jsonp"])
def test_another_content_type_is_refused_and_the_right_one_named(
    client: TestClient, content_type: str
) -> None:
    answer = client.post("/v1/clubs", content=b"{{", headers={"content-type": content_type})
    assert answer.status_code == 415
    assert answer.headers["accept"] == "application/json"


def test_parameters_of_a_content_type_do_not_matter(client: TestClient) -> None:
    headers = {"content-type": 'Application/JSON; charset="utf-8"'}
    answer = client.post(
        "/v1/clubs",
        content=b'{"title":"a","members":[{"name":"a","email":"a@b"}]}',
        headers=headers,
    )
    assert answer.status_code == 201


@pytest.mark.parametrize("length", [(2 << 20) + 1, 100 << 20])
def test_an_announced_body_over_the_limit_is_refused(client: TestClient, length: int) -> None:
    headers = JSON | {"content-length": str(length)}
    assert client.post("/v1/clubs", content=b"{}", headers=headers).status_code == 413


def test_a_body_of_exactly_the_limit_is_read(client: TestClient) -> None:
    body = b'{"title":"","members":[]}'
    padded = body + b" " * ((2 << 20) - len(body))
    assert client.post("/v1/clubs", content=padded, headers=JSON).status_code == 400
    assert client.post("/v1/clubs", content=padded + b" ", headers=JSON).status_code == 413


def test_parameters_are_checked_before_the_handler(client: TestClient) -> None:
    answer = client.get("/v1/clubs/a", headers={"x-club-version": "0"})
    assert answer.json() == {
        "code": "invalid parameters",
        "fields": {".X-Club-Version": "greater_than_equal"},
    }


def test_headers_are_found_in_any_case(client: TestClient) -> None:
    assert client.get("/v1/clubs/a", headers={"X-CLUB-VERSION": "7"}).json()["members"] == 7


def test_all_bad_query_parameters_are_named(client: TestClient) -> None:
    answer = client.get("/v1/clubs?page=0&state=ajar&page=x")
    assert answer.json()["fields"] == {".page": "int_parsing", ".state": "literal_error"}


def test_a_list_takes_every_value_and_another_field_the_last(client: TestClient) -> None:
    answer = client.get("/v1/clubs?sort=a&sort=+b&page=1&page=2")
    assert answer.json() == {"page": 2, "sort": ["a", " b"], "state": None}


@pytest.mark.parametrize("query", ["page=%ff", "sort=a%00b", "&".join("a=1" for _ in range(201))])
def test_a_broken_query_string_is_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"/v1/clubs?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed query string")


def test_an_operation_may_take_two_kinds_of_body(client: TestClient) -> None:
    one = client.post("/v1/either", json={"name": "Ada", "email": "a@b"})
    two = client.post("/v1/either", files={"file": b"x", "other": b"y"})
    assert (one.json(), two.json()) == ({"kind": "json"}, {"kind": "form", "files": 1})


def test_a_body_that_may_be_absent_can_be_left_out(client: TestClient) -> None:
    assert client.post("/v1/clubs/a/close").json() == {"reason": None}
    waiting = {"expect": "100-continue"}
    assert client.post("/v1/clubs/a/close", headers=waiting).json() == {"reason": None}
    assert client.post("/v1/clubs/a/close", json={"reason": "x"}).json() == {"reason": "x"}


def test_no_body_where_one_is_needed_is_an_empty_one(client: TestClient) -> None:
    answer = client.post("/v1/clubs")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed JSON")


def test_a_file_without_a_type_is_refused(client: TestClient) -> None:
    for content in (b"", b"%PDF-"):
        answer = client.post("/v1/files", content=content)
        assert answer.status_code == 415
        assert answer.headers["accept"] == "application/pdf, text/plain"


@pytest.mark.parametrize(("title", "status"), [("Chess", 201), ("again", 200)])
def test_an_operation_may_have_several_successes(
    client: TestClient, title: str, status: int
) -> None:
    answer = client.post("/v1/clubs", json=CLUB | {"title": title})
    assert (answer.status_code, answer.json()["title"]) == (status, title)
    assert ("x-replayed" in answer.headers) is (status == 200)


def test_a_success_without_a_type_has_no_body(client: TestClient) -> None:
    answer = client.delete("/v1/clubs/a")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers
