"""Text as filled outlines, for what the shared font lacks: any script that a font at hand has.

No font object is written, so an act has the same shape in every script
(docs/decisions/0012-names-as-outlines.md).
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import uharfbuzz as hb

from countersign.pdf.bidi import visual_runs
from countersign.pdf.fonts import Face, fonts

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff")


@dataclass(frozen=True)
class Outline:
    """A shaped line: width for size 1, and per glyph its origin, scale and path operators."""

    width: float
    glyphs: tuple[tuple[float, float, float, str], ...]

    def draw(self, x: float, y: float, size: float, slant: float = 0.0) -> str:
        """Operators that fill the line from `x` on the baseline `y` in the current colour."""
        return "\n".join(
            f"q {size * scale:.6g} 0 {size * scale * slant:.6g} {size * scale:.6g}"
            f" {x + left * size:.2f} {y + up * size:.2f} cm\n{path} f Q"
            for left, up, scale, path in self.glyphs
        )


@lru_cache(maxsize=2000)
def outline(text: str) -> Outline:
    """Shape one line; characters that no font has show as a replacement character."""
    position, glyphs = 0.0, []
    for part, right_to_left in visual_runs(unicodedata.normalize("NFC", text)):
        runs = list(_by_face(part))
        for face, run in reversed(runs) if right_to_left else runs:
            scale = 1 / face.upem
            for glyph, place in _shape(face, run, right_to_left):
                if path := _path(face, glyph):
                    left = position + place.x_offset * scale
                    glyphs.append((left, place.y_offset * scale, scale, path))
                position += place.x_advance * scale
    return Outline(position, tuple(glyphs))


def _by_face(text: str) -> Iterator[tuple[Face, str]]:
    """Runs that one face draws; marks and neutrals stay with the face before, if it has them."""
    current, run = None, ""
    for character in text:
        face, character = _choose(current, character)
        if face is None:
            continue
        if face is not current and run and current:
            yield current, run
            run = ""
        current, run = face, run + character
    if current and run:
        yield current, run


def _choose(current: Face | None, character: str) -> tuple[Face | None, str]:
    if current and _follows(character) and ord(character) in current.characters:
        return current, character
    face = fonts().face_for(character)
    if face is not None:
        return face, character
    if character in _INVISIBLE or unicodedata.category(character) in ("Mn", "Cf"):
        return None, character
    return fonts().face_for(_REPLACEMENT), _REPLACEMENT


def _follows(character: str) -> bool:
    return unicodedata.category(character)[0] in "MZPSN" or character in _INVISIBLE


def _shape(face: Face, text: str, right_to_left: bool) -> Iterator[tuple[int, hb.GlyphPosition]]:
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if right_to_left else "ltr"
    hb.shape(face.font, buffer)
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        yield info.codepoint, position


@lru_cache(maxsize=20000)
def _path(face: Face, glyph: int) -> str:
    """PDF path operators of one glyph in font units; empty for a blank."""
    pen = _PathWriter()
    face.font.draw_glyph(glyph, pen.functions, None)
    return "\n".join(pen.operators)


class _PathWriter:
    """Receives HarfBuzz's drawing calls; quadratic curves become cubic ones, which PDF has."""

    def __init__(self) -> None:
        self.operators: list[str] = []
        self._at = (0.0, 0.0)
        self.functions = hb.DrawFuncs()
        self.functions.set_move_to_func(self._move)
        self.functions.set_line_to_func(self._line)
        self.functions.set_cubic_to_func(self._cubic)
        self.functions.set_quadratic_to_func(self._quadratic)
        self.functions.set_close_path_func(lambda _: self.operators.append("h"))

    def _move(self, x: float, y: float, _: object) -> None:
        self._at = (x, y)
        self.operators.append(f"{x:.0f} {y:.0f} m")

    def _line(self, x: float, y: float, _: object) -> None:
        self._at = (x, y)
        self.operators.append(f"{x:.0f} {y:.0f} l")

    def _cubic(
        self, ax: float, ay: float, bx: float, by: float, x: float, y: float, _: object
    ) -> None:
        self._at = (x, y)
        self.operators.append(f"{ax:.0f} {ay:.0f} {bx:.0f} {by:.0f} {x:.0f} {y:.0f} c")

    def _quadratic(self, cx: float, cy: float, x: float, y: float, _: object) -> None:
        x0, y0 = self._at
        first = (x0 + 2 / 3 * (cx - x0), y0 + 2 / 3 * (cy - y0))
        second = (x + 2 / 3 * (cx - x), y + 2 / 3 * (cy - y))
        self._cubic(*first, *second, x, y, None)
