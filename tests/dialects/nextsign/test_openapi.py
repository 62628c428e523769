"""The dialect's own documentation: complete, valid, and true."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import validate

from countersign.dialects.nextsign.webhooks import EVENTS

from .house import House

OPEN = {"Authorization": ""}


@pytest.fixture
def document(house: House) -> Any:
    return house.client.get("/api/v2/openapi.json", headers=OPEN).json()


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
    hidden = {each.path for each in house.dialect.operations if not each.documented}
    assert hidden == {
        "/api/v2/{company}/case/delete",
        "/api/v2/{company}/case//delete",
        "/api/v1/document/convert",
        "/api/v2/openapi.json",
    }


def test_all_eight_triggers_are_documented(document: Any) -> None:
    assert set(document["webhooks"]) == set(EVENTS)


def test_the_page_shows_every_call_without_a_key(house: House, document: Any) -> None:
    page = house.client.get("/api/v2/docs", headers=OPEN)
    assert page.status_code == 200
    for path in document["paths"]:
        assert path in page.text
