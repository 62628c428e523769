"""The part of a page that viewers show: which box, which way up, how large.

ISO 32000-1, 14.11.2 (page boundaries), 7.7.3.3 (page attributes).
"""

import math
from dataclasses import dataclass

from pikepdf import Array, Object

Box = tuple[float, float, float, float]

# What viewers take for a page without a usable MediaBox
US_LETTER: Box = (0.0, 0.0, 612.0, 792.0)


@dataclass(frozen=True, slots=True)
class PageSize:
    """Width and height in points as shown, that is after `rotation`: 0, 90, 180 or 270 degrees."""

    width_pt: float
    height_pt: float
    rotation: int


def page_size(page: Object, box: Box) -> PageSize:
    """Size of `page` whose visible box is `box`: times UserUnit, turned by /Rotate."""
    left, bottom, right, top = box
    unit = _user_unit(page)
    width, height = (right - left) * unit, (top - bottom) * unit
    rotation = _rotation(page)
    if rotation in (90, 270):
        width, height = height, width
    return PageSize(width, height, rotation)


def visible_box(page: Object) -> Box:
    """CropBox cut to MediaBox, in user space units. Inherited boxes must be on the page itself."""
    media = box_of(page.get("/MediaBox")) or US_LETTER
    crop = box_of(page.get("/CropBox"))
    if crop is None:
        return media
    cut = _ordered(
        max(media[0], crop[0]),
        max(media[1], crop[1]),
        min(media[2], crop[2]),
        min(media[3], crop[3]),
    )
    return cut or media


def box_of(value: object) -> Box | None:
    """The rectangle that `value` is, or None for what is none or has no area."""
    if not isinstance(value, Array) or len(value) != 4:
        return None
    try:
        x0, y0, x1, y1 = (float(value[index]) for index in range(4))
    except (TypeError, ValueError, ArithmeticError):
        return None
    return _ordered(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _ordered(left: float, bottom: float, right: float, top: float) -> Box | None:
    finite = all(map(math.isfinite, (left, bottom, right, top)))
    return (left, bottom, right, top) if finite and left < right and bottom < top else None


def _rotation(page: Object) -> int:
    value = page.get("/Rotate", 0)
    return value // 90 % 4 * 90 if isinstance(value, int) else 0


def _user_unit(page: Object) -> float:
    try:
        unit = float(page.get("/UserUnit", 1))
    except (TypeError, ValueError, ArithmeticError):
        return 1.0
    return unit if math.isfinite(unit) and 0 < unit <= 75_000 else 1.0
