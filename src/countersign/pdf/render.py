"""A page as people see it: a WebP image, and the words on it with their places.

PDFium is not thread-safe. Everything here is a top-level function of picklable arguments and opens
the document itself, so that a process pool can run it; never call it from two threads of a process.
"""

import ctypes
import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]
from PIL import Image

from countersign.pdf.errors import UnusablePdf

MAX_WIDTH_PX = 4_000
MAX_PIXELS = 20_000_000
MAX_SIDE_PX = 16_000
"""WebP knows no longer side than 16,383 pixels."""
MAX_RUNS = 20_000

LOSSLESS_UP_TO = 250_000
"""Bytes. Text is smallest and sharpest lossless; photographs and scans exceed this by far."""
LOSSY_QUALITY = 75

_GRID = 1_000_000  # PDFium's page-to-device arithmetic is in whole pixels


@dataclass(frozen=True, slots=True)
class TextRun:
    """Words on one line: their text and box in fractions of the page, origin top left."""

    text: str
    x: float
    y: float
    w: float
    h: float


def render_page(source: bytes | Path, page: int, width: int) -> bytes:
    """WebP image of page number `page` (from 0), `width` pixels wide, form fields drawn.

    A very tall page is drawn narrower, so that no image exceeds MAX_PIXELS. Raises `LookupError`
    for a page that is not there and `UnusablePdf` for a file that PDFium cannot read.
    """
    with _open_page(source, page) as shown:
        width_pt, height_pt = shown.get_size()
        scale = _scale(width_pt, height_pt, width)
        bitmap = shown.render(scale=scale, may_draw_forms=True, rev_byteorder=True)
        return _as_webp(bitmap.to_pil())


def page_text(source: bytes | Path, page: int) -> list[TextRun]:
    """The words of page number `page` (from 0) in reading order; same errors as `render_page`."""
    with _open_page(source, page) as shown:
        words = shown.get_textpage()
        count = min(words.count_rects(), MAX_RUNS)
        boxes = [words.get_rect(index) for index in range(count)]
        runs = [_run(shown, words.get_text_bounded(*box), box) for box in boxes]
        return [run for run in runs if run.text]


@contextmanager
def _open_page(source: bytes | Path, number: int) -> Iterator[pypdfium2.PdfPage]:
    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        raise UnusablePdf("broken", "This PDF cannot be shown.") from error
    try:
        if not 0 <= number < len(document):
            raise LookupError(f"no page {number}")
        document.init_forms()
        yield document[number]
    except pypdfium2.PdfiumError as error:
        raise UnusablePdf("broken", f"Page {number + 1} of this PDF cannot be shown.") from error
    finally:
        document.close()


def _scale(width_pt: float, height_pt: float, width_px: int) -> float:
    wanted = max(1, min(width_px, MAX_WIDTH_PX)) / max(width_pt, 1e-3)
    return min(
        wanted,
        math.sqrt(MAX_PIXELS / max(width_pt * height_pt, 1e-6)),
        MAX_SIDE_PX / max(height_pt, 1e-3),
    )


def _as_webp(image: Image.Image) -> bytes:
    # Effort 50 with method 1 halves the bytes of effort 0; more costs time and saves little
    lossless = _encoded(image, lossless=True, quality=50, method=1)
    if len(lossless) <= LOSSLESS_UP_TO:
        return lossless
    lossy = _encoded(image, quality=LOSSY_QUALITY, method=0)
    return min(lossless, lossy, key=len)


def _encoded(image: Image.Image, **options: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", **options)
    return out.getvalue()


def _run(page: pypdfium2.PdfPage, text: str, box: tuple[float, float, float, float]) -> TextRun:
    left, bottom, right, top = box
    x0, y0 = _as_fraction(page, left, top)
    x1, y1 = _as_fraction(page, right, bottom)
    x, y = min(x0, x1), min(y0, y1)
    return TextRun(text.strip(), x, y, abs(x1 - x0), abs(y1 - y0))


def _as_fraction(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    """User space to fractions of the shown page, rotation and crop box included."""
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, _GRID, _GRID, 0, x, y, across, down)
    return across.value / _GRID, down.value / _GRID
