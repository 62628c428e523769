"""Through a real server and a socket that can misbehave."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.support.processes import wait_until

from . import sample
from .conftest import left_in
from .live import LiveServer, read_answer

pytestmark = pytest.mark.slow

KEY = b"Authorization: Bearer secret\r\n"
JSON = b"Content-Type: application/json\r\n"
PDF = b"Content-Type: application/pdf\r\n"
FORM = b"Content-Type: multipart/form-data; boundary=edge\r\n"
FILE = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
MB = 1 << 20


def head(path: bytes, *headers: bytes, method: bytes = b"POST") -> bytes:
    return method + b" " + path + b" HTTP/1.1\r\nHost: x\r\n" + b"".join(headers) + b"\r\n"


def length(size: int) -> bytes:
    return f"Content-Length: {size}\r\n".encode()


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


CHUNKED = b"Transfer-Encoding: chunked\r\n"


@pytest.mark.parametrize("headers", [[length(50 * MB)], [CHUNKED]], ids=["announced", "chunked"])
@pytest.mark.parametrize("kind", [JSON, PDF, FORM])
def test_a_stranger_is_answered_before_a_large_body_is_read(
    live: LiveServer, headers: list[bytes], kind: bytes
) -> None:
    path = {JSON: b"/v1/clubs", PDF: b"/v1/files", FORM: b"/v1/forms"}[kind]
    status, _ = live.raw(head(path, kind, *headers))
    assert status == 401


def test_a_client_that_waits_to_be_asked_is_not_asked_when_it_is_a_stranger(
    live: LiveServer,
) -> None:
    status, _ = live.raw(head(b"/v1/clubs", JSON, length(10), b"Expect: 100-continue\r\n"))
    assert status == 401


def test_413_is_answered_before_the_upload_is_finished(live: LiveServer) -> None:
    status, _ = live.raw(head(b"/v1/files", KEY, PDF, length(301 * MB)) + b"x" * MB)
    assert status == 413


def test_a_client_that_goes_on_sending_still_reads_its_413(live: LiveServer) -> None:
    with live.connect() as connection:
        connection.sendall(head(b"/v1/clubs", KEY, JSON, length(20 * MB)))
        for _ in range(20):
            connection.sendall(b" " * MB)
        assert read_answer(connection)[0] == 413
        connection.sendall(head(b"/v1/clubs", KEY, method=b"GET"))
        assert read_answer(connection)[0] == 200


def test_a_chunked_body_is_counted_while_it_streams(live: LiveServer) -> None:
    with live.connect() as connection:
        connection.sendall(head(b"/v1/clubs", KEY, JSON, CHUNKED))
        for _ in range(3):
            connection.sendall(chunk(b" " * MB))
        assert read_answer(connection)[0] == 413


def test_a_chunked_body_is_read(live: LiveServer, seen: sample.Seen) -> None:
    body = b"".join(chunk(b"x" * 70_000) for _ in range(40)) + b"0\r\n\r\n"
    status, _ = live.raw(head(b"/v1/files", KEY, PDF, CHUNKED) + body)
    assert (status, seen.uploads[0].size) == (200, 2_800_000)


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Neither we nor the server complain while the test runs."""
    with capture_logs() as lines:
        yield
    assert lines == []
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("sent", [100, 3 * MB], ids=["at once", "later"])
@pytest.mark.parametrize("announced", [200_000, 9 * MB], ids=["small", "large"])
@pytest.mark.parametrize("kind", [JSON, PDF, FORM])
def test_a_client_that_breaks_off_leaves_nothing_and_makes_no_noise(
    live: LiveServer, staging: Path, seen: sample.Seen, kind: bytes, announced: int, sent: int
) -> None:
    path = {JSON: b"/v1/clubs", PDF: b"/v1/files", FORM: b"/v1/forms"}[kind]
    body = (FILE + b"x" * sent)[: announced - 1]
    with live.connect() as connection:
        connection.sendall(head(path, KEY, kind, length(announced)) + body)
        if len(body) > MB and kind != JSON:
            wait_until(lambda: left_in(staging) != [], "starting to read")
    wait_until(lambda: left_in(staging) == [], "cleaning up")
    assert live.raw(head(b"/v1/clubs", KEY, method=b"GET"))[0] == 200
    assert seen.uploads == []


@pytest.mark.parametrize("size", [1000, 3 * MB], ids=["small", "large"])
def test_what_was_asked_for_whole_is_done_though_nobody_waits_for_the_answer(
    live: LiveServer, seen: sample.Seen, size: int
) -> None:
    body = FILE + b"x" * size + b"\r\n--edge--\r\n"
    with live.connect() as connection:
        connection.sendall(head(b"/v1/forms", KEY, FORM, length(len(body))) + body)
    wait_until(lambda: len(seen.uploads) == 1, "the handler")


@pytest.mark.usefixtures("quiet")
def test_a_client_that_breaks_off_a_download_stops_it_without_noise(
    live: LiveServer, seen: sample.Seen
) -> None:
    with live.connect() as connection:
        connection.sendall(head(b"/v1/film", method=b"GET"))
        connection.recv(10)
    time.sleep(0.3)  # long enough for the rest, were it still being read
    assert live.raw(head(b"/v1/clubs", KEY, method=b"GET"))[0] == 200
    assert seen.film is not None
    assert seen.film.pieces_read < seen.film.size // seen.film.piece


def test_a_part_of_a_file_through_a_real_server(live: LiveServer) -> None:
    request = head(b"/v1/rules", b"Range: bytes=-5\r\n", method=b"GET")
    assert live.raw(request) == (206, sample.FILE.data[-5:])


@contextmanager
def slow_requests(live: LiveServer, seen: sample.Seen, count: int) -> Iterator[None]:
    """`count` requests whose handlers run until the block is left."""
    request = head(b"/v1/slow", KEY, method=b"GET")
    threads = [threading.Thread(target=live.raw, args=[request]) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: seen.running > 0, "starting a slow handler")
        yield
    finally:
        seen.released.set()
        for thread in threads:
            thread.join()


def test_no_more_handlers_run_at_once_than_there_are_threads(
    staging: Path, seen: sample.Seen
) -> None:
    with LiveServer(sample.app(staging, seen, threads=2)) as live:
        with slow_requests(live, seen, 6):
            wait_until(lambda: seen.running == 2, "starting the second")
            time.sleep(0.1)  # time for a third, were there a thread
        assert seen.most == 2


def test_slow_handlers_do_not_hold_up_an_upload(staging: Path, seen: sample.Seen) -> None:
    with LiveServer(sample.app(staging, seen, threads=1)) as live, live.connect() as upload:
        # Let in before the only handler thread is taken, so that just writing remains
        upload.sendall(head(b"/v1/files", KEY, PDF, length(5 * MB)) + b"x" * 2 * MB)
        wait_until(lambda: left_in(staging) != [], "letting the upload in")
        with slow_requests(live, seen, 1):
            upload.sendall(b"x" * (2 * MB + 1))
            wait_until(lambda: written(staging) >= 3 * MB, "writing")
        upload.sendall(b"x" * (MB - 1))
        assert read_answer(upload)[0] == 200


def written(staging: Path) -> int:
    return sum(path.stat().st_size for path in staging.glob("process-*/request-*/*"))


def test_a_fast_request_does_not_wait_for_a_slow_one(live: LiveServer, seen: sample.Seen) -> None:
    with slow_requests(live, seen, 1):
        assert live.raw(head(b"/v1/clubs", KEY, method=b"GET"))[0] == 200
