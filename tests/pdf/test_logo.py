"""Logos become harmless, upright, small, and readable on any ground."""

import io

import pytest
from PIL import Image, ImageDraw

from countersign.pdf.errors import UnusableImage
from countersign.pdf.image import LOGO_BOX, normalise_logo

RED, WHITE = (200, 20, 30, 255), (255, 255, 255, 255)


def picture(
    size: tuple[int, int],
    colour: tuple[int, int, int, int],
    format: str = "PNG",
    ground: tuple[int, int, int, int] = (0, 0, 0, 0),
    **options: object,
) -> bytes:
    """An ellipse of `colour` in the middle third of `ground`."""
    image = Image.new("RGBA", size, ground)
    width, height = size
    box = (width / 3, height / 3, 2 * width / 3, 2 * height / 3)
    ImageDraw.Draw(image).ellipse(box, fill=colour)
    out = io.BytesIO()
    image.convert("RGBA" if format == "PNG" else "RGB").save(out, format, **options)
    return out.getvalue()


def opened(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    return image.convert("RGBA")


def test_a_large_logo_fits_into_its_box_and_keeps_its_shape() -> None:
    logo = opened(normalise_logo(picture((3000, 1000), RED, ground=WHITE)))
    assert logo.width <= LOGO_BOX[0]
    assert logo.height <= LOGO_BOX[1]
    assert logo.width / logo.height == pytest.approx(3, rel=0.02)


def test_a_small_logo_is_not_blown_up() -> None:
    assert opened(normalise_logo(picture((60, 20), RED, ground=WHITE))).size == (60, 20)


@pytest.mark.parametrize(("ink", "is_dark"), [(RED, False), (WHITE, True)])
def test_a_transparent_logo_brings_a_ground_on_which_it_is_seen(
    ink: tuple[int, int, int, int], is_dark: bool
) -> None:
    logo = opened(normalise_logo(picture((600, 300), ink)))
    assert logo.getchannel("A").getextrema() == (255, 255)
    corner = logo.getpixel((0, 0))
    assert isinstance(corner, tuple)
    assert (corner[0] < 64) is is_dark
    assert logo.getpixel((logo.width // 2, logo.height // 2)) == ink
    assert logo.width < 260, "the transparent margins are gone"


def test_a_photo_taken_sideways_is_turned_upright_and_tells_nothing_else() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "A camera"
    logo = normalise_logo(picture((200, 100), RED, "JPEG", ground=WHITE, exif=exif))
    assert opened(logo).size == (100, 200)
    assert b"camera" not in logo


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"GIF89a" + bytes(40),
        b"\x89PNG\r\n\x1a\n" + bytes(40),
        picture((300, 100), (0, 0, 0, 0)),
    ],
    ids=["nothing", "svg", "gif", "broken", "blank"],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(UnusableImage):
        normalise_logo(data)
