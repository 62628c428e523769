"""Uploads of a wanted size or number of pages, made with reportlab."""

import io
import os

from reportlab.pdfgen import canvas

CASES = {
    "50 KB": 50 * 1024,
    "1 MB": 1024**2,
    "10 MB": 10 * 1024**2,
    "100 MB": 100 * 1024**2,
}


def of_size(size: int) -> bytes:
    """A two-page contract with incompressible pictures, so that the file is about `size` bytes."""
    from reportlab.lib.utils import ImageReader

    out = io.BytesIO()
    pages = canvas.Canvas(out)
    _text(pages, 1)
    rest = size - 2500
    while rest > 1000:
        side = min(1800, int((rest / 3) ** 0.5))
        # reportlab writes pictures in ASCII 85, 5 bytes for 4
        side = max(8, int(side * 0.89))
        pages.drawImage(ImageReader(_noise(side)), 72, 300, 200, 200)
        rest -= int(side * side * 3 * 1.25) + 500
    pages.showPage()
    _text(pages, 2)
    pages.showPage()
    pages.save()
    return out.getvalue()


def of_pages(count: int) -> bytes:
    out = io.BytesIO()
    pages = canvas.Canvas(out)
    for number in range(count):
        _text(pages, number + 1)
        pages.showPage()
    pages.save()
    return out.getvalue()


def _text(pages: canvas.Canvas, number: int) -> None:
    pages.setFont("Helvetica", 11)
    pages.drawString(72, 780, f"Contract, page {number}")
    for line in range(10):
        pages.drawString(
            72, 740 - 18 * line, f"Clause {number}.{line}: the parties agree to what follows."
        )


def _noise(side: int):  # type: ignore[no-untyped-def]
    from PIL import Image

    return Image.frombytes("RGB", (side, side), os.urandom(side * side * 3))
