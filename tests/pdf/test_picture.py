"""A photo becomes a page."""

import io
import struct

import pikepdf
import pytest
from PIL import Image

from countersign.pdf.errors import UnusableImage
from countersign.pdf.inspect import inspect
from countersign.pdf.picture import MAX_SIDE, picture_page
from countersign.pdf.render import render_page

RED, BLUE = (200, 30, 30), (30, 30, 200)
ORIENTATION = 0x0112


def photo(size: tuple[int, int] = (1200, 900), turn: int = 1, kind: str = "JPEG") -> bytes:
    """Its left half is red, its right half blue, as the sensor saw it; `turn` is what EXIF says."""
    picture = Image.new("RGB", size, RED)
    picture.paste(BLUE, (size[0] // 2, 0, *size))
    exif = Image.Exif()
    exif[ORIENTATION] = turn
    exif[0x010F] = "Maker of cameras"
    out = io.BytesIO()
    picture.save(out, kind, exif=exif)
    return out.getvalue()


def seen(page: bytes, *places: tuple[float, float]) -> list[str]:
    shown = Image.open(io.BytesIO(render_page(page, 0, 600))).convert("RGB")
    colours = [shown.getpixel((int(x * shown.width), int(y * shown.height))) for x, y in places]
    return ["red" if c[0] > c[2] + 90 else "blue" if c[2] > c[0] + 90 else "other" for c in colours]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_wide_picture_fills_a_wide_page(kind: str) -> None:
    page = picture_page(photo(kind=kind))
    (size,) = inspect(page).pages
    assert size.width_pt > size.height_pt
    assert seen(page, (0.25, 0.5), (0.75, 0.5), (0.01, 0.5)) == ["red", "blue", "other"]


@pytest.mark.parametrize(
    ("turn", "expected"), [(6, ["red", "blue"]), (8, ["blue", "red"])], ids=["right", "left"]
)
def test_a_photo_taken_upright_stands_upright(turn: int, expected: list[str]) -> None:
    page = picture_page(photo(turn=turn))
    (size,) = inspect(page).pages
    assert size.height_pt > size.width_pt
    assert seen(page, (0.5, 0.25), (0.5, 0.75)) == expected


def test_nothing_that_the_camera_noted_stays() -> None:
    page = picture_page(photo())
    assert b"Maker of cameras" not in page
    with pikepdf.open(io.BytesIO(page)) as pdf:
        image = pdf.pages[0].obj.Resources.XObject.Im
        assert b"Exif" not in image.read_raw_bytes()


def test_a_large_photo_becomes_a_sensible_page() -> None:
    page = picture_page(photo((6000, 4000)))
    with pikepdf.open(io.BytesIO(page)) as pdf:
        assert int(pdf.pages[0].obj.Resources.XObject.Im.Width) <= MAX_SIDE
    assert len(page) < 1_000_000


def test_a_small_picture_is_not_blown_up() -> None:
    page = picture_page(photo((96, 48)))
    assert seen(page, (0.48, 0.5), (0.52, 0.5), (0.3, 0.5)) == ["red", "blue", "other"]


def test_what_is_transparent_is_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (400, 600), (0, 0, 0, 0)).save(out, "PNG")
    shown = Image.open(io.BytesIO(render_page(picture_page(out.getvalue()), 0, 200)))
    assert shown.convert("RGB").getpixel((100, 140)) == (255, 255, 255)


def test_a_scan_in_16_bits_of_grey_is_not_white() -> None:
    row = struct.pack("<H", 1000) * 200 + struct.pack("<H", 40_000) * 200
    out = io.BytesIO()
    Image.frombytes("I;16", (400, 600), row * 600).save(out, "PNG")
    shown = Image.open(io.BytesIO(render_page(picture_page(out.getvalue()), 0, 200))).convert("L")
    dark, grey = shown.getpixel((80, 140)), shown.getpixel((120, 140))
    assert dark < 20  # type: ignore[operator]
    assert 140 < grey < 170  # type: ignore[operator]


@pytest.mark.parametrize(
    "data",
    [b"", b"no picture", photo()[:800], b"<svg xmlns='http://www.w3.org/2000/svg'/>"],
    ids=["empty", "text", "cut off", "svg"],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(UnusableImage):
        picture_page(data)


def test_a_picture_that_would_fill_the_memory_is_not_opened() -> None:
    out = io.BytesIO()
    Image.new("1", (6000, 6000)).save(out, "PNG")
    with pytest.raises(UnusableImage, match="too many"):
        picture_page(out.getvalue())


def test_equal_pictures_make_equal_pages() -> None:
    assert picture_page(photo()) == picture_page(photo())
