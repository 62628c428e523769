"""A signature appears in the box that its sender saw, whichever way up the page is stored."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from pikepdf import Array
from PIL import Image, ImageChops

from tests.bad_input.answers import assert_plain
from tests.bad_input.documents import changed_page
from tests.bad_input.pictures import corner
from tests.bad_input.sender import Sender, area, field, person
from tests.support.tools import require_tool

SCALE = 2  # pixels a point
BOX = area(x=60, y=100, w=150, h=50)

PAGES: dict[str, dict[str, Any]] = {
    "as usual": {},
    "turned by 90 degrees": {"Rotate": 90},
    "turned by 180 degrees": {"Rotate": 180},
    "turned by 270 degrees": {"Rotate": 270},
    "turned backwards": {"Rotate": -90},
    "cropped": {"CropBox": Array([100, 200, 500, 600])},
    "cropped and turned": {"CropBox": Array([100, 200, 500, 600]), "Rotate": 90},
    "cropped beyond the page": {"CropBox": Array([-50, -50, 400, 2000])},
    "away from the origin": {"MediaBox": Array([-300, -400, 295, 442])},
    "with corners exchanged": {"MediaBox": Array([595, 842, 0, 0])},
}


def drawn(data: bytes) -> Image.Image:
    """The first page as PDFium shows it."""
    document = pypdfium2.PdfDocument(data)
    try:
        document.init_forms()
        bitmap = document[0].render(scale=SCALE, may_draw_forms=True)
        return bitmap.to_pil().convert("L")
    finally:
        document.close()


def drawn_by_poppler(data: bytes, folder: Path) -> Image.Image:
    (folder / "page.pdf").write_bytes(data)
    command = [require_tool("pdftoppm"), "-cropbox", "-r", str(72 * SCALE), "-gray", "-f", "1"]
    subprocess.run(
        [*command, "-singlefile", "page.pdf", "page"], cwd=folder, check=True, timeout=60
    )
    return Image.open(folder / "page.pgm").convert("L")


def sign(sender: Sender, data: bytes) -> bytes:
    """With a picture whose ink is one corner of it, so that it shows which way up it is."""
    made = sender.create([("contract.pdf", data)], signers=[person(fields=[field(area=BOX)])])
    (lea,) = sender.signers_of(made)
    answer = lea.complete(method="drawn", signature={"image": corner()})
    assert answer.status_code == 200, answer.text
    return sender.signed(made["uuid"])


def assert_in_place(before: Image.Image, after: Image.Image) -> None:
    """All that changed lies in the box; the picture fills its height and stands upright."""
    assert before.size == after.size
    changed = ImageChops.difference(before, after).point(lambda value: 255 if value > 60 else 0)
    ink = changed.getbbox()
    assert ink is not None, "nothing was drawn"
    left, top, right, bottom = (SCALE * BOX[edge] for edge in "xywh")
    right, bottom = left + right, top + bottom
    slack = SCALE
    assert min(ink[0] - left, ink[1] - top) >= -slack, ink
    assert max(ink[2] - right, ink[3] - bottom) <= slack, ink
    middle = (ink[0] + ink[2]) // 2, (ink[1] + ink[3]) // 2
    upper_left = changed.crop((ink[0], ink[1], *middle)).histogram()[255]
    lower_right = changed.crop((*middle, ink[2], ink[3])).histogram()[255]
    assert upper_left > 2 * lower_right, (upper_left, lower_right)


@pytest.mark.parametrize("case", PAGES)
def test_a_signature_is_where_the_viewer_sees_its_box(
    sender: Sender, tmp_path: Path, case: str
) -> None:
    data = changed_page(**PAGES[case])
    signed = sign(sender, data)
    assert_in_place(drawn(data), drawn(signed))
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    after.mkdir()
    assert_in_place(drawn_by_poppler(data, before), drawn_by_poppler(signed, after))


@pytest.mark.parametrize("case", PAGES)
def test_the_signing_page_shows_the_page_as_viewers_do(sender: Sender, case: str) -> None:
    data = changed_page(**PAGES[case])
    here = [person(fields=[field(area=BOX)])]
    signer = sender.signer([("contract.pdf", data)], signers=here)
    (document,) = signer.state()["documents"]
    size, page = document["pages"][0], drawn(data)
    width = round(size["width"] * SCALE)
    picture = signer.get(f"/documents/{document['id']}/pages/0.webp?width={width}")
    shown = Image.open(io.BytesIO(picture.content))
    assert abs(shown.width - page.width) <= 1
    assert abs(shown.height - page.height) <= 1


OUTSIDE = [
    ({"Rotate": 90}, area(x=100, y=560, w=100, h=50)),
    ({"CropBox": Array([0, 0, 200, 300])}, area(x=150, y=100, w=100, h=50)),
    ({}, area(x=-20, y=100)),
    ({}, area(x=100, y=800, h=80)),
    ({}, area(w=10_000)),
]


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize(("page", "box"), OUTSIDE)
def test_a_box_outside_the_page_as_it_is_shown_is_refused(
    sender: Sender, page: dict[str, Any], box: dict[str, Any]
) -> None:
    signers = [person(fields=[field(area=box)])]
    answer = sender.post([("contract.pdf", changed_page(**page))], signers=signers)
    assert_plain(answer, "Signer 1 (Lea Roux), Field 1: Area is outside the page")


@pytest.mark.usefixtures("nothing_stays")
def test_a_page_beyond_the_last_one_is_refused(sender: Sender) -> None:
    for page in (1, 10**6):
        signers = [person(fields=[field(area=area(page=page))])]
        answer = sender.post([("contract.pdf", changed_page())], signers=signers)
        assert_plain(answer, "Index page unknown")


def test_the_smallest_box_can_be_signed(sender: Sender) -> None:
    dot = area(x=0, y=0, w=0.01, h=0.01)
    signed = sender.sign_through("contract.pdf", changed_page(), dot)
    assert signed.startswith(b"%PDF-")
