"""The dialect as its users meet it: a real server, nothing but HTTP, real PDFs."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import httpx2
import pytest

from tests.pdf.samples import contract
from tests.pdf.test_own_form import by_reportlab
from tests.support.processes import wait_until
from tests.support.server import RunningServer
from tests.support.signed import assert_intact, assert_verified

from .customer import NIN, Customer, act, address_of, kept, link_of, new_customer, prove, sign
from .orders import ABSENT, NBID, ORDERS, document, mail, ok, package, task

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def customer(running_server: RunningServer) -> Iterator[Customer]:
    made = new_customer(running_server)
    yield made
    made.api.close()


def test_from_a_token_to_a_package_with_nothing_but_http(
    customer: Customer, tmp_path: Path
) -> None:
    ref = customer.upload()
    made = customer.order(
        task(
            document(ref),
            notifications=[mail()],
            onTaskComplete="https://shop.example/done?o=${requestId}&t=${taskId}#success",
        ),
        clientReference="lease-77",
        packagingTasks=[package(("1", "doc-1"))],
    )
    wait_until(lambda: len(customer.events(made)) == 2, "the notification")
    assert customer.events(made) == ["TASK_CREATED", "NOTIFICATION_SENT"]
    told = sign(made, "Åsa Öberg")
    assert told["redirect_url"] == f"https://shop.example/done?o={made['id']}&t=1#success"
    status = customer.status(made)
    assert status["taskStatus"] == "COMPLETED"
    assert status["clientReference"] == "lease-77"
    assert customer.download(status["documents"][0]["originalUri"]) == contract()
    result = customer.result(made)
    packaged = kept(customer.package(made), tmp_path)
    assert packaged.read_bytes().startswith(result)
    assert_verified(packaged, ["Åsa Öberg"], customer.server.data)
    assert_intact(packaged, ["Åsa Öberg"])
    assert customer.events(made)[2:] == [
        "TASK_STARTED",
        "USER_AUTHENTICATED",
        "DOCUMENT_SIGNED",
        "TASK_COMPLETED",
        "PACKAGING_TASK_COMPLETED",
    ]


def test_several_signers_are_packaged_in_one_pdf(customer: Customer, tmp_path: Path) -> None:
    ref = customer.upload()
    made = customer.order(
        task(document(ref), id="tenant"),
        task(document(ref, id="lease"), id="landlord", dependsOnTasks=["tenant"]),
        packagingTasks=[
            package(("tenant", "doc-1"), id="first"),
            package(("tenant", "doc-1"), ("landlord", "lease"), id="both"),
        ],
    )
    assert act(link_of(made, "landlord")).status_code == 409
    sign(made, "Åsa Öberg", "tenant")
    first = kept(customer.package(made, "first"), tmp_path)
    assert_verified(first, ["Åsa Öberg"], customer.server.data)
    sign(made, "Bo Ek", "landlord")
    both = kept(customer.package(made, "both"), tmp_path)
    assert_verified(both, ["Åsa Öberg", "Bo Ek"], customer.server.data)


def test_nobody_can_guess_the_link_of_another_signer(customer: Customer) -> None:
    """Who has one link knows the order's id and what its sender calls the others' tasks."""
    ref = customer.upload()
    made = customer.order(task(document(ref), id="tenant"), task(document(ref), id="landlord"))
    order = httpx2.get(f"{link_of(made, 'tenant')}/state").json()["envelope"]["id"]
    guessed = uuid5(UUID(order), "task landlord")
    right = base64.urlsafe_b64decode(link_of(made, "landlord").rpartition("/")[2] + "=")
    assert right.startswith(guessed.bytes), "the guess would be right"
    answer = httpx2.get(f"{customer.server.url}/sign/{guessed}", follow_redirects=False)
    assert (answer.status_code, answer.headers.get("location")) == (404, None)


def test_texts_and_pdfs_are_signed_in_one_task(customer: Customer, tmp_path: Path) -> None:
    text = customer.upload(b"Jag betalar i tid.\n", "text/plain")
    made = customer.order(
        task(document(customer.upload()), document(text, id="note")),
        packagingTasks=[package(("1", "doc-1"), id="pdf"), package(("1", "note"), id="text")],
    )
    sign(made, "Åsa Öberg")
    answer = customer.api.get(customer.status(made)["documents"][1]["resultUri"])
    assert answer.headers["content-type"] == "application/x-ltv-sdo"
    assert b"XAdES" in answer.content or b"Signature" in answer.content
    alone = kept(customer.package(made, "pdf"), tmp_path)
    assert_verified(alone, ["Åsa Öberg"], customer.server.data)
    assert customer.package(made, "text").startswith(b"%PDF-")


def test_who_signs_by_hand_is_named_by_the_order(customer: Customer, tmp_path: Path) -> None:
    subject = {"attributes": [{"name": "first-name", "value": "Kari"}]}
    made = customer.order(
        task(
            document(customer.upload()), signatureMethods=[{"handwritten": True}], subject=subject
        ),
        packagingTasks=[package(("1", "doc-1"))],
    )
    answer = act(link_of(made), "typed", signature={"text": "Kari N."})
    assert answer.status_code == 200, answer.text
    assert_verified(kept(customer.package(made), tmp_path), ["Kari"], customer.server.data)


def test_another_person_than_the_subject_is_turned_away(customer: Customer) -> None:
    attributes = [
        {"name": "national-id", "value": NIN, "methods": ["nbid-sign"]},
        {"name": "last-name", "value": "Lindström"},
    ]
    made = customer.order(
        task(document(customer.upload()), subject={"attributes": attributes}),
    )
    link = link_of(made)
    assert NIN not in str(made)
    assert prove(link, "Anna Lindström", national_id="198112189876").status_code == 400
    assert prove(link, "Anna Ek", national_id=NIN).status_code == 400
    assert act(link).status_code == 403
    sign(made, "ANNA LINDSTRÖM", national_id=NIN)
    assert customer.state(made) == "COMPLETED"
    assert customer.events(made).count("USER_AUTHENTICATION_CANCELLED") == 2


SEVERAL = [NBID, {**NBID, "name": "sbid-sign"}]


@pytest.mark.parametrize(
    ("attribute", "value", "right"),
    [("national-id", NIN, {"national_id": NIN}), ("last-name", "Lindström", {})],
)
def test_an_attribute_is_checked_by_the_methods_that_it_names(
    customer: Customer, attribute: str, value: str, right: dict[str, str]
) -> None:
    only = [{"name": attribute, "value": value, "methods": ["nbid-sign"]}]
    ways = {"signatureMethods": SEVERAL, "subject": {"attributes": only}}
    made = customer.order(
        task(document(customer.upload()), **ways),
        task(document(customer.upload()), id="2", **ways),
    )
    link, other = link_of(made), {"national_id": "198112189876"}
    assert prove(link, "Anna Ek", **other).status_code == 400
    assert act(link).status_code == 403
    sign(made, "Anna Ek", idp="sbid", **other)  # who need not be that one
    assert customer.state(made) == "COMPLETED"
    sign(made, "Eva Lindström", "2", **right)
    assert customer.state(made, "2") == "COMPLETED"


def test_codes_lead_a_person_to_their_task(customer: Customer) -> None:
    text = mail(recipient="codes@people.example", message="${signCodeUrl}")
    made = customer.order(task(document(customer.upload()), notifications=[text]))

    def told() -> Any:
        query = {"to": "codes@people.example"}
        return ok(customer.api.get("/sandbox/mail.json", params=query))["messages"]

    wait_until(lambda: bool(told()), "the mail")
    address = told()[0]["text"].split()[0]
    assert "/code?sign_code=" in address
    assert httpx2.get(address).headers["location"] == link_of(made)
    typed = {"sign_code": address.rpartition("=")[2].lower()}
    answer = httpx2.post(address.partition("?")[0], data=typed)
    assert answer.headers["location"] == link_of(made)
    assert "location" not in httpx2.get(address[:-4] + "zzzz").headers


def test_a_form_is_prefilled_filled_in_and_answered(customer: Customer) -> None:
    form = {"interactive": True, "inputParams": [{"name": "city", "value": "Oslo"}]}
    ref = customer.upload(by_reportlab())
    made = customer.order(task(document(ref, form=form)))
    link = link_of(made)
    prove(link, "Kari Nordmann").raise_for_status()
    left = httpx2.get(f"{link}/state").json()["fields"]
    words = {"text": "Larvik", "checkbox": "true"}
    typed = {one["id"]: words[one["type"]] for one in left if one["required"]}
    assert act(link, fields={}).status_code == 400  # two of them are required
    answer = act(link, fields=typed)
    assert answer.status_code == 200, answer.text
    (told,) = customer.status(made)["documents"]
    values = {one["name"]: one["value"] for one in told["formOutputParam"]}
    assert (values["city"], values["place"]) == ("Oslo", "Larvik")
    generated = customer.download(told["generatedUri"])
    assert generated.startswith(b"%PDF-")
    assert generated != customer.download(told["originalUri"])


def test_a_login_may_be_asked_for_before_another_eid_signs(customer: Customer) -> None:
    made = customer.order(
        task(
            document(customer.upload()),
            authentication={"methods": ["sbid"]},
            signatureMethods=[NBID, {"name": "nemid", "type": "AUTHENTICATION_BASED"}],
        )
    )
    link = link_of(made)
    prove(link, "Åsa Öberg").raise_for_status()
    assert act(link).status_code == 403
    prove(link, "Åsa Öberg", "sbid").raise_for_status()
    assert act(link).status_code == 200


def test_who_only_reads_confirms_it(customer: Customer) -> None:
    made = customer.order(
        task(document(customer.upload(), action="VIEW"), signatureMethods=[]),
    )
    link = link_of(made)
    assert act(link, "click").status_code == 400
    (shown,) = httpx2.get(f"{link}/state").json()["documents"]
    httpx2.post(f"{link}/documents/{shown['id']}/viewed").raise_for_status()
    assert act(link, "click").status_code == 200
    assert customer.state(made) == "COMPLETED"
    assert customer.events(made) == ["TASK_CREATED", "DOCUMENT_VIEWED", "TASK_COMPLETED"]


# ------------------------------------------------------------------ the seed's example


def seeds_example(ref: str) -> dict[str, Any]:
    """The request of the vendor's guide, with the brackets and addresses that it lost."""
    return {
        "tasks": [
            {
                "id": "1",
                "documents": [
                    {
                        "id": "doc-1",
                        "description": "Document",
                        "action": "SIGN",
                        "source": "SESSION",
                        "documentRef": ref,
                        "sendResultToArchive": True,
                    }
                ],
                "signatureMethods": [
                    {"name": "nemid", "type": "AUTHENTICATION_BASED"},
                    {"name": "nbid-sign", "type": "SIGNED_STATEMENT"},
                    {"name": "sbid-sign", "type": "SIGNED_STATEMENT"},
                ],
                "language": "en",
                "notifications": [
                    {
                        "id": "not-1",
                        "recipient": "signer@example.org",
                        "sender": "noreply@example.org",
                        "header": "Documents ready to be signed ",
                        "message": "Please sign this document: ${taskUrl}",
                        "type": "EMAIL",
                        "schedule": [{"triggerStatus": "CREATED"}],
                    }
                ],
            }
        ]
    }


@pytest.mark.parametrize("idp", ["mitid", "nbid", "sbid"])
def test_the_seeds_example_runs(customer: Customer, idp: str) -> None:
    asked = seeds_example(customer.upload())
    made = ok(customer.api.post(ORDERS, json=asked))
    assert {**asked["tasks"][0], "signingUrl": address_of(made)} == made["tasks"][0]
    path = "/sandbox/mail.json?to=signer@example.org"

    def mails() -> Any:
        return [
            one
            for one in customer.api.get(path).json()["messages"]
            if address_of(made) in one["links"]
        ]

    wait_until(lambda: len(mails()) == 1, "the mail")
    assert mails()[0]["text"] == f"Please sign this document: {address_of(made)}"
    sign(made, "Åsa Öberg", idp=idp)
    (found,) = customer.status(made)["documents"]
    assert "/enterprise/sign/archive-documents/" in found["resultUri"]
    assert customer.download(found["resultUri"]).startswith(b"%PDF-")
    assert customer.api.delete(f"{ORDERS}/{made['id']}").status_code == 204
    assert customer.download(found["resultUri"]).startswith(b"%PDF-")


# ------------------------------------------------------------------ files that people bring


def test_one_brings_a_file_another_reads_it_and_two_sign_it(
    customer: Customer, tmp_path: Path
) -> None:
    brought = {"source": "UPLOAD", "documentRef": "photo"}
    made = customer.order(
        task(
            document("", id="photo", action="UPLOAD", source="UPLOAD", documentRef=ABSENT),
            id="brings",
            signatureMethods=ABSENT,
        ),
        task(
            document("", action="VIEW", **brought),
            id="reads",
            signatureMethods=ABSENT,
            dependsOnTasks=["brings"],
        ),
        task(document("", **brought), id="first", dependsOnTasks=["reads"]),
        task(document("", **brought), id="second", dependsOnTasks=["reads"]),
        packagingTasks=[package(("first", "doc-1"), ("second", "doc-1"))],
    )
    link = link_of(made, "brings")
    path = f"{ORDERS}/{made['id']}/tasks/brings/documents/photo/original"
    assert customer.status(made, "brings")["documents"][0]["originalUri"] is None
    assert customer.api.get(path).status_code == 404
    (awaited,) = httpx2.get(f"{link}/state").json()["documents"]
    file = {"file": ("lease.pdf", contract(), "application/pdf")}
    answer = httpx2.post(f"{link}/documents/{awaited['id']}/upload", files=file, timeout=60)
    assert answer.status_code == 200, answer.text
    assert act(link, "click").status_code == 200
    assert customer.api.get(path).content == contract()
    link = link_of(made, "reads")
    (shown,) = httpx2.get(f"{link}/state").json()["documents"]
    httpx2.post(f"{link}/documents/{shown['id']}/viewed").raise_for_status()
    assert act(link, "click").status_code == 200
    sign(made, "Åsa Öberg", "first")
    sign(made, "Bo Ek", "second")
    whole = kept(customer.package(made), tmp_path)
    assert_verified(whole, ["Åsa Öberg", "Bo Ek"], customer.server.data)
    assert "DOCUMENT_UPLOADED" in customer.events(made, "brings")
    assert "DOCUMENT_VIEWED" in customer.events(made, "reads")


# ------------------------------------------------------------------ ways in


def test_an_artifact_lets_its_bearer_in_once(customer: Customer) -> None:
    made = customer.order(
        task(document(customer.upload()), authentication={"artifact": True, "methods": ["sbid"]})
    )
    link = link_of(made)
    assert httpx2.get(f"{link}/state").json()["identity"]["before"] == "reading"
    address = address_of(made)
    assert address == f"{link}?request_id={made['id']}&task_id=1"
    httpx2.get(f"{address}&artifact={made['artifact']}", follow_redirects=True)
    assert httpx2.get(f"{link}/state").json()["identity"]["before"] == "signing"
    again = ok(customer.api.get(f"{ORDERS}/{made['id']}"))
    assert "artifact" not in again


def test_a_dialog_a_language_and_lines_of_documents_are_shown(customer: Customer) -> None:
    made = customer.order(
        task(
            document(customer.upload(), signTextEntry="The lease of flat 7"),
            dialog={"title": "Welcome", "message": "Please read."},
            signText="I agree.",
            language="sv",
        )
    )
    shown = httpx2.get(f"{link_of(made)}/state").json()["task"]
    assert shown["dialog"] == {"title": "Welcome", "message": "Please read."}
    assert shown["sign_text"] == "I agree."
    assert shown["sign_entries"] == ["The lease of flat 7"]
    assert shown["language"] == "sv"
