"""Swedish personal and coordination numbers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.national_id import is_personal_number, luhn_sum

DATES = st.dates(date(1850, 1, 1), date(2099, 12, 31))


def with_check_digit(eleven: str) -> str:
    """By the textbook: from the left, times 2, 1, 2, 1 …, summed digit by digit."""
    weighted = "".join(
        str(int(digit) * (2 if place % 2 == 0 else 1)) for place, digit in enumerate(eleven[2:])
    )
    return eleven + str(-sum(map(int, weighted)) % 10)


@st.composite
def numbers(draw: st.DrawFn, shift: int = 0) -> str:
    born = draw(DATES)
    serial = draw(st.integers(0, 999))
    return with_check_digit(f"{born:%Y%m}{born.day + shift:02}{serial:03}")


# Numbers that are published as examples; the last is a coordination number
@pytest.mark.parametrize("number", ["196408233234", "191212121212", "197010632391"])
def test_published_examples_are_good(number: str) -> None:
    assert is_personal_number(number)


@given(numbers())
def test_every_date_with_its_check_digit_is_good(number: str) -> None:
    assert is_personal_number(number)


@given(numbers(shift=60))
def test_a_coordination_number_is_good(number: str) -> None:
    assert is_personal_number(number)


@given(numbers(), st.integers(2, 11), st.integers(1, 9))
def test_no_single_wrong_digit_goes_unnoticed(number: str, place: int, add: int) -> None:
    wrong = str((int(number[place]) + add) % 10)
    assert not is_personal_number(number[:place] + wrong + number[place + 1 :])


@given(numbers(), st.integers(8, 10))
def test_neighbours_swapped_are_noticed_unless_they_are_0_and_9(number: str, place: int) -> None:
    a, b = number[place], number[place + 1]
    swapped = number[:place] + b + a + number[place + 2 :]
    assert is_personal_number(swapped) == (a == b or {a, b} == {"0", "9"})


@pytest.mark.parametrize("day", ["19900230", "19000229", "20231301", "20230001", "20230132"])
def test_a_date_that_does_not_exist_is_no_number(day: str) -> None:
    assert not is_personal_number(with_check_digit(day + "123"))


@pytest.mark.parametrize("day", ["19900260", "19900290", "19900292", "19900299"])
def test_a_coordination_number_has_a_date_as_well(day: str) -> None:
    assert not is_personal_number(with_check_digit(day + "123"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "6408233234",
        "640823-3234",
        "19640823-3234",
        "1964082332340",
        " 196408233234",
        "196408233234\n",
        "١٩٦٤٠٨٢٣٣٢٣٤",
        "19640823323²",
        "+96408233234",
        "00000000000 ",
        "000000000000",
    ],
)
def test_anything_but_twelve_plain_digits_is_no_number(text: str) -> None:
    assert not is_personal_number(text)


@given(st.text())
def test_no_text_upsets_the_check(text: str) -> None:
    assert is_personal_number(text) in (True, False)


@given(st.integers(0, 10**15))
def test_exactly_one_check_digit_fits(number: int) -> None:
    assert [luhn_sum(f"{number}{digit}") % 10 for digit in range(10)].count(0) == 1
