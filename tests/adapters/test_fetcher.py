"""Documents fetched from addresses that strangers chose, from real servers."""

from __future__ import annotations

import gzip
import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from countersign.adapters import outbound_connections
from countersign.adapters.fetcher import AT_ONCE, HttpFetcher
from countersign.adapters.files.local import LocalFiles
from countersign.adapters.outbound_http import OutboundHttp
from countersign.domain.errors import NotFetched, Unavailable
from countersign.turns import PATIENCE, Turns
from tests.adapters.raw_server import raw_server
from tests.adapters.tls import tls_listener, trusting_context
from tests.pdf.samples import contract
from tests.support.network import free_port
from tests.support.webhooks import Answer, WebhookReceiver

pytestmark = pytest.mark.slow

MB = 1 << 20
LIMIT = 25 * MB

MakeFetcher = Callable[..., HttpFetcher]


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    return tmp_path / "staging"


@pytest.fixture
def make(staging: Path) -> Iterator[MakeFetcher]:
    with ExitStack() as stack:

        def make(**settings: Any) -> HttpFetcher:
            return stack.enter_context(closing(HttpFetcher(OutboundHttp(**settings), staging)))

        yield make


@pytest.fixture
def sandbox(make: MakeFetcher) -> HttpFetcher:
    return make(allow_private=True)


def left_over(staging: Path) -> list[str]:
    return [path.name for path in staging.rglob("*") if path.parent.name.startswith("request-")]


def code(fetcher: HttpFetcher, url: str, *, limit: int = LIMIT, seconds: float = 10) -> str:
    fetching = fetcher.fetch(url, limit_bytes=limit, timeout_s=seconds)
    with pytest.raises(NotFetched) as refused, fetching:
        pass
    return refused.value.code


def read(fetcher: HttpFetcher, url: str) -> bytes:
    with fetcher.fetch(url, limit_bytes=LIMIT, timeout_s=10) as staged:
        assert staged.sha256 == hashlib.sha256(staged.read()).hexdigest()
        assert staged.size == len(staged.read())
        return staged.read()


# ------------------------------------------------------------------ what comes


def test_a_file_comes_as_it_is_and_leaves_nothing_behind(
    sandbox: HttpFetcher, webhook_receiver: WebhookReceiver, staging: Path
) -> None:
    webhook_receiver.answer = Answer(200, contract())
    assert read(sandbox, webhook_receiver.url + "/a.pdf?key=1") == contract()
    (request,) = webhook_receiver.requests
    assert (request.method, request.path) == ("GET", "/a.pdf?key=1")
    assert left_over(staging) == []


def test_a_file_may_be_taken_away(
    sandbox: HttpFetcher, webhook_receiver: WebhookReceiver, tmp_path: Path
) -> None:
    webhook_receiver.answer = Answer(200, contract())
    files = LocalFiles(tmp_path / "files")
    with sandbox.fetch(webhook_receiver.url, limit_bytes=LIMIT, timeout_s=10) as staged:
        kept = files.adopt(staged.path, staged.sha256)
    assert files.read(kept) == contract()


def test_a_file_of_exactly_the_limit_comes(
    sandbox: HttpFetcher, webhook_receiver: WebhookReceiver
) -> None:
    webhook_receiver.answer = Answer(200, b"x" * 1000)
    with sandbox.fetch(webhook_receiver.url, limit_bytes=1000, timeout_s=10) as staged:
        assert staged.size == 1000
    assert code(sandbox, webhook_receiver.url, limit=999) == "too_large"


def test_https_is_fetched_with_the_certificate_checked(make: MakeFetcher) -> None:
    known = make(allow_private=True, tls=trusting_context())
    with tls_listener() as port:
        assert read(known, f"https://127.0.0.1:{port}/") == b""
    with tls_listener() as port:
        assert code(make(allow_private=True), f"https://127.0.0.1:{port}/") == "unreachable"


def test_redirects_are_followed_from_place_to_place(
    sandbox: HttpFetcher, webhook_receiver: WebhookReceiver
) -> None:
    there = webhook_receiver.url
    ways = [f"{there}/b", "c", "//" + there.removeprefix("http://") + "/d"]
    webhook_receiver.next_answers = [
        Answer(status, headers={"Location": way})
        for status, way in zip((301, 302, 308), ways, strict=True)
    ]
    webhook_receiver.answer = Answer(200, b"%PDF-")
    assert read(sandbox, there + "/a") == b"%PDF-"
    assert [request.path for request in webhook_receiver.requests] == ["/a", "/b", "/c", "/d"]


# ------------------------------------------------------------------ what does not


def test_the_fourth_redirect_is_one_too_many(
    sandbox: HttpFetcher, webhook_receiver: WebhookReceiver
) -> None:
    webhook_receiver.answer = Answer(302, headers={"Location": "/again"})
    assert code(sandbox, webhook_receiver.url) == "too_many_redirects"
    assert len(webhook_receiver.requests) == 4


def test_a_redirect_to_a_private_address_is_not_followed(
    make: MakeFetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """127.0.0.2 stands for a stranger's server on the open internet."""
    monkeypatch.setattr(outbound_connections, "is_public", lambda address: address == "127.0.0.2")
    with socket.create_server(("127.0.0.1", 0)) as inside:
        inside.settimeout(0.05)
        address = f"https://127.0.0.1:{inside.getsockname()[1]}/secrets"
        with tls_listener("127.0.0.2", redirection(address)) as port:
            fetcher = make(tls=trusting_context(), resolve=stranger_or_itself)
            assert code(fetcher, f"https://receiver.test:{port}/a.pdf") == "refused_address"
        with pytest.raises(TimeoutError):
            inside.accept()


def test_a_redirect_away_from_https_is_not_followed(
    make: MakeFetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound_connections, "is_public", lambda address: address == "127.0.0.2")
    with tls_listener("127.0.0.2", redirection("http://receiver.test/a.pdf")) as port:
        fetcher = make(tls=trusting_context(), resolve=stranger_or_itself)
        assert code(fetcher, f"https://receiver.test:{port}/a.pdf") == "not_https"


def stranger_or_itself(host: str, _port: int) -> list[str]:
    return ["127.0.0.2"] if host == "receiver.test" else [host]


def redirection(to: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.7", "169.254.169.254"])
def test_a_private_address_is_refused(make: MakeFetcher, host: str) -> None:
    assert code(make(), f"https://{host}/latest/meta-data") == "refused_address"


def test_a_name_that_leads_into_the_house_is_refused(make: MakeFetcher) -> None:
    fetcher = make(resolve=lambda _host, _port: ["192.168.0.9"])
    assert code(fetcher, "https://innocent.test/a.pdf") == "refused_address"


@pytest.mark.parametrize("url", ["http://files.test/a.pdf", "ftp://files.test/a.pdf"])
def test_nothing_but_https_is_taken(make: MakeFetcher, url: str) -> None:
    assert code(make(), url) == "not_https"


@pytest.mark.parametrize("url", ["", "a.pdf", "https://", "https:///a.pdf", "https://[::", "\x00"])
def test_what_is_no_address_is_refused(make: MakeFetcher, url: str) -> None:
    assert code(make(), url) in ("not_understood", "not_https")


@pytest.mark.parametrize("status", [401, 403, 404, 410, 451])
def test_a_file_that_is_not_there_is_told(
    sandbox: HttpFetcher, webhook_receiver: WebhookReceiver, status: int
) -> None:
    webhook_receiver.answer = Answer(status, b"sorry")
    assert code(sandbox, webhook_receiver.url) == "not_found"


@pytest.mark.parametrize("answer", [Answer(500), Answer(503), Answer(204), Answer(302)])
def test_an_answer_that_brings_no_file_is_told(
    sandbox: HttpFetcher, webhook_receiver: WebhookReceiver, answer: Answer
) -> None:
    webhook_receiver.answer = answer
    assert code(sandbox, webhook_receiver.url) == "unreachable"


def test_nobody_there_is_told(make: MakeFetcher) -> None:
    assert code(make(allow_private=True), f"http://127.0.0.1:{free_port()}/") == "unreachable"
    assert code(make(), "https://nowhere.invalid/a.pdf") == "unreachable"


def test_a_file_that_breaks_off_is_told(sandbox: HttpFetcher, staging: Path) -> None:
    def half(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n%PDF-1.7")

    with raw_server(half) as url:
        assert code(sandbox, url) == "unreachable"
    assert left_over(staging) == []


def test_a_hundred_megabytes_are_refused_by_what_is_announced(sandbox: HttpFetcher) -> None:
    def announced(connection: socket.socket) -> None:
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {100 * MB}\r\n\r\n".encode())
        time.sleep(5)

    begun = time.monotonic()
    with raw_server(announced) as url:
        assert code(sandbox, url) == "too_large"
    assert time.monotonic() - begun < 2


def test_a_hundred_megabytes_without_announcement_are_left_at_the_limit(
    sandbox: HttpFetcher, staging: Path
) -> None:
    sent: list[int] = []
    gone = threading.Event()

    def endless(connection: socket.socket) -> None:
        try:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n%PDF-1.7")
            for _ in range(100):
                connection.sendall(b"x" * MB)
                sent.append(MB)
        finally:
            gone.set()

    with raw_server(endless) as url:
        assert code(sandbox, url, limit=5 * MB) == "too_large"
        assert gone.wait(5), "the connection is closed, not read to its end"
    assert sum(sent) < 20 * MB
    assert left_over(staging) == []


def test_a_gzip_bomb_stays_as_small_as_it_came(
    sandbox: HttpFetcher, webhook_receiver: WebhookReceiver
) -> None:
    bomb = gzip.compress(bytes(50 * MB))
    webhook_receiver.answer = Answer(200, bomb, {"Content-Encoding": "gzip"})
    assert read(sandbox, webhook_receiver.url) == bomb
    assert webhook_receiver.requests[0].headers["Accept-Encoding"] == "identity"


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        time.sleep(0.05)
        connection.sendall(b"a")


def test_a_server_that_drips_is_left_in_time(sandbox: HttpFetcher, staging: Path) -> None:
    begun = time.monotonic()
    with raw_server(drip) as url:
        assert code(sandbox, url, seconds=0.4) == "timeout"
    assert 0.3 < time.monotonic() - begun < 1.5
    assert left_over(staging) == []


def test_a_name_that_is_looked_up_for_ever_is_left_in_time(make: MakeFetcher) -> None:
    released = threading.Event()

    def stuck(_host: str, _port: int) -> list[str]:
        released.wait(5)
        return []

    begun = time.monotonic()
    assert code(make(resolve=stuck), "https://slow.test/a.pdf", seconds=0.3) == "timeout"
    assert time.monotonic() - begun < 1.5
    released.set()


def test_the_time_is_for_all_redirects_together(
    sandbox: HttpFetcher, webhook_receiver: WebhookReceiver
) -> None:
    webhook_receiver.answer = Answer(302, headers={"Location": "/again"}, delay=0.3)
    begun = time.monotonic()
    assert code(sandbox, webhook_receiver.url, seconds=0.7) == "timeout"
    assert time.monotonic() - begun < 1.5


def test_slow_addresses_do_not_take_every_thread(sandbox: HttpFetcher) -> None:
    waiting = threading.Barrier(AT_ONCE + 1)

    def wait(url: str) -> None:
        waiting.wait(5)
        assert code(sandbox, url, seconds=1.5) == "timeout"

    with raw_server(drip) as url:
        threads = [threading.Thread(target=wait, args=(url,)) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        waiting.wait(5)
        time.sleep(0.3)
        with pytest.raises(Unavailable):
            code(sandbox, url)
        for thread in threads:
            thread.join()
        assert code(sandbox, url, seconds=0.2) == "timeout", "there is room again"


def test_a_process_that_dies_leaves_nothing_for_long(
    make: MakeFetcher, webhook_receiver: WebhookReceiver, staging: Path
) -> None:
    dead = staging / "process-dead"
    (dead / "request-1").mkdir(parents=True)
    (dead / "request-1" / "1").write_bytes(b"half a file")
    webhook_receiver.answer = Answer(200, b"%PDF-")
    assert read(make(allow_private=True), webhook_receiver.url) == b"%PDF-"
    assert not dead.exists()


def test_others_compute_while_an_address_is_waited_for(sandbox: HttpFetcher) -> None:
    turns = Turns(1)
    begun = threading.Event()

    def waits(connection: socket.socket) -> None:
        begun.set()
        drip(connection)

    def fetch(url: str) -> None:
        with turns.taken():
            code(sandbox, url, seconds=1.5)

    with raw_server(waits) as url:
        thread = threading.Thread(target=fetch, args=(url,))
        thread.start()
        assert begun.wait(5)
        asked = time.monotonic()
        with turns.taken():
            assert time.monotonic() - asked < PATIENCE
        thread.join()
