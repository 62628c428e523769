"""What a signature looks like in its place: drawn or typed, over a thin line with name and time."""

import re
from dataclasses import dataclass

from countersign.pdf.appearance import GREY, INK, marked
from countersign.pdf.text import Typesetter

_SLANT = 0.18  # makes a typed name read as a signature, without another font
_CAPTION = 6.5
_LEADING = 1.25
_SMALL = 26.0  # boxes lower than this have no room for a caption


@dataclass(frozen=True)
class Mark:
    """What the signer left: a picture of `picture` pixels (width, height), or a text."""

    text: str
    picture: tuple[int, int] | None = None


def signature_content(
    typesetter: Typesetter, box: tuple[float, float], mark: Mark, caption: tuple[str, ...]
) -> str:
    """A signature in a box (points): the mark above, a hairline, then the caption lines."""
    width, height = box
    size = min(_CAPTION, width / 18)
    lines = [line for line in caption if line] if height >= _SMALL else []
    room = height - 4 * (height >= _SMALL)
    lines = lines[: max(0, int(room * 0.5 / (size * _LEADING)))]
    foot = len(lines) * size * _LEADING + (3 if lines else 0)
    parts = [_mark(typesetter, mark, (2, foot + 1, width - 4, height - foot - 2))]
    if lines:
        parts.append(f".75 G .5 w 2 {foot:.2f} m {width - 2:.2f} {foot:.2f} l S {GREY}")
    for index, line in enumerate(lines):
        fitted, (shown,) = typesetter.fit(line, size, width - 4, 1, least=min(size, 4.5))
        parts.append(typesetter.draw(shown, 2, foot - (index + 1) * size * _LEADING, fitted))
    return marked(box, *parts)


def mark_content(typesetter: Typesetter, box: tuple[float, float], mark: Mark) -> str:
    """The mark alone, as initials and further signature places show it."""
    return marked(box, _mark(typesetter, mark, (1, 1, box[0] - 2, box[1] - 2)))


def initials(name: str) -> str:
    """The first letters of the words of a name; the whole name when it is a single short word."""
    words = re.findall(r"[^\W\d_][^\s]*", name)
    if len(words) < 2:
        return name[:3]
    return "".join(word[0] for word in words[:4]).upper()


def _mark(typesetter: Typesetter, mark: Mark, place: tuple[float, float, float, float]) -> str:
    if mark.picture:
        return _picture(mark.picture, place)
    x, y, width, height = place
    largest = min(height * 0.62, 26.0)
    size, (line,) = typesetter.fit(mark.text, largest, width * 0.96, 1, least=3.5)
    baseline = y + (height - size * 0.5) / 2
    return f"{INK} " + typesetter.draw(line, x + width * 0.01, baseline, size, _SLANT)


def _picture(pixels: tuple[int, int], place: tuple[float, float, float, float]) -> str:
    """The picture as large as fits, at the left, sitting on the lower edge."""
    x, y, width, height = place
    scale = min(width / pixels[0], height / pixels[1])
    w, h = pixels[0] * scale, pixels[1] * scale
    return f"q {w:.2f} 0 0 {h:.2f} {x:.2f} {y + (height - h) / 2:.2f} cm /Im Do Q"
