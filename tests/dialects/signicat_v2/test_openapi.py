"""The dialect's own documentation: complete, valid, and true."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import validate

from countersign.dialects.signicat_v2.webhooks import TOLD

from .house import BASE, DOCUMENTS, SESSIONS, House

OPENAPI = f"{BASE}/docs/openapi.json"


@pytest.fixture
def document(house: House) -> Any:
    return house.client.get(OPENAPI, headers={"Authorization": ""}).json()


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
    assert all(each.documented for each in house.dialect.operations)


def test_failures_are_documented_as_problems(document: Any) -> None:
    for methods in document["paths"].values():
        for operation in methods.values():
            assert {"401", "403"} <= operation["responses"].keys()
            for status, answer in operation["responses"].items():
                if status >= "400":
                    schema = answer["content"]["application/problem+json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/Problem"}


def test_the_bounds_of_the_api_are_documented(document: Any) -> None:
    body = document["paths"][SESSIONS]["post"]["requestBody"]["content"]["application/json"]
    assert (body["schema"]["minItems"], body["schema"]["maxItems"]) == (1, 100)
    fields = document["components"]["schemas"]["NewSession"]
    assert fields["required"] == ["title", "documents", "signingSetup"]
    assert fields["properties"]["signatureUrlTTL"]["deprecated"] is True
    assert fields["properties"]["documents"]["maxItems"] == 50
    upload = document["paths"][DOCUMENTS]["post"]["requestBody"]["content"]
    assert set(upload) == {
        "application/pdf",
        "text/plain",
        "text/markdown",
        "application/xml",
        "text/xml",
    }


def test_all_events_are_documented(document: Any) -> None:
    assert set(document["webhooks"]) == set(TOLD.values())


def test_the_page_shows_every_call_without_a_token(house: House, document: Any) -> None:
    page = house.client.get(f"{BASE}/docs", headers={"Authorization": ""})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    for path in document["paths"]:
        assert path in page.text
