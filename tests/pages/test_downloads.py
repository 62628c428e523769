"""Files behind links that expire."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from countersign.domain.document import Document, FileRef, Segment, SegmentKind
from countersign.httpkit import ByPrefix, Runtime
from countersign.pages import downloads
from countersign.usecases.views import download_link
from tests.adapters import samples
from tests.adapters.house import House, opened

pytestmark = pytest.mark.slow

BASE, ACT, SEAL = b"%PDF-1.7 base ", b"act of Ada ", b"seal"


def ref(data: bytes) -> FileRef:
    return FileRef(hashlib.sha256(data).hexdigest(), len(data))


def segment(kind: SegmentKind, data: bytes) -> Segment:
    return Segment(kind=kind, file=ref(data), chain={}, facts={})


def document(name: str = "Rental agreement.pdf") -> Document:
    return replace(
        samples.document(),
        name=name,
        base=ref(BASE),
        segments=(segment(SegmentKind.ACT, ACT), segment(SegmentKind.SEAL, SEAL)),
    )


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened(tmp_path) as house:
        for data in (BASE, ACT, SEAL):
            house.shelf.put(ref(data), data)
        yield house


@contextmanager
def browsing(house: House, tmp_path: Path) -> Iterator[TestClient]:
    runtime = Runtime(tmp_path / "staging", handler_threads=4)
    app = ByPrefix({"/d": downloads.build(house.ports, runtime)}, runtime.lifespan)
    with TestClient(app) as client:
        yield client


@pytest.fixture
def client(house: House, tmp_path: Path) -> Iterator[TestClient]:
    with browsing(house, tmp_path) as client:
        yield client


def link(house: House, document: Document) -> str:
    envelope = samples.envelope(documents=(document,))
    house.open(envelope)
    url = download_link(envelope, document, house.ports)
    return url.removeprefix("https://sign.test")


def test_a_link_gives_the_whole_document_under_its_name(house: House, client: TestClient) -> None:
    answer = client.get(link(house, document()))
    assert answer.status_code == 200
    assert answer.content == BASE + ACT + SEAL
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="Rental agreement.pdf"'
    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["content-length"] == str(len(BASE + ACT + SEAL))


def test_a_link_keeps_to_the_revision_it_was_made_for(house: House, client: TestClient) -> None:
    whole = document()
    envelope = samples.envelope(documents=(whole,))
    house.open(envelope)
    url = download_link(envelope, whole.until(1), house.ports).removeprefix("https://sign.test")
    assert client.get(url).content == BASE + ACT


def test_a_broken_off_download_goes_on_where_it_stopped(house: House, client: TestClient) -> None:
    url = link(house, document())
    etag = client.get(url).headers["etag"]
    rest = client.get(url, headers={"range": "bytes=20-", "if-range": etag})
    assert (rest.status_code, rest.content) == (206, (BASE + ACT + SEAL)[20:])
    assert house.shelf.asked[-1] == (20, len(BASE + ACT + SEAL) - 20)


def test_a_file_that_the_browser_has_is_not_sent_again(house: House, client: TestClient) -> None:
    url = link(house, document())
    etag = client.get(url).headers["etag"]
    again = client.get(url, headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert len(house.shelf.asked) == 1


def test_head_tells_the_size_and_reads_nothing(house: House, client: TestClient) -> None:
    answer = client.head(link(house, document()))
    assert (answer.status_code, answer.headers["content-length"]) == (200, "29")
    assert house.shelf.asked == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Rental agreement", 'filename="Rental agreement.pdf"'),
        ("SCAN.PDF", 'filename="SCAN.PDF"'),
        ("Årsrapport 王.pdf", "filename*=UTF-8''%C3%85rsrapport%20%E7%8E%8B.pdf"),
        ('a"b\r\nx: y.pdf', "filename*=UTF-8''a%22b%0D%0Ax%3A%20y.pdf"),
    ],
)
def test_the_file_is_named_like_the_document(
    house: House, client: TestClient, name: str, expected: str
) -> None:
    answer = client.get(link(house, document(name)))
    assert expected in answer.headers["content-disposition"]
    assert "x" not in answer.headers


def test_an_expired_link_says_so_in_plain_words(house: House, client: TestClient) -> None:
    url = link(house, document())
    house.clock.move(timedelta(hours=1))
    answer = client.get(url)
    assert answer.status_code == 403
    assert "expired" in answer.text
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("token", ["x", "%00", "a" * 72, "é", ".."])
def test_an_unknown_link_is_not_found(client: TestClient, token: str) -> None:
    answer = client.get(f"/d/{token}")
    assert answer.status_code == 404


def test_a_link_to_a_document_that_is_gone_is_not_found(house: House, client: TestClient) -> None:
    url = house.ports.links.download(
        samples.envelope(), document(), house.clock() + timedelta(hours=1)
    )
    assert client.get(url.removeprefix("https://sign.test")).status_code == 404


def test_a_link_only_gives(house: House, client: TestClient) -> None:
    answer = client.post(link(house, document()))
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("name", "saved"),
    [("Lease.PDF", "Lease.PDF"), ("Lease", "Lease.pdf"), ("Lease.docx", "Lease.pdf")],
)
def test_a_pdf_is_saved_as_one(name: str, saved: str) -> None:
    assert downloads.file_name(document(name)) == saved
