"""What the pages of templates and forms share."""

from __future__ import annotations

from starlette.requests import Request

from countersign.domain.errors import DomainError, Invalid, UnusableFile
from countersign.httpkit import Form, Upload
from countersign.pages.dashboard.errors import sentence, status_of, with_fields
from countersign.pages.dashboard.shell import words

LONGEST_FILE_NAME = 200


def _(text: str) -> str:
    return text


DONE = {
    "made": _("It is made."),
    "changed": _("Saved as a new version. What was sent before stays as it is."),
    "opened": _("Saved."),
    "restored": _("That version is the newest again."),
}
NO_OFFICE = _("This server can't read Word documents: it has no LibreOffice. Please bring a PDF.")
NO_FILE = _("Please choose a file.")


def trouble(problem: DomainError, request: Request) -> tuple[str, int]:
    """A sentence with what is wrong where, and the status."""
    text = sentence(problem, words(request))
    if isinstance(problem, UnusableFile) and problem.code == "no_converter":
        text = words(request)(NO_OFFICE)
    else:
        text = with_fields(problem, text)
    return text, status_of(problem)


def files_of(body: Form) -> list[Upload]:
    """Those that were chosen. Raises Invalid."""
    found = [one for one in body.uploads("file") if one.filename and one.size]
    if not found:
        raise Invalid(NO_FILE)
    return found


def plain_name(upload: Upload) -> str:
    """Without folders and what can't be seen."""
    last = upload.filename.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in last if sign.isprintable())[-LONGEST_FILE_NAME:] or "document"


def number_of(body: Form, name: str) -> int:
    """Raises Invalid."""
    text = body.text(name) or ""
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise Invalid("This page is out of date. Please open it anew.")
    return int(text)
