"""What the field editor gives back is checked as anybody's input."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from countersign.domain.document import PageSize
from countersign.domain.errors import Invalid
from countersign.pages.dashboard.placing import PlacedField, PlacedFields, check_fields

PAGES = {"doc": (PageSize(595, 842), PageSize(595, 842))}
FIELD = {
    "id": "f1",
    "document": "doc",
    "person": "anna",
    "kind": "text",
    "name": "City",
    "page": 1,
    "x": 0.25,
    "y": 0.5,
    "w": 0.25,
    "h": 0.05,
}


def read(**changes: Any) -> PlacedField:
    return PlacedField.model_validate(FIELD | changes)


def test_a_field_keeps_its_place() -> None:
    area = read().area
    assert (area.page, area.x, area.y, area.w, area.h) == (1, 0.25, 0.5, 0.25, 0.05)


def test_a_choice_is_known_by_its_words() -> None:
    assert read(options=["Yes", "No"]).choices == (("Yes", "Yes"), ("No", "No"))


def test_the_last_bit_of_a_fraction_puts_no_field_beside_its_page() -> None:
    field = read(x=0.9, w=0.1 + 1e-9)
    check_fields([field], PAGES, ["anna"])
    assert field.area.x + field.area.w <= 1


@pytest.mark.parametrize(
    "change",
    [
        {"x": -0.1},
        {"w": float("nan")},
        {"y": float("inf")},
        {"page": -1},
        {"kind": "script"},
        {"name": " "},
        {"name": "x" * 201},
        {"id": "<b>"},
        {"options": ["x"] * 101},
        {"more": 1},
    ],
    ids=str,
)
def test_what_is_no_field_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read(**change)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"document": "other"}, "document"),
        ({"person": "bo"}, "nobody"),
        ({"page": 2}, "page"),
        ({"w": 0}, "lie on"),
        ({"x": 0.8}, "lie on"),
    ],
)
def test_a_field_that_stands_nowhere_is_named(change: dict[str, Any], why: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_fields([read(**change)], PAGES, ["anna"])
    assert why in refused.value.fields["f1"]


def test_two_fields_of_one_id_are_refused() -> None:
    with pytest.raises(Invalid):
        check_fields([read(), read()], PAGES, ["anna"])


def test_there_is_an_end_to_fields() -> None:
    many = [FIELD | {"id": f"f{n}"} for n in range(2001)]
    with pytest.raises(ValidationError):
        TypeAdapter(PlacedFields).validate_python(many)
