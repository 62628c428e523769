"""A field shows where its sender put it, also on pages that are turned or cut."""

import io
from dataclasses import replace

import pypdfium2
import pytest
from PIL import Image, ImageChops

from countersign import pdf
from countersign.pdf.geometry import visible_box
from tests.pdf import samples
from tests.pdf.chain import ASA, Chain, World, field_at

BOXES = {
    "plain": {},
    "cropped": {"MediaBox": [0, 0, 595, 842], "CropBox": [100, 150, 500, 700]},
    "origin elsewhere": {"MediaBox": [-200, 300, 395, 1142]},
    "crop larger than media": {"MediaBox": [0, 0, 500, 700], "CropBox": [-50, -50, 800, 900]},
    "corners swapped": {"MediaBox": [595, 842, 0, 0]},
}


def ink(data: bytes, plain: bytes) -> tuple[float, float, float, float]:
    """The box of what `data` shows more than `plain` on page 1, as fractions from the top left."""
    after, before = _rendered(data), _rendered(plain)
    assert after.size == before.size
    box = (
        ImageChops.difference(after, before).point(lambda value: 255 if value > 40 else 0).getbbox()
    )
    assert box is not None, "nothing was drawn"
    width, height = after.size
    return box[0] / width, box[1] / height, box[2] / width, box[3] / height


def _rendered(data: bytes) -> Image.Image:
    document = pypdfium2.PdfDocument(io.BytesIO(data))
    document.init_forms()
    return document[0].render(scale=1.5, may_draw_forms=True).to_pil().convert("L")


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("boxes", BOXES.values(), ids=BOXES)
def test_a_signature_is_drawn_in_its_place_and_upright(
    boxes: dict[str, list[int]], rotate: int
) -> None:
    upload = samples.with_boxes(Rotate=rotate, **boxes)
    place = pdf.Field("signature", "signature", 0, 0.55, 0.2, 0.3, 0.06)
    chain = Chain.start(World.new(), upload, pdf.Layout((pdf.Slot((place,)),))).certify()
    before = chain.data
    chain.act(0, ASA)
    left, top, right, bottom = ink(chain.data, before)
    slack = 0.01
    assert place.x - slack <= left < place.x + 0.05
    assert place.y - slack <= top
    assert right <= place.x + place.w + slack
    assert bottom <= place.y + place.h + slack
    assert (right - left) > 3 * (bottom - top) * 0.5, "the name does not run from left to right"


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_tick_and_a_text_are_drawn_in_their_places(rotate: int) -> None:
    upload = samples.with_boxes(Rotate=rotate, CropBox=[50, 60, 500, 800])
    fields = (
        field_at("agree", "checkbox", 0.8, 0.9, size=(0.05, 0.05)),
        field_at("signature", "signature", 0.1, 0.05, size=(0.2, 0.05)),
    )
    chain = Chain.start(World.new(), upload, pdf.Layout((pdf.Slot(fields),))).certify()
    unticked = Chain(chain.world, chain.state, [*chain.segments], chain.chain, chain.digest).act(
        0, ASA
    )
    ticked = chain.act(0, replace(ASA, fields={"agree": True}))
    left, top, right, bottom = ink(ticked.data, unticked.data)
    assert left >= 0.79
    assert top >= 0.89
    assert right <= 0.86
    assert bottom <= 0.96


def test_a_crop_box_that_misses_the_page_counts_as_absent() -> None:
    box = visible_box((0, 0, 100, 200), (300, 300, 400, 400), 0)
    assert box.seen == (100, 200)


def test_an_odd_rotation_is_read_as_viewers_do() -> None:
    assert visible_box((0, 0, 100, 200), None, -90).rotate == 270
    assert visible_box((0, 0, 100, 200), None, 450).rotate == 90
