"""What a person does on the signing page, for tests that are about something else."""

import base64
import io
import math

from PIL import Image
from playwright.sync_api import Page

from tests.pages.fake_signing_server import FakeSigning


def go_to_signature(page: Page, fake: FakeSigning) -> None:
    """Open the link, read, fill in both fields."""
    page.goto(fake.link)
    page.get_by_test_id("next").click()
    page.get_by_test_id("next").click()
    page.get_by_test_id("field-place").fill("Göteborg")
    page.get_by_test_id("next").click()
    page.get_by_test_id("field-terms").check()
    page.get_by_test_id("next").click()
    page.get_by_test_id("finish").wait_for()


def draw_with_mouse(page: Page) -> None:
    points = _stroke(page)
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point)
    page.mouse.up()


def draw_with_finger(page: Page) -> None:
    """As a phone does it; Playwright itself can only tap."""
    touches = page.context.new_cdp_session(page)
    kinds = ["touchStart", *["touchMove"] * 18]
    for kind, (x, y) in zip(kinds, _stroke(page), strict=False):
        touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touches.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def _stroke(page: Page) -> list[tuple[float, float]]:
    box = page.get_by_test_id("signature-canvas").bounding_box()
    assert box is not None
    across, middle = box["width"] - 60, box["y"] + box["height"] / 2
    return [
        (box["x"] + 30 + across * step / 20, middle + 0.25 * box["height"] * math.sin(step))
        for step in range(20)
    ]


def decoded(data_url: str | None) -> Image.Image:
    """The picture in a PNG data URL."""
    head, _, body = (data_url or "").partition(",")
    assert head == "data:image/png;base64"
    return Image.open(io.BytesIO(base64.b64decode(body)))
