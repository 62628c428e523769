"""The OpenAPI document and the page made from it."""

from typing import Any

import pytest
from openapi_spec_validator import validate
from starlette.testclient import TestClient

from countersign.httpkit import csp_hash
from countersign.httpkit.docs_page import render_page


@pytest.fixture
def document(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/v1/docs/openapi.json").json()
    return found


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    validate(document)
    assert document["openapi"] == "3.1.0"


def test_the_document_is_public(client: TestClient) -> None:
    assert client.get("/v1/docs", headers={"authorization": ""}).status_code == 200


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    found = references(document)
    assert found
    for reference in found:
        assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"]


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*map(references, node.values()))
    return set().union(*map(references, node)) if isinstance(node, list) else set()


def test_an_operation_is_described_completely(document: dict[str, Any]) -> None:
    create = document["paths"]["/v1/clubs"]["post"]
    assert create["summary"] == "Create a club"
    assert create["description"] == "The same key gives the same club."
    assert create["operationId"] == "create_club"
    assert create["tags"] == ["Clubs"]
    assert create["security"] == [{"bearer": []}]
    assert set(create["responses"]) == {"200", "201", "400", "401", "409", "413", "415"}
    assert create["responses"]["200"]["headers"]["X-Replayed"]["description"] == "Says so"
    assert create["responses"]["201"]["content"]["application/json"]["example"]["title"] == "Chess"
    body = create["requestBody"]
    assert body["required"] is True
    assert body["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/NewClub"}
    assert [row["name"] for row in create["parameters"]] == ["Idempotency-Key"]


def test_constraints_are_kept(document: dict[str, Any]) -> None:
    member = document["components"]["schemas"]["Member"]
    assert member["properties"]["name"]["maxLength"] == 20
    assert member["properties"]["email"]["pattern"] == r"^[^@\s]+@[^@\s]+$"
    assert member["required"] == ["name", "email"]


def test_parameters_are_described(document: dict[str, Any]) -> None:
    page, sort, state = document["paths"]["/v1/clubs"]["get"]["parameters"]
    assert (page["in"], page["required"], page["schema"]["minimum"]) == ("query", False, 1)
    assert (sort["description"], sort["schema"]["type"]) == ("Repeat it for a second key", "array")
    assert state["schema"]["anyOf"][0]["enum"] == ["open", "closed"]
    club, version = document["paths"]["/v1/clubs/{club}"]["get"]["parameters"]
    assert (club["in"], club["required"], club["description"]) == (
        "path", True, "The id that creating it answered",
    )  # fmt: skip
    assert (version["name"], version["in"]) == ("X-Club-Version", "header")
    (number,) = document["paths"]["/v1/rules/{number}.json"]["get"]["parameters"]
    assert number["schema"] == {"type": "integer"}


def test_files_and_json_inside_a_form_are_described(document: dict[str, Any]) -> None:
    content = document["paths"]["/v1/forms"]["post"]["requestBody"]["content"]
    schema = content["multipart/form-data"]["schema"]
    assert schema["properties"]["file"]["items"]["format"] == "binary"
    assert schema["properties"]["members"]["contentMediaType"] == "application/json"
    assert schema["required"] == ["file", "name"]
    raw = document["paths"]["/v1/files"]["post"]["requestBody"]["content"]
    assert raw["application/pdf"]["schema"] == {"type": "string", "format": "binary"}


def test_errors_have_the_dialects_media_type(document: dict[str, Any]) -> None:
    responses = document["paths"]["/v1/clubs/{club}"]["get"]["responses"]
    assert list(responses["404"]["content"]) == ["text/plain"]
    assert responses["401"]["content"]["application/json"]["example"]["code"] == "unknown"
    assert "example" not in responses["400"]["content"]["application/json"]
    assert "422" not in responses
    busy = document["paths"]["/v1/clubs"]["get"]["responses"]["429"]
    assert "Retry-After" in busy["headers"]


def test_public_hidden_and_optional_are_told(document: dict[str, Any]) -> None:
    assert document["paths"]["/v1/login"]["post"]["security"] == []
    assert "401" not in document["paths"]["/v1/login"]["post"]["responses"]
    assert "/v1/hidden" not in document["paths"]
    close = document["paths"]["/v1/clubs/{club}/close"]["post"]
    assert close["requestBody"]["required"] is False
    assert document["paths"]["/v1/rules"]["get"]["responses"]["200"]["content"] == {
        "application/pdf": {"schema": {"type": "string", "format": "binary"}}
    }


def test_webhooks_are_described(document: dict[str, Any]) -> None:
    hook = document["webhooks"]["club_made"]["post"]
    assert hook["summary"] == "A club was made"
    assert hook["parameters"][0]["name"] == "webhook-id"


def test_the_page_shows_every_operation_and_schema(
    client: TestClient, document: dict[str, Any]
) -> None:
    page = client.get("/v1/docs").text
    for path in document["paths"]:
        assert f"<code>{path}</code>" in page
    for name in document["components"]["schemas"]:
        assert f'id="schema-{name}"' in page
    assert "Clubs &amp; more" in page


def test_the_page_writes_defaults_as_json(document: dict[str, Any]) -> None:
    flag = {"type": "boolean", "default": False}
    nested = {"type": "object", "default": {"image": None}}
    text = {"type": "string", "default": ""}
    schema = {"type": "object", "properties": {"flag": flag, "nested": nested, "text": text}}
    page = bytes(render_page({**document, "components": {"schemas": {"S": schema}}}, "").body)
    assert b"default false" in page
    assert b"default {&#34;image&#34;: null}" in page
    assert b"default &#34;&#34;" not in page


def test_the_page_needs_no_script_and_nothing_from_elsewhere(client: TestClient) -> None:
    answer = client.get("/v1/docs")
    style = answer.text.partition("<style>")[2].partition("</style>")[0]
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert f"style-src {csp_hash(style)}" in policy
    assert not any(text in answer.text for text in ("<script", "http://", "https://", " style="))
    assert answer.headers["referrer-policy"] == "no-referrer"
