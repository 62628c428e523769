"""Whether a row of a batch can be sent, and what its values are, written as programs do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from countersign.domain.batch import (
    LEFT_EMPTY,
    LONGEST_CELL,
    Batch,
    BatchRow,
    Problem,
    Slot,
    SlotKind,
)
from countersign.domain.errors import Invalid
from countersign.domain.member import LONGEST_NAME, clean_email

_MARKUP = re.compile(r"<[A-Za-z/!?][^<>]*>|\{\{|\}\}|\{%|%\}")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[.-]([0-9]{1,2})[.-]([0-9]{4})")
_NUMBER = re.compile(r"-?[0-9]{1,30}([.][0-9]{1,20}|,[0-9]{1,2})?")
_ALLOWED_CONTROLS = "\t\n\r"


def check_rows(
    batch: Batch, slots: Sequence[Slot], rows: Iterable[BatchRow]
) -> Iterator[tuple[BatchRow, tuple[Problem, ...]]]:
    """Each row with all that is wrong with it, in the order of the file. A row that says what an
    earlier one said already, in any case of letters, is one that would be sent twice."""
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        problems = list(_problems(batch, slots, row))
        said = tuple(_cell(batch, slot, row).casefold() for slot in slots)
        if said in seen:
            problems.append(Problem(f"says the same as row {seen[said]}"))
        seen.setdefault(said, row.number)
        yield row, tuple(problems)


def values_of(batch: Batch, slots: Sequence[Slot], row: BatchRow) -> dict[str, str]:
    """Slot key → value; what has none is left out. Raises Invalid."""
    values = {}
    for slot in slots:
        text = _cell(batch, slot, row)
        if text:
            values[slot.key] = clean_value(text, slot.kind)
    return values


def clean_value(text: str, kind: SlotKind) -> str:
    """Dates as year-month-day, numbers with a point. Raises Invalid, whose message goes on after
    the name of a column."""
    if len(text) > LONGEST_CELL:
        raise Invalid(f"is longer than {LONGEST_CELL} characters")
    if any(not (sign.isprintable() or sign in _ALLOWED_CONTROLS) for sign in text):
        raise Invalid("has signs that can't be written")
    if _MARKUP.search(text):
        raise Invalid("has markup, which would be written as it stands")
    return _OF_KIND[kind](text)


def _problems(batch: Batch, slots: Sequence[Slot], row: BatchRow) -> Iterator[Problem]:
    for slot in slots:
        column = batch.mapping.get(slot.key, LEFT_EMPTY)
        if column == LEFT_EMPTY:
            continue
        text = _cell(batch, slot, row)
        if not text and _is_needed(slot, slots, batch, row):
            yield Problem("is missing", column)
        if text:
            try:
                clean_value(text, slot.kind)
            except Invalid as problem:
                yield Problem(problem.message, column)


def _is_needed(slot: Slot, slots: Sequence[Slot], batch: Batch, row: BatchRow) -> bool:
    """Whoever has an address has a name, and the other way round."""
    if slot.required or not slot.key.startswith("person."):
        return slot.required
    person = slot.key.rpartition(".")[0]
    others = [one for one in slots if one.key.rpartition(".")[0] == person and one is not slot]
    return any(_cell(batch, one, row) for one in others)


def _cell(batch: Batch, slot: Slot, row: BatchRow) -> str:
    column = batch.mapping.get(slot.key, LEFT_EMPTY)
    return row.cells[column].strip() if 0 <= column < len(row.cells) else ""


def _name(text: str) -> str:
    if len(text) > LONGEST_NAME or not text.isprintable():
        raise Invalid(f"is no name of at most {LONGEST_NAME} characters")
    return text


def _email(text: str) -> str:
    try:
        clean_email(text)
    except Invalid:
        raise Invalid("is not an e-mail address") from None
    return text


def _number(text: str) -> str:
    if not _NUMBER.fullmatch(text):
        raise Invalid("is not a number like 1234.50")
    return text.replace(",", ".")


def _date(text: str) -> str:
    """Day and month before a year are told apart by nobody when slashes stand between them."""
    found = _DAY_FIRST.fullmatch(text)
    written = f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}" if found else text
    try:
        return date.fromisoformat(written).isoformat()
    except ValueError:
        raise Invalid("is not a date like 2026-12-31 or 31.12.2026") from None


_OF_KIND: Mapping[SlotKind, Callable[[str], str]] = {
    SlotKind.NAME: _name,
    SlotKind.EMAIL: _email,
    SlotKind.TEXT: str,
    SlotKind.NUMBER: _number,
    SlotKind.DATE: _date,
}
