"""Every bound of the API is told by the JSON path of what breaks it, and nothing is made."""

from __future__ import annotations

from typing import Any

import pytest

from .house import ABSENT, COLLECTIONS, DOCUMENTS, NOBODY, PADES, SESSIONS, House, ok, request

SETUP = {"signingFlow": "AUTHENTICATION_BASED", "identityProviders": [{"idpName": "nbid"}]}
URLS = {name: f"https://shop.example/{name}" for name in ("success", "cancel", "error")}


def wrong(answer: Any) -> dict[str, str]:
    """Path → reason of a refusal."""
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == "invalid_request_parameter"
    assert body["title"] == "Invalid request parameter."
    return {each["name"]: each["reason"] for each in body["invalidParams"]}


def setup(**changes: Any) -> dict[str, Any]:
    return {"signingSetup": [{**SETUP, **changes}]}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"title": ABSENT}, "title"),
        ({"title": ""}, "title"),
        ({"title": "x" * 256}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": 7}, "title"),
        ({"documents": ABSENT}, "documents"),
        ({"documents": []}, "documents"),
        ({"documents": [{}] * 51}, "documents"),
        ({"signingSetup": ABSENT}, "signingSetup"),
        ({"signingSetup": []}, "signingSetup"),
        ({"signingSetup": [SETUP, SETUP]}, "signingSetup"),
        (setup(signingFlow="FAX"), "signingSetup[0].signingFlow"),
        (setup(identityProviders=[{}]), "signingSetup[0].identityProviders[0].idpName"),
        (
            setup(identityProviders=[{"idpName": "nbid"}, {"idpName": "xbid"}]),
            "signingSetup[0].identityProviders[1].idpName",
        ),
        (setup(signingFlow="PKISIGNING"), "signingSetup[0].vendor"),
        (setup(signingFlow="PKISIGNING", vendor="NBID"), "signingSetup[0].vendor"),
        (setup(vendor="FAX"), "signingSetup[0].vendor"),
        (setup(additionalParameters={"a": 1}), "signingSetup[0].additionalParameters.a"),
        ({"signatureUrlTTL": 4}, "signatureUrlTTL"),
        ({"signatureUrlTTL": 525601}, "signatureUrlTTL"),
        ({"signatureUrlTTL": "soon"}, "signatureUrlTTL"),
        ({"signatureUrlTimeToLive": "P45DT1S"}, "signatureUrlTimeToLive"),
        ({"signatureUrlTimeToLive": "P2M"}, "signatureUrlTimeToLive"),
        ({"signatureUrlTimeToLive": "PT0S"}, "signatureUrlTimeToLive"),
        ({"signatureUrlTimeToLive": "P"}, "signatureUrlTimeToLive"),
        ({"signatureUrlTimeToLive": "PT"}, "signatureUrlTimeToLive"),
        ({"signatureUrlTimeToLive": "P1DT"}, "signatureUrlTimeToLive"),
        ({"signatureUrlTimeToLive": "30 minutes"}, "signatureUrlTimeToLive"),
        ({"signatureUrlTimeToLive": "-PT5M"}, "signatureUrlTimeToLive"),
        ({"signatureUrlTimeToLive": "PT٣M"}, "signatureUrlTimeToLive"),
        ({"signText": "x" * 2049}, "signText"),
        ({"externalReference": "x" * 1025}, "externalReference"),
        ({"dueDate": "2026-11-20T08:57:59Z"}, "dueDate"),
        ({"dueDate": "2027-01-05T08:58:00Z"}, "dueDate"),
        ({"dueDate": "2026-12-01T08:58:00"}, "dueDate"),
        ({"dueDate": "tomorrow"}, "dueDate"),
        ({"subsequentTo": ["first"]}, "subsequentTo[0]"),
        ({"subsequentTo": [NOBODY]}, "subsequentTo[0]"),
        ({"subsequentTo": [NOBODY, NOBODY]}, "subsequentTo"),
        ({"subsequentTo": [NOBODY] * 51}, "subsequentTo"),
        ({"packageTo": ["ZIP"]}, "packageTo[0]"),
        ({"packageTo": PADES * 6}, "packageTo"),
        ({"signer": {"validations": ["NAME"]}}, "signer.validations[0]"),
        (
            {"signer": {"restrictUse": [{"parameter": "NIN", "restriction": "ALL"}]}},
            "signer.restrictUse[0].restriction",
        ),
        ({"archive": {}}, "archive.retentionPeriod"),
        ({"archive": {"retentionPeriod": "5 years"}}, "archive.retentionPeriod"),
        ({"preAuthentication": {}}, "preAuthentication.enabled"),
        (
            {"preAuthentication": {"enabled": True, "identityProviders": [{"idpName": "xbid"}]}},
            "preAuthentication.identityProviders[0].idpName",
        ),
        ({"ui": {"language": "no"}}, "ui.language"),
        ({"redirectSettings": {}}, "redirectSettings.success"),
        ({"redirectSettings": {**URLS, "cancel": "javascript:x"}}, "redirectSettings.cancel"),
        ({"redirectSettings": {**URLS, "reject": "/here"}}, "redirectSettings.reject"),
    ],
)
def test_what_is_wrong_with_a_session_is_told_by_its_path(
    house: House, changes: dict[str, Any], path: str
) -> None:
    place = house.collection()
    answer = house.ask(request(place), request(place, **changes))
    found = wrong(answer)
    assert f"[1].{path}" in found
    assert all(each.startswith("[1].") for each in found)
    assert house.listed() == []


def test_the_largest_values_are_taken(house: House) -> None:
    ids = [house.document(str(number)) for number in range(50)]
    place = house.collection(*ids)
    before = [one["id"] for one in ok(house.ask(*[request(place[:2])] * 50))]
    values = {
        "title": "é" * 255,
        "signText": "é" * 2048,
        "externalReference": "é" * 1024,
        "dueDate": house.ahead(days=45),
        "subsequentTo": before,
        "packageTo": PADES,
    }
    made = house.session(place, **values)
    assert {name: made[name] for name in values} == values
    assert len(made["documents"]) == 50


def test_a_call_makes_one_to_a_hundred_sessions(house: House) -> None:
    place = house.collection()
    assert wrong(house.ask()).keys() == {"body"}
    assert wrong(house.ask(*[request(place)] * 101)).keys() == {"body"}
    assert len(ok(house.ask(*[request(place)] * 100))) == 100


@pytest.mark.parametrize("body", [{}, "text", None, 7])
def test_sessions_come_in_a_list(house: House, body: Any) -> None:
    assert wrong(house.client.post(SESSIONS, json=body)).keys() <= {"body"}


def test_everything_that_is_wrong_is_told_at_once(house: House) -> None:
    place = house.collection()
    bad = request(place, title="", signText="x" * 2049, signatureUrlTTL=1)
    assert wrong(house.ask(bad, request(place, signingSetup=[]))).keys() == {
        "[0].title",
        "[0].signText",
        "[0].signatureUrlTTL",
        "[1].signingSetup",
    }


def test_a_session_names_documents_of_its_collections(house: House) -> None:
    place, other = house.collection(), house.collection(house.document("other"))
    answer = house.ask(
        request(place), request((place[0], other[1]), (NOBODY, place[1]), (place[0], NOBODY))
    )
    assert wrong(answer) == {
        "[1].documents[0].documentId": "not a document of this collection",
        "[1].documents[1].documentCollectionId": "no such document collection",
        "[1].documents[2].documentId": "not a document of this collection",
    }
    assert house.listed() == []


def test_a_session_signs_something_and_nothing_twice(house: House) -> None:
    place = house.collection()
    documents = [{**each, "action": "VIEW"} for each in request(place)["documents"]]
    viewing = wrong(house.ask(request(documents=documents)))
    assert viewing == {"[0].documents": "at least one document must have the action SIGN"}
    twice = wrong(house.ask(request(place, place)))
    assert twice == {"[0].documents[1].documentId": "this document is there already"}
    bad = [{**each, "action": "READ"} for each in request(place)["documents"]]
    assert wrong(house.ask(request(documents=bad))).keys() == {"[0].documents[0].action"}


def test_a_collection_has_one_to_a_hundred_documents_that_are_there(house: House) -> None:
    here = house.document()
    assert wrong(house.gather()).keys() == {"documents"}
    assert wrong(house.gather(*[here] * 101)).keys() == {"documents"}
    assert wrong(house.gather(here, NOBODY, here)) == {
        "documents[1].documentId": "no such document",
        "documents[2].documentId": "this document is there already",
    }
    assert wrong(house.gather("no-id")).keys() == {"documents[0].documentId"}
    hundred = [house.document(str(number)) for number in range(100)]
    assert len(ok(house.gather(*hundred))["documents"]) == 100


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"packageTo": ["ZIP"]}, "packageTo[0]"),
        ({"packageTo": PADES * 6}, "packageTo"),
        ({"packageTo": "PADES_CONTAINER"}, "packageTo"),
        ({"documents": [{"documentId": NOBODY, "description": "x" * 1001}]},
         "documents[0].description"),
        ({"documents": [{}]}, "documents[0].documentId"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_collection_is_told_by_its_path(
    house: House, changes: dict[str, Any], path: str
) -> None:
    body = {"documents": [{"documentId": house.document()}], **changes}
    assert wrong(house.client.post(COLLECTIONS, json=body)).keys() == {path}


@pytest.mark.parametrize(
    ("name", "most"), [("filename", 255), ("title", 255), ("description", 1000)]
)
def test_words_about_a_document_have_a_longest_length(house: House, name: str, most: int) -> None:
    path = f"{DOCUMENTS}/{house.document()}/metadata"
    assert ok(house.client.patch(path, json={name: "é" * most}))[name] == "é" * most
    assert wrong(house.client.patch(path, json={name: "é" * (most + 1)})).keys() == {name}
    assert wrong(house.client.patch(path, json={name: "a\x00b"})).keys() == {name}


@pytest.mark.parametrize(
    "data", [b"", b"no PDF", b"%PDF-1.7\n/Encrypt\n%%EOF", b"%PDF-1.7\n%%EOF", b"%PDF-1.7\n"]
)
def test_a_file_that_cannot_be_signed_is_refused_at_once(house: House, data: bytes) -> None:
    headers = {"Content-Type": "application/pdf"}
    answer = house.client.post(DOCUMENTS, content=data, headers=headers)
    assert wrong(answer) == {}
    assert "file" in answer.json()["detail"]
