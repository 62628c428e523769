"""PDFs as the world's programs write them: each is signed, and every signature is valid."""

from __future__ import annotations

import io
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
import typst
from playwright.sync_api import Browser

from tests.bad_input.poppler import VALID, verdicts
from tests.bad_input.sender import Sender
from tests.pdf.samples import contract, encrypted
from tests.support.tools import require_tool

TEXT = "Contract between two parties"


def by_tool(tool: str, *arguments: str) -> bytes:
    """`in.pdf` is the contract that reportlab made, `out.pdf` the result."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in.pdf").write_bytes(contract())
        subprocess.run([require_tool(tool), *arguments], cwd=folder, check=True, timeout=60)
        return (folder / "out.pdf").read_bytes()


def by_typst() -> bytes:
    return bytes(typst.compile(f"= {TEXT}\n#lorem(300)\n#pagebreak()\nSecond".encode()))


def without_info() -> bytes:
    with pikepdf.open(io.BytesIO(contract())) as pdf:
        del pdf.trailer["/Info"]
        out = io.BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return out.getvalue()


RESTRICTED = ["--encrypt", "", "owner", "256", "--modify=none", "--print=none", "--"]
OLD_RESTRICTED = ["--allow-weak-crypto", "--encrypt", "", "owner", "40", "--modify=n", "--"]

MAKERS: dict[str, Callable[[], bytes]] = {
    "reportlab": contract,
    "typst": by_typst,
    "pikepdf with object streams": without_info,
    "encrypted, free to open": lambda: encrypted("", "owner"),
    "cairo": lambda: by_tool("pdftocairo", "-pdf", "in.pdf", "out.pdf"),
    "mutool": lambda: by_tool("mutool", "convert", "-o", "out.pdf", "in.pdf"),
    "qpdf, linearized": lambda: by_tool("qpdf", "--linearize", "in.pdf", "out.pdf"),
    "qpdf, restricted": lambda: by_tool("qpdf", *RESTRICTED, "in.pdf", "out.pdf"),
    "qpdf, weakly restricted": lambda: by_tool("qpdf", *OLD_RESTRICTED, "in.pdf", "out.pdf"),
    "qpdf, pages of others": lambda: by_tool(
        "qpdf", "--empty", "--pages", "in.pdf", "1-z", "in.pdf", "z-1", "--", "out.pdf"
    ),
}


def assert_signed(sender: Sender, data: bytes, folder: Path) -> None:
    signed = sender.sign_through("contract.pdf", data)
    # Certification, signer, seal
    assert verdicts(signed, folder) == [VALID] * 3


@pytest.mark.parametrize("maker", MAKERS)
def test_a_pdf_of_any_program_is_signed(sender: Sender, maker: str, tmp_path: Path) -> None:
    assert_signed(sender, MAKERS[maker](), tmp_path)


def printed(browser: Browser, page: str) -> bytes:
    opened = browser.new_page()
    try:
        opened.set_content(page)
        return opened.pdf(format="A4")
    finally:
        opened.close()


def test_a_page_printed_by_a_browser_is_signed(
    sender: Sender, browser: Browser, tmp_path: Path
) -> None:
    page = f"<title>契約</title><h1>{TEXT}</h1><p>عقد · 契約 · συμβόλαιο</p><input value=x>" * 20
    assert_signed(sender, printed(browser, page), tmp_path)
