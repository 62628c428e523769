"""The four shapes of errors, each at its place; the order of the checks; the table is total."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from countersign.dialects.nextsign import routes
from countersign.dialects.nextsign.errors import TABLE, UNFIT
from countersign.domain import errors
from countersign.domain.short_id import short_id
from countersign.httpkit import Allowed, Refusal, too_many_requests
from countersign.usecases.create_account import create_account

from .house import ABSENT, House, bearer, document, key_of, opened_house, person, request

NOBODY = "0" * 24


def failure(code: int, message: str, description: str) -> dict[str, Any]:
    return {"errors": [{"code": code, "message": message, "description": description}]}


def every(kind: type[errors.DomainError]) -> list[type[errors.DomainError]]:
    found = [one for child in kind.__subclasses__() for one in (child, *every(child))]
    return [one for one in found if one.__module__ == errors.__name__]


@pytest.mark.parametrize("kind", every(errors.DomainError))
def test_every_domain_error_has_a_status_and_a_description(kind: type[errors.DomainError]) -> None:
    status, text = TABLE[kind]
    assert 400 <= status < 600
    assert status != 500
    assert text


def test_every_reason_for_an_unusable_file_has_a_description() -> None:
    documented = errors.UnusableFile.__doc__ or ""
    codes = documented.partition("`code`:")[2].replace(".", "").replace("\n", " ").split(",")
    assert {code.strip() for code in codes} <= UNFIT.keys()


# ------------------------------------------------------------------ keys and companies


@pytest.mark.parametrize("value", ["", "Basic abc", "Bearer", "Bearer ", "bearer\t"])
def test_without_a_bearer_token_nothing_is_told(house: House, value: str) -> None:
    answer = house.call("GET", "/cases/get", headers={"Authorization": value})
    assert answer.status_code == 401
    assert answer.json() == failure(401, "Unauthorized", "Bearer token not found")


def test_an_unknown_key_is_refused(house: House) -> None:
    answer = house.call("GET", "/cases/get", headers=bearer("ns_nothing"))
    assert answer.status_code == 401
    assert answer.json() == failure(401, "Unauthorized", "Invalid bearer token")


@pytest.mark.parametrize("company", ["acme", "0" * 23, "0" * 25, "A" * 24, "%00" * 8])
def test_a_malformed_company_is_told_before_the_key_is_looked_up(
    house: House, company: str
) -> None:
    answer = house.client.get(f"/api/v2/{company}/cases/get", headers=bearer("ns_nothing"))
    if "%" in company:
        assert answer.status_code in (400, 404)
        return
    assert answer.status_code == 400
    assert answer.json() == {
        "code": 400,
        "message": "Bad Request",
        "description": "Invalid company id",
    }


def test_another_companys_path_is_refused(house: House) -> None:
    other = create_account("Other", "owner@other.example", house.ports)
    for company in (short_id(other.id), NOBODY):
        answer = house.client.get(f"/api/v2/{company}/cases/get")
        assert answer.status_code == 401
        assert answer.json() == failure(401, "Unauthorized", "Unauthorized")


def test_forms_tell_of_a_company_that_is_not_there(house: House) -> None:
    answer = house.client.get(f"/api/v2/{NOBODY}/forms/{NOBODY}/get")
    assert answer.status_code == 400
    assert answer.json() == failure(400, "Bad Request", "Company not found")


def test_a_path_that_nobody_has_keeps_the_shape(house: House) -> None:
    answer = house.call("GET", "/nothing")
    assert answer.status_code == 404
    assert answer.json() == failure(404, "Not Found", "Not found")
    answer = house.call("POST", "/cases/get")
    assert answer.status_code == 405
    assert answer.json() == failure(405, "Method Not Allowed", "Method not allowed")


# ------------------------------------------------------------------ things that are not there


def test_a_case_that_is_not_there_is_told_with_200(house: House) -> None:
    for id in (NOBODY, "x", "k7Qm2x"):
        for call in ("get", "delete"):
            answer = house.call("GET", f"/case/{id}/{call}")
            assert (answer.status_code, answer.json()) == (200, {"message": "Case not found"})


def test_the_public_key_of_a_case_finds_nothing(house: House) -> None:
    made = house.create()
    answer = house.call("GET", f"/case/{made['nextSignKey']}/get")
    assert answer.json() == {"message": "Case not found"}


def test_no_case_of_several_is_there(house: House) -> None:
    answer = house.call("GET", f"/cases/{NOBODY},x/get")
    assert (answer.status_code, answer.json()) == (404, {"message": "Cases not found"})
    answer = house.call("GET", "/cases/" + ",".join(f"{n:024x}" for n in range(101)) + "/get")
    assert answer.status_code == 400


def test_deleting_needs_an_id(house: House) -> None:
    for path in ("/case/delete", "/case//delete"):
        answer = house.call("GET", path)
        assert answer.status_code == 400
        assert answer.json() == failure(400, "Bad Request", "Missing case id")


def test_only_get_deletes(house: House) -> None:
    made = house.create()
    for method in ("HEAD", "POST", "DELETE"):
        assert house.call(method, f"/case/{made['_id']}/delete").status_code == 405
    assert house.read(made)["title"] == "NDA Vega"


def test_forms_that_are_not_there(house: House) -> None:
    for id in (NOBODY, "x"):
        told = {
            house.call("GET", f"/forms/{id}/get").json()["errors"][0]["description"],
            house.call("POST", f"/forms/{id}/submit", json={}).json()["errors"][0]["description"],
        }
        assert told == {"Form not found"}
        answer = house.call("GET", f"/forms/{id}/tags/get")
        assert answer.status_code == 400
        assert answer.json() == failure(400, "Bad Request", "Company not found")


# ------------------------------------------------------------------ bodies

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"title": ABSENT}, "Missing title"),
    ({"title": None}, "Missing title"),
    ({"title": ""}, "Missing title"),
    ({"title": "x" * 256}, "Invalid title: 255 characters at most"),
    ({"settings": ABSENT}, "Missing settings"),
    ({"recipients": ABSENT}, "Missing recipients"),
    ({"recipients": []}, "Missing recipients"),
    ({"documents": ABSENT}, "Missing documents"),
    ({"documents": []}, "Missing documents"),
    ({"recipients": "Kim"}, "Invalid recipients: a list"),
    ({"recipients": ["Kim"]}, "Recipient 0: must be an object"),
    ({"recipients": [person(name=ABSENT)]}, "Recipient 0: name is required"),
    ({"recipients": [person(), person(name="")]}, "Recipient 1: name is required"),
    ({"recipients": [person(email=ABSENT)]}, "Recipient 0: email is required"),
    ({"recipients": [person(email="")]}, "Recipient 0: email is required"),
    ({"recipients": [person(email="kim")]}, "Recipient 0: invalid email"),
    ({"recipients": [person()] * 101}, "Too many recipients: at most 100"),
    (
        {"recipients": [person(needsCpr=True)]},
        "Recipient 0: cpr is required when needsCpr is true",
    ),
    ({"recipients": [person(needsCpr=True, cpr="3213131234")]}, "Recipient 0: invalid cpr"),
    ({"recipients": [person(cpr="12-34")]}, "Recipient 0: invalid cpr"),
    ({"recipients": [person(signing=False)]}, "At least one signing recipient is required"),
    ({"recipients": [person(group=-1)]}, "Recipient 0: invalid group: 0 at least"),
    ({"recipients": [person(redirectUrl="javascript:1")]}, "Recipient 0: invalid redirectUrl"),
    ({"recipients": [person(redirectUrl="https://[::1")]}, "Recipient 0: invalid redirectUrl"),
    (
        {"recipients": [person(position="x" * 101)]},
        "Recipient 0: invalid position: 100 characters at most",
    ),
    (
        {"recipients": [person(message="x" * 5001)]},
        "Recipient 0: invalid message: 5000 characters at most",
    ),
    (
        {"recipients": [person(type="fax")]},
        "Recipient 0: invalid type: one of 'email', 'phone' or 'eboks'",
    ),
    ({"recipients": [person(type="phone")]}, "Recipient 0: phone is required"),
    (
        {"recipients": [person(type="eboks", eboks={"cvr": "12345678"})]},
        "Recipient 0: delivery by e-Boks is not available",
    ),
    ({"signingSchemas": ["wax"]}, "Invalid signing schema: wax"),
    ({"signingSchemas": []}, "Invalid signingSchemas"),
    ({"recipients": [person(signingSchema="wax")]}, "Invalid signing schema: wax"),
    (
        {"signingSchemas": ["urn:grn:authn:dk:mitid:low"]},
        "Signing schema is not available: urn:grn:authn:dk:mitid:low",
    ),
    ({"settings": {"reminders": {"amount": 11}}}, "Invalid settings.reminders.amount: 10 at most"),
    ({"settings": {"availability": {"days": 0}}}, "Invalid settings.availability.days: 1 at least"),
    (
        {"settings": {"reminders": {"send": True, "daysBetween": 0}}},
        "Invalid settings.reminders.daysBetween: 1 at least",
    ),
    (
        {"settings": {"deletion": {"autoDelete": True, "days": 0}}},
        "Invalid settings.deletion.days: 1 at least",
    ),
    ({"settings": {"deletion": {"days": 4000}}}, "Invalid settings.deletion.days: 3650 at most"),
    (
        {"settings": {"lang": "xx"}},
        "Invalid settings.lang: one of 'da', 'en', 'sv', 'no' or 'de'",
    ),
    ({"documents": [document(name=ABSENT)]}, "Document 0: name is required"),
    ({"documents": [document(file=ABSENT)]}, "Document 0: file is required"),
    (
        {"documents": [document(fileIsBlob=ABSENT)]},
        "Document 0: fileIsBlob must be true for base64",
    ),
    ({"documents": [document(file="no base64!")]}, "Invalid base64: nda.pdf"),
    ({"documents": [document(b"text")]}, "Unsupported file type: nda.pdf"),
    (
        {"documents": [document(signObligated=False)]},
        "At least one document to sign is required",
    ),
    ({"documents": [document()] * 51}, "Too many documents: at most 50"),
]


@pytest.mark.parametrize(("changes", "description"), WRONG, ids=[row[1] for row in WRONG])
def test_what_is_wrong_with_a_case_is_told(
    house: House, changes: dict[str, Any], description: str
) -> None:
    answer = house.post(**changes)
    assert answer.status_code == 400, answer.text
    assert answer.json() == failure(400, "Bad Request", description)
    assert house.get("/cases/get")["cases"] == []


def test_what_is_too_large_inside_a_request_is_to_be_uploaded(house: House) -> None:
    for size in (4_000_000, 9_000_000):
        answer = house.post(documents=[document(b"%PDF-" + bytes(size))])
        assert answer.status_code == 413
        assert answer.json() == failure(413, "Payload Too Large", "Upload documents first")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 200])
def test_a_body_that_is_no_object_is_refused(house: House, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = house.call("POST", "/case/create", content=body, headers=headers)
    assert answer.status_code == 400
    assert list(answer.json()) == ["errors"]


def test_a_used_up_key_sends_nothing(house: House) -> None:
    key = key_of(house.account, house.ports, quota=0)
    answer = house.call("POST", "/case/create", json=request(), headers=bearer(key))
    assert answer.status_code == 402
    assert answer.json()["errors"][0]["message"] == "Payment Required"


# ------------------------------------------------------------------ files

FILE_CALLS = ("/v3/file/upload", "/v3/file/view-presigned-url")


@pytest.mark.parametrize("path", FILE_CALLS)
def test_files_have_a_shape_of_their_own(house: House, path: str) -> None:
    refused = [
        house.call("POST", path, json={}, headers={"Authorization": ""}),
        house.call("POST", path, json={}, headers=bearer("ns_nothing")),
    ]
    other = create_account("Other", "owner@other.example", house.ports)
    elsewhere = path.removeprefix("/v3")
    refused.append(house.client.post(f"/v3/company/{short_id(other.id)}{elsewhere}", json={}))
    assert [each.status_code for each in refused] == [401] * 3
    assert {each.text for each in refused} == {'{"error":"unauthorized"}'}
    for company in (NOBODY, "x"):
        answer = house.client.post(f"/v3/company/{company}{elsewhere}", json={})
        assert (answer.status_code, answer.json()) == (404, {"error": "company-not-found"})


def test_what_is_wrong_with_an_upload(house: House) -> None:
    def told(**body: Any) -> tuple[int, str]:
        answer = house.call("POST", "/v3/file/upload", json=body)
        return answer.status_code, answer.json()["error"]

    good, pdf = document()["file"], "application/pdf"
    assert told() == (400, "missing-file")
    assert told(file=good, type=pdf) == (400, "missing-name")
    assert told(file=good, name="nda.pdf") == (400, "missing-type")
    assert told(file="???", name="nda.pdf", type=pdf) == (400, "invalid-base64")
    assert told(file=good, name="nda.txt", type="text/plain") == (415, "unsupported-type")
    assert told(file="dGV4dA==", name="nda.pdf", type=pdf) == (415, "unsupported-type")
    form = house.call("POST", "/v3/file/upload", files={"other": b"x"})
    assert (form.status_code, form.json()) == (400, {"error": "missing-file"})


def test_what_is_wrong_with_a_stored_address(house: House) -> None:
    def told(**body: Any) -> tuple[int, str]:
        answer = house.call("POST", "/v3/file/view-presigned-url", json=body)
        return answer.status_code, answer.json()["error"]

    own = house.ports.links.place(f"{house.company}/case/{NOBODY}-0-signed-nda.pdf")
    other = house.ports.links.place(f"{NOBODY}/case/{NOBODY}-0-signed-nda.pdf")
    assert told() == (400, "missing-url")
    assert told(url="https://elsewhere.example/x.pdf") == (400, "invalid-url")
    assert told(url=other) == (400, "invalid-url")
    assert told(url=house.ports.links.place("../../etc/passwd")) == (400, "invalid-url")
    assert told(url=own) == (404, "file-not-found")


# ------------------------------------------------------------------ too many calls


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[House]:
    """Two calls are allowed."""
    counts: dict[str, int] = {}

    def hit(key: str, limit: int, window_seconds: float) -> Allowed | Refusal:
        assert (limit, window_seconds) == (100, 60)
        counts[key] = counts.get(key, 0) + 1
        return too_many_requests(7) if counts[key] > 2 else Allowed(remaining=1, reset=7)

    with opened_house(tmp_path / "staging", hit=hit) as house:
        yield house


def test_too_many_calls_of_a_key_are_told_in_the_vendors_words(busy: House) -> None:
    for _ in range(2):
        assert busy.call("GET", "/cases/get").status_code == 200
    answer = busy.call("GET", "/cases/get")
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "7"
    assert answer.json() == failure(429, "Too Many Requests", "Rate limit exceeded")
    files = busy.call("POST", "/v3/file/view-presigned-url", json={"url": "x"})
    assert (files.status_code, files.headers["retry-after"]) == (429, "7")
    assert files.json() == {"error": "too-many-requests"}
    converted = busy.client.post("/api/v2/document/convert", json={})
    assert converted.status_code == 429
    stated = {"code": 429, "message": "Too Many Requests"}
    assert converted.json() == {"status": stated, "message": "Rate limit exceeded"}
    other = bearer(key_of(busy.account, busy.ports))
    assert busy.call("GET", "/cases/get", headers=other).status_code == 200


# ------------------------------------------------------------------ faults of the server


def test_a_fault_of_the_server_keeps_the_shape_and_tells_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("postgres://user:secret@db")

    for name in ("find_envelopes", "convert"):
        monkeypatch.setattr(routes, name, broken)
    monkeypatch.setattr(house.ports.links, "key_of", broken)
    listed = house.call("GET", "/cases/get")
    assert listed.json() == {"message": "Internal server error", "errors": []}
    viewed = house.call("POST", "/v3/file/view-presigned-url", json={"url": "x"})
    assert viewed.json() == {"error": "internal-error"}
    body = {"documents": [{"file": "https://files.example/a.docx", "name": "a.docx"}]}
    converted = house.client.post("/api/v2/document/convert", json=body)
    stated = {"code": 500, "message": "Internal Server Error"}
    assert converted.json() == {"status": stated, "message": "Internal server error"}
    assert {each.status_code for each in (listed, viewed, converted)} == {500}
