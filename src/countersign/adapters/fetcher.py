"""Files that are fetched from addresses somebody else chose, straight into the staging folder."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, Semaphore

from countersign.adapters.outbound_http import (
    REDIRECTS,
    AddressRefused,
    Answering,
    CallFailed,
    NotUnderstood,
    OutboundHttp,
    SchemeRefused,
    TimedOut,
)
from countersign.domain.errors import NotFetched, Unavailable
from countersign.httpkit.staging import Staging, StagingArea
from countersign.httpkit.uploads import DiskFile, Upload

MOST_REDIRECTS = 3
AT_ONCE = 6  # each keeps a handler's thread waiting, and the other requests need some as well

# Nothing is ever unpacked here, so a small answer can't become a large file
HEADERS = {"Accept": "application/pdf, */*;q=0.5", "Accept-Encoding": "identity"}

CODES: dict[type[CallFailed], str] = {
    TimedOut: "timeout",
    NotUnderstood: "not_understood",
    SchemeRefused: "not_https",
    AddressRefused: "refused_address",
}


class HttpFetcher:
    """`folder` is the staging folder; a process that dies leaves nothing there for long."""

    def __init__(self, http: OutboundHttp, folder: Path) -> None:
        self._http = http
        self._area = StagingArea(folder)
        self._is_open = False
        self._opening = Lock()
        self._room = Semaphore(AT_ONCE)

    @contextmanager
    def fetch(self, url: str, *, limit_bytes: int, timeout_s: float) -> Iterator[Upload]:
        with self._staging() as staging:
            if not self._room.acquire(blocking=False):
                raise Unavailable("fetching documents")
            try:
                fetched = self._fetch(url, limit_bytes, time.monotonic() + timeout_s, staging)
            finally:
                self._room.release()
            yield fetched

    def close(self) -> None:
        with self._opening:
            self._area.close()
            self._is_open = False
        self._http.close()

    def _staging(self) -> Staging:
        with self._opening:
            if not self._is_open:
                self._area.open()
                self._is_open = True
            return self._area.request()

    def _fetch(self, url: str, limit: int, ends: float, staging: Staging) -> Upload:
        for _ in range(1 + MOST_REDIRECTS):
            outcome = self._step(url, limit, ends, staging)
            if isinstance(outcome, Upload):
                return outcome
            url = outcome
        raise NotFetched("too_many_redirects", "the address leads to too many others")

    def _step(self, url: str, limit: int, ends: float, staging: Staging) -> Upload | str:
        """The file, or where it is to be found."""
        try:
            left = ends - time.monotonic()
            with self._http.exchange("GET", url, HEADERS, seconds=left) as answering:
                if answering.status in REDIRECTS:
                    return _next(url, answering)
                return _taken(answering, limit, staging)
        except CallFailed as failure:
            code = CODES.get(type(failure), "unreachable")
            raise NotFetched(code, f"could not be fetched: {failure}") from None


def _next(url: str, answering: Answering) -> str:
    import httpx2  # there already, with the connection

    try:
        return str(httpx2.URL(url).join(answering.headers["location"]))
    except (KeyError, httpx2.InvalidURL, ValueError):
        raise NotFetched("unreachable", "leads nowhere") from None


def _taken(answering: Answering, limit: int, staging: Staging) -> Upload:
    """Raises NotFetched for an answer that is no file or a file above `limit` bytes."""
    if answering.status != 200:
        code = "not_found" if 400 <= answering.status < 500 else "unreachable"
        raise NotFetched(code, f"could not be fetched: the answer is {answering.status}")
    length = answering.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise _too_large(limit)
    file = DiskFile(staging.new_path())
    try:
        for block in answering.blocks:
            if file.size + len(block) > limit:
                raise _too_large(limit)
            file.write(block)
    finally:
        file.close()
    return file.finish(staging, "", "", answering.headers.get("content-type", ""))


def _too_large(limit: int) -> NotFetched:
    return NotFetched("too_large", f"is larger than {limit >> 20} MB")
