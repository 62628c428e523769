"""The handler learns whether two requests with one key are the same request."""

import pytest
from starlette.testclient import TestClient

from .sample import Seen

JSON = {"content-type": "application/json", "idempotency-key": "k"}
BODY = b'{"title":"Chess","members":[{"name":"Ada","email":"a@b"}]}'
SAME = b'{ "members": [{"email": "a@b", "name": "\\u0041da"}], "title": "Chess" }'
OTHER = b'{"title":"Chess","members":[{"name":"Ada","email":"a@c"}]}'


def fingerprints(seen: Seen) -> list[str]:
    return [found.fingerprint for found in seen.idempotency if found is not None]


def test_without_the_header_there_is_nothing_to_remember(client: TestClient, seen: Seen) -> None:
    client.post("/v1/clubs", content=BODY, headers={"content-type": "application/json"})
    assert seen.idempotency == [None]


def test_the_handler_gets_the_key_and_a_fingerprint(client: TestClient, seen: Seen) -> None:
    client.post("/v1/clubs", content=BODY, headers=JSON)
    (found,) = seen.idempotency
    assert found is not None
    assert (found.key, len(found.fingerprint)) == ("k", 64)


def test_spelling_the_same_json_otherwise_is_the_same_request(
    client: TestClient, seen: Seen
) -> None:
    for body in (BODY, SAME, OTHER):
        client.post("/v1/clubs", content=body, headers=JSON)
    one, two, three = fingerprints(seen)
    assert one == two != three


def test_the_query_belongs_to_the_request(client: TestClient, seen: Seen) -> None:
    for path in ("/v1/clubs", "/v1/clubs?a=1"):
        client.post(path, content=BODY, headers=JSON)
    assert len(set(fingerprints(seen))) == 2


@pytest.mark.parametrize("size", [10, 2 << 20], ids=["small", "large"])
def test_a_form_is_known_by_its_texts_and_the_digests_of_its_files(
    client: TestClient, seen: Seen, size: int
) -> None:
    for name, content in (("a", b"x"), ("a", b"x"), ("b", b"x"), ("a", b"y")):
        files = {"file": ("a.pdf", content * size)}
        data = {"name": name, "members": "[]"}
        client.post("/v1/forms", data=data, files=files, headers={"idempotency-key": "k"})
    one, again, text, file = fingerprints(seen)  # each with a boundary of its own
    assert one == again
    assert len({one, text, file}) == 3


def test_a_raw_file_is_known_by_its_digest_and_type(client: TestClient, seen: Seen) -> None:
    for content, kind in ((b"x", "application/pdf"), (b"x", "text/plain"), (b"y", "text/plain")):
        headers = {"content-type": kind, "idempotency-key": "k"}
        client.post("/v1/files", content=content, headers=headers)
    assert len(set(fingerprints(seen))) == 3


def test_the_order_of_a_forms_fields_does_not_matter(client: TestClient, seen: Seen) -> None:
    for data in ({"user": "a", "password": "b"}, {"password": "b", "user": "a"}):
        client.post("/v1/login", data=data, headers={"idempotency-key": "k"})
    one, two = fingerprints(seen)
    assert one == two


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_must_have_1_to_255_characters(client: TestClient, seen: Seen, key: str) -> None:
    answer = client.post("/v1/clubs", content=BODY, headers=JSON | {"idempotency-key": key})
    assert (answer.status_code, seen.idempotency) == (400, [])
    longest = JSON | {"idempotency-key": "k" * 255}
    assert client.post("/v1/clubs", content=BODY, headers=longest).status_code == 201


def test_an_operation_that_does_not_ask_for_it_ignores_the_header(client: TestClient) -> None:
    assert client.get("/v1/clubs", headers={"idempotency-key": ""}).status_code == 200
