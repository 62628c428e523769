"""Appearance streams: what a filled field looks like (ISO 32000-2, 12.5.5)."""

from functools import lru_cache

from countersign.pdf.geometry import upright_matrix
from countersign.pdf.syntax import content_stream
from countersign.pdf.text import Typesetter

INK = "0 g"
GREY = ".42 g"
_LEADING = 1.25
_ASCENT, _DESCENT = 1.07, 0.29  # Noto Sans, per size
_PADDING = 2.0


def form_xobject(
    box: tuple[float, float], rotate: int, font: int, content: str, image: int | None = None
) -> bytes:
    """An appearance as an object body; `content` is drawn upright in `box`, the size in points of
    a field whose page is turned by `rotate` degrees."""
    return content_stream(_head(box, rotate, font, image), content.encode("ascii"))


@lru_cache(maxsize=1000)
def _head(box: tuple[float, float], rotate: int, font: int, image: int | None) -> bytes:
    return (
        b"<</Type/XObject/Subtype/Form/BBox[0 0 %.2f %.2f]%s/Resources<</Font<</F %d 0 R>>%s>>"
    ) % (
        *box,
        upright_matrix(rotate, *box),
        font,
        b"/XObject<</Im %d 0 R>>" % image if image else b"",
    )


def text_content(typesetter: Typesetter, box: tuple[float, float], text: str) -> str:
    """A value in its box: as large as fits up to 11 points, wrapped where there is room."""
    width, height = box[0] - 2 * _PADDING, box[1]
    size = min(11.0, max(4.0, height * 0.62))
    most = max(1, int(height / (7.0 * _LEADING)))
    size, lines = typesetter.fit(text, size, width, most, least=min(size, 7.0))
    top = (height + len(lines) * size * _LEADING) / 2
    drawn = [
        typesetter.draw(line, _PADDING, top - (index + 0.78) * size * _LEADING, size)
        for index, line in enumerate(lines)
    ]
    return marked(box, INK, *drawn)


def marked(box: tuple[float, float], *operators: str) -> str:
    """Field content as form fillers expect it (12.7.4.3), clipped to the box."""
    return "\n".join((_clip(box), *operators, "Q EMC"))


@lru_cache(maxsize=1000)
def _clip(box: tuple[float, float]) -> str:
    return f"/Tx BMC q 0 0 {box[0]:.2f} {box[1]:.2f} re W n"
