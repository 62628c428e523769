"""Lines of text in an appearance: measured, shortened, wrapped and drawn.

The shared font writes a line that it covers whole; outlines draw any other line.
"""

import unicodedata
from collections.abc import Callable
from functools import lru_cache

from countersign.pdf.bidi import without_controls
from countersign.pdf.outlines import outline
from countersign.pdf.shared_font import shared_font
from countersign.pdf.syntax import text_string

ELLIPSIS = "…"
_MIN_WIDTH = 1e-6
_ROUNDING = 1.0001


def clean(text: str) -> str:
    """A value as it is stored and shown: no control characters, no blanks at its ends."""
    if text.isprintable():
        return text.strip()
    blanked = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)
    return without_controls(blanked).strip()


class Typesetter:
    """Draws lines for one base. `face` is the fingerprint of the font that the base embeds."""

    def __init__(self, face: str) -> None:
        self._font = shared_font()
        # A base that embeds another version of the font has other glyph numbers
        same = face == self._font.fingerprint
        self._is_plain: Callable[[str], bool] = self._font.covers if same else _never
        # A name stands in three places of an act, a label in the same one of each
        self._line = lru_cache(maxsize=500)(self._measured)

    def _measured(self, text: str) -> tuple[float, str | None]:
        """The width in thousandths of the size, and how the shared font shows it if it does."""
        if self._is_plain(text):
            return self._font.width(text), self._font.encode(text)
        return outline(text).width * 1000, None

    def width(self, text: str, size: float) -> float:
        """Width in points of one line."""
        return self._line(text)[0] * size / 1000

    def draw(self, text: str, x: float, y: float, size: float, slant: float = 0.0) -> str:
        """Operators for one line from `x` on the baseline `y` (points), in the current colour."""
        shown = self._line(text)[1]
        if shown is not None:
            return f"{_text_at(x, y, size, slant)} <{shown}> Tj ET"
        line = outline(text)
        return f"{line.draw(x, y, size, slant)}\n{self._hidden(text, line.width, x, y, size)}"

    def shrink(self, text: str, size: float, width: float, least: float) -> float:
        """The largest size up to `size` at which the line fits `width`, but not below `least`."""
        return max(least, min(size, size * width / max(self.width(text, size), _MIN_WIDTH)))

    def fit(
        self, text: str, size: float, width: float, most: int, least: float
    ) -> tuple[float, list[str]]:
        """Size and lines of a text in a place `width` wide and `most` lines high: as it is when it
        fits, else smaller, else wrapped, else shortened."""
        if self._fits(text, size, width):
            return size, [text]
        size = self.shrink(text, size, width * most, least)
        return size, self.wrap(text, size, width, most)

    def shorten(self, text: str, size: float, width: float) -> str:
        """The line, or as many of its first characters as fit with an ellipsis."""
        if self._fits(text, size, width):
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            fits = self._fits(text[:middle].rstrip() + ELLIPSIS, size, width)
            low, high = (middle, high) if fits else (low, middle - 1)
        return text[:low].rstrip() + ELLIPSIS

    def wrap(self, text: str, size: float, width: float, most: int) -> list[str]:
        """At most `most` lines; what does not fit is shortened. Words wider than a line are cut."""
        lines: list[str] = []
        rest = text
        while rest and len(lines) < most - 1 and not self._fits(rest, size, width):
            cut = self._break_at(rest, size, width)
            lines.append(rest[:cut].rstrip())
            rest = rest[cut:].lstrip()
        return [*lines, self.shorten(rest, size, width)] if rest else lines

    def _fits(self, text: str, size: float, width: float) -> bool:
        """A line that was shrunk to the width is as wide as it, but for rounding."""
        return self.width(text, size) <= width * _ROUNDING

    def _break_at(self, text: str, size: float, width: float) -> int:
        """How many characters the first line takes: up to a blank when there is one."""
        fitting = max(1, len(self.shorten(text, size, width)) - 1)
        blank = text.rfind(" ", 0, fitting + 1)
        return blank if blank > 0 else fitting

    def _hidden(self, text: str, width: float, x: float, y: float, size: float) -> str:
        """An invisible blank as wide as the line, which carries its text for copying (14.9.4)."""
        stretch = 100_000 * max(width, _MIN_WIDTH) / self._font.space_width
        return (
            f"/Span<</ActualText {text_string(text).decode()}>>BDC q BT 3 Tr {stretch:.1f} Tz"
            f" /F {size:.2f} Tf {x:.2f} {y:.2f} Td <{self._font.space}> Tj ET Q EMC"
        )


def _never(_: str) -> bool:
    return False


@lru_cache(maxsize=500)
def _text_at(x: float, y: float, size: float, slant: float) -> str:
    """Begin of a text object. Labels and values stand in the same places in every act."""
    matrix = f"1 0 {slant:g} 1 {x:.2f} {y:.2f} Tm" if slant else f"{x:.2f} {y:.2f} Td"
    return f"BT /F {size:.2f} Tf {matrix}"


@lru_cache(maxsize=8)
def typesetter(face: str) -> Typesetter:
    """The typesetter for bases that embed the font `face`."""
    return Typesetter(face)
