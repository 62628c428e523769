"""Too much of everything: bytes, signers, fields, words."""

from __future__ import annotations

import io
import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import psutil
import pytest
from pikepdf import Pdf

from tests.bad_input.answers import assert_plain
from tests.bad_input.sender import BASE, PATIENCE, Sender, area, field, new_sender, person
from tests.pdf.samples import contract, saved
from tests.support.server import StartServer

MB = 1 << 20
BOUNDARY = "x-boundary-x"
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
HEAD = (
    f"--{BOUNDARY}\r\nContent-Disposition: form-data; "
    'name="file"; filename="contract.pdf"\r\n\r\n%PDF-1.7\n'
).encode()


def pieces(megabytes: int) -> Iterator[bytes]:
    yield HEAD
    for _ in range(megabytes):
        yield bytes(MB)
    yield f"\r\n--{BOUNDARY}--\r\n".encode()


@pytest.mark.usefixtures("nothing_stays")
def test_200_megabytes_are_refused_and_cost_no_memory(sender: Sender) -> None:
    """Of unknown length, so that the server has to read until it is too much."""
    server = psutil.Process(sender.server.process.pid)
    before = server.memory_info().rss
    answer = sender.api.post(f"{BASE}/signatures", content=pieces(200), headers=FORM)
    assert_plain(answer, "File too large", 413)
    assert server.memory_info().rss - before < 20 * MB


@pytest.mark.usefixtures("nothing_stays")
@pytest.mark.parametrize("expect", ["", "Expect: 100-continue\r\n"])
def test_what_is_announced_as_too_large_is_not_even_awaited(sender: Sender, expect: str) -> None:
    head = (
        f"POST {BASE}/signatures HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {sender.token}\r\n"
        f"Content-Type: {FORM['Content-Type']}\r\nContent-Length: {1 << 40}\r\n{expect}\r\n"
    )
    with socket.create_connection(("127.0.0.1", sender.server.port), PATIENCE) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


@pytest.mark.usefixtures("nothing_stays")
def test_a_stranger_cannot_make_the_server_read_an_upload(sender: Sender) -> None:
    headers = FORM | {"Authorization": "Bearer nobody"}
    answer = httpx2.post(
        f"{sender.server.url}{BASE}/signatures", content=pieces(30), headers=headers
    )
    assert_plain(answer, "User not founded for this API Token", 401)


def padded(size: int) -> bytes:
    """A contract that carries so many bytes which do not compress."""
    with Pdf.open(io.BytesIO(contract(1))) as pdf:
        pdf.Root.Padding = pdf.make_stream(os.urandom(size))
        return saved(pdf)


def test_the_limit_for_a_file_is_a_setting(start_server: StartServer) -> None:
    with new_sender(start_server("--sandbox", settings={"MAX_UPLOAD_MB": "1"})) as sender:
        before = sender.traces()
        large = [("contract.pdf", padded(MB + 1))]
        assert_plain(sender.post(large), "File too large", 413)
        assert sender.traces() == before
        sender.create([("contract.pdf", padded(MB - 20_000))])


def cpu_seconds(sender: Sender) -> float:
    """What the server has worked so far, in all: a busy machine makes a wall clock lie."""
    times = psutil.Process(sender.server.process.pid).cpu_times()
    return float(times.user + times.system)


def test_a_thousand_signers_are_sent_quickly_and_can_sign(sender: Sender) -> None:
    people = [
        person(firstname=f"Lea {number}", fields=[field(area=area(y=number % 700, h=20))])
        for number in range(1000)
    ]
    before = cpu_seconds(sender)
    signers = sender.signers(signers=people)
    assert len(signers) == 1000
    assert cpu_seconds(sender) - before < 6
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda signer: signer.complete(), signers[::499]))
    assert [answer.status_code for answer in answers] == [200] * 3, answers[0].text


@pytest.mark.usefixtures("nothing_stays")
def test_more_than_a_thousand_signers_are_refused(sender: Sender) -> None:
    answer = sender.post(signers=[person()] * 1001)
    assert_plain(answer, "At most 1000 signers can be provided")


@pytest.mark.usefixtures("nothing_stays")
def test_a_text_part_beyond_its_limit_is_refused(sender: Sender) -> None:
    assert_plain(sender.post(signers="[" + " " * (9 * MB) + "]"), "File too large", 413)
