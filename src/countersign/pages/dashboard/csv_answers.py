"""CSV files that people open in Excel: no cell becomes a formula there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
BOM = "\ufeff"


def as_csv(lines: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with the mark by which Excel knows it. A cell that a spreadsheet would take for a
    formula begins with an apostrophe (OWASP, CSV injection)."""
    out = io.StringIO()
    writer = csv.writer(out)
    for line in lines:
        writer.writerow([harmless(cell) for cell in line])
    return (BOM + out.getvalue()).encode()


def harmless(cell: str) -> str:
    """The cell as text."""
    return f"'{cell}" if cell.lstrip(" ").startswith(BEGINS_A_FORMULA) else cell
