"""Which application and which operation a request reaches, and what those that reach none get."""

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect


def test_the_longest_prefix_wins_and_the_path_stays_whole(client: TestClient) -> None:
    assert client.get("/v1/other/place").text == "neighbour /v1/other/place"
    assert client.get("/v1/clubs").status_code == 200


@pytest.mark.parametrize("path", ["/v1/otherwise", "/v1/other"])
def test_a_prefix_matches_only_at_a_slash(client: TestClient, path: str) -> None:
    assert client.get(path).text.startswith("neighbour") is (path == "/v1/other")


def test_a_path_that_nobody_owns_gets_a_neutral_404(client: TestClient) -> None:
    answer = client.get("/v2/clubs")
    assert (answer.status_code, answer.text) == (404, "Not Found")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_an_unknown_path_of_a_dialect_gets_its_own_404(client: TestClient) -> None:
    answer = client.get("/v1/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "no such path")


def test_a_trailing_slash_is_another_path(client: TestClient) -> None:
    assert client.get("/v1/clubs/", follow_redirects=False).status_code == 404


def test_a_405_names_the_methods_of_every_operation_there(client: TestClient) -> None:
    answer = client.put("/v1/clubs")
    assert (answer.status_code, answer.json()["code"]) == (405, "no such method here")
    assert answer.headers["allow"] == "GET, HEAD, POST"


def test_options_is_no_method_of_an_operation(client: TestClient) -> None:
    assert client.options("/v1/clubs/a").headers["allow"] == "DELETE, GET, HEAD"


def test_the_documentation_has_its_own_405(client: TestClient) -> None:
    assert client.post("/v1/docs").headers["allow"] == "GET, HEAD"


def test_head_answers_like_get_without_a_body(client: TestClient) -> None:
    full, head = client.get("/v1/clubs/a"), client.head("/v1/clubs/a")
    assert head.status_code == 200
    assert head.headers["content-length"] == full.headers["content-length"]


def test_a_convertor_decides_what_a_path_parameter_is(client: TestClient) -> None:
    assert client.get("/v1/rules/7.json").json() == {"number": 7}
    assert client.get("/v1/rules/seven.json").status_code == 404


def test_a_websocket_is_turned_away(client: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/v1/clubs"):
        pass


def test_a_nul_in_the_path_finds_nothing(client: TestClient) -> None:
    assert client.get("/v1/clubs/a%00b").status_code == 404
