"""The dialect as its users meet it: a real server, nothing but HTTP, real PDFs."""

from __future__ import annotations

import importlib
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2
import pikepdf
import pytest

from tests.contracts.threads import at_once
from tests.pdf.samples import contract
from tests.support.generated_client import generated_client
from tests.support.processes import wait_until
from tests.support.server import RunningServer, StartServer
from tests.support.signed import assert_intact, assert_verified, verified

from .customer import NIN, Customer, act, kept, new_customer, prove, sign
from .house import COLLECTIONS, PADES, SESSIONS, ok, request

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def customer(running_server: RunningServer) -> Iterator[Customer]:
    made = new_customer(running_server)
    yield made
    made.api.close()


def collection_path(place: tuple[str, ...]) -> str:
    return f"{COLLECTIONS}/{place[0]}"


# ------------------------------------------------------------------ the seven steps


def test_from_a_token_to_a_signed_package_with_nothing_but_http(
    running_server: RunningServer, tmp_path: Path
) -> None:
    customer = new_customer(running_server)
    document = customer.upload()
    place = customer.collection(document)
    made = customer.session(
        place,
        packageTo=PADES,
        signText="I have read the lease.",
        externalReference="lease 77",
        redirectSettings={
            name: f"https://shop.example/{name}" for name in ("success", "cancel", "error")
        },
    )
    told = sign(made, "Åsa Öberg")
    back = f"sessionId={made['id']}&externalReference=lease%2077"
    assert told["redirect_url"] == f"https://shop.example/success?{back}"
    wait_until(lambda: customer.state(made) == "SIGNED", "the signature")
    for path in (f"{SESSIONS}/{made['id']}", collection_path(place)):
        package = kept(customer.package_of(path), tmp_path)
        assert_verified(package, ["Åsa Öberg"], running_server.data)
        assert_intact(package, ["Åsa Öberg"])
    (signature,) = customer.read(made)["output"]["signatures"]
    result = kept(customer.download(signature["resultDocumentId"]), tmp_path)
    report = verified(result, running_server.data)
    assert report["verdict"] == "valid", report
    assert "Åsa Öberg" in [each["who"] for each in report["signatures"]]
    customer.api.close()


def test_the_page_shows_the_text_to_consent_to_and_the_identity_providers(
    customer: Customer,
) -> None:
    made = customer.session(customer.collection(), title="Lease 77", signText="I have read it.")
    state = json.dumps(httpx2.get(f"{made['signatureUrl']}/state").json())
    assert "Lease 77" in state
    assert "I have read it." in state
    assert "nbid" in state
    assert httpx2.get(made["signatureUrl"]).status_code == 200


def test_a_rejection_is_final(customer: Customer) -> None:
    made = customer.session(customer.collection())
    link = made["signatureUrl"]
    httpx2.post(f"{link}/decline", json={"reason": "Wrong price"}).raise_for_status()
    assert customer.read(made)["lifecycle"] == {"state": "REJECTED", "stateIsFinal": True}
    assert httpx2.post(f"{link}/decline", json={}).status_code == 410


def test_a_reason_has_up_to_2048_characters(customer: Customer) -> None:
    link = customer.session(customer.collection())["signatureUrl"]
    refused = httpx2.post(f"{link}/decline", json={"reason": "å" * 2049})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "invalid")
    assert 'maxlength="2048"' in httpx2.get(link).text
    httpx2.post(f"{link}/decline", json={"reason": "å" * 2048}).raise_for_status()


def test_only_the_person_who_was_named_signs(customer: Customer) -> None:
    signer = {
        "nationalIdentificationNumber": NIN,
        "validations": ["NATIONAL_IDENTIFICATION_NUMBER"],
    }
    made = customer.session(customer.collection(), signer=signer)
    link = made["signatureUrl"]
    refused = prove(link, "Somebody Else", national_id="198112189876")
    assert refused.status_code == 400, refused.text
    assert act(link).status_code == 403
    sign(made, "Anna Lindström", national_id=NIN)
    shown = [json.dumps(made), json.dumps(customer.read(made)), *customer.server.output]
    assert not any(NIN in text for text in shown)


# ------------------------------------------------------------------ several people and documents


def test_several_people_sign_one_after_the_other(customer: Customer, tmp_path: Path) -> None:
    place = customer.collection()
    first = customer.session(place)
    second = customer.session(place, subsequentTo=[first["id"]])
    assert customer.state(second) == "BLOCKED"
    assert act(second["signatureUrl"]).status_code == 409
    sign(first, "Åsa Öberg")
    assert customer.state(second) == "READY"
    sign(second, "Bo Ek")
    package = kept(customer.package_of(collection_path(place)), tmp_path)
    assert_verified(package, ["Åsa Öberg", "Bo Ek"], customer.server.data)
    assert_intact(package, ["Åsa Öberg", "Bo Ek"])


def test_who_comes_after_the_first_has_signed_signs_the_same_file(
    customer: Customer, tmp_path: Path
) -> None:
    place = customer.collection()
    first, held_up = customer.session(place, packageTo=PADES), customer.session(place)
    sign(first, "Åsa Öberg")
    late = [customer.session(place) for _ in range(3)]
    answer = customer.api.post(SESSIONS, json=[request(place)])
    assert answer.status_code == 409, answer.text
    names = ["Bo Ek", "Cy Dahl", "Di Ek"]
    for session, name in zip(late, names, strict=True):
        sign(session, name)
    alone = kept(customer.package_of(f"{SESSIONS}/{first['id']}"), tmp_path)
    assert_verified(alone, ["Åsa Öberg"], customer.server.data)
    assert customer.api.delete(f"{SESSIONS}/{held_up['id']}").status_code == 204
    whole = kept(customer.package_of(collection_path(place)), tmp_path)
    assert_verified(whole, ["Åsa Öberg", *names], customer.server.data)
    assert_intact(whole, ["Åsa Öberg", *names])


def test_a_collection_of_which_one_document_was_signed_is_packaged(
    customer: Customer, tmp_path: Path
) -> None:
    one, other = customer.upload(), customer.upload()
    place = customer.collection(one, other)
    signed, missing = customer.session(place[:2]), customer.session((place[0], other))
    sign(signed, "Åsa Öberg")
    assert customer.api.delete(f"{SESSIONS}/{missing['id']}").status_code == 204
    package = kept(customer.package_of(collection_path(place)), tmp_path)
    assert_verified(package, ["Åsa Öberg"], customer.server.data)


def test_several_documents_come_in_one_sealed_container(customer: Customer, tmp_path: Path) -> None:
    places = [customer.collection(customer.upload()) for _ in range(2)]
    made = customer.session(*places, packageTo=PADES)
    sign(made, "Åsa Öberg")
    package = kept(customer.package_of(f"{SESSIONS}/{made['id']}"), tmp_path)
    assert verified(package, customer.server.data)["verdict"] == "valid"
    with pikepdf.open(package) as pdf:
        inside = [each.get_file().read_bytes() for each in pdf.attachments.values()]
    signed = [each for each in inside if each.startswith(b"%PDF-")]
    assert len(signed) == 2
    for each in signed:
        assert_verified(kept(each, tmp_path), ["Åsa Öberg"], customer.server.data)
    for place in places:
        whole = kept(customer.package_of(collection_path(place)), tmp_path)
        assert_verified(whole, ["Åsa Öberg"], customer.server.data)


def sign_two_collections_at_once(customer: Customer, folder: Path) -> None:
    """Two people whose sessions touch the same two collections, from either end."""
    one, two = customer.collection(), customer.collection()
    people = {"Åsa Öberg": customer.session(one, two), "Bo Ek": customer.session(two, one)}
    for name, session in people.items():
        prove(session["signatureUrl"], name).raise_for_status()
    links = [session["signatureUrl"] for session in people.values()]
    answers = at_once(2, lambda number: act(links[number]))
    assert [answer.status_code for answer in answers] == [200, 200], [a.text for a in answers]
    for place in (one, two):
        package = kept(customer.package_of(collection_path(place)), folder)
        assert_verified(package, list(people), customer.server.data)
        assert_intact(package, list(people))


def test_two_people_sign_two_collections_in_the_same_instant(
    customer: Customer, tmp_path: Path
) -> None:
    for _ in range(3):
        sign_two_collections_at_once(customer, tmp_path)


def test_two_people_sign_two_collections_in_the_same_instant_on_postgresql(
    start_server: StartServer, postgres_url: str, tmp_path: Path
) -> None:
    server = start_server("--sandbox", settings={"DATABASE_URL": postgres_url})
    customer = new_customer(server)
    for _ in range(3):
        sign_two_collections_at_once(customer, tmp_path)
    customer.api.close()


# ------------------------------------------------------------------ time


def test_due_dates_and_links_follow_the_sandboxes_clock(start_server: StartServer) -> None:
    customer = new_customer(start_server("--sandbox"))
    place = customer.collection()
    due_at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    due, lasting = customer.session(place, dueDate=due_at), customer.session(place)
    short = customer.session(place, signatureUrlTimeToLive="PT30M")
    customer.server.run("sandbox", "advance", "2d")
    assert customer.api.get(SESSIONS).status_code == 401
    customer.log_in()
    assert [customer.state(each) for each in (due, lasting, short)] == ["EXPIRED", "READY", "READY"]
    assert "signatureUrl" not in customer.read(short)
    for each, status in ((due, 410), (lasting, 403), (short, 410)):
        assert act(each["signatureUrl"]).status_code == status
    (expired,) = ok(customer.api.get(SESSIONS, params={"state": "EXPIRED"}))["data"]
    assert expired["id"] == due["id"]
    customer.api.close()


# ------------------------------------------------------------------ a generated client


@pytest.fixture(scope="module")
def generated(running_server: RunningServer, tmp_path_factory: Any) -> ModuleType:
    spec = httpx2.get(f"{running_server.url}/sign/docs/openapi.json").content
    return generated_client(spec, tmp_path_factory.mktemp("generated"), "sign_v2")


def test_a_generated_client_goes_the_whole_way(
    running_server: RunningServer, generated: ModuleType, tmp_path: Path
) -> None:
    customer = new_customer(running_server)

    def part(name: str) -> Any:
        return importlib.import_module(f"{generated.__name__}.{name}")

    models, files = part("models"), part("types")
    with part("client").AuthenticatedClient(running_server.url, customer.log_in()) as client:
        upload = part("api.documents.upload_document").sync
        document = upload(client=client, body=files.File(payload=io.BytesIO(contract())))
        chosen = models.DocumentReference(document_id=document.document_id)
        gather = part("api.document_collections.create_collection").sync
        gathered = models.NewCollection(documents=[chosen], package_to=PADES)
        collection = str(gather(client=client, body=gathered).id)
        asked = models.NewSession.from_dict(request((collection, str(document.document_id))))
        (session,) = part("api.signing_sessions.create_sessions").sync(client=client, body=[asked])
        assert session.lifecycle.state == "READY"
        sign(session.to_dict(), "Åsa Öberg")
        listed = part("api.signing_sessions.list_sessions").sync(client=client, limit=1)
        assert listed.data[0].lifecycle.state == "SIGNED"
        read = part("api.document_collections.read_collection").sync

        def packages() -> Any:
            return read(document_collection_id=collection, client=client).output.packages

        wait_until(lambda: packages() != [], "the package", patience=30)
        download = part("api.documents.read_document").sync
        package = download(document_id=packages()[0].result_document_id, client=client)
        problem = part("api.documents.delete_document").sync(document_id="no", client=client)
    assert problem.code == "not_found"
    assert_verified(kept(package.payload.read(), tmp_path), ["Åsa Öberg"], running_server.data)
    customer.api.close()


# ------------------------------------------------------------------ when people log in


def files(session: Any) -> list[int]:
    """Status of everything that shows what a document says."""
    link = session["signatureUrl"]
    (document,) = httpx2.get(f"{link}/state").json()["documents"]
    place = f"{link}/documents/{document['id']}"
    paths = (place, f"{place}/pages/0.webp", f"{place}/pages/0.json")
    return [httpx2.get(path).status_code for path in paths]


def identity(session: Any) -> Any:
    return httpx2.get(f"{session['signatureUrl']}/state").json()["identity"]


@pytest.mark.parametrize("asked", [{}, {"preAuthentication": {"enabled": False}}])
def test_without_pre_authentication_documents_show_first_and_logging_in_is_part_of_signing(
    customer: Customer, asked: Any
) -> None:
    made = customer.session(customer.collection(), **asked)
    link = made["signatureUrl"]
    assert files(made) == [200, 200, 200]
    assert (identity(made)["due"], identity(made)["before"]) == (["nbid"], "signing")
    refused = act(link)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "identity_required")
    assert customer.state(made) == "READY"
    sign(made, "Åsa Öberg")
    assert customer.state(made) == "SIGNED"


def test_with_pre_authentication_nothing_shows_before_logging_in(customer: Customer) -> None:
    made = customer.session(customer.collection(), preAuthentication={"enabled": True})
    link = made["signatureUrl"]
    assert files(made) == [404, 404, 404]
    assert (identity(made)["due"], identity(made)["before"]) == (["nbid"], "reading")
    assert "pages/0.webp" not in httpx2.get(f"{link}?skipIntro=true").text
    assert act(link).status_code == 403
    prove(link, "Åsa Öberg").raise_for_status()
    assert files(made) == [200, 200, 200]
    assert (identity(made)["due"], identity(made)["before"]) == ([], None)
    assert act(link).status_code == 200


def test_who_logs_in_before_with_another_provider_logs_in_again_to_sign(
    customer: Customer,
) -> None:
    before = {"enabled": True, "identityProviders": [{"idpName": "bankid_se"}]}
    made = customer.session(customer.collection(), preAuthentication=before)
    link = made["signatureUrl"]
    assert identity(made)["due"] == ["bankid_se"]
    prove(link, "Åsa Öberg").raise_for_status()
    assert files(made) == [404, 404, 404]
    prove(link, "Åsa Öberg", "bankid_se").raise_for_status()
    assert files(made) == [200, 200, 200]
    assert act(link, "bankid_se").status_code == 400
    assert act(link).status_code == 200


# ------------------------------------------------------------------ links that lead elsewhere

URLS = {name: f"https://shop.example/{name}" for name in ("success", "cancel", "error")}


def opened(session: Any) -> httpx2.Response:
    """What a browser gets behind the signing link."""
    return httpx2.get(session["signatureUrl"])


def test_an_expired_or_deleted_link_leads_to_the_error_page_of_the_sender(
    start_server: StartServer,
) -> None:
    server = start_server("--sandbox")
    customer = new_customer(server)
    place = customer.collection()
    there = {**URLS, "error": "https://shöp.example/fel?från=oss"}
    asked: dict[str, Any] = {"redirectSettings": there, "externalReference": "lease 7"}
    short = customer.session(place, signatureUrlTimeToLive="PT5M", **asked)
    soon = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    due, removed = customer.session(place, dueDate=soon, **asked), customer.session(place, **asked)
    assert [opened(one).status_code for one in (short, due, removed)] == [200] * 3
    customer.api.delete(f"{SESSIONS}/{removed['id']}").raise_for_status()
    server.run("sandbox", "advance", "6m")
    for session in (short, due, removed):
        answer = opened(session)
        assert answer.status_code == 303
        back = f"sessionId={session['id']}&externalReference=lease%207"
        want = f"https://sh%C3%B6p.example/fel?fr%C3%A5n=oss&{back}"
        assert answer.headers["location"] == want
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert httpx2.get(f"{session['signatureUrl']}/state").status_code == 410
    customer.api.close()


def test_without_redirects_a_page_says_what_is_the_matter(customer: Customer) -> None:
    place = customer.collection()
    removed, rejected, signed = (customer.session(place) for _ in range(3))
    blocked = customer.session(place, subsequentTo=[rejected["id"]])
    customer.api.delete(f"{SESSIONS}/{removed['id']}").raise_for_status()
    httpx2.post(f"{rejected['signatureUrl']}/decline", json={}).raise_for_status()
    assert sign(signed, "Åsa Öberg")["redirect_url"] is None
    pages = {
        410: [removed, rejected],
        200: [blocked, signed],
    }
    for status, sessions in pages.items():
        for session in sessions:
            answer = opened(session)
            assert (answer.status_code, answer.headers["content-type"][:9]) == (status, "text/html")
            assert 'data-testid="finish"' not in answer.text
    unknown = httpx2.get(f"{customer.server.url}/s/nobody")
    assert (unknown.status_code, unknown.headers["content-type"][:9]) == (404, "text/html")


def test_only_who_can_do_nothing_is_led_to_the_error_page(customer: Customer) -> None:
    place = customer.collection()
    asked = {"redirectSettings": {**URLS, "reject": "https://shop.example/reject"}}
    rejected, signed = customer.session(place, **asked), customer.session(place, **asked)
    blocked = customer.session(place, subsequentTo=[signed["id"]], **asked)
    assert opened(blocked).status_code == 200
    told = httpx2.post(f"{rejected['signatureUrl']}/decline", json={}).json()
    assert told["redirect_url"] == f"https://shop.example/reject?sessionId={rejected['id']}"
    sign(signed, "Åsa Öberg")
    assert [opened(one).status_code for one in (rejected, signed)] == [410, 200]
    kept_open = httpx2.post(f"{blocked['signatureUrl']}/postpone", json={}).json()
    assert kept_open["redirect_url"] == f"https://shop.example/cancel?sessionId={blocked['id']}"
