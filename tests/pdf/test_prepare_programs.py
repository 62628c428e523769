"""Uploads that other programs made, with their own habits of writing PDF."""

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
import typst
from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from countersign import pdf
from tests.pdf import samples
from tests.pdf.chain import ASA, Chain, World, field_at
from tests.pdf.referees import assert_all_valid
from tests.support.browser import Chromium
from tests.support.tools import require_tool

pytestmark = pytest.mark.slow

LAYOUT = pdf.Layout((pdf.Slot((field_at("signature", "signature", 0.1, 0.8),)), pdf.Slot()))


def by_typst(_: Path) -> bytes:
    return typst.compile(b"= Contract\nThe parties agree. $x^2$")


def by_pillow(_: Path) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (600, 800), "ivory").save(out, "PDF")
    return out.getvalue()


def by_cairo(folder: Path) -> bytes:
    source, target = folder / "in.pdf", folder / "out.pdf"
    source.write_bytes(samples.contract())
    subprocess.run([require_tool("pdftocairo"), "-pdf", source, target], check=True, timeout=60)
    return target.read_bytes()


def by_mupdf(folder: Path) -> bytes:
    source, target = folder / "in.pdf", folder / "out.pdf"
    source.write_bytes(samples.contract())
    subprocess.run(
        [require_tool("mutool"), "clean", "-gggg", source, target], check=True, timeout=60
    )
    return target.read_bytes()


def with_object_streams(_: Path) -> bytes:
    mode = pikepdf.ObjectStreamMode.generate
    return samples.changed(lambda _: None, object_stream_mode=mode)


def linearized(_: Path) -> bytes:
    return samples.changed(lambda _: None, linearize=True)


def with_revisions(_: Path) -> bytes:
    """Another program's incremental update on top."""
    writer = IncrementalPdfFileWriter(io.BytesIO(samples.contract()))
    writer.root["/PageMode"] = generic.NameObject("/UseNone")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


MADE = [by_typst, by_pillow, by_cairo, by_mupdf, with_object_streams, linearized, with_revisions]


def assert_signs(upload: bytes) -> None:
    world = World.new()
    chain = Chain.start(world, upload, LAYOUT).certify().act(0, ASA).act(1, ASA).seal().archive()
    expected = ["z_cert", "s0001_sig", "s0002_sig", "z_seal", "z_ts"]
    assert_all_valid(chain.data, world.trust(), expected)


@pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)
def test_a_file_of_another_program_is_signed_to_the_end(
    make: Callable[[Path], bytes], tmp_path: Path
) -> None:
    assert_signs(make(tmp_path))


def test_a_page_printed_by_a_browser_is_signed_to_the_end(
    chromium: Chromium, tmp_path: Path
) -> None:
    target = tmp_path / "printed.pdf"
    source = tmp_path / "page.html"
    source.write_text("<h1>Contract</h1><a href='https://example.test'>terms</a>", "utf-8")
    command = [
        chromium.path,
        "--headless",
        "--no-sandbox",
        f"--print-to-pdf={target}",
        source.as_uri(),
    ]
    subprocess.run(list(map(str, command)), check=True, timeout=60, capture_output=True)
    assert_signs(target.read_bytes())
