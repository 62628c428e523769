"""Drop a PDF, read what its signatures say. Nothing is kept: the file lies in the request's own
staging folder and dies with the request, or with the next start when the server was killed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Semaphore
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from countersign.domain.errors import Unavailable, UnusableFile
from countersign.httpkit import (
    About,
    Dialect,
    FilePart,
    Form,
    Multipart,
    Operation,
    RateGuard,
    Refusal,
    Runtime,
    Success,
    client_of,
)
from countersign.pages.dashboard.shell import page, words

PREFIX = "/verify"
FILE = "file"
TRIES, WINDOW = 30, 600.0  # files from one address in so many seconds
LONGEST_NAME = 200  # characters of a file's name that are shown
# Each keeps a handler's thread waiting, and people who sign need some as well
AT_ONCE = 4
FORM_TEXTS = 1 << 10  # bytes of one: the form has none
HTML = Success(type=bytes, media="text/html")


class Paragraph(Protocol):
    """What is said of one signature."""

    @property
    def head(self) -> str: ...
    @property
    def rows(self) -> Sequence[tuple[str, str]]: ...
    @property
    def valid(self) -> bool: ...
    @property
    def trusted(self) -> bool: ...


class Words(Protocol):
    """What `countersign verify` says of a file, too."""

    @property
    def verdict(self) -> str: ...
    @property
    def headline(self) -> str: ...
    @property
    def sentence(self) -> str: ...
    @property
    def facts(self) -> Sequence[tuple[str, str]]: ...
    @property
    def paragraphs(self) -> Sequence[Paragraph]: ...


Verify = Callable[[Path], Words]


class VerifyPage:
    """`verify` raises UnusableFile for what can't be read, Unavailable for what takes too long."""

    def __init__(self, verify: Verify) -> None:
        self._verify = verify
        self._room = Semaphore(AT_ONCE)

    def ask(self, request: Request) -> Response:
        """The page that takes a file."""
        return _shown(request)

    def answer(self, caller: str, request: Request, body: Form) -> Response:  # noqa: ARG002
        """What the file's signatures say."""
        uploads = [upload for upload in body.uploads(FILE) if upload.size]
        if len(uploads) != 1:
            raise Refusal(400, "no file")
        words = self._looked_at(uploads[0].path)
        name = uploads[0].filename[:LONGEST_NAME]
        return _shown(request, words=words, name=name, sha256=uploads[0].sha256)

    def _looked_at(self, path: Path) -> Words:
        if not self._room.acquire(blocking=False):
            raise Refusal(503, "too many files at once")
        try:
            return self._verify(path)
        finally:
            self._room.release()


def build(runtime: Runtime, verify: Verify, *, largest_file: int) -> ASGIApp:
    """The application below `/verify`. `largest_file` is in bytes."""
    form = Multipart(
        [FilePart(FILE)],
        limit=largest_file + (1 << 20),
        file_limit=largest_file,
        text_limit=FORM_TEXTS,
        max_parts=5,
    )
    shown = VerifyPage(verify)
    return Dialect(
        About(title="Verify", version="1"),
        [
            Operation("GET", PREFIX, shown.ask, HTML, public=True),
            Operation("POST", PREFIX, shown.answer, HTML, body=form),
        ],
        # Everybody may; it is counted before a byte of the file is read
        authenticate=lambda request: client_of(request).ip,
        rate_guard=RateGuard(
            runtime.rate_limit(TRIES, WINDOW), lambda _request, ip: f"verify:{ip}"
        ),
        shape=_Shape(largest_file),
        expected=(UnusableFile, Unavailable),
        runtime=runtime,
    ).app


class _Shape:
    """Every refusal is the page again, with a sentence that says what to do."""

    def __init__(self, largest_file: int) -> None:
        self._megabytes = largest_file >> 20

    def __call__(self, request: Request, problem: Exception) -> Response:
        status, text = self._said(problem, words(request))
        headers = dict(problem.headers) if isinstance(problem, Refusal) else {}
        return _shown(request, status, headers, error=text)

    def _said(self, problem: Exception, say: Callable[[str], str]) -> tuple[int, str]:
        if isinstance(problem, UnusableFile):
            return 422, say("This file cannot be read as a PDF.") + f" ({problem.message})"
        if isinstance(problem, Unavailable):
            return 422, say("Checking this file takes too long. It may be damaged on purpose.")
        status = problem.status if isinstance(problem, Refusal) else 500
        if status == 413:
            text = say("This file is larger than {mb} MB, the most that is checked here.")
            return status, text.format(mb=self._megabytes)
        return status, {
            400: say("Please choose one PDF file first."),
            404: say("There is no such page."),
            405: say("There is no such page."),
            415: say("Please choose one PDF file first."),
            429: say("That was a lot of files. Please wait a few minutes, then go on."),
            503: say("Other files are being checked. Please try again in a minute."),
        }.get(status, say("Something went wrong here. Please try again later."))


def _shown(
    request: Request, status: int = 200, headers: dict[str, str] | None = None, **context: Any
) -> Response:
    given = {"words": None, "name": "", "sha256": "", **context}
    return page(request, "verify.html", status, headers, **given)
