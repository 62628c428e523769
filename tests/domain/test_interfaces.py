"""How a signing page looks, by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from countersign.domain.branding import Branding
from countersign.domain.errors import Invalid
from countersign.domain.interface import Interface, check_interface

PLAIN = Interface(account_id="a", name="shop", created_at=datetime(2026, 11, 20, tzinfo=UTC))


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"hidden": ("sign",)}, "hidden"),
        ({"branding": Branding(primary_color="red")}, "primary_color"),
        ({"branding": Branding(secondary_color="#12")}, "secondary_color"),
    ],
)
def test_what_can_not_be_shown_is_refused(changes: dict[str, object], wrong: str) -> None:
    check_interface(PLAIN)
    with pytest.raises(Invalid) as refused:
        check_interface(replace(PLAIN, **changes))  # type: ignore[arg-type]
    assert list(refused.value.fields) == [wrong]
