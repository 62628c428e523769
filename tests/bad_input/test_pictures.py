"""Signature images: a phone's photo is welcome, all else is told apart before it is opened."""

from __future__ import annotations

from collections.abc import Callable

import httpx2
import psutil
import pytest

from tests.bad_input.answers import assert_problem
from tests.bad_input.pictures import claimed_png, data_url, scribble, text_bomb
from tests.bad_input.sender import Sender
from tests.bad_input.signer import Signer

JPEG_HEAD = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.fixture(scope="module")
def lea(sender: Sender) -> Signer:
    """Never gets to sign in this module; only what was refused is counted."""
    return sender.signer()


def drawn(signer: Signer, image: object) -> httpx2.Response:
    return signer.complete(method="drawn", signature={"image": image})


# Made when they are needed: some take their time
NO_IMAGES: dict[str, Callable[[], str]] = {
    "a text": lambda: "Lea Roux",
    "an address": lambda: "https://x.example/signature.png",
    "a file of the server": lambda: "file:///etc/passwd",
    "data of another kind": lambda: data_url(b"%PDF-1.7", "application/pdf"),
    "not encoded": lambda: "data:image/png,abc",
    "broken encoding": lambda: "data:image/png;base64,a***",
    "nothing encoded": lambda: "data:image/png;base64,",
    "noise": lambda: data_url(b"\0\1\2noise" * 50),
    "PDF as PNG": lambda: data_url(b"%PDF-1.7\n"),
    "a picture with a script": lambda: data_url(SVG, "image/svg+xml"),
    "a format that is not taken": lambda: scribble(60, 40, "GIF"),
    "cut off": lambda: data_url(claimed_png(600, 200, bytes(500))),
    "a head only": lambda: data_url(JPEG_HEAD, "image/jpeg"),
    "no pixels": lambda: data_url(claimed_png(0, 0)),
    "blank": lambda: data_url(claimed_png(30, 10, (b"\0" + b"\xff" * 90) * 10)),
    "50 megapixels": lambda: scribble(10_000, 5000, mode="1"),
    "a bomb of pixels": lambda: data_url(claimed_png(60_000, 60_000, bytes(1 << 20))),
    "a bomb of text": lambda: data_url(text_bomb()),
}


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize("case", NO_IMAGES)
def test_an_image_that_is_none_is_refused(lea: Signer, case: str) -> None:
    assert_problem(drawn(lea, NO_IMAGES[case]()), 400, "invalid", "signature")
    assert lea.is_open()


@pytest.mark.usefixtures("nothing_stays")
def test_an_image_larger_than_the_limit_is_refused_by_name(lea: Signer) -> None:
    url = "data:image/png;base64," + "A" * (8 << 20)
    assert_problem(drawn(lea, url), 400, "invalid", "signature.image")


@pytest.mark.usefixtures("nothing_stays")
def test_a_body_beyond_every_limit_is_too_large(lea: Signer) -> None:
    assert_problem(drawn(lea, "A" * (12 << 20)), 413, "too_large")


@pytest.mark.usefixtures("nothing_stays")
def test_an_image_without_consent_is_not_kept(lea: Signer) -> None:
    answer = lea.complete(method="drawn", consent=False, signature={"image": scribble(301, 99)})
    assert_problem(answer, 400, "invalid", "consent")


@pytest.mark.parametrize(
    ("width", "height", "kind"),
    [
        (5000, 4000, "PNG"),
        (5472, 3648, "JPEG"),
        (600, 200, "WEBP"),
        (3, 3, "PNG"),
        (9000, 3, "PNG"),
    ],
)
def test_a_photo_of_20_megapixels_signs(sender: Sender, width: int, height: int, kind: str) -> None:
    signer = sender.signer()
    answer = drawn(signer, scribble(width, height, kind))
    assert answer.status_code == 200, answer.text
    assert signer.state()["task"]["status"] == "completed"


def test_refused_pictures_cost_no_memory(sender: Sender, lea: Signer) -> None:
    server = psutil.Process(sender.server.process.pid)
    before = server.memory_info().rss
    for case in ("50 megapixels", "a bomb of pixels", "a bomb of text"):
        drawn(lea, NO_IMAGES[case]())
    assert server.memory_info().rss - before < 40 << 20
