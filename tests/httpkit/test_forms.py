"""Forms and files."""

import hashlib
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from .conftest import left_in
from .sample import Seen

LARGE = bytes(range(256)) * (3 << 12)  # 3 MB: goes to disk
SMALL = b"%PDF-1.7 not really"


def multipart(*parts: bytes, end: bytes = b"--edge--\r\n") -> bytes:
    return b"".join(b"--edge\r\n" + part + b"\r\n" for part in parts) + end


def part(disposition: str, content: bytes, content_type: str = "") -> bytes:
    head = f"Content-Disposition: form-data; {disposition}\r\n"
    if content_type:
        head += f"Content-Type: {content_type}\r\n"
    return head.encode() + b"\r\n" + content


HEADERS = {"content-type": "multipart/form-data; boundary=edge"}


@pytest.mark.parametrize("content", [SMALL, LARGE, b""], ids=["small", "large", "empty"])
def test_files_arrive_whole_with_their_digests(
    client: TestClient, staging: Path, seen: Seen, content: bytes
) -> None:
    files = [
        ("file", ("a.pdf", content, "application/pdf")),
        ("file", ("b.pdf", b"second", "application/pdf")),
    ]
    data = {"name": "Ådel", "members": "[]"}
    answer = client.post("/v1/forms", data=data, files=files)
    first, second = answer.json()["files"]
    assert first == ["file", "a.pdf", len(content), hashlib.sha256(content).hexdigest()]
    assert second[:3] == ["file", "b.pdf", 6]
    assert (answer.json()["name"], seen.contents) == ("Ådel", [content, b"second"])
    assert seen.uploads[0].content_type == "application/pdf"
    assert left_in(staging) == []


@pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "large"])
def test_an_upload_can_be_renamed_away(client: TestClient, seen: Seen, content: bytes) -> None:
    answer = client.post("/v1/files", content=content, headers={"content-type": "application/pdf"})
    assert answer.json() == {
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "type": "application/pdf",
    }
    assert seen.contents == [content]
    assert not seen.paths[0].exists()


def test_what_the_handler_did_not_take_dies_with_the_request(
    client: TestClient, staging: Path
) -> None:
    body = multipart(part('name="members"', b"[0]"), part('name="file"; filename="a"', LARGE))
    answer = client.post("/v1/forms", content=body, headers=HEADERS)
    assert (answer.status_code, left_in(staging)) == (400, [])


@pytest.mark.parametrize("size", [10, 2 << 20], ids=["small", "large"])
@pytest.mark.parametrize("cut", [3, 6, 20])
def test_a_body_cut_off_before_its_last_boundary_is_refused(
    client: TestClient, staging: Path, seen: Seen, size: int, cut: int
) -> None:
    body = multipart(
        part('name="file"; filename="a.pdf"', b"whole"),
        part('name="file"; filename="b.pdf"', b"x" * size),
    )
    answer = client.post("/v1/forms", content=body[:-cut], headers=HEADERS)
    assert (answer.status_code, answer.json()["code"]) == (400, "multipart body ends half way")
    assert (seen.uploads, left_in(staging)) == ([], [])


ENCODED = "\r\nContent-Transfer-Encoding: {}"
NOT_AS_IT_IS = "a part has a Content-Transfer-Encoding; send it as it is"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"no boundary at all", "multipart body ends half way"),
        (multipart(b"no headers"), "malformed multipart body"),
        (multipart(b"Content-Type: text/plain\r\n\r\nx"), "malformed multipart body"),
        (multipart(part('name="name"', b"\xff\xfe")), "a text part is not UTF-8"),
        (multipart(*[part('name="name"', b"x")] * 1001), "malformed multipart body"),
        (multipart(part(f'name="{"n" * 5000}"', b"x")), "malformed multipart body"),
        (multipart(part('name="name"' + ENCODED.format("base64"), b"QQ==")), NOT_AS_IT_IS),
        (multipart(part('name="name"' + ENCODED.format("Quoted-Printable"), b"=41")), NOT_AS_IT_IS),
    ],
)
def test_a_broken_form_is_refused(client: TestClient, body: bytes, why: str) -> None:
    answer = client.post("/v1/forms", content=body, headers=HEADERS)
    assert (answer.status_code, answer.json()["code"]) == (400, why)


def test_a_form_without_a_boundary_is_refused(client: TestClient) -> None:
    headers = {"content-type": "multipart/form-data"}
    answer = client.post("/v1/forms", content=b"--edge--", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "multipart body without a boundary")


def test_no_form_at_all_is_an_empty_form(client: TestClient) -> None:
    assert client.post("/v1/forms").json() == {"name": None, "members": 0, "files": []}


def test_a_text_over_its_limit_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/forms", data={"name": "x" * ((64 << 10) + 1)}, files={"file": b"x"})
    assert (answer.status_code, answer.json()["code"]) == (413, "a text part is too large")


def test_a_file_over_its_limit_is_refused(client: TestClient, staging: Path) -> None:
    answer = client.post("/v1/forms", files={"file": bytes((10 << 20) + 1)})
    assert (answer.status_code, answer.json()["code"]) == (413, "a file is too large")
    assert left_in(staging) == []


def test_a_missing_part_is_a_bad_field(client: TestClient) -> None:
    answer = client.post("/v1/forms", data={"name": "a"}, files={"file": b"x"})
    assert (answer.status_code, answer.json()["fields"]) == (400, {".members": "missing"})


def test_json_in_a_text_is_validated_with_the_name_of_its_part(client: TestClient) -> None:
    body = multipart(part('name="members"', b'[{"name":"Ada","email":"x"},{"name":""}]'))
    assert client.post("/v1/forms", content=body, headers=HEADERS).json()["fields"] == {
        ".members[0].email": "string_pattern_mismatch",
        ".members[1].name": "string_too_short",
        ".members[1].email": "missing",
    }


@pytest.mark.parametrize(
    ("disposition", "filename"),
    [
        ('name="file"; filename="Øl & vin.pdf"', "Øl & vin.pdf"),
        ('name="file"; filename="a%22b.pdf"', 'a"b.pdf'),
        ("name=file; filename=\"=?utf-8?B?w5hs?=\"; filename*=utf-8''%C3%98l.pdf", "Øl.pdf"),
        ('name="file"; filename*="utf-8\'\'%C3%98l%20vin.pdf"', "Øl vin.pdf"),
        ('name="file"; filename=""', ""),
    ],
)
def test_file_names_are_read_as_clients_write_them(
    client: TestClient, disposition: str, filename: str
) -> None:
    answer = client.post("/v1/forms", content=multipart(part(disposition, b"x")), headers=HEADERS)
    assert answer.json()["files"][0][1] == filename


@pytest.mark.parametrize("media", ["application/pdf", "application/octet-stream"])
def test_a_file_without_a_name_is_a_file(client: TestClient, media: str) -> None:
    """As programs send it that hold the file in memory only."""
    nameless = part('name="file"', b"%PDF\xff", media)
    answer = client.post("/v1/forms", content=multipart(nameless), headers=HEADERS)
    assert answer.json()["files"][0][:2] == ["file", ""]


@pytest.mark.parametrize("media", ["text/plain; charset=utf-8", "application/json"])
@pytest.mark.parametrize("encoding", ["", ENCODED.format("8bit"), ENCODED.format("binary")])
def test_a_text_may_say_its_type_and_that_it_is_as_it_is(
    client: TestClient, media: str, encoding: str
) -> None:
    text = part(f'name="name"{encoding}', "Zoé".encode(), media)
    form = multipart(text, part('name="members"', b"[]"))
    answer = client.post("/v1/forms", content=form, headers=HEADERS)
    assert answer.json()["name"] == "Zoé"


def test_an_urlencoded_form_is_read(client: TestClient) -> None:
    answer = client.post("/v1/login", data={"user": ["a", "Ådel & co"], "password": ""})
    assert answer.json()["texts"] == [["user", "a"], ["user", "Ådel & co"], ["password", ""]]


@pytest.mark.parametrize("body", [b"user=%ff", b"user=\xff", b"a=1&" * 201])
def test_a_broken_urlencoded_form_is_refused(client: TestClient, body: bytes) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = client.post("/v1/login", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed form")
