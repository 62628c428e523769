"""Reading, listing, archiving and reminding."""

from __future__ import annotations

from typing import Any

import pytest

from countersign.usecases.views import downloaded
from tests.usecases.fake_engine import pdf

from .house import BASE, House, bearer, signer
from .test_checks import assert_refused

TWO = [signer(firstname="Lea"), signer(firstname="Jo")]


def content(house: House, url: str) -> bytes:
    """What a download link opens, as the server would send it."""
    download = house.ports.links.downloadable(url.rpartition("/")[2], house.world.now)
    document = downloaded(download, house.ports)
    return b"".join(house.ports.files.stream(document.parts))


def test_a_signer_goes_from_sent_over_opened_to_completed(house: House) -> None:
    made = house.create(signers=TWO)
    lea, jo = made["submitters"]
    house.open(lea)
    assert [each["status"] for each in house.read(made["uuid"])["submitters"]] == ["opened", "sent"]
    house.sign(lea)
    lea_now, jo_now = house.read(made["uuid"])["submitters"]
    assert (lea_now["status"], jo_now["status"]) == ("completed", "sent")
    assert lea_now["completedAt"] == "2026-11-20T09:00:00.000Z"
    assert lea_now["signerInformation"] == {
        "ipAddress": "192.0.2.7", "userAgent": "Phone", "locale": "fr-NC",
    }  # fmt: skip
    assert jo_now["signedDocuments"] is jo_now["signerInformation"] is jo_now["completedAt"] is None
    assert lea_now["uuid"] == lea["uuid"]
    assert lea_now["signatureLink"] == lea["signatureLink"]
    assert jo["uuid"] == jo_now["uuid"]


def test_after_the_last_signer_every_copy_carries_all_signatures(house: House) -> None:
    made = house.create(signers=TWO)
    for submitter in made["submitters"]:
        house.sign(submitter)
    house.work()
    for submitter in house.read(made["uuid"])["submitters"]:
        (signed,) = submitter["signedDocuments"]
        assert (signed["name"], signed["ext"], signed["mime"]) == (
            "contract.pdf", ".pdf", "application/pdf",
        )  # fmt: skip
        bytes_ = content(house, signed["url"])
        assert b"Lea Roux" in bytes_
        assert b"Jo Roux" in bytes_
        assert b"% seal" in bytes_


def test_a_refusal_is_final_and_leaves_the_others_alone(house: House) -> None:
    made = house.create(signers=TWO)
    lea, jo = made["submitters"]
    house.refuse(lea)
    house.sign(jo)
    statuses = [each["status"] for each in house.read(made["uuid"])["submitters"]]
    assert statuses == ["refused", "completed"]


def test_reading_tells_who_sent_it_from_where(house: House) -> None:
    read = house.read(house.create()["uuid"])
    assert read["senderInformation"] == {
        "ipAddress": "testclient", "userAgent": "testclient", "locale": "sv-SE",
    }  # fmt: skip
    assert read["auditDocument"] is None


def test_a_sender_without_a_language_has_no_locale(house: House) -> None:
    made = house.create(headers={"Accept-Language": "*"})
    assert house.read(made["uuid"])["senderInformation"]["locale"] is None


def test_the_place_where_it_was_made_can_be_read_as_well(house: House) -> None:
    made = house.create()
    answer = house.client.get(f"{BASE}/signatures/{made['uuid']}")
    assert answer.json() == house.read(made["uuid"])


def test_links_to_documents_expire_after_an_hour_and_are_new_on_every_read(house: House) -> None:
    made = house.create()
    house.sign(made["submitters"][0])
    first = house.read(made["uuid"])["submitters"][0]["signedDocuments"][0]["url"]
    house.pass_time(0.99)
    second = house.read(made["uuid"])["submitters"][0]["signedDocuments"][0]["url"]
    assert content(house, first)
    house.pass_time(0.02)
    with pytest.raises(Exception, match="expired"):
        content(house, first)
    assert content(house, second)


def test_the_audit_document_comes_when_everybody_has_signed(house: House) -> None:
    made = house.create()
    path = f"{BASE}/submissions/{made['uuid']}/audit"
    assert_refused(house.client.get(path), "Audit not available")
    house.sign(made["submitters"][0])
    house.work()
    audit = house.client.get(path).json()
    assert audit["mime"] == "application/pdf"
    assert b"task_completed" in content(house, audit["url"])
    assert house.read(made["uuid"])["auditDocument"] == audit


def test_documents_are_the_originals_until_all_have_signed(house: House) -> None:
    original = pdf(remark="original")
    made = house.create(files=[("contract.pdf", original)], signers=TWO)
    path = f"{BASE}/submissions/{made['uuid']}/documents"

    def documents() -> Any:
        answer = house.client.get(path).json()
        assert answer["uuid"] == made["uuid"]
        return answer["documents"]

    house.sign(made["submitters"][0])
    assert content(house, documents()[0]["url"]) == original
    house.sign(made["submitters"][1])
    house.work()
    assert b"% seal" in content(house, documents()[0]["url"])


def test_an_unknown_submission_is_said_to_be_unknown(house: House) -> None:
    for uuid in ("00000000-0000-4000-8000-000000000000", "nonsense", "%27"):
        assert_refused(house.client.get(f"{BASE}/submissions/{uuid}"), "Submission unknown")


def test_the_other_environment_does_not_know_it(house: House) -> None:
    made = house.create()
    path = f"{BASE}/submissions/{made['uuid']}"
    test_token = bearer(house.tokens["test"])
    assert_refused(house.client.get(path, headers=test_token), "Submission unknown")
    assert house.client.get(f"{BASE}/submissions", headers=test_token).json()["data"] == []


# ------------------------------------------------------------------ list


def names(house: House, **query: Any) -> list[str]:
    answer = house.client.get(f"{BASE}/submissions", params=query)
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json()["data"]]


def test_the_list_has_pages_and_is_newest_first(house: House) -> None:
    house.create_several(*(f"Quote {number}" for number in range(5)))
    answer = house.client.get(f"{BASE}/submissions?page=2&pageSize=2").json()
    assert [each["name"] for each in answer["data"]] == ["Quote 2", "Quote 1"]
    assert answer["meta"] == {"pagination": {"page": 2, "pageSize": 2, "pageCount": 3, "total": 5}}
    assert names(house, page=4, pageSize=2) == []


def test_an_empty_list_has_no_page(house: House) -> None:
    assert house.client.get(f"{BASE}/submissions").json() == {
        "data": [],
        "meta": {"pagination": {"page": 1, "pageSize": 25, "pageCount": 0, "total": 0}},
    }


def test_the_list_can_be_narrowed_by_name_and_by_a_signers_status(house: House) -> None:
    made = house.create_several("one", "two", "Three")
    house.open(made["two"]["submitters"][0])
    house.sign(made["Three"]["submitters"][0])
    assert names(house, status="sent") == ["one"]
    assert names(house, status="opened") == ["two"]
    assert names(house, status="completed") == ["Three"]
    assert names(house, status="refused") == names(house, status="initiated") == []
    assert names(house, name="thr") == ["Three"]
    assert names(house, status="", name="") == ["Three", "two", "one"]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("page=0", "page must be a whole number from 1 to 1000000"),
        ("page=x", "page must be a whole number from 1 to 1000000"),
        ("pageSize=101", "pageSize must be a whole number from 1 to 100"),
        ("status=lost", "status must be one of initiated, sent, opened, completed, refused"),
    ],
)
def test_a_bad_query_is_told_what_is_wrong(house: House, query: str, text: str) -> None:
    assert_refused(house.client.get(f"{BASE}/submissions?{query}"), text)


# ------------------------------------------------------------------ archive, remind


def test_deleting_stops_the_links_and_leaves_the_list(house: House) -> None:
    made = house.create()
    path = f"{BASE}/submissions/{made['uuid']}"
    house.pass_time(1)
    answer = house.client.delete(path)
    assert answer.json() == {"uuid": made["uuid"], "archivedAt": "2026-11-20T10:00:00.000Z"}
    with pytest.raises(Exception, match="cancelled"):
        house.sign(made["submitters"][0])
    assert names(house) == []
    assert house.read(made["uuid"])["archivedAt"] == "2026-11-20T10:00:00.000Z"
    house.pass_time(1)
    assert house.client.delete(path).json() == answer.json()


def test_what_everybody_has_signed_cannot_be_deleted(house: House) -> None:
    made = house.create()
    house.sign(made["submitters"][0])
    path = f"{BASE}/submissions/{made['uuid']}"
    assert_refused(house.client.delete(path), "Submission already completed")
    house.work()
    assert_refused(house.client.delete(path), "Submission already completed")


def remind(house: House, submitter: dict[str, Any]) -> Any:
    return house.client.post(f"{BASE}/submitters/{submitter['uuid']}/remind")


def test_a_signer_can_be_reminded_once_an_hour(house: House) -> None:
    (lea,) = house.create(signers=[signer(email="lea@ex.example")])["submitters"]
    answer = remind(house, lea)
    assert answer.json() == {"uuid": lea["uuid"], "remindedAt": "2026-11-20T09:00:00.000Z"}
    house.work()
    assert [mail.subject for mail in house.world.mailed] == ["Reminder: Quote 12"]
    again = remind(house, lea)
    assert_refused(again, "A reminder was already sent within the last hour", 429)
    assert 0 < int(again.headers["Retry-After"]) <= 3601
    house.pass_time(1.1)
    assert remind(house, lea).status_code == 200


def test_reminding_needs_an_address_and_somebody_who_has_not_signed(house: House) -> None:
    lea, jo = house.create(signers=[signer(), signer(email="jo@ex.example")])["submitters"]
    assert_refused(remind(house, lea), "Signer has no email")
    house.sign(jo)
    assert_refused(remind(house, jo), "Already signed")
    assert_refused(remind(house, {"uuid": "nobody"}), "Submitter unknown")


def test_who_has_refused_is_not_reminded(house: House) -> None:
    (lea,) = house.create(signers=[signer(email="lea@ex.example")])["submitters"]
    house.refuse(lea)
    assert_refused(remind(house, lea), "Already refused")


def test_nobody_is_reminded_of_what_was_deleted(house: House) -> None:
    made = house.create(signers=[signer(email="lea@ex.example")])
    house.client.delete(f"{BASE}/submissions/{made['uuid']}")
    assert_refused(remind(house, made["submitters"][0]), "Submission archived")
