"""The dialect's own documentation: complete, valid, and true."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import validate

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
    hidden = [each.path for each in house.dialect.operations if not each.documented]
    assert hidden == [f"{BASE}/signatures/{{uuid}}", f"{BASE}/openapi.json"]


def test_failures_are_documented_as_plain_text(document: Any) -> None:
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                if status >= "400":
                    assert list(answer["content"]) == ["text/plain"]


def test_the_signers_are_documented_inside_their_text_part(document: Any) -> None:
    body = document["paths"][f"{BASE}/signatures"]["post"]["requestBody"]["content"]
    parts = body["multipart/form-data"]["schema"]
    assert parts["required"] == ["file", "name", "signers"]
    signers = parts["properties"]["signers"]
    assert signers["contentMediaType"] == "application/json"
    assert signers["contentSchema"]["items"]["$ref"] in (
        f"#/components/schemas/{name}" for name in document["components"]["schemas"]
    )


def test_the_page_shows_every_call_without_a_credential(house: House, document: Any) -> None:
    page = house.client.get(f"{BASE}/docs", headers={"Authorization": ""})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    for path in document["paths"]:
        assert path in page.text
