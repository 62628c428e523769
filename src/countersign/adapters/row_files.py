"""Files of rows: CSV as Excel and others write it, and XLSX.

XLSX is read by openpyxl without its formulas, in another process: a hostile file costs that
process.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time

from countersign.adapters.workshop import Workshop
from countersign.domain.batch import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS
from countersign.domain.errors import Invalid
from countersign.usecases.batch_ports import RowTable

XLSX, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
SEPARATORS = ";,\t"
FORMULAS = ("=", "+", "-", "@")
MOST_UNPACKED = 64 << 20  # bytes of all parts of an XLSX
MOST_PARTS = 500
MOST_LINES = 4 * MOST_ROWS  # with those that are empty
_SAID = re.compile(r"sep=(.)\r?\n")
Line = tuple[int, tuple[str, ...]]


class SpreadsheetFiles:
    """The port RowFiles."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def read(self, data: bytes) -> RowTable:
        if data.startswith(OLE):
            raise Invalid(
                "This is an old Excel file, or one with a password."
                " Please save it as XLSX or CSV without a password."
            )
        if data.startswith(XLSX):
            return _table(self._workshop.run(read_xlsx, data))
        return _table(enumerate(read_csv(data), 1))


# ------------------------------------------------------------------ CSV


def read_csv(data: bytes) -> Iterator[Sequence[str]]:
    """The cells of each line. Raises Invalid."""
    text = _decoded(data)
    separator, said = "", _SAID.match(text)
    if said:
        separator, text = said[1], text[said.end() :]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator or _separator(text), strict=True
    )
    try:
        yield from reader
    except csv.Error:
        raise Invalid(
            f"Line {reader.line_num} of the file has a quotation mark too many."
        ) from None


def _decoded(data: bytes) -> str:
    """Programs of Windows write code page 1252 when nobody asks for Unicode; each byte is a
    character of Latin-1."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252", "latin-1"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Invalid("This is neither a CSV nor an XLSX file.")


def _separator(text: str) -> str:
    """That by which the first lines have the most columns, all of them as many."""

    def fit(separator: str) -> tuple[bool, int]:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        try:
            widths = [len(line) for line, _ in zip(lines, range(20), strict=False) if any(line)]
        except csv.Error:
            return False, 0
        return len(set(widths)) == 1 and widths[0] > 1, widths[0] if widths else 0

    return max(SEPARATORS, key=fit)


# ------------------------------------------------------------------ XLSX


def read_xlsx(data: bytes) -> list[tuple[int, tuple[str, ...]]]:
    """The lines of the first sheet that have anything in them, by their numbers. Raises Invalid."""
    from openpyxl import load_workbook

    _need_bounded(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what the file has and nobody reads here
        try:
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0]
            lines = sheet.iter_rows(max_row=MOST_LINES, max_col=MOST_COLUMNS + 1, values_only=True)
            return list(_filled(lines))
        except Invalid:
            raise
        except Exception:
            # What a broken or forged file may raise in there is anybody's guess
            raise Invalid("This XLSX file is damaged.") from None


def _filled(lines: Iterable[Sequence[object]]) -> Iterator[Line]:
    found = 0
    for number, line in enumerate(lines, 1):
        cells = tuple(map(_text, line))
        if any(cells):
            found += 1
            if found > MOST_ROWS + 1:
                raise _too_many()
            yield number, cells


def _need_bounded(data: bytes) -> None:
    """What is unpacked is no longer than the package's list says, or reading fails."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise Invalid("This XLSX file is damaged.") from None
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Invalid("This XLSX file is too large when it is unpacked.")


def _text(value: object) -> str:
    """As people read it; a day as year-month-day."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value).strip()


# ------------------------------------------------------------------ both


def _table(lines: Iterable[tuple[int, Sequence[str]]]) -> RowTable:
    filled = ((number, _stripped(cells)) for number, cells in lines)
    kept = ((number, cells) for number, cells in filled if cells)
    _number, columns = next(kept, (0, ()))
    if len(columns) > MOST_COLUMNS:
        raise Invalid(f"The file has more than {MOST_COLUMNS} columns.")
    rows = tuple(_rows(columns, kept))
    if not rows:
        raise Invalid("The file needs headings in its first line, and a line for each envelope.")
    named = tuple(name or f"Column {number}" for number, name in enumerate(columns, 1))
    return RowTable(columns=named, rows=rows)


def _rows(columns: Sequence[str], lines: Iterable[Line]) -> Iterator[Line]:
    for count, (number, cells) in enumerate(lines, 1):
        if count > MOST_ROWS:
            raise _too_many()
        if len(cells) > len(columns):
            raise Invalid(f"Line {number} has more cells than there are headings.")
        if any(len(cell) > LONGEST_CELL for cell in cells):
            raise Invalid(f"Line {number} has a cell of more than {LONGEST_CELL} characters.")
        yield number, cells + ("",) * (len(columns) - len(cells))


def _stripped(cells: Sequence[str]) -> tuple[str, ...]:
    """Without blanks around, and without the empty cells that programs add at the end."""
    texts = [_as_meant(cell.strip()) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def _as_meant(cell: str) -> str:
    """Without the apostrophe that files of ours have before what would be a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULAS else cell


def _too_many() -> Invalid:
    return Invalid(f"The file has more than {MOST_ROWS} lines. Please send it in parts.")
