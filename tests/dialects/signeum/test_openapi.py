"""The dialect's own documentation: complete, valid, and true."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import validate

from countersign.dialects.signeum.webhooks import TOLD

from .house import BASE, House


@pytest.fixture
def document(house: House) -> Any:
    return house.client.get(f"{BASE}/openapi.json", headers={"Authorization": ""}).json()


def test_the_document_is_valid_openapi(document: Any) -> None:
    validate(document)


def test_every_documented_route_is_served_and_every_route_documented(
    house: House, document: Any
) -> None:
    documented = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }
    shown = {(each.method, each.path) for each in house.dialect.operations if each.documented}
    assert documented == shown
    hidden = [each.title for each in house.dialect.operations if not each.documented]
    project = f"{BASE}/organizations/{{orgId}}/projects/{{projectId}}"
    assert hidden == [f"PUT {project}", f"GET {BASE}/openapi.json"]


def test_failures_have_the_vendors_shape(document: Any) -> None:
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                if status >= "400":
                    schema = answer["content"]["application/json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/ErrorAnswer"}


def test_all_eight_events_are_documented(document: Any) -> None:
    assert set(document["webhooks"]) == {*TOLD.values(), "document.reviewed"}
    assert len(document["webhooks"]) == 8
    headers = document["webhooks"]["chat.message"]["post"]["parameters"]
    assert [each["name"] for each in headers] == ["X-Signeum-Event", "X-Signeum-Delivery"]


def test_what_a_new_document_needs_is_documented(document: Any) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["NewDocument"]["required"] == ["name", "participants"]
    assert schemas["NewParticipant"]["required"] == ["name", "email", "role"]
    content = schemas["Base64Document"]["properties"]["content"]
    assert content["contentEncoding"] == "base64"


def test_the_page_shows_every_call_without_a_key(house: House, document: Any) -> None:
    page = house.client.get(f"{BASE}/docs", headers={"Authorization": ""})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    for path in document["paths"]:
        assert path in page.text
