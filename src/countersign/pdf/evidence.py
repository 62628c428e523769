"""The pages added at the end: where a signer's block stands, what is printed, what an act writes.

Evidence pages tell who signed when, how and from where; signature pages show name and signature.

The base prints only title, rules and numbers. Labels are drawn by the act together with the values,
so that a spare block that nobody used stays blank.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from countersign.pdf.appearance import GREY, INK, form_xobject, marked
from countersign.pdf.layout import AddedPages
from countersign.pdf.text import Typesetter
from countersign.pdf.words import Words

A4 = (595.28, 841.89)
LETTER = (612.0, 792.0)
_MARGIN = 56.0
_TOP_FIRST, _TOP_NEXT = 150.0, 64.0
_BOTTOM = 60.0
_SIGNATURE = (318.0, 12.0, 76.0)  # from the left margin, from the block's top, height
_LABEL_SIZE, _VALUE_SIZE, _NAME_SIZE = 7.5, 8.5, 12.5
_LABEL_WIDTH = 66.0
_LEADING = 1.25


@dataclass(frozen=True)
class Row:
    """One evidence field: end of its name, place in the block (points from its top)."""

    key: str
    top: float
    height: float
    width: float


ROWS = (
    Row("name", 8, 20, 306),
    Row("contact", 31, 12, 306),
    Row("identified", 43, 12, 306),
    Row("method", 55, 12, 306),
    Row("time", 67, 12, 306),
    Row("ip", 79, 12, 306),
    Row("consent", 91, 23, 483),
)
HEADER_ROWS = (Row("name", 88, 16, 483), Row("id", 104, 16, 483))


@dataclass(frozen=True)
class Design:
    """One kind of added pages: which of the words is its title, and the rows and the height
    (points) of a signer's block."""

    title: str
    rows: tuple[Row, ...]
    block: float


DESIGNS: Mapping[AddedPages, Design | None] = {
    "evidence": Design("evidence_title", ROWS, 124.0),
    "signatures": Design("signatures_title", ROWS[:1], 100.0),
    "none": None,
}


@dataclass(frozen=True)
class Block:
    """Where the block of a slot stands: added page from 0, points from the page's top."""

    page: int
    top: float


def page_size(first_page: tuple[float, float]) -> tuple[float, float]:
    """Letter for documents in Letter, else A4."""
    return LETTER if abs(max(first_page) - 792) < 2 and abs(min(first_page) - 612) < 2 else A4


def blocks(design: Design, count: int, size: tuple[float, float]) -> list[Block]:
    """The places of `count` blocks, as many to a page as fit."""
    return list(_blocks(design.block, count, size[1] - _BOTTOM))


def _blocks(height: float, count: int, end: float) -> Iterator[Block]:
    page, top = 0, _TOP_FIRST
    for _ in range(count):
        if top + height > end:
            page, top = page + 1, _TOP_NEXT
        yield Block(page, top)
        top += height


def row_box(row: Row, top: float, size: tuple[float, float]) -> tuple[float, float, float, float]:
    """Left, top, width and height on the page (points) of a row whose block begins at `top`."""
    scale = (size[0] - 2 * _MARGIN) / 483
    return _MARGIN, top + row.top, row.width * scale, row.height


def signature_box(top: float, size: tuple[float, float]) -> tuple[float, float, float, float]:
    """Where the signature stands in a block, for signers who have no field on a page."""
    left, down, height = _SIGNATURE
    return _MARGIN + left, top + down, size[0] - 2 * _MARGIN - left, height


def printed(
    design: Design,
    words: Words,
    typesetter: Typesetter,
    size: tuple[float, float],
    page: tuple[int, int],
    numbers: list[tuple[int, float, str]],
) -> bytes:
    """Content stream of one added page: `page` is (number from 0, how many), `numbers` one
    (slot from 1, top of its block, remark on the right) per block that is meant to be used."""
    width, height = size
    right = width - _MARGIN
    parts = [_heading(getattr(words, design.title), typesetter, height)] if page[0] == 0 else []
    for number, top, remark in numbers:
        parts.append(_rule(height - top, right))
        parts.append(_grey_text(typesetter, str(number), _MARGIN - 18, height - top - 22, 8))
        if remark:
            left = right - typesetter.width(remark, _LABEL_SIZE)
            parts.append(_grey_text(typesetter, remark, left, height - top - 22, _LABEL_SIZE))
    count = f"{page[0] + 1} / {page[1]}"
    left = right - typesetter.width(count, 7)
    small = typesetter.shrink(words.footnote, 7, left - _MARGIN - 12, least=5)
    parts.append(_grey_text(typesetter, words.footnote, _MARGIN, 34, small))
    parts.append(_grey_text(typesetter, count, left, 34, 7))
    return "\n".join(parts).encode("ascii")


def _heading(title: str, typesetter: Typesetter, height: float) -> str:
    return f"{INK} " + typesetter.draw(title, _MARGIN, height - 74, 21)


def _rule(y: float, right: float) -> str:
    return f".8 G .6 w {_MARGIN:.2f} {y:.2f} m {right:.2f} {y:.2f} l S"


def _grey_text(typesetter: Typesetter, text: str, x: float, y: float, size: float) -> str:
    return f"{GREY} " + typesetter.draw(text, x, y, size)


# Consent texts and methods are the same from signer to signer
@lru_cache(maxsize=500)
def row_object(
    typesetter: Typesetter,
    font: int,
    label: str,
    box: tuple[float, float],
    rotate: int,
    value: str,
) -> bytes:
    """What an act draws into an evidence field of a signer, as an object body; without a `label`
    it is the name."""
    return form_xobject(box, rotate, font, _row_content(typesetter, label, box, value))


def _row_content(typesetter: Typesetter, label: str, box: tuple[float, float], value: str) -> str:
    if not label:
        size, lines = typesetter.fit(value, _NAME_SIZE, box[0], 1, least=9)
        return marked(box, INK, typesetter.draw(lines[0], 0, box[1] - 14, size))
    return labelled(typesetter, label, box, value)


def labelled(typesetter: Typesetter, label: str, box: tuple[float, float], value: str) -> str:
    """A grey label and, beside it, a value of one or two lines."""
    most = max(1, int(box[1] / (_VALUE_SIZE * _LEADING)))
    size, lines = typesetter.fit(value, _VALUE_SIZE, box[0] - _LABEL_WIDTH, most, least=6.5)
    base = box[1] - 9
    drawn = [
        typesetter.draw(line, _LABEL_WIDTH, base - index * size * _LEADING, size)
        for index, line in enumerate(lines)
    ]
    return marked(box, _label(typesetter, label, base), INK, *drawn)


@lru_cache(maxsize=200)
def _label(typesetter: Typesetter, label: str, base: float) -> str:
    size = typesetter.shrink(label, _LABEL_SIZE, _LABEL_WIDTH - 4, least=5)
    return f"{GREY} " + typesetter.draw(label, 0, base, size)
