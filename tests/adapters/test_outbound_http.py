"""Calls to addresses that strangers chose."""

import socket
import time

import pytest

from countersign.adapters.outbound_http import CallFailed, OutboundHttp, is_public
from tests.adapters.conftest import Outbound
from tests.adapters.raw_server import raw_server, read_request
from tests.adapters.tls import tls_listener, trusting_context
from tests.support.network import free_port
from tests.support.webhooks import Answer, WebhookReceiver

pytestmark = pytest.mark.slow

PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e"]
PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "2002:7f00:1::1",
    "2001:0:7f00:1::1",
    "2001:db8::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_open_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_no_other_address_is_public(address: str) -> None:
    assert not is_public(address)


def why(http: OutboundHttp, url: str) -> str:
    with pytest.raises(CallFailed) as failure:
        http.call("POST", url, {}, b"{}")
    return str(failure.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:{port}/",
        "https://localhost:{port}/",
        "https://[::1]:{port}/",
        "https://[::ffff:127.0.0.1]:{port}/",
        "https://0.0.0.0:{port}/",
        "http://127.0.0.1:{port}/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/",
    ],
)
def test_no_spelling_of_a_private_address_is_called(url: str, outbound: Outbound) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        assert why(outbound(), url.format(port=listener.getsockname()[1])) == (
            "address not allowed" if not url.startswith("file") else "address not understood"
        )
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1"])
def test_old_spellings_of_numbers_are_judged_by_what_they_mean(
    host: str, outbound: Outbound
) -> None:
    def as_the_c_library_reads_it(host: str, _port: int) -> list[str]:
        return [socket.inet_ntoa(socket.inet_aton(host))]

    http = outbound(resolve=as_the_c_library_reads_it)
    assert why(http, f"https://{host}/") in ("address not allowed", "address not understood")


def test_a_name_that_resolves_to_a_private_address_is_refused(outbound: Outbound) -> None:
    http = outbound(resolve=lambda _host, _port: ["10.0.0.7", "127.0.0.1"])
    assert why(http, "https://innocent.test/hook") == "address not allowed"


def test_a_name_is_looked_up_once_and_the_checked_address_is_called(outbound: Outbound) -> None:
    lookups: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        lookups.append(host)
        return ["192.0.2.9"] if len(lookups) > 1 else ["127.0.0.1"]

    http = outbound(allow_private=True, resolve=rebinding, tls=trusting_context())
    with tls_listener() as port:
        assert http.call("POST", f"https://receiver.test:{port}/", {}, b"{}").status == 200
    assert lookups == ["receiver.test"]


def test_the_second_address_of_a_name_is_tried_when_the_first_does_not_answer(
    webhook_receiver: WebhookReceiver, outbound: Outbound
) -> None:
    http = outbound(allow_private=True, resolve=lambda *_: ["127.0.0.2", "127.0.0.1"])
    port = webhook_receiver.url.rpartition(":")[2]
    assert http.call("POST", f"http://receiver.test:{port}/", {}, b"{}").status == 200


def test_http_and_private_addresses_are_called_in_the_sandbox(
    webhook_receiver: WebhookReceiver, outbound: Outbound
) -> None:
    webhook_receiver.answer = Answer(201, b"made")
    http = outbound(allow_private=True)
    answered = http.call("POST", webhook_receiver.url + "/a?b=c", {"x-a": "ø"}, b'{"a":1}')
    assert (answered.status, answered.body) == (201, b"made")
    (request,) = webhook_receiver.requests
    assert (request.method, request.path, request.json()) == ("POST", "/a?b=c", {"a": 1})


def test_a_user_and_password_in_the_address_are_sent_as_basic_authorisation(
    webhook_receiver: WebhookReceiver, outbound: Outbound
) -> None:
    url = webhook_receiver.url.replace("http://", "http://me:s%40crt@")
    outbound(allow_private=True).call("POST", url, {}, b"")
    assert webhook_receiver.requests[0].headers["Authorization"] == "Basic bWU6c0BjcnQ="


def test_a_connection_is_used_again(outbound: Outbound) -> None:
    lookups: list[str] = []

    def counting(host: str, _port: int) -> list[str]:
        lookups.append(host)
        return ["127.0.0.1"]

    http = outbound(allow_private=True, resolve=counting)
    with raw_server(_two_answers) as url:
        for _ in range(2):
            assert http.call("POST", url, {}, b"{}").status == 200
    assert len(lookups) == 1


def _two_answers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def test_nobody_listening_is_told_in_words(outbound: Outbound) -> None:
    http = outbound(allow_private=True)
    assert why(http, f"http://127.0.0.1:{free_port()}/") == "connection refused"


def test_an_unknown_name_is_told_in_words(outbound: Outbound) -> None:
    assert why(outbound(), "https://receiver.invalid/") == "name not found"


@pytest.mark.parametrize("url", ["", "https://", "https:///x", "https://[::", "not an address"])
def test_what_is_no_address_is_told_in_words(url: str, outbound: Outbound) -> None:
    assert why(outbound(), url) in ("address not understood", "address not allowed")


def test_a_certificate_that_nobody_vouches_for_is_told_in_words(outbound: Outbound) -> None:
    with tls_listener() as port:
        http = outbound(allow_private=True)
        assert why(http, f"https://127.0.0.1:{port}/") == "TLS failed"


def test_headers_cannot_be_smuggled_in(
    webhook_receiver: WebhookReceiver, outbound: Outbound
) -> None:
    with pytest.raises(CallFailed, match="headers not allowed"):
        outbound(allow_private=True).call(
            "POST", webhook_receiver.url, {"x-a": "1\r\nx-evil: 2"}, b""
        )
    assert webhook_receiver.requests == []


def _drip_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nx-slow: ")
    while True:
        time.sleep(0.05)
        connection.sendall(b"a")


def _drip_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    while True:
        time.sleep(0.05)
        connection.sendall(b"a")


def _silence(_connection: socket.socket) -> None:
    time.sleep(5)


@pytest.mark.parametrize("pace", [_drip_headers, _drip_body, _silence])
def test_a_call_ends_in_time_however_slow_the_answer(pace: object, outbound: Outbound) -> None:
    http = outbound(allow_private=True, time_limit=0.3)
    with raw_server(pace) as url:  # type: ignore[arg-type]
        started = time.monotonic()
        assert why(http, url) == "timed out"
        assert time.monotonic() - started < 1


def _endless(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"a" * 65536)


def test_an_endless_answer_is_read_up_to_the_limit_and_left(outbound: Outbound) -> None:
    with raw_server(_endless) as url:
        answered = outbound(allow_private=True).call("POST", url, {}, b"", 1000)
    assert (answered.status, answered.body) == (200, b"a" * 1000)


def test_an_answer_that_is_no_http_is_told_in_words(outbound: Outbound) -> None:
    with raw_server(lambda connection: connection.sendall(b"220 mail.test ESMTP\r\n")) as url:
        assert why(outbound(allow_private=True), url) == "connection failed"
