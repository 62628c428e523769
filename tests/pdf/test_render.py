"""Pages as images and as words with places."""

import io
import random
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from pikepdf import Dictionary, Name, Pdf
from PIL import Image

from countersign.pdf.errors import UnusablePdf
from countersign.pdf.render import MAX_PIXELS, TextRun, page_text, render_page
from tests.pdf import samples

pytestmark = pytest.mark.slow


def image_of(data: bytes, page: int = 0, width: int = 620) -> Image.Image:
    image = Image.open(io.BytesIO(render_page(data, page, width)))
    assert image.format == "WEBP"
    return image.convert("RGB")


def ink_within(image: Image.Image, box: tuple[float, float, float, float]) -> int:
    """Dark pixels in a box given in fractions of the image."""
    width, height = image.size
    part = image.crop(
        (int(box[0] * width), int(box[1] * height), int(box[2] * width), int(box[3] * height))
    )
    return sum(part.convert("L").histogram()[:128])


def test_a_page_is_drawn_as_wide_as_asked() -> None:
    assert image_of(samples.contract(), 1, 620).size == (620, 877)


def test_pages_are_read_from_a_path_too(tmp_path: Path) -> None:
    path = tmp_path / "contract.pdf"
    path.write_bytes(samples.contract())
    assert render_page(path, 0, 300) == render_page(samples.contract(), 0, 300)


def test_form_fields_are_drawn() -> None:
    def change(pdf: Pdf) -> None:
        field = pdf.Root.AcroForm.Fields[0]
        form = {"Type": Name.XObject, "Subtype": Name.Form}
        look = pdf.make_stream(b"0 0 228 20 re f", BBox=[0, 0, 228, 20], **form)
        field.AP = Dictionary(N=look)

    box = (0.13, 0.92, 0.5, 0.94)
    empty = ink_within(image_of(samples.with_text_field()), box)
    filled = ink_within(image_of(samples.changed(change, samples.with_text_field())), box)
    assert empty == 0
    assert filled > 1000


def test_a_text_page_is_lossless_and_a_noisy_one_is_not() -> None:
    assert b"VP8L" in render_page(samples.contract(), 0, 1240)[:20]

    def noisy(pdf: Pdf) -> None:
        pixels = random.Random(1).randbytes(300 * 400 * 3)
        picture = pdf.make_stream(
            pixels,
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=300,
            Height=400,
            ColorSpace=Name.DeviceRGB,
            BitsPerComponent=8,
        )
        pdf.pages[0].obj.Resources.XObject = Dictionary(Im=picture)
        pdf.pages[0].contents_add(b"q 595 0 0 842 0 0 cm /Im Do Q")

    assert b"VP8 " in render_page(samples.changed(noisy), 0, 600)[:20]


@pytest.mark.parametrize("box", [[0, 0, 10, 14400], [0, 0, 14400, 10], [0, 0, 1, 1]], ids=str)
def test_no_page_makes_an_image_larger_than_the_bound(box: list[int]) -> None:
    width, height = image_of(samples.with_boxes(MediaBox=box), 0, 9_999).size
    assert width * height <= MAX_PIXELS * 1.01


@pytest.mark.parametrize("page", [-1, 2, 10**9])
def test_a_page_out_of_range_is_a_lookup_error(page: int) -> None:
    with pytest.raises(LookupError):
        render_page(samples.contract(), page, 300)
    with pytest.raises(LookupError):
        page_text(samples.contract(), page)


def test_an_unreadable_file_is_refused() -> None:
    with pytest.raises(UnusablePdf):
        render_page(b"not a PDF", 0, 300)


def run_with(runs: list[TextRun], text: str) -> TextRun:
    return next(run for run in runs if run.text == text)


def test_words_come_with_their_places() -> None:
    title = run_with(page_text(samples.contract(), 0), "Contract page 1")
    assert title.x == pytest.approx(72 / 595, abs=0.005)
    assert title.y == pytest.approx((842 - 780 - 9) / 842, abs=0.005)
    assert 0.1 < title.w < 0.2
    assert 0.005 < title.h < 0.03


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_words_lie_where_the_image_has_ink(rotation: int) -> None:
    data = samples.with_boxes(Rotate=rotation, CropBox=[50, 200, 400, 842])
    title = run_with(page_text(data, 0), "Contract page 1")
    box = (title.x, title.y, title.x + title.w, title.y + title.h)
    assert ink_within(image_of(data, 0, 1000), box) > 300


def test_pages_are_rendered_in_a_process_pool() -> None:
    data = samples.contract()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        image = pool.submit(render_page, data, 0, 300).result()
        words = pool.submit(page_text, data, 0).result()
    assert image == render_page(data, 0, 300)
    assert words == page_text(data, 0)


def test_a_page_for_a_phone_is_ready_soon() -> None:
    started = time.process_time()
    render_page(samples.contract(), 0, 1240)
    assert time.process_time() - started < 0.4
