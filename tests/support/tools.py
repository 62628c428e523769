"""Programs of the machine that some tests need as referees: pdfsig, qpdf, chromium, …"""

import functools
import os
import shutil
from typing import NoReturn

import pytest

DEBIAN_PACKAGES = {
    "pdfsig": "poppler-utils",
    "pdftoppm": "poppler-utils",
    "pdftotext": "poppler-utils",
    "pdffonts": "poppler-utils",
    "qpdf": "qpdf",
    "mutool": "mupdf-tools",
    "soffice": "libreoffice-writer-nogui",
    "openssl": "openssl",
    "xmlsec1": "xmlsec1",
    "softhsm2-util": "softhsm2",
}


def missing_part(reason: str) -> NoReturn:
    """Skip the test and say what is missing; where every part is required, fail instead.

    `.ci/run` sets COUNTERSIGN_REQUIRE_ALL=1, so that a green run there means that nothing was left
    out.
    """
    if os.environ.get("COUNTERSIGN_REQUIRE_ALL") == "1":
        pytest.fail(f"required here, but {reason}", pytrace=False)
    pytest.skip(reason)


@functools.cache
def find_tool(name: str) -> str | None:
    """The path of a program, or None."""
    return shutil.which(name)


def require_tool(name: str) -> str:
    """The path of a program; without it the test is skipped, or fails where all is required."""
    path = find_tool(name)
    if path is None:
        missing_part(f"{name} is not installed (Debian package: {DEBIAN_PACKAGES.get(name, name)})")
    return path
