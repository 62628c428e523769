"""Signature images: what comes in from cameras and canvases, and what is no image at all."""

import io

import pytest
from PIL import Image, ImageDraw

from countersign import pdf
from countersign.pdf.image import MAX_WIDTH, normalise_signature, pdf_image
from tests.pdf.chain import signature_png

pytestmark = pytest.mark.slow


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def stroke(size: tuple[int, int] = (600, 300)) -> Image.Image:
    """Black ink on white paper, in the upper left quarter."""
    image = Image.new("RGB", size, "white")
    ends = (size[0] // 10, size[1] // 10, size[0] // 2, size[1] // 4)
    ImageDraw.Draw(image).line(ends, fill="black", width=max(3, size[0] // 100))
    return image


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_the_three_formats_become_a_trimmed_png_with_alpha(form: str) -> None:
    result = Image.open(io.BytesIO(normalise_signature(encoded(stroke(), form))))
    assert result.format == "PNG"
    assert result.mode == "RGBA"
    assert 200 < result.width < 300
    assert result.height < 100


def test_a_photo_taken_sideways_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned by 90 degrees
    upright = normalise_signature(encoded(stroke(), "JPEG"))
    turned = normalise_signature(encoded(stroke(), "JPEG", exif=exif))
    size = Image.open(io.BytesIO(upright)).size
    assert Image.open(io.BytesIO(turned)).size == size[::-1]


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_20_megapixel_image_is_scaled_down(form: str) -> None:
    big = encoded(stroke((5000, 4000)), form, **({"lossless": True} if form == "WEBP" else {}))
    result = Image.open(io.BytesIO(normalise_signature(big)))
    assert max(result.size) <= MAX_WIDTH


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not an image",
        signature_png()[:200],
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        encoded(stroke(), "GIF"),
        encoded(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "PNG"),
        encoded(Image.new("RGB", (50, 50), "white"), "PNG"),
        encoded(Image.new("1", (20_000, 20_000)), "PNG"),
    ],
    ids=["empty", "text", "truncated", "svg", "gif", "clear", "blank", "bomb"],
)
def test_what_is_no_usable_image_is_refused(data: bytes) -> None:
    with pytest.raises(pdf.UnusableImage):
        normalise_signature(data)


def test_an_image_that_nobody_scaled_down_is_refused_by_the_act() -> None:
    with pytest.raises(pdf.UnusableImage):
        pdf_image(encoded(stroke((2500, 2000)), "PNG"))


def test_ink_keeps_its_transparency() -> None:
    made = pdf_image(normalise_signature(signature_png()))
    assert made.mask_body().startswith(b"<</Type/XObject/Subtype/Image/Width ")
    assert b"/SMask 7 0 R" in made.body(7)
