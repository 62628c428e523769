"""A text document as pages that show every character of it, in its order.

Whoever signs must see what he signs, so the source is shown as it is (Markdown and XML too), long
lines go on in the next row, and characters that would act unseen are named instead.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from countersign.pdf.typeset import typeset

COLUMNS = 88
"""Of a fixed-width Latin letter in 9 pt that a row of templates/text.typ holds."""
TAB = 4

_LINE_END = re.compile("\r\n|\r|\n")
# Mark where a line may break; nothing is to be seen of them
_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")
# These turn the order of others round, hide letters, or end a line where the text does not
_ACTING = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u180e\u2028-\u202e\u2061-\u206f\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# A row of the heading holds so many of its widest letters; it may break after them
_LONG_WORD = re.compile(r"(\S{36})")
_WIDE_LIGATURES = {"\ufdfa": 8, "\ufdfd": 20}


def text_pdf(text: str, title: str, media_type: str, *, at: datetime, sha256: str = "") -> bytes:
    """PDF bytes, A4: `title` on top, then `text`, which is never read as markup.

    `sha256` (hex) of the signed file and `media_type` stand on every page; `at` is when the text
    came, which PDF/A asks for. The same input gives the same bytes. Raises PdfError when it can't
    be typeset. A million characters take some seconds.
    """
    data = {
        "title": _shown(title),
        "heading": _LONG_WORD.sub("\\1\u200b", _shown(title)),
        "date": {"year": at.year, "month": at.month, "day": at.day},
        "kind": media_type,
        "sha256": sha256,
        "lines": [{"rows": list(_rows(line)), "rtl": _is_rtl(line)} for line in _lines(text)],
    }
    return typeset("text.typ", {"data": json.dumps(data)})


def _lines(text: str) -> Iterator[str]:
    start = 0
    for end in _LINE_END.finditer(text):
        yield _shown(text[start : end.start()])
        start = end.end()
    if start < len(text):
        yield _shown(text[start:])


def _shown(line: str) -> str:
    line = _UNSEEN.sub("", line)
    return _ACTING.sub(lambda found: f"⟦U+{ord(found[0]):04X}⟧", line.expandtabs(TAB))


def _rows(line: str) -> Iterator[str]:
    """Pieces of a line that fit into a row each; broken after a blank where there is one."""
    start = 0
    while True:
        # One character more than fits; never the whole rest, which may be a million characters
        piece = line[start : start + COLUMNS + 1]
        if start + len(piece) == len(line) and _fits(piece):
            yield piece
            return
        end = _end_of_row(piece)
        yield piece[:end]
        start += end


def _fits(line: str) -> bool:
    if len(line) > COLUMNS or line.isascii():
        return len(line) <= COLUMNS
    return sum(map(_width, line)) <= COLUMNS


def _end_of_row(line: str) -> int:
    used = 0
    for number, character in enumerate(line):
        used += _width(character)
        if used > COLUMNS:
            blank = line.rfind(" ", 1, number)
            return blank + 1 if blank > 0 else max(number, 1)
    return len(line)


@lru_cache(maxsize=65536)
def _width(character: str) -> int:
    """Columns that the widest form of a character takes."""
    code = ord(character)
    narrow = code < 0x0700 or 0x1E00 <= code < 0x2E80
    wide = not narrow or unicodedata.east_asian_width(character) in "WF"
    return _WIDE_LIGATURES.get(character, 2 if wide else 1)


def _is_rtl(line: str) -> bool:
    """By the first character that has a direction (Unicode Bidirectional Algorithm, P2 and P3)."""
    if line.isascii():
        return False
    directions = (unicodedata.bidirectional(character) for character in line)
    return next((one for one in directions if one in ("L", "R", "AL")), "L") != "L"
