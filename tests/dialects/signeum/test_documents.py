"""Documents from creation to every end, as their sender reads them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.usecases.fake_engine import FakeEngine

from .house import House, bearer, key_of, person
from .test_errors import assert_refused

TWO = [
    person(name="Anna Lindström", email="anna@people.example", signingOrder=1, language="sv"),
    person(name="Erik Johansson", email="erik@people.example", signingOrder=2, language="sv"),
]


def statuses(house: House, made: dict[str, Any]) -> list[str]:
    return [each["status"] for each in house.read(made)["participants"]]


def test_the_answer_has_the_shape_that_the_vendor_documents(house: House) -> None:
    made = house.create(name="Service Agreement 2026", participants=TWO)
    assert list(made) == ["document", "participants", "signingUrls"]
    assert made["document"] == {
        "id": made["document"]["id"],
        "projectId": house.standard,
        "organizationId": house.account.id,
        "name": "Service Agreement 2026",
        "status": "pending",
        "createdAt": "2026-11-20T08:58:00Z",
    }
    anna, erik = made["participants"]
    assert anna == {
        "id": anna["id"],
        "name": "Anna Lindström",
        "email": "anna@people.example",
        "role": "signer",
        "signingOrder": 1,
        "status": "pending",
    }
    assert erik["signingOrder"] == 2
    for person_, link in zip(made["participants"], made["signingUrls"], strict=True):
        start, _, token = link["signingUrl"].rpartition("/")
        assert start == "https://sign.example/s"
        assert house.ports.links.task_id(token) == person_["id"] == link["participantId"]
        shared = ("name", "email", "role")
        assert [link[name] for name in shared] == [person_[name] for name in shared]
        assert list(link) == ["participantId", *shared, "signingUrl"]


def test_a_document_goes_through_its_statuses(house: House) -> None:
    made = house.create(participants=TWO, signingDeadline="2026-12-01T12:00:00.500+01:00")
    anna, erik = made["participants"]
    assert house.read(made)["document"]["signingDeadline"] == "2026-12-01T11:00:00Z"
    house.open(anna)
    assert (house.status(made), statuses(house, made)) == ("pending", ["pending", "pending"])
    house.pass_time(minutes=2)
    house.act(anna)
    assert (house.status(made), statuses(house, made)) == ("in_progress", ["signed", "pending"])
    house.pass_time(minutes=3)
    house.act(erik)
    assert house.status(made) == "in_progress", "all have signed; nothing was read back yet"
    house.work()
    read = house.read(made)
    assert read["document"]["status"] == "completed"
    assert read["document"]["completedAt"] == "2026-11-20T09:03:00Z"
    assert read["participants"][0] == {
        **anna,
        "status": "signed",
        "language": "sv",
        "otpEnabled": False,
        "viewedAt": "2026-11-20T08:58:00Z",
        "signedAt": "2026-11-20T09:00:00Z",
        "signatureMode": "typed",
    }


@pytest.mark.parametrize(("method", "mode"), [("typed", "typed"), ("click", "none")])
def test_the_signature_mode_is_the_vendors_word(house: House, method: str, mode: str) -> None:
    made = house.create()
    house.act(made["participants"][0], method)
    assert house.read(made)["participants"][0]["signatureMode"] == mode


def test_a_document_whose_file_is_not_what_it_must_be_never_says_completed(house: House) -> None:
    engine = house.ports.engine
    assert isinstance(engine, FakeEngine)
    engine.broken = True
    made = house.create()
    house.act(made["participants"][0])
    house.work()
    assert house.status(made) == "in_progress"
    answer = house.call("PUT", f"/documents/{made['document']['id']}/cancel")
    message = "Document cannot be cancelled in status in_progress"
    assert_refused(answer, 400, "VALIDATION_ERROR", message)


def test_reviewers_review_and_hold_up_nobody(house: House) -> None:
    people = [person(role="reviewer"), person(signingOrder=2), person(role="reviewer")]
    made = house.create(participants=people)
    first, signer, last = made["participants"]
    house.act(first)
    reviewed = house.read(made)["participants"][0]
    assert (reviewed["status"], house.status(made)) == ("reviewed", "pending")
    assert reviewed["reviewedAt"] == "2026-11-20T08:58:00Z"
    assert "signedAt" not in reviewed
    house.act(signer)
    house.work()
    assert house.status(made) == "completed"
    assert statuses(house, made) == ["reviewed", "signed", "pending"]
    assert last["role"] == "reviewer"


def test_equal_numbers_sign_in_any_order_and_higher_ones_later(house: House) -> None:
    people = [person(signingOrder=2), person(signingOrder=1), person(signingOrder=1)]
    made = house.create(participants=people)
    with house.ports.unit_of_work() as uow:
        tasks = uow.envelopes.get(made["document"]["id"]).tasks
    assert [task.status for task in tasks] == ["blocked", "ready", "ready"]
    house.act(made["participants"][2])
    house.act(made["participants"][1])
    house.act(made["participants"][0])
    house.work()
    assert house.status(made) == "completed"


def test_one_signer_who_declines_ends_the_document(house: House) -> None:
    made = house.create(participants=TWO)
    house.decline(made["participants"][0])
    read = house.read(made)
    assert read["document"]["status"] == "declined"
    assert statuses(house, made) == ["declined", "pending"]
    assert read["participants"][0]["declineReason"] == "Wrong price"
    assert read["participants"][0]["declinedAt"] == "2026-11-20T08:58:00Z"


def test_a_reviewer_who_declines_ends_nothing(house: House) -> None:
    made = house.create(participants=[person(), person(role="reviewer")])
    house.decline(made["participants"][1])
    assert (house.status(made), statuses(house, made)) == ("pending", ["pending", "declined"])
    house.act(made["participants"][0])
    house.work()
    assert house.status(made) == "completed"


def test_a_deadline_that_passes_expires_the_document(house: House) -> None:
    made = house.create(signingDeadline="2026-11-21T00:00:00Z")
    house.work()
    house.pass_time(hours=16)
    house.work()
    assert (house.status(made), statuses(house, made)) == ("expired", ["pending"])


def test_without_a_deadline_there_are_thirty_days(house: House) -> None:
    made = house.create()
    assert house.read(made)["document"]["signingDeadline"] == "2026-12-20T08:58:00Z"


# ------------------------------------------------------------------ cancelling


def test_a_document_is_cancelled_with_a_reason(house: House) -> None:
    made = house.create()
    house.pass_time(minutes=5)
    path = f"/documents/{made['document']['id']}/cancel"
    answer = house.call("PUT", path, json={"reason": "Agreement needs to be updated"})
    assert answer.status_code == 200, answer.text
    document = answer.json()["document"]
    assert document["status"] == "cancelled"
    assert document["cancelledAt"] == "2026-11-20T09:03:00Z"
    assert document["cancelReason"] == "Agreement needs to be updated"
    assert house.read(made)["document"] == document


@pytest.mark.parametrize("body", [{}, {"reason": None}, {"reason": ""}, None])
def test_a_reason_may_be_left_out(house: House, body: Any) -> None:
    made = house.create()
    more = {} if body is None else {"json": body}
    answer = house.call("PUT", f"/documents/{made['document']['id']}/cancel", **more)
    assert answer.status_code == 200, answer.text
    assert "cancelReason" not in answer.json()["document"]


def test_what_has_ended_cannot_be_cancelled(house: House) -> None:
    for end in ("completed", "cancelled", "expired", "declined"):
        made = house.create(signingDeadline="2026-11-20T10:00:00Z" if end == "expired" else None)
        path = f"/documents/{made['document']['id']}/cancel"
        if end == "completed":
            house.act(made["participants"][0])
        elif end == "declined":
            house.decline(made["participants"][0])
        elif end == "cancelled":
            house.call("PUT", path)
        else:
            house.pass_time(hours=2)
        house.work()
        message = f"Document cannot be cancelled in status {end}"
        assert_refused(house.call("PUT", path), 400, "VALIDATION_ERROR", message)


# ------------------------------------------------------------------ download, reminders, audit


def test_a_download_is_a_link_for_an_hour(house: House) -> None:
    made = house.create()
    path = f"/documents/{made['document']['id']}/download"
    refused = house.call("GET", path)
    assert_refused(refused, 400, "VALIDATION_ERROR", "Document is not completed")
    house.act(made["participants"][0])
    house.work()
    download = house.get(path)
    assert download["downloadUrl"].startswith("https://sign.example/d/")
    assert download["expiresAt"] == "2026-11-20T09:58:00Z"


def test_those_whose_turn_it_is_are_reminded_once_an_hour(house: House) -> None:
    made = house.create(participants=[*TWO, person(role="reviewer")])
    anna, erik, rut = (each["id"] for each in made["participants"])
    path = f"/documents/{made['document']['id']}/remind"
    assert house.call("POST", path).json() == {"reminded": [anna, rut]}
    again = house.call("POST", path, json={})
    assert_refused(again, 429, "RATE_LIMITED", "Rate limit exceeded")
    assert again.headers["retry-after"] == "3601"
    house.pass_time(hours=1)
    assert house.call("POST", path, json={"participantId": anna}).json() == {"reminded": [anna]}
    assert house.call("POST", path, json={}).json() == {"reminded": [rut]}
    early = house.call("POST", path, json={"participantId": erik})
    assert_refused(early, 403, "FORBIDDEN", "Another participant has to act first")
    unknown = house.call("POST", path, json={"participantId": made["document"]["id"]})
    assert_refused(unknown, 404, "NOT_FOUND", "Participant not found")


def test_nobody_is_reminded_of_what_has_ended(house: House) -> None:
    made = house.create()
    house.call("PUT", f"/documents/{made['document']['id']}/cancel")
    answer = house.call("POST", f"/documents/{made['document']['id']}/remind")
    message = "Nobody can be reminded in status cancelled"
    assert_refused(answer, 400, "VALIDATION_ERROR", message)


def test_the_audit_says_who_did_what_from_where(house: House) -> None:
    made = house.create(participants=[person(), person(role="reviewer")])
    signer, reviewer = made["participants"]
    house.act(reviewer)
    house.open(signer)
    house.act(signer)
    house.work()
    events = house.get(f"/documents/{made['document']['id']}/audit")["events"]
    types = [each["type"] for each in events]
    assert types[:3] == ["document.created", "participant.ready", "participant.ready"]
    wanted = ["document.reviewed", "document.viewed", "document.signed", "document.completed"]
    assert [each for each in types if each in wanted] == wanted
    (signed,) = (each for each in events if each["type"] == "document.signed")
    assert signed == {
        "id": signed["id"],
        "type": "document.signed",
        "participantId": signer["id"],
        "ip": "192.0.2.7",
        "userAgent": "Phone",
        "createdAt": "2026-11-20T08:58:00Z",
    }
    assert len({each["id"] for each in events}) == len(events)


# ------------------------------------------------------------------ lists, repeats


def test_documents_are_paged_sorted_and_filtered_by_status(house: House) -> None:
    made = {}
    for name in ("pending", "in_progress", "completed", "cancelled", "declined"):
        house.pass_time(seconds=1)
        people = TWO if name == "in_progress" else [person()]
        made[name] = house.create(name=name, participants=people)
    for name in ("in_progress", "completed"):
        house.act(made[name]["participants"][0])
    house.decline(made["declined"]["participants"][0])
    house.call("PUT", f"/documents/{made['cancelled']['document']['id']}/cancel")
    house.work()
    start = f"/projects/{house.standard}/documents"
    for status in made:
        found = house.get(f"{start}?status={status}&limit=10")
        assert [each["name"] for each in found["documents"]] == [status]
        assert found["pagination"] == {"page": 1, "limit": 10, "total": 1, "totalPages": 1}
    assert house.get(f"{start}?status=expired")["documents"] == []
    everything = house.get(f"{start}?limit=2&page=2&sort=name:asc")
    assert [each["name"] for each in everything["documents"]] == ["declined", "in_progress"]
    assert everything["pagination"] == {"page": 2, "limit": 2, "total": 5, "totalPages": 3}
    searched = house.get(f"{start}?search=PEND")["documents"]
    assert [each["name"] for each in searched] == ["pending"]
    newest = house.get(start)["documents"][0]
    assert newest == {
        **made["declined"]["document"],
        "status": "declined",
        "signingDeadline": house.read(made["declined"])["document"]["signingDeadline"],
    }


def test_a_project_lists_its_own_documents_only(house: House) -> None:
    house.create()
    other = house.project()
    assert house.get(f"/projects/{other['id']}/documents")["documents"] == []


def test_the_same_document_twice_is_sent_once(house: House) -> None:
    key = {"Idempotency-Key": "order-77"}
    first = house.post(headers=key)
    house.open(first.json()["participants"][0])
    house.pass_time(hours=5)
    second = house.post(headers=key)
    assert (second.status_code, second.content) == (201, first.content)
    assert house.get(f"/projects/{house.standard}/documents")["pagination"]["total"] == 1
    other = house.post(headers=key, name="Another")
    message = "This Idempotency-Key was already used with a different request"
    assert_refused(other, 409, "VALIDATION_ERROR", message)


def test_a_refused_request_may_be_corrected_under_its_key(house: House) -> None:
    key = {"Idempotency-Key": "order-77"}
    assert house.post(headers=key, name="").status_code == 400
    assert house.post(headers=key).status_code == 201


def test_keys_of_one_organization_share_everything(house: House) -> None:
    made = house.create()
    other = bearer(key_of(house.account, house.ports))
    answer = house.call("GET", f"/documents/{made['document']['id']}", headers=other)
    assert answer.status_code == 200


def test_the_organization_says_its_name(house: House) -> None:
    assert house.get("") == {
        "organization": {
            "id": house.account.id,
            "name": "Acme Limited",
            "createdAt": "2026-11-20T08:58:00Z",
        }
    }
