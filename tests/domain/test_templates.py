"""Templates: what they may hold, who gets which field, and who may take which role."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from countersign.domain.document import FileRef, PageSize
from countersign.domain.errors import Invalid
from countersign.domain.task import Action, Area, FieldKind
from countersign.domain.template import (
    FormField,
    Role,
    Template,
    TemplateField,
    check_mapping,
    check_template,
    share_out,
)

SIGN, REVIEW = Action.SIGN, Action.REVIEW
INSIDE = Area(0, 0.1, 0.1, 0.3, 0.05)
LEASE = Template(
    id="t",
    account_id="a",
    name="Lease",
    upload=FileRef("ab" * 32, 100),
    file_name="lease.pdf",
    pages=(PageSize(595, 842),),
    roles=(Role(label="Landlord"), Role(label="Tenant"), Role(label="Bank", action=REVIEW)),
    created_at=datetime(2026, 11, 20, tzinfo=UTC),
)


def box(role: int, area: Area = INSIDE) -> TemplateField:
    return TemplateField(id="f", role=role, kind=FieldKind.TEXT, name="City", area=area)


def form_field(name: str, label: str = "", kind: FieldKind = FieldKind.TEXT) -> FormField:
    return FormField(kind=kind, name=name, label=label, area=INSIDE, required=False)


def test_a_good_template_is_not_refused() -> None:
    check_template(replace(LEASE, fields=(box(0), box(1, Area(0, 0, 0, 1, 1)))))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"roles": ()}, "roles"),
        ({"roles": (Role(label="Bank", action=REVIEW),)}, "roles"),
        ({"fields": (box(0), box(3))}, "fields.1"),
        ({"fields": (box(-1),)}, "fields.0"),
        ({"fields": (box(2),)}, "fields.0"),
        ({"fields": (box(0, Area(1, 0.1, 0.1, 0.1, 0.1)),)}, "fields.0"),
        ({"fields": (box(0, Area(0, 0.8, 0.1, 0.3, 0.1)),)}, "fields.0"),
        ({"fields": (box(0, Area(0, 0.1, 0.1, 0, 0.1)),)}, "fields.0"),
        ({"fields": (box(0, Area(0, float("nan"), 0.1, 0.1, 0.1)),)}, "fields.0"),
    ],
)
def test_what_nobody_could_fill_in_is_refused(changes: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_template(replace(LEASE, **changes))  # type: ignore[arg-type]
    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize(
    "mapping", [{0: 0, 1: 1, 2: 2}, {0: 1, 1: 0, 2: 2}], ids=["in order", "crosswise"]
)
def test_each_role_is_taken_by_one_task(mapping: dict[int, int]) -> None:
    check_mapping(LEASE, mapping, [SIGN, SIGN, REVIEW, SIGN])


@pytest.mark.parametrize(
    ("mapping", "wrong"),
    [
        ({0: 0, 1: 1}, {"roles.2"}),
        ({}, {"roles.0", "roles.1", "roles.2"}),
        ({0: 0, 1: 0, 2: 2}, {"roles.0", "roles.1"}),
        ({0: 0, 1: 1, 2: 2, 3: 3}, {"roles.3"}),
        ({0: 0, 1: 4, 2: 2}, {"roles.1"}),
        ({0: 0, 1: -1, 2: 2}, {"roles.1"}),
        ({0: 2, 1: 1, 2: 0}, {"roles.0", "roles.2"}),
    ],
    ids=["missing", "empty", "repeated", "no such role", "exceeding", "negative", "unfit"],
)
def test_a_mapping_that_does_not_fit_says_which_roles(
    mapping: dict[int, int], wrong: set[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        check_mapping(LEASE, mapping, [SIGN, SIGN, REVIEW, SIGN])
    assert set(refused.value.fields) == wrong


def owners(*found: FormField) -> list[int]:
    return [field.role for field in share_out(found, LEASE.roles)]


def test_a_field_goes_to_the_role_that_is_named_in_it() -> None:
    assert owners(form_field("tenant_city"), form_field("x", "Place of the LANDLORD")) == [1, 0]


def test_the_longest_name_of_a_role_counts() -> None:
    roles = (Role(label="Tenant"), Role(label="Subtenant"))
    assert [field.role for field in share_out([form_field("subtenant.city")], roles)] == [1]


def test_signatures_of_nobody_are_dealt_to_those_without_one() -> None:
    sign = FieldKind.SIGNATURE
    assert owners(form_field("sig1", kind=sign), form_field("sig2", kind=sign)) == [0, 1]
    named = form_field("landlord signature", kind=sign)
    assert owners(form_field("sig1", kind=sign), named, form_field("sig2", kind=sign)) == [1, 0, 0]


def test_all_else_goes_to_the_first_who_signs_and_nothing_to_reviewers() -> None:
    assert owners(form_field("city"), form_field("bank account")) == [0, 0]


def test_a_field_keeps_its_place_its_kind_and_what_the_form_calls_it() -> None:
    (made,) = share_out([form_field("c", "City", FieldKind.CHECKBOX)], LEASE.roles)
    assert (made.kind, made.name, made.area, made.required) == (
        FieldKind.CHECKBOX,
        "City",
        INSIDE,
        False,
    )
