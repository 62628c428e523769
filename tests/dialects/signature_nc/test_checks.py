"""The 18 checks of the create call: exact texts, in their order, as plain text."""

from __future__ import annotations

from typing import Any

import pytest

from tests.usecases.fake_engine import pdf

from .house import ABSENT, House, area, field, signer

pytestmark = pytest.mark.slow

JO = {"email": "jo@ex.example"}
PDF = ("contract.pdf", pdf())


def jo(**changes: Any) -> dict[str, Any]:
    return signer(**JO, **changes)


def with_field(**changes: Any) -> dict[str, Any]:
    return {"signers": [jo(fields=[field(), field(**changes)])]}


def with_area(**changes: Any) -> dict[str, Any]:
    return with_field(area=area(**changes))


JO_FIELD = "Signer 1 (jo@ex.example), Field 2"
COORDINATE = f"{JO_FIELD}: Area x/y coordinate must be a number"
SIZE = f"{JO_FIELD}: Area width/height must be a positive number"
PAGE = f"{JO_FIELD}: Area page must be a non-negative integer"

ROWS: list[tuple[int, dict[str, Any], str]] = [
    (1, {"files": []}, "At least 1 file must be provided"),
    (1, {"files": [("", b"")]}, "At least 1 file must be provided"),
    (2, {"files": [("page.html", b"<html>", "text/html")]}, "Only PDF files are supported"),
    (2, {"files": [("page.pdf", b"<html>")]}, "Only PDF files are supported"),
    (2, {"files": [("page.pdf", pdf(), "image/png")]}, "Only PDF files are supported"),
    (2, {"files": [PDF, ("x.pdf", b"")]}, "Only PDF files are supported"),
    (3, {"name": ABSENT}, "A name must be provided"),
    (3, {"name": " \t"}, "A name must be provided"),
    (4, {"signers": ABSENT}, "A signers must be provided"),
    (4, {"signers": ""}, "A signers must be provided"),
    (4, {"signers": "[{"}, "A signers must be provided"),
    (4, {"signers": "{}"}, "A signers must be provided"),
    (4, {"signers": "null"}, "A signers must be provided"),
    (5, {"signers": []}, "At least 1 signer must be provided"),
    (6, {"signers": [signer(), "Lea"]}, "Signer 2: A firstname must be provided"),
    (6, {"signers": [signer(firstname=ABSENT)]}, "Signer 1: A firstname must be provided"),
    (6, {"signers": [signer(firstname="  ")]}, "Signer 1: A firstname must be provided"),
    (6, {"signers": [signer(firstname=1)]}, "Signer 1: A firstname must be provided"),
    (7, {"signers": [signer(lastname=None)]}, "Signer 1: A lastname must be provided"),
    (
        8,
        {"sendEmail": "true", "signers": [jo(), signer()]},
        "Signer 2: An email must be provided when sendEmail is enabled",
    ),
    (
        8,
        {"sendEmail": "true", "signers": [signer(email="")]},
        "Signer 1: An email must be provided when sendEmail is enabled",
    ),
    (9, {"signers": [signer(email="jo@x")]}, "Signer 1: Invalid email format: jo@x"),
    (9, {"signers": [signer(email="j o@x.yz")]}, "Signer 1: Invalid email format: j o@x.yz"),
    (9, {"signers": [signer(email=" j@x.yz")]}, "Signer 1: Invalid email format:  j@x.yz"),
    (9, {"signers": [signer(email="j@x.yz\n")]}, "Signer 1: Invalid email format: j@x.yz\n"),
    (9, {"signers": [signer(email=7)]}, "Signer 1: Invalid email format: 7"),
    (10, {"signers": [jo(fields=[])]}, "Signer 1 (jo@ex.example): Must have at least 1 field"),
    (10, {"signers": [signer(fields=ABSENT)]}, "Signer 1 (Lea Roux): Must have at least 1 field"),
    (10, {"signers": [jo(fields={})]}, "Signer 1 (jo@ex.example): Must have at least 1 field"),
    (11, with_field(type=ABSENT), f"{JO_FIELD}: A type must be provided"),
    (11, {"signers": [jo(fields=[field(), 3])]}, f"{JO_FIELD}: A type must be provided"),
    (12, with_field(name=" "), f"{JO_FIELD}: A name must be provided"),
    (13, with_field(area=ABSENT), f"{JO_FIELD}: An area must be provided"),
    (13, with_field(area=[1, 2]), f"{JO_FIELD}: An area must be provided"),
    (14, with_area(x="120"), COORDINATE),
    (14, with_area(y=ABSENT), COORDINATE),
    (14, with_area(y=True), COORDINATE),
    (14, with_area(x=float("nan")), COORDINATE),
    (14, with_area(x=float("inf")), COORDINATE),
    (14, with_area(x=10**400), COORDINATE),
    (15, with_area(w=0), SIZE),
    (15, with_area(h=-1), SIZE),
    (15, with_area(h="80"), SIZE),
    (15, with_area(h=float("nan")), SIZE),
    (16, with_area(page=-1), PAGE),
    (16, with_area(page=0.5), PAGE),
    (16, with_area(page="0"), PAGE),
    (16, with_area(page=ABSENT), PAGE),
    (17, with_field(document="other.pdf"), "Document other.pdf not found"),
    (17, with_field(document="Contract.pdf"), "Document Contract.pdf not found"),
    (17, with_field(document=ABSENT), "Document undefined not found"),
    (18, with_area(page=1), "Index page unknown"),
    (18, with_area(page=10**9), "Index page unknown"),
]


def assert_refused(answer: Any, text: str, status: int = 400) -> None:
    assert (answer.status_code, answer.text) == (status, text)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(("row", "changes", "text"), ROWS)
def test_each_check_answers_its_text(
    house: House, row: int, changes: dict[str, Any], text: str
) -> None:
    assert_refused(house.post(**changes), text)
    assert house.world.files.stored == {}, f"row {row} left a file"
    assert house.client.get("/api/v3/submissions").json()["data"] == []


def test_every_row_of_the_table_has_a_case() -> None:
    assert {row for row, _, _ in ROWS} == set(range(1, 19))


IN_ORDER: list[tuple[dict[str, Any], str]] = [
    ({"files": [("a.txt", b"x")], "name": ABSENT, "signers": "["}, "Only PDF files are supported"),
    ({"name": "", "signers": "["}, "A name must be provided"),
    (
        # All of the first signer comes before the second one's first check
        {"signers": [jo(fields=[field(area=area(page=-1))]), signer(firstname="")]},
        "Signer 1 (jo@ex.example), Field 1: Area page must be a non-negative integer",
    ),
    (
        {"signers": [jo(fields=[field(document="no.pdf")]), signer(lastname="")]},
        "Signer 2: A lastname must be provided",
    ),
    (
        # Every document's name is checked before any page number
        {"signers": [jo(fields=[field(area=area(page=9)), field(document="no.pdf")])]},
        "Document no.pdf not found",
    ),
    (
        {"signers": [jo(fields=[field(area=area(x=9999)), field(area=area(page=9))])]},
        "Index page unknown",
    ),
]


@pytest.mark.parametrize(("changes", "text"), IN_ORDER)
def test_the_first_failing_check_wins(house: House, changes: dict[str, Any], text: str) -> None:
    assert_refused(house.post(**changes), text)


BEYOND: list[tuple[dict[str, Any], str]] = [
    ({"name": "n" * 300}, "A name must have at most 255 characters"),
    ({"name": "a\x00b"}, "A name must not contain control characters"),
    (
        {"signers": [signer(firstname="n" * 300)]},
        "Signer 1: A firstname must have at most 255 characters",
    ),
    (
        {"signers": [signer(lastname="Ro\x1bux")]},
        "Signer 1: A lastname must not contain control characters",
    ),
    (
        {"signers": [signer(lastname="Ro\u202eux")]},
        "Signer 1: A lastname must not contain control characters",
    ),
    (with_field(type="video"), f"{JO_FIELD}: Unknown type video"),
    (with_field(name="n" * 300), f"{JO_FIELD}: A name must have at most 255 characters"),
    (with_area(x=500), f"{JO_FIELD}: Area is outside the page"),
    (with_area(x=-2), f"{JO_FIELD}: Area is outside the page"),
    (with_area(y=800), f"{JO_FIELD}: Area is outside the page"),
    (with_area(y=1e300), f"{JO_FIELD}: Area is outside the page"),
    ({"files": [PDF, PDF]}, "Document contract.pdf was provided more than once"),
    ({"files": [("n" * 300, pdf())]}, "A file name must have at most 255 characters"),
    ({"sendEmail": "maybe"}, "sendEmail must be true or false"),
    ({"skipIntro": "maybe"}, "skipIntro must be true or false"),
    ({"signers": [signer()] * 1001}, "At most 1000 signers can be provided"),
    (
        {"files": [("contract.pdf", pdf() + b"/Encrypt")]},
        "Password-protected PDF files are not supported",
    ),
    (
        {"files": [("contract.pdf", b"%PDF-1.7 cut off")]},
        "Damaged PDF files are not supported",
    ),
    (
        {"files": [("contract.pdf", b"%PDF-1.7\n%%EOF")]},
        "PDF files without pages are not supported",
    ),
]


@pytest.mark.parametrize(("changes", "text"), BEYOND)
def test_what_the_vendor_does_not_say_is_refused_in_its_style(
    house: House, changes: dict[str, Any], text: str
) -> None:
    assert_refused(house.post(**changes), text)
    assert house.world.files.stored == {}


@pytest.mark.parametrize("kind", ["text", "date", "checkbox", "initials", "stamp"])
def test_the_field_types_of_the_older_versions_are_taken(house: House, kind: str) -> None:
    house.create(signers=[signer(fields=[field(type=kind)])])


def test_a_file_that_is_too_large_is_a_413(house: House) -> None:
    large = pdf(remark="x" * (2 << 20))
    assert_refused(house.post(files=[("contract.pdf", large)]), "File too large", 413)
    house.create()


def test_json_deeper_than_a_hundred_levels_is_refused(house: House) -> None:
    assert_refused(house.post(signers="[" * 100_000), "A signers must be provided")
    assert_refused(house.post(signers="[" * 150 + "]" * 150), "A signers must be provided")


def test_another_content_type_is_refused(house: House) -> None:
    answer = house.client.post("/api/v3/signatures", json={"name": "Quote"})
    assert_refused(answer, "Content-Type must be multipart/form-data", 415)


def test_a_body_that_stops_half_way_is_refused(house: House) -> None:
    whole = house.client.build_request(
        "POST", "/api/v3/signatures", files=[("file", ("c.pdf", pdf()))], data={"name": "Quote"}
    )
    half = whole.read()[:-30]
    headers = {"Content-Type": whole.headers["content-type"]}
    answer = house.client.post("/api/v3/signatures", content=half, headers=headers)
    assert_refused(answer, "Multipart body ends half way")
    house.create()


def test_an_empty_request_has_no_file(house: House) -> None:
    assert_refused(house.client.post("/api/v3/signatures"), "At least 1 file must be provided")


def test_a_form_where_json_is_expected_is_told_the_right_type(house: House) -> None:
    answer = house.client.post(
        "/api/v3/webhooks/sent-webhook-url", data={"url": "https://x.example"}
    )
    assert_refused(answer, "Content-Type must be application/json", 415)
