"""The public page that says what a PDF's signatures say: with and without a script."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from starlette.testclient import TestClient

from countersign.adapters.pdf_engine import verify_anybody
from countersign.httpkit import ByPrefix, Runtime
from countersign.pages import verify
from countersign.pages.verify.routes import AT_ONCE
from tests.contracts.threads import at_once
from tests.pages.dashboard.office import Office, opened, texts
from tests.pdf import foreign, samples
from tests.support.processes import wait_until
from tests.support.server import StartServer

pytestmark = pytest.mark.slow
MB = 1 << 20


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with opened(tmp_path_factory.mktemp("verify"), max_upload_mb=2) as made:
        yield made


@pytest.fixture(scope="module")
def authority() -> foreign.Authority:
    return foreign.Authority()


def ask(office: Office, data: bytes, name: str = "contract.pdf") -> Any:
    return office.browser.post("/verify", files={"file": (name, data, "application/pdf")})


def test_the_page_says_what_the_command_says(office: Office, authority: foreign.Authority) -> None:
    data = foreign.signed_contract(authority, ["Åsa Öberg", "Eve Foreign"])
    answer = ask(office, data)
    assert answer.status_code == 200
    words = verify_anybody(data, []).words
    said = texts(answer.text)
    assert 'data-verdict="untrusted"' in answer.text
    assert words.headline.lower() in said.lower()
    assert words.sentence in said.lower()
    for paragraph in words.paragraphs:
        assert paragraph.head.replace("<", "&lt;").replace(">", "&gt;") in said
        for _label, text in paragraph.rows:
            assert text in said
    assert "Åsa Öberg" in said
    assert "PAdES B-T" in said


def test_a_changed_file_is_not_valid(office: Office, authority: foreign.Authority) -> None:
    data = foreign.signed_contract(authority, stamped=False)
    changed = data.replace(b"/MediaBox", b"/MediaBoy", 1)
    assert changed != data
    assert 'data-verdict="invalid"' in ask(office, changed).text


def test_a_file_without_signatures_is_called_unsigned(office: Office) -> None:
    answer = ask(office, samples.contract())
    assert 'data-verdict="unsigned"' in answer.text


@pytest.mark.parametrize(
    ("data", "status", "sentence"),
    [
        (b"", 400, "choose one PDF"),
        (b"GIF89a", 422, "cannot be read as a PDF"),
        (b"%PDF-1.7\n" + b"\0" * 100, 422, "cannot be read as a PDF"),
        (samples.without_pages(), 422, "cannot be read as a PDF"),
        (b"%PDF-1.7\n" + bytes(2 * MB), 413, "larger than 2 MB"),
        (bytes(8 * MB), 413, "larger than 2 MB"),
    ],
    ids=["empty", "picture", "broken", "no pages", "a little too large", "much too large"],
)
def test_a_bad_file_is_refused_in_plain_words(
    office: Office, data: bytes, status: int, sentence: str
) -> None:
    answer = ask(office, data)
    assert answer.status_code == status
    assert sentence in texts(answer.text)
    assert 'id="verify-form"' in answer.text, "and another can be tried"


def test_what_is_no_form_at_all_is_refused(office: Office) -> None:
    for more in ({"json": {}}, {"content": b"x"}, {"data": {"file": "text"}}):
        answer = office.browser.post("/verify", **more)  # type: ignore[arg-type]
        assert answer.status_code in (400, 415)
        assert "choose one PDF" in answer.text


def test_names_in_the_file_are_text_and_never_markup(
    office: Office, authority: foreign.Authority
) -> None:
    evil = "<script>alert(1)</script>"
    data = foreign.signed_contract(authority, [f'{evil}"><img src=x onerror=1>', "{{7*7}}%(x)s"])
    answer = ask(office, data, name=f"{evil}.pdf")
    assert answer.status_code == 200
    assert evil not in answer.text
    assert "<img" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text
    assert "{{7*7}}%(x)s" in answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_nothing_is_kept(office: Office, authority: foreign.Authority) -> None:
    folder = office.installation.settings.data
    before = {path for path in folder.rglob("*") if path.is_file()}
    ask(office, foreign.signed_contract(authority, stamped=False))
    ask(office, b"GIF89a")
    after = {path for path in folder.rglob("*") if path.is_file()}
    assert {path.name for path in after - before} <= {"rate-limits.db-wal", "rate-limits.db-shm"}


def test_a_server_that_is_killed_keeps_nothing_either(start_server: StartServer) -> None:
    server = start_server()
    head = (
        f"POST /verify HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Length: {20 * MB}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    )
    staging = server.data / "staging"
    with socket.create_connection(("127.0.0.1", server.port)) as upload:
        upload.sendall(head.encode() + b"%PDF" + bytes(10 * MB))
        wait_until(lambda: any(staging.glob("process-*/request-*/*")), "the file to be staged")
        server.kill()
    assert any(staging.glob("process-*/request-*/*"))
    start_server(data=server.data)
    assert not any(staging.glob("process-*/request-*/*"))


def test_too_many_files_from_one_place_are_refused_before_they_are_read(tmp_path: Path) -> None:
    with opened(tmp_path) as office:
        answers = [office.browser.post("/verify", files={"file": b"x"}) for _ in range(31)]
    assert [one.status_code for one in answers[:30]] == [422] * 30
    assert answers[30].status_code == 429
    assert int(answers[30].headers["retry-after"]) > 0
    assert "wait a few minutes" in answers[30].text


def test_slow_files_of_strangers_leave_room_for_everybody_else(tmp_path: Path) -> None:
    """Whoever has a file that takes a minute to check could else hold up every handler."""
    more, looked_at, go_on = 2, [], Event()

    def slow(path: Path) -> Any:
        looked_at.append(path)
        assert go_on.wait(20)
        return verify_anybody(samples.contract(), []).words

    runtime = Runtime(tmp_path / "staging", handler_threads=AT_ONCE + more)
    page = verify.build(runtime, slow, largest_file=MB)
    application = ByPrefix({"/": page}, runtime.lifespan)

    with TestClient(application) as client:

        def post(_number: int) -> int:
            status: int = client.post("/verify", files={"file": b"%PDF"}).status_code
            if status == 503:
                go_on.set()
            return status

        answers = at_once(AT_ONCE + more, post)
    assert sorted(answers) == [200] * AT_ONCE + [503] * more
    assert len(looked_at) == AT_ONCE


def test_texts_are_not_kept_for_a_form_that_has_none(office: Office) -> None:
    parts = [("note", (None, "x" * 2000))] * 3
    answer = office.browser.post("/verify", files=[*parts, ("file", b"%PDF")])
    assert answer.status_code == 413
