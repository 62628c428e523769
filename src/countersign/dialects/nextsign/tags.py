"""What is written in the place of a tag: text as it is, numbers and dates as people of a language
write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal

from countersign.dialects.nextsign.errors import Rejected
from countersign.dialects.nextsign.schemas import TagValue
from countersign.domain.form import Tag, TagKind

USUAL_FORMAT = "DD-MM-YYYY"
_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,20})?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(T.{0,40})?")
# The letters of Moment.js, longest first, and what stands between brackets as it is
_PART = re.compile(r"\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|DD|D|dddd|ddd|[A-Za-z]+|[^A-Za-z\[]+")
_PARTS: Mapping[str, Callable[[date, str], str]] = {
    "YYYY": lambda day, _: f"{day.year:04}",
    "YY": lambda day, _: f"{day.year % 100:02}",
    "MMMM": lambda day, language: format_date(day, "MMMM", language),
    "MMM": lambda day, language: format_date(day, "MMM", language),
    "MM": lambda day, _: f"{day.month:02}",
    "M": lambda day, _: str(day.month),
    "DD": lambda day, _: f"{day.day:02}",
    "D": lambda day, _: str(day.day),
    "dddd": lambda day, language: format_date(day, "EEEE", language),
    "ddd": lambda day, language: format_date(day, "EEE", language),
}
# What a date that is written already has in the place of the letters
_WRITTEN = {"YYYY": "[0-9]{4}", "YY": "[0-9]{2}", "MM": "[0-9]{2}", "DD": "[0-9]{2}"}


def written(given: Sequence[TagValue], defined: Sequence[Tag], language: str) -> dict[str, str]:
    """Text by the name of each tag: what is given, else what the form says. Raises Rejected for a
    number or a date that is none."""
    known = {tag.name: tag for tag in defined}
    usual = {tag.name: _text(_default(tag), tag, language) for tag in defined if tag.value}
    return usual | {each.tag: _text(each, known.get(each.tag), language) for each in given}


def _default(tag: Tag) -> TagValue:
    return TagValue(tag=tag.name, value=tag.value)


def _text(given: TagValue, defined: Tag | None, language: str) -> str:
    kind = given.type or (defined.kind if defined else TagKind.TEXT)
    text = str(given.value).strip() if kind != TagKind.TEXT else str(given.value)
    if kind == TagKind.TEXT or not text:
        return text
    if kind == TagKind.NUMBER:
        return _number(text, given.tag, language)
    pattern = given.format or (defined.format if defined else "") or USUAL_FORMAT
    return _date(text, pattern, given.tag, language)


def _number(text: str, tag: str, language: str) -> str:
    if _NUMBER.fullmatch(text) is None:
        raise Rejected(400, f"Tag {tag}: invalid number")
    return format_decimal(Decimal(text), locale=language, decimal_quantization=False)


def _date(text: str, pattern: str, tag: str, language: str) -> str:
    parts = list(_PART.finditer(pattern))
    if unknown := [part[0] for part in parts if part[0].isalpha() and part[0] not in _PARTS]:
        raise Rejected(400, f"Tag {tag}: invalid format: {unknown[0]}")
    iso = _ISO.fullmatch(text)
    if iso is None:
        if _is_written(text, parts):
            return text
        raise Rejected(400, f"Tag {tag}: invalid date")
    try:
        day = date(int(iso[1]), int(iso[2]), int(iso[3]))
    except ValueError:
        raise Rejected(400, f"Tag {tag}: invalid date") from None
    return "".join(_shown(part, day, language) for part in parts)


def _shown(part: re.Match[str], day: date, language: str) -> str:
    if part[0].startswith("["):
        return part[1]
    writer = _PARTS.get(part[0])
    return writer(day, language) if writer else part[0]


def _is_written(text: str, parts: Sequence[re.Match[str]]) -> bool:
    """Whether somebody wrote the date in this form already."""
    wanted = "".join(
        _WRITTEN.get(part[0], ".{1,20}" if part[0] in _PARTS else re.escape(part[1] or part[0]))
        for part in parts
    )
    return re.fullmatch(wanted, text) is not None
