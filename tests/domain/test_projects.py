"""What a project may be, and what may become of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from countersign.domain.errors import DefaultProject, Invalid
from countersign.domain.project import (
    ProjectSettings,
    change,
    check_methods,
    check_removable,
    is_eid,
    new_project,
    standard_projects,
)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PLAIN = ProjectSettings()


@pytest.mark.parametrize("name", ["", "  ", "x" * 256])
def test_a_projects_name_has_1_to_255_characters(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        new_project("a", name, PLAIN, NOW)
    assert set(refused.value.fields) == {"name"}
    with pytest.raises(Invalid):
        change(new_project("a", "x" * 255, PLAIN, NOW), name, PLAIN, NOW)


@pytest.mark.parametrize("methods", [("drawn", "bankid_se"), ("bankid_se", "click", "mitid")])
def test_eids_and_other_methods_never_stand_side_by_side(methods: tuple[str, ...]) -> None:
    with pytest.raises(Invalid) as refused:
        new_project("a", "Mixed", ProjectSettings(methods=methods), NOW)
    assert refused.value.fields == {"methods": "mixed"}


@pytest.mark.parametrize(
    ("methods", "expected"),
    [((), False), (("drawn", "typed", "click"), False), (("bankid_se",), True)],
)
def test_a_project_is_for_eids_when_they_were_chosen(
    methods: tuple[str, ...], expected: bool
) -> None:
    check_methods(methods)
    assert is_eid(methods) is expected


def test_every_account_has_two_projects_that_stay() -> None:
    simple, eid = standard_projects("a", NOW)
    assert (simple.name, simple.settings.methods) == (
        "Standard Signing",
        ("drawn", "typed", "click"),
    )
    assert (eid.name, eid.settings.methods) == ("eID Signing", ("bankid_se",))
    for project in (simple, eid):
        with pytest.raises(DefaultProject):
            check_removable(project)
    check_removable(new_project("a", "Leases", PLAIN, NOW))


def test_a_change_leaves_what_was_not_changed() -> None:
    old = new_project("a", "Leases", PLAIN, NOW)
    later, settings = NOW + timedelta(hours=1), ProjectSettings(chat=False)
    expected = replace(old, name="Sales", settings=settings, updated_at=later)
    assert change(old, "Sales", settings, later) == expected
