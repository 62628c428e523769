"""The dialect's own documentation: complete, valid, and true."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import validate

from .house import House
from .orders import BASE, DOCUMENTS, ORDERS

OPENAPI = f"{BASE}/docs/openapi.json"


@pytest.fixture
def found(house: House) -> Any:
    return house.client.get(OPENAPI, headers={"Authorization": ""}).json()


def test_the_document_is_valid_openapi(found: Any) -> None:
    validate(found)


def test_every_documented_route_is_served_and_every_route_documented(
    house: House, found: Any
) -> None:
    documented = {
        (method.upper(), path) for path, methods in found["paths"].items() for method in methods
    }
    assert documented == {(each.method, each.path) for each in house.dialect.operations}


def test_the_bounds_of_the_api_are_documented(found: Any) -> None:
    schemas = found["components"]["schemas"]
    assert schemas["SigningOrder"]["required"] == ["tasks"]
    days = schemas["SigningOrder"]["properties"]["daysUntilDeletion"]["anyOf"][0]
    assert (days["minimum"], days["maximum"]) == (1, 30)
    assert set(found["paths"][DOCUMENTS]["post"]["requestBody"]["content"]) == {
        "application/pdf",
        "text/plain",
    }
    assert "201" in found["paths"][ORDERS]["post"]["responses"]


def test_the_page_shows_every_call_without_a_token(house: House, found: Any) -> None:
    page = house.client.get(f"{BASE}/docs", headers={"Authorization": ""})
    assert page.status_code == 200
    for path in found["paths"]:
        assert path in page.text
