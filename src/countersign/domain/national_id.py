"""National identity numbers of persons: Sweden's personal number, Denmark's CPR number.

A personal number is the date of birth, three digits and a check digit (Folkbokföringslag 1991:481,
§ 18; Skatteverket SKV 704), written here with its century: YYYYMMDDNNNC. A person who is not
registered as living in Sweden has a coordination number of the same form, with 60 added to the day
(Lag 2022:1697; SKV 707). The check digit is that of ISO/IEC 7812-1, annex B (Luhn), over the ten
digits from YYMMDD on.

A CPR number is the date of birth and four digits, DDMMYYXXXX, of which the first tells the century
(CPR-kontoret, "Personnummeret i CPR"). Numbers given out since 2007 need not divide by 11, so that
is not looked at. A replacement number has 60 added to the day.
"""

from __future__ import annotations

from datetime import date

LENGTH, CPR_LENGTH = 12, 10  # digits
COORDINATION = 60  # added to the day


def is_personal_number(text: str) -> bool:
    """Whether `text` is a Swedish personal or coordination number: 12 ASCII digits and nothing
    else, a date that exists, a check digit that is right. Says nothing of whether it was given to
    anybody."""
    if len(text) != LENGTH or not (text.isascii() and text.isdecimal()):
        return False
    return _is_date(text[:8]) and luhn_sum(text[2:]) % 10 == 0


def is_cpr_number(text: str) -> bool:
    """Whether `text` is a CPR number: 10 ASCII digits and nothing else, which begin with a date
    that exists. Says nothing of whether it was given to anybody."""
    if len(text) != CPR_LENGTH or not (text.isascii() and text.isdecimal()):
        return False
    return _is_date(f"{_cpr_year(int(text[4:6]), int(text[6]))}{text[2:4]}{text[:2]}")


def _cpr_year(year: int, seventh: int) -> int:
    """The whole year: two of its digits and the seventh digit of the number tell it."""
    if seventh <= 3:
        return 1900 + year
    if seventh in (4, 9):
        return (2000 if year <= 36 else 1900) + year
    return (2000 if year <= 57 else 1800) + year


def luhn_sum(digits: str) -> int:
    """The sum of ISO/IEC 7812-1, annex B, over ASCII digits that end with the check digit: a
    multiple of ten when that is right."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(number // 10 + number % 10 for number in doubled)


def _is_date(digits: str) -> bool:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    try:
        date(year, month, day - COORDINATION if day > COORDINATION else day)
    except ValueError:
        return False
    return True
