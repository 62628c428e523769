"""Signing sessions and collections, from the first answer to the package."""

from __future__ import annotations

from typing import Any

import pytest

from countersign.domain.errors import Gone, IdentityRequired, Invalid, NotYourTurn
from countersign.domain.events import EventKind

from .house import COLLECTIONS, DOCUMENTS, IDPS, NOBODY, PADES, SESSIONS, House, ok, request


def assert_gone(house: House, path: str) -> None:
    answer = house.client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


# ------------------------------------------------------------------ one session


def test_a_session_is_answered_as_it_was_asked_for(house: House) -> None:
    place = house.collection()
    asked = request(
        place,
        signText="I agree to this.",
        signatureUrlTTL=60,
        signatureUrlTimeToLive="PT30M",
        dueDate=house.ahead(days=7),
        externalReference="lease 7/8",
        packageTo=PADES,
        signer={"validations": [], "email": "asa@people.example"},
        preAuthentication={"enabled": True, "identityProviders": [{"idpName": "nbid"}]},
        ui={"language": "nb"},
        redirectSettings={name: f"https://shop.example/{name}" for name in ("success", "cancel",
                                                                           "error")},
        senderDisplayName="The landlord",
    )  # fmt: skip
    made = ok(house.ask(asked))[0]
    assert {name: made[name] for name in asked} == asked
    assert made["lifecycle"] == {"state": "READY", "stateIsFinal": False}
    assert made["output"] == {"signatures": [], "packages": []}
    assert made["signatureUrlExpiresAt"] == house.ahead(minutes=30)
    assert made["signatureUrl"].startswith("https://sign.example/s/")
    assert house.read(made) == made


def test_sessions_are_answered_in_the_order_in_which_they_were_asked_for(house: House) -> None:
    place = house.collection()
    titles = [f"Person {number}" for number in range(12)]
    made = ok(house.ask(*(request(place, title=title) for title in titles)))
    assert [one["title"] for one in made] == titles
    assert len({one["id"] for one in made}) == 12


def test_a_signed_session_has_its_results_and_soon_its_package(house: House) -> None:
    place = house.collection()
    made = house.session(place, packageTo=PADES)
    house.sign(made)
    signed = house.read(made)
    assert signed["lifecycle"] == {"state": "SIGNED", "stateIsFinal": True}
    (signature,) = signed["output"]["signatures"]
    assert (signature["documentCollectionId"], signature["originalDocumentId"]) == place
    assert signature["signatureType"] == "PADES"
    assert house.download(signature["resultDocumentId"]).startswith(house.download(place[1]))
    assert signed["output"]["packages"] == []
    assert "signatureUrl" not in signed
    house.work()
    (package,) = house.read(made)["output"]["packages"]
    assert package["packageType"] == "PADES_CONTAINER"
    (whole,) = house.packages(place[0])
    assert {package["packageId"], package["resultDocumentId"]}.isdisjoint(whole.values())
    for each in (package, whole):
        assert b"% seal" in house.download(each["resultDocumentId"])


def test_what_was_not_asked_for_is_not_packaged(house: House) -> None:
    place = house.collection(package=False)
    made = house.session(place)
    house.sign(made)
    house.work()
    assert house.read(made)["output"]["packages"] == house.packages(place[0]) == []
    assert ok(house.client.get(f"{COLLECTIONS}/{place[0]}"))["packageTo"] == []


def test_a_collection_in_which_everything_was_only_viewed_is_complete_without_a_package(
    house: House,
) -> None:
    viewed, signed = house.collection(), house.collection()
    documents = [
        {"documentCollectionId": place[0], "documentId": place[1], "action": action}
        for place, action in ((viewed, "VIEW"), (signed, "SIGN"))
    ]
    made = house.session(documents=documents)
    house.sign(made)
    house.work()
    with house.ports.unit_of_work() as uow:
        statuses = [uow.envelopes.get(place[0]).status for place in (viewed, signed)]
        kinds = [link.event.kind for link in uow.envelopes.evidence(viewed[0])]
    assert statuses == ["completed", "completed"]
    assert kinds.count(EventKind.ENVELOPE_COMPLETED) == 1
    assert EventKind.PACKAGE_FAILED not in kinds
    assert house.packages(viewed[0]) == []
    assert len(house.packages(signed[0])) == 1
    late = house.ask(request(viewed))
    assert (late.status_code, late.json()["code"]) == (409, "conflict")


def test_a_package_that_fails_verification_is_never_offered(house: House) -> None:
    place = house.collection()
    made = house.session(place, packageTo=PADES)
    house.sign(made)
    house.ports.engine.broken = True  # type: ignore[attr-defined]
    house.work()
    assert house.state(made) == "SIGNED"
    assert house.read(made)["output"]["packages"] == house.packages(place[0]) == []


def test_a_rejected_session_is_final(house: House) -> None:
    made = house.session(house.collection())
    house.reject(made)
    assert house.read(made)["lifecycle"] == {"state": "REJECTED", "stateIsFinal": True}
    with pytest.raises(Gone):
        house.sign(made)


def test_nobody_signs_without_logging_in(house: House) -> None:
    made = house.session(house.collection())
    with pytest.raises(IdentityRequired):
        house.act(made)


def test_only_the_identity_providers_asked_for_are_offered(house: House) -> None:
    made = house.session(house.collection())
    with pytest.raises(Invalid):
        house.prove(made, "bankid_se")


def test_all_identity_providers_are_offered_when_none_is_named(house: House) -> None:
    place = house.collection(package=False)
    for idp in IDPS:
        setup = [{"signingFlow": "AUTHENTICATION_BASED"}]
        made = house.session(place, signingSetup=setup)
        house.sign(made, idp)
        assert house.state(made) == "SIGNED"


def test_an_identity_number_that_was_given_has_to_be_proved_and_is_never_shown(
    house: House,
) -> None:
    number = "199001012385"
    made = house.session(house.collection(), signer={"nationalIdentificationNumber": number})
    with pytest.raises(Invalid):
        house.prove(made, national_id="198112189876")
    house.prove(made, national_id=number)
    house.act(made)
    assert house.state(made) == "SIGNED"
    listed = house.client.get(SESSIONS).text
    assert not any(number in text for text in (str(made), str(house.read(made)), listed))


def test_the_browser_comes_back_with_the_session_and_the_reference(house: House) -> None:
    urls = {
        "success": "https://shop.example/ok?step=2#top",
        "cancel": "https://shop.example/cancel",
        "error": "https://shop.example/error",
        "reject": "https://shop.example/reject",
    }
    made = house.session(house.collection(), redirectSettings=urls, externalReference="lease 7&8/ä")
    with house.ports.unit_of_work() as uow:
        task = uow.envelopes.of_task(made["id"]).task(made["id"])
    back = f"sessionId={made['id']}&externalReference=lease%207%268%2F%C3%A4"
    assert task.redirect("success") == f"https://shop.example/ok?step=2&{back}#top"
    for kind in ("cancel", "error", "reject"):
        assert task.redirect(kind) == f"{urls[kind]}?{back}"
    assert made["redirectSettings"] == urls


# ------------------------------------------------------------------ time


def test_a_due_date_that_has_passed_ends_a_session_at_once(house: House) -> None:
    place = house.collection()
    made = house.session(place, dueDate=house.ahead(days=1))
    other = house.session(place, dueDate=house.ahead(days=1), subsequentTo=[made["id"]])
    house.pass_time(days=1)
    expired = {"state": "EXPIRED", "stateIsFinal": True}
    assert house.read(made)["lifecycle"] == house.read(other)["lifecycle"] == expired
    with pytest.raises(Gone):
        house.sign(made)
    house.work()
    assert house.read(made)["lifecycle"] == expired
    assert house.listed("?state=EXPIRED") == ["Lease", "Lease"]
    assert house.listed("?state=READY") == house.listed("?state=BLOCKED") == []


def test_another_due_date_counts_from_then_on(house: House) -> None:
    made = house.session(house.collection(), dueDate=house.ahead(days=1))
    until = house.read(made)["signatureUrlExpiresAt"]
    later = house.ahead(days=3)
    answer = house.put_off(made, later)
    assert (answer.status_code, answer.content) == (204, b"")
    assert house.read(made)["dueDate"] == later
    assert house.read(made)["signatureUrlExpiresAt"] == until
    house.pass_time(days=2)
    house.work()
    assert house.state(made) == "READY"
    house.pass_time(days=1)
    house.work()
    assert house.state(made) == "EXPIRED"


def test_a_session_that_has_ended_gets_no_other_due_date(house: House) -> None:
    place = house.collection(package=False)
    signed, rejected = house.session(place), house.session(place)
    overdue = house.session(place, dueDate=house.ahead(hours=1))
    house.sign(signed)
    house.reject(rejected)
    house.pass_time(hours=1)
    for made in (signed, rejected, overdue):
        answer = house.put_off(made, house.ahead(days=1))
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("days", "reason"), [(46, "must be at most 45 days ahead"), (-1, "must be in the future")]
)
def test_another_due_date_has_the_bounds_of_the_first(house: House, days: int, reason: str) -> None:
    made = house.session(house.collection())
    answer = house.put_off(made, house.ahead(days=days))
    assert answer.status_code == 400
    assert answer.json()["invalidParams"] == [{"name": "dueDate", "reason": reason}]


@pytest.mark.parametrize(
    ("given", "minutes"),
    [
        ({"signatureUrlTTL": 5}, 5),
        ({"signatureUrlTTL": 525600}, 45 * 24 * 60),
        ({"signatureUrlTimeToLive": "PT1M30S"}, 1.5),
        ({"signatureUrlTimeToLive": "P45D", "signatureUrlTTL": 5}, 45 * 24 * 60),
        ({"signatureUrlTimeToLive": "P1WT2H"}, 7 * 24 * 60 + 120),
        ({}, 45 * 24 * 60),
    ],
)
def test_a_link_is_good_for_as_long_as_it_was_asked_for(
    house: House, given: dict[str, Any], minutes: float
) -> None:
    made = house.session(house.collection(), **given)
    assert made["signatureUrlExpiresAt"] == house.ahead(minutes=minutes)
    assert {name: made[name] for name in given} == given
    house.pass_time(minutes=minutes, seconds=-1)
    assert house.read(made)["signatureUrl"] == made["signatureUrl"]
    house.pass_time(seconds=1)
    after = house.read(made)
    assert "signatureUrl" not in after
    assert after["lifecycle"]["state"] == "READY"
    with pytest.raises(Gone):
        house.act(made)


def test_a_link_is_good_until_the_due_date_by_default(house: House) -> None:
    made = house.session(house.collection(), dueDate=house.ahead(days=3))
    assert made["signatureUrlExpiresAt"] == made["dueDate"] == house.ahead(days=3)


# ------------------------------------------------------------------ one after the other


def test_a_session_is_blocked_until_all_before_it_are_signed(house: House) -> None:
    place = house.collection()
    first, second = house.session(place), house.session(place)
    last = house.session(place, subsequentTo=[first["id"], second["id"]])
    assert last["lifecycle"] == {"state": "BLOCKED", "stateIsFinal": False}
    house.sign(first)
    assert house.state(last) == "BLOCKED"
    with pytest.raises(NotYourTurn):
        house.sign(last)
    house.sign(second)
    assert house.state(last) == "READY"
    house.sign(last)
    house.work()
    assert len(house.packages(place[0])) == 1


def test_a_session_may_wait_for_one_of_another_collection(house: House) -> None:
    here, there = house.collection(), house.collection(house.document("other"))
    first = house.session(there)
    last = house.session(here, subsequentTo=[first["id"]])
    assert last["lifecycle"]["state"] == "BLOCKED"
    assert last["subsequentTo"] == [first["id"]]
    house.sign(first)
    house.work()
    assert len(house.packages(there[0])) == 1
    assert house.packages(here[0]) == []
    assert house.state(last) == "READY"
    house.sign(last)
    house.work()
    assert len(house.packages(here[0])) == 1


def test_a_session_after_a_signed_one_is_ready_at_once(house: House) -> None:
    here, there = house.collection(), house.collection(house.document("other"))
    first = house.session(there)
    house.sign(first)
    house.work()
    assert house.session(here, subsequentTo=[first["id"]])["lifecycle"]["state"] == "READY"


def test_whoever_waits_for_a_rejected_session_stays_blocked(house: House) -> None:
    here, there = house.collection(), house.collection(house.document("other"))
    first = house.session(there)
    last = house.session(here, subsequentTo=[first["id"]])
    house.reject(first)
    assert house.state(last) == "BLOCKED"
    late = house.session(here, subsequentTo=[first["id"]])
    assert late["lifecycle"]["state"] == "BLOCKED"
    assert house.remove(late).status_code == house.remove(last).status_code == 204
    assert house.session(here)["lifecycle"]["state"] == "READY"


def test_who_is_no_longer_waited_for_still_signs(house: House) -> None:
    here, there = house.collection(), house.collection(house.document("other"))
    first = house.session(there)
    last = house.session(here, subsequentTo=[first["id"]])
    assert house.remove(last).status_code == 204
    assert house.client.delete(f"{COLLECTIONS}/{here[0]}").status_code == 204
    house.sign(first)
    assert house.state(first) == "SIGNED"


# ------------------------------------------------------------------ more people, more collections


def test_people_may_come_after_somebody_has_signed(house: House) -> None:
    place = house.collection(package=False)
    house.sign(house.session(place))
    late = [house.session(place, title=f"Late {number}") for number in range(4)]
    answer = house.ask(request(place))
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert "no room for more than 5 people" in answer.json()["detail"]
    for each in late:
        house.sign(each)
    results = [house.read(each)["output"]["signatures"][0]["resultDocumentId"] for each in late]
    sizes = [len(house.download(id)) for id in results]
    assert sizes == sorted(set(sizes))


def test_a_packaged_collection_takes_nobody_any_more(house: House) -> None:
    place = house.collection()
    house.sign(house.session(place))
    answer = house.ask(request(place))
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_one_session_may_sign_in_several_collections(house: House) -> None:
    first, second = house.collection(), house.collection(house.document("second"))
    made = house.session(first, second, packageTo=PADES)
    house.sign(made)
    signatures = house.read(made)["output"]["signatures"]
    assert [(each["documentCollectionId"], each["originalDocumentId"]) for each in signatures] == [
        first,
        second,
    ]
    house.work()
    (package,) = house.read(made)["output"]["packages"]
    assert b"% container" in house.download(package["resultDocumentId"])
    assert len(house.packages(first[0])) == len(house.packages(second[0])) == 1


def test_the_same_document_may_be_signed_in_two_collections(house: House) -> None:
    document = house.document()
    first, second = house.collection(document), house.collection(document)
    made = house.session(first, second)
    house.sign(made)
    results = [each["resultDocumentId"] for each in house.read(made)["output"]["signatures"]]
    assert len(set(results)) == 2
    for id in results:
        assert house.download(id).startswith(house.download(document))


def test_a_collection_with_a_shared_session_waits_for_it(house: House) -> None:
    first, second = house.collection(), house.collection(house.document("second"))
    shared, own = house.session(first, second), house.session(second)
    house.sign(own)
    house.work()
    assert house.packages(second[0]) == []
    house.sign(shared)
    house.work()
    assert len(house.packages(first[0])) == len(house.packages(second[0])) == 1


def test_documents_that_are_only_viewed_are_in_no_result_and_no_package(house: House) -> None:
    read, signed = house.document("read"), house.document("signed")
    place = house.collection(read, signed)
    documents = request(place)["documents"]
    documents[0]["action"] = "VIEW"
    made = house.session(documents=documents, packageTo=PADES)
    house.sign(made)
    house.work()
    output = house.read(made)["output"]
    assert [each["originalDocumentId"] for each in output["signatures"]] == [signed]
    for package in (*output["packages"], *house.packages(place[0])):
        content = house.download(package["resultDocumentId"])
        assert b"% container" not in content
        assert b"% signed" in content


def test_a_collection_in_which_nothing_was_signed_has_no_package(house: House) -> None:
    signed, read = house.collection(), house.collection(house.document("read"))
    documents = request(signed, read)["documents"]
    documents[1]["action"] = "VIEW"
    house.sign(house.session(documents=documents))
    house.work()
    assert len(house.packages(signed[0])) == 1
    assert house.packages(read[0]) == []


# ------------------------------------------------------------------ taking away


def test_a_deleted_session_is_gone_and_its_link_with_it(house: House) -> None:
    place = house.collection()
    made = house.session(place)
    answer = house.remove(made)
    assert (answer.status_code, answer.content) == (204, b"")
    assert_gone(house, f"{SESSIONS}/{made['id']}")
    assert house.remove(made).status_code == house.put_off(made, "2026-12-01T00:00:00Z").status_code
    assert house.listed() == []
    with pytest.raises(Gone):
        house.sign(made)
    answer = house.ask(request(place, subsequentTo=[made["id"]]))
    assert [each["name"] for each in answer.json()["invalidParams"]] == ["[0].subsequentTo[0]"]


def test_what_was_signed_stays_when_its_session_is_deleted(house: House) -> None:
    place = house.collection(package=False)
    made = house.session(place, packageTo=PADES)
    house.sign(made)
    house.work()
    output = house.read(made)["output"]
    assert house.remove(made).status_code == 204
    for each in (*output["signatures"], *output["packages"]):
        house.download(each["resultDocumentId"])


def test_a_collection_is_packaged_when_who_is_missing_is_deleted(house: House) -> None:
    place = house.collection(house.document("one"), house.document("two"))
    signing, missing = house.session(place[:2]), house.session((place[0], place[2]))
    rejecting = house.session(place[:2])
    house.sign(signing)
    house.reject(rejecting)
    house.work()
    assert house.packages(place[0]) == []
    assert house.remove(missing).status_code == house.remove(rejecting).status_code == 204
    house.work()
    (package,) = house.packages(place[0])
    assert b"% one" in house.download(package["resultDocumentId"])


def test_a_collection_goes_when_nobody_is_to_act_any_more(house: House) -> None:
    place = house.collection(package=False)
    path = f"{COLLECTIONS}/{place[0]}"
    made = house.session(place)
    answer = house.client.delete(path)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    house.sign(made)
    assert house.client.delete(path).status_code == 204
    assert_gone(house, path)
    assert house.client.delete(path).status_code == 404
    assert house.state(made) == "SIGNED"
    answer = house.ask(request(place))
    assert answer.status_code == 400
    (wrong,) = answer.json()["invalidParams"]
    assert wrong["name"] == "[0].documents[0].documentCollectionId"


def test_an_empty_collection_is_deleted(house: House) -> None:
    place = house.collection()
    assert house.client.delete(f"{COLLECTIONS}/{place[0]}").status_code == 204
    assert_gone(house, f"{COLLECTIONS}/{place[0]}")


def test_a_document_goes_when_nobody_is_to_act_on_it_any_more(house: House) -> None:
    place = house.collection(package=False)
    path = f"{DOCUMENTS}/{place[1]}"
    made = house.session(place)
    answer = house.client.delete(path)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    house.sign(made)
    assert house.client.delete(path).status_code == 204
    assert_gone(house, path)
    assert_gone(house, f"{path}/metadata")
    assert house.client.delete(path).status_code == 404
    (signature,) = house.read(made)["output"]["signatures"]
    result = f"{DOCUMENTS}/{signature['resultDocumentId']}"
    assert house.client.get(result).status_code == 200
    assert house.client.delete(result).status_code == 204
    assert_gone(house, result)


@pytest.mark.parametrize("id", [NOBODY, "no-id", "ö"])
def test_what_is_not_there_is_not_found(house: House, id: str) -> None:
    for path in (DOCUMENTS, COLLECTIONS, SESSIONS):
        assert_gone(house, f"{path}/{id}")
        assert house.client.delete(f"{path}/{id}").status_code == 404
    assert_gone(house, f"{DOCUMENTS}/{id}/metadata")
    assert house.client.patch(f"{DOCUMENTS}/{id}/metadata", json={}).status_code == 404
    assert house.put_off({"id": id}, house.ahead(days=1)).status_code == 404


# ------------------------------------------------------------------ documents


def test_an_upload_is_answered_with_its_hash_and_downloaded_as_it_was(house: House) -> None:
    answer = house.upload(filename="ignored.pdf")
    made = ok(answer)
    assert answer.status_code == 200
    assert made["mimeType"] == "application/pdf"
    assert made["createdAt"] == "2026-11-20T08:58:00Z"
    assert made["documentHash"]["hashAlgorithm"] == "SHA256"
    got = house.client.get(f"{DOCUMENTS}/{made['documentId']}")
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert ok(house.client.get(f"{DOCUMENTS}/{made['documentId']}/metadata")) == made


def test_words_about_a_document_are_changed_one_by_one(house: House) -> None:
    path = f"{DOCUMENTS}/{house.document()}/metadata"
    words = {"filename": "rules.pdf", "title": "Haußordnung", "description": "For all"}
    said = ok(house.client.patch(path, json={**words, "mimeType": "text/plain"}))
    assert {name: said[name] for name in words} == words
    assert said["mimeType"] == "application/pdf"
    said = ok(house.client.patch(path, json={"title": "", "filename": None}))
    assert (said["filename"], said["description"]) == ("rules.pdf", "For all")
    assert "title" not in said
    assert ok(house.client.get(path)) == said


def test_a_result_has_a_hash_of_its_own(house: House) -> None:
    place = house.collection()
    made = house.session(place)
    house.sign(made)
    (signature,) = house.read(made)["output"]["signatures"]
    found = ok(house.client.get(f"{DOCUMENTS}/{signature['resultDocumentId']}/metadata"))
    source = ok(house.client.get(f"{DOCUMENTS}/{place[1]}/metadata"))
    assert len(found["documentHash"]["hash"]) == len(source["documentHash"]["hash"]) == 44
    assert found["documentHash"] != source["documentHash"]


def test_descriptions_of_a_collections_documents_are_kept(house: House) -> None:
    ids = [house.document(), house.document("two")]
    documents = [{"documentId": ids[0], "description": "House rules"}, {"documentId": ids[1]}]
    made = ok(house.client.post(COLLECTIONS, json={"documents": documents}))
    assert made["documents"] == documents
    assert made["packageTo"] == made["output"]["packages"] == []
    assert ok(house.client.get(f"{COLLECTIONS}/{made['id']}")) == made
