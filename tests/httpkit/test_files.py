"""Answers that carry a file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from countersign.httpkit import FileContent, content_disposition
from countersign.httpkit.files import parse_range

from .sample import FILE

SIZE = FILE.size


def test_a_file_comes_whole_with_its_digest_as_etag(client: TestClient) -> None:
    answer = client.get("/v1/rules")
    assert (answer.status_code, answer.content) == (200, FILE.data)
    assert answer.headers["etag"] == f'"{FILE.sha256}"'
    assert answer.headers["content-length"] == str(SIZE)
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=5-1500", 5, 1501),
        ("bytes=10000-", 10000, SIZE),
        ("bytes=-7", SIZE - 7, SIZE),
        ("bytes=100-999999", 100, SIZE),
    ],
)
def test_a_part_can_be_asked_for(client: TestClient, asked: str, start: int, stop: int) -> None:
    answer = client.get("/v1/rules", headers={"range": asked})
    assert (answer.status_code, answer.content) == (206, FILE.data[start:stop])
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{SIZE}"


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-1,5-6", "bytes=9-2", "bytes=-", "lines=1-2", "x", f"bytes={'9' * 5000}-"],
)
def test_a_range_that_makes_no_sense_gets_the_whole(client: TestClient, asked: str) -> None:
    assert client.get("/v1/rules", headers={"range": asked}).status_code == 200


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused(client: TestClient, asked: str) -> None:
    answer = client.get("/v1/rules", headers={"range": asked})
    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["content-range"] == f"bytes */{SIZE}"


def test_a_file_that_did_not_change_is_not_sent_again(client: TestClient) -> None:
    for known in (f'"{FILE.sha256}"', f'"x", W/"{FILE.sha256}"', "*"):
        answer = client.get("/v1/rules", headers={"if-none-match": known})
        assert (answer.status_code, answer.content) == (304, b"")
    assert client.get("/v1/rules", headers={"if-none-match": '"x"'}).status_code == 200


def test_a_range_of_another_version_gets_the_whole(client: TestClient) -> None:
    headers = {"range": "bytes=0-0", "if-range": '"another"'}
    assert client.get("/v1/rules", headers=headers).status_code == 200
    headers["if-range"] = f'"{FILE.sha256}"'
    assert client.get("/v1/rules", headers=headers).status_code == 206


def test_head_tells_the_size_and_reads_nothing(client: TestClient) -> None:
    answer = client.head("/v1/rules")
    assert (answer.headers["content-length"], answer.content) == (str(SIZE), b"")


@given(st.integers(1, 50), st.integers(0, 60), st.integers(0, 60))
def test_a_range_is_never_outside_the_file(size: int, first: int, last: int) -> None:
    for header in (f"bytes={first}-{last}", f"bytes={first}-", f"bytes=-{last}"):
        found = parse_range(header, size)
        assert found is None or 0 <= found[0] < found[1] <= size


def test_an_empty_file_has_no_part() -> None:
    assert parse_range("bytes=0-", 0) is None


@pytest.mark.parametrize(
    ("filename", "header"),
    [
        ("a b.pdf", 'attachment; filename="a b.pdf"'),
        ('a"b\\c.pdf', "attachment; filename=\"a_b_c.pdf\"; filename*=UTF-8''a%22b%5Cc.pdf"),
        ("Ø.pdf", "attachment; filename=\"_.pdf\"; filename*=UTF-8''%C3%98.pdf"),
        ("a\r\nSet-Cookie: x", "attachment; filename=\"a__Set-Cookie: x\"; "
         "filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x"),
        ("\ud800.pdf", "attachment; filename=\"_.pdf\"; filename*=UTF-8''%3F.pdf"),
    ],
)  # fmt: skip
def test_a_file_name_survives_the_header(filename: str, header: str) -> None:
    assert content_disposition(filename) == header
    assert content_disposition(filename, inline=True) == header.replace("attachment", "inline", 1)


def test_a_file_on_disk_is_read_in_pieces(tmp_path: Path) -> None:
    data = bytes(range(256)) * 4000
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    content = FileContent(path, "0" * 64)
    assert content.size == len(data)
    assert b"".join(content.read(1000, 900_000)) == data[1000:900_000]
    assert max(map(len, content.read(0, len(data)))) < len(data)
