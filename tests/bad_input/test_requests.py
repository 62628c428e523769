"""HTTP that is not what it says it is."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator

import httpx2
import pytest

from tests.bad_input.answers import assert_plain
from tests.bad_input.sender import BASE, PATIENCE, Sender
from tests.pdf.samples import contract

pytestmark = pytest.mark.usefixtures("nothing_stays")

BOUNDARY = "x-boundary-x"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


def upload(sender: Sender, content: bytes, media: str = FORM) -> httpx2.Response:
    return sender.api.post(f"{BASE}/signatures", content=content, headers={"Content-Type": media})


def part(disposition: str, content: bytes = b"x") -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n"
    return head.encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()
FILE = part('form-data; name="file"; filename="contract.pdf"', contract())


@pytest.mark.parametrize(
    "media", ["application/json", "text/plain", "application/pdf", "multipart/mixed", "nonsense"]
)
def test_another_content_type_is_refused(sender: Sender, media: str) -> None:
    assert_plain(upload(sender, b"{}", media), "Content-Type must be multipart/form-data", 415)


HALF = "Multipart body ends half way"
MALFORMED = {
    "no boundary": (b"--x\r\n", "multipart/form-data", "Multipart body without a boundary"),
    "another boundary": (b"--y--\r\n", FORM, HALF),
    "no form at all": (contract(), FORM, HALF),
    "no name": (part("form-data") + END, FORM, "At least 1 file must be provided"),
    "ends half way": (FILE, FORM, HALF),
    "text that is no UTF-8": (
        part('form-data; name="name"', b"\xff\xfe") + END, FORM, "A text part is not UTF-8",
    ),
    "too many parts": (part('form-data; name="a"') * 1001 + END, FORM, "Malformed multipart body"),
}  # fmt: skip


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_form_is_refused(sender: Sender, case: str) -> None:
    content, media, text = MALFORMED[case]
    assert_plain(upload(sender, content, media), text)


def test_a_path_in_a_file_name_leads_nowhere(sender: Sender) -> None:
    climbing = part('form-data; name="file"; filename="../../../contract.pdf"', contract())
    assert_plain(upload(sender, climbing + END), "A name must be provided")


QUERIES = ["page=%", "page=0", "page=-1", "page=x", "page=1e9", "page=99999999999", "pageSize=101",
           "status=%00", "status=nothing", "name=%ff", "&" * 5000, "a=1&" * 300]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:20])
def test_a_malformed_query_is_answered_in_plain_text(sender: Sender, query: str) -> None:
    answer = sender.api.get(f"{BASE}/submissions?{query}")
    if answer.status_code != 200:  # what is unknown may be ignored
        assert (answer.status_code, "\n" in answer.text) == (400, False)
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("uuid", ["x", "%00", "%2e%2e", "0" * 5000, "%ff%fe", "'", "%F0%9F%98%80"])
def test_a_submission_that_never_was_is_unknown(sender: Sender, uuid: str) -> None:
    for path in (
        f"submissions/{uuid}",
        f"submissions/{uuid}/audit",
        f"submissions/{uuid}/documents",
    ):
        answer = sender.api.get(f"{BASE}/{path}")
        assert (answer.status_code, answer.text) in (
            (400, "Submission unknown"),
            (404, "Not Found"),
        )


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer x y", "Basic eDp5", "Bearer " + "x" * 9000]
)
def test_a_credential_that_is_none_is_refused(sender: Sender, authorization: str) -> None:
    headers = {"Authorization": authorization}
    answer = httpx2.get(f"{sender.server.url}{BASE}/submissions", headers=headers)
    assert_plain(answer, "User not founded for this API Token", 401)


BAD_BODIES = {
    "broken": b'{"name": ',
    "no object": b"[]",
    "deep": b'{"name":' + b"[" * 200 + b"]" * 200 + b"}",
    "no UTF-8": b'{"name": "\xff"}',
    "a name of a wrong kind": b'{"name": 7}',
}


@pytest.mark.parametrize("case", BAD_BODIES)
def test_a_json_body_that_is_broken_is_refused(sender: Sender, case: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = sender.api.post(f"{BASE}/tokens", content=BAD_BODIES[case], headers=headers)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_an_answer_does_not_tell_which_program_gave_it(sender: Sender) -> None:
    for path in (f"{BASE}/tokens/usage", f"{BASE}/nothing", "/healthz"):
        assert "server" not in sender.api.get(path).headers


# ------------------------------------------------------------------ below HTTP


@contextlib.contextmanager
def connected(sender: Sender) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", sender.server.port), PATIENCE) as opened:
        yield opened


def head(sender: Sender, *lines: str) -> bytes:
    first = [f"POST {BASE}/signatures HTTP/1.1", "Host: countersign.test"]
    mine = [f"Authorization: Bearer {sender.token}", f"Content-Type: {FORM}"]
    return "\r\n".join([*first, *mine, *lines, "", ""]).encode()


@pytest.mark.parametrize("announced", [len(FILE) + 100, 30 << 20], ids=["small", "large"])
def test_a_body_that_stops_half_way_leaves_nothing(sender: Sender, announced: int) -> None:
    """The small one waits in memory, the large one was being staged."""
    with connected(sender) as opened:
        opened.sendall(head(sender, f"Content-Length: {announced}") + FILE)
        assert sender.api.get(f"{BASE}/submissions?pageSize=1").status_code == 200


def test_a_chunked_body_that_stops_half_way_leaves_nothing(sender: Sender) -> None:
    with connected(sender) as opened:
        chunk = f"{len(FILE):x}\r\n".encode() + FILE + b"\r\n"
        opened.sendall(head(sender, "Transfer-Encoding: chunked") + chunk)
        opened.shutdown(socket.SHUT_WR)
        assert opened.recv(100) == b""


GARBAGE = {
    "noise": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "another version": b"GET / HTTP/9.7\r\n\r\n",
    "a header without end": b"GET / HTTP/1.1\r\nX: " + b"x" * 200_000,
    "two lengths": b"POST /s/x/open HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
    "a negative length": b"POST /s/x/open HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
    "a chunk that is none": b"POST /s/x/complete HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz",
}


@pytest.mark.parametrize("case", GARBAGE)
def test_what_is_no_http_is_refused_and_the_connection_closed(sender: Sender, case: str) -> None:
    refused = (b"HTTP/1.1 400", b"HTTP/1.1 431")
    with connected(sender) as opened, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        opened.sendall(GARBAGE[case])
        answer = opened.recv(1000)
        assert answer.startswith(refused) or answer == b""


def test_a_web_socket_is_not_offered(sender: Sender) -> None:
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    answer = sender.api.get(f"{BASE}/submissions/x", headers=headers)
    assert_plain(answer, "Submission unknown")


def test_many_stalled_uploads_hold_nobody_up(sender: Sender) -> None:
    """More of them than there are threads for handlers."""
    with contextlib.ExitStack() as stack:
        for number in range(40):
            opened = stack.enter_context(connected(sender))
            announced = 5 << 20 if number % 2 else 5000
            opened.sendall(head(sender, f"Content-Length: {announced}") + FILE[:1000])
        answer = sender.post(signers=json.dumps([]))
        assert_plain(answer, "At least 1 signer must be provided")
