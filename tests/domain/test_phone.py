"""Phone numbers."""

from __future__ import annotations

import pytest

from countersign.domain.phone import is_phone, masked_phone, plain_phone


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+4512345678", "+4512345678"),
        ("+45 12 34 56 78", "+4512345678"),
        ("+46 (70) 123-45.67", "+46701234567"),
        ("+123456789012345", "+123456789012345"),
        ("+6834000", "+6834000"),
    ],
)
def test_people_write_numbers_in_their_ways(written: str, number: str) -> None:
    assert plain_phone(written) == number
    assert is_phone(number)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "+",
        "12345678",
        "0045123456",
        "+0123456789",
        "+1234567890123456",
        "+45 1234 567a",
        "+٤٥١٢٣٤٥٦٧٨",
        "+45123\n45678",
        "++4512345678",
        "tel:+4512345678",
        "+45123",
    ],
)
def test_what_cannot_be_dialled_everywhere_is_no_number(written: str) -> None:
    assert plain_phone(written) is None


def test_a_masked_number_is_known_by_its_ends() -> None:
    assert masked_phone("+4512345678") == "+45•••78"
