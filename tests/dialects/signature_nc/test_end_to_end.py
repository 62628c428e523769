"""The dialect as its users meet it: a real server, the vendor's own sample call, real PDFs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.pdf.samples import contract, encrypted, with_boxes, without_pages, xfa
from tests.support.processes import wait_until
from tests.support.server import RunningServer
from tests.support.tools import require_tool
from tests.support.webhooks import WebhookReceiver

from .house import BASE, field, parts, signer
from .test_checks import assert_refused

# As in the vendor's documentation; only the host, the key and the path of the file differ
SAMPLE = """
curl -X POST "{url}/api/v3/signatures" \\
  -H "Authorization: Bearer {apiKey}" \\
  -F "file=@./contract.pdf" \\
  -F "name=Acme NDA" \\
  -F 'signers=[
    {{
      "firstname": "Jane",
      "lastname": "Doe",
      "email": "jane@acme.com",
      "fields": [
        {{ "type": "signature", "name": "Sign here", "document": "contract.pdf",
          "area": {{ "x": 120, "y": 640, "w": 200, "h": 80, "page": 0 }} }}
      ]
    }}
  ]'
"""


@dataclass
class Customer:
    """An account of a running server; `api` calls with its production token."""

    server: RunningServer
    credentials: dict[str, Any]
    api: httpx2.Client
    tokens: dict[str, str]

    def create(self, **changes: Any) -> Any:
        files, texts = parts(**{"files": [("contract.pdf", contract())], **changes})
        return self.api.post(f"{BASE}/signatures", files=files, data=texts)

    def read(self, uuid: str) -> Any:
        return self.api.get(f"{BASE}/submissions/{uuid}").json()

    def when_done(self, uuid: str) -> Any:
        """The submission, as soon as its audit document is there."""
        wait_until(lambda: self.read(uuid)["auditDocument"] is not None, "the audit document")
        return self.read(uuid)


@pytest.fixture(scope="module")
def customer(running_server: RunningServer) -> Iterator[Customer]:
    made = running_server.run(
        "account", "create", "--name", "Acme Limited", "--email", "owner@acme.example", "--json"
    )
    credentials = json.loads(made.stdout)
    tokens = credentials["signature_nc"]
    headers = {"Authorization": f"Bearer {tokens['token']}"}
    with httpx2.Client(base_url=running_server.url, headers=headers, timeout=30) as api:
        yield Customer(running_server, credentials, api, tokens)


def sign(link: str) -> None:
    """Signs through the signing page's own API, as a test bench would."""
    page = link.partition("?")[0]
    body = {"method": "typed", "consent": True, "signature": {"text": "Jane Doe"}, "fields": {}}
    httpx2.post(f"{page}/open", json={}).raise_for_status()
    answer = httpx2.post(f"{page}/complete", json=body, timeout=30)
    assert answer.status_code == 200, answer.text


def test_the_vendors_curl_sample_runs_as_it_is_written(customer: Customer, tmp_path: Path) -> None:
    require_tool("curl")
    (tmp_path / "contract.pdf").write_bytes(contract())
    script = SAMPLE.format(url=customer.server.url, apiKey=customer.tokens["token"])
    ran = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=30
    )
    made = json.loads(ran.stdout)
    assert made["name"] == made["template"]["name"] == "Acme NDA"
    assert made["createdBy"] == {
        "firstname": "Acme", "lastname": "Limited", "email": "owner@acme.example",
    }  # fmt: skip
    (jane,) = made["submitters"]
    assert (jane["email"], jane["status"]) == ("jane@acme.com", "sent")
    assert jane["signatureLink"].startswith(f"{customer.server.url}/s/")
    read = customer.read(made["uuid"])
    assert read["senderInformation"]["ipAddress"] == "127.0.0.1"
    assert read["senderInformation"]["userAgent"].startswith("curl/")


def test_the_vendors_form_of_a_link_leads_to_the_page(customer: Customer) -> None:
    (jane,) = customer.create(skipIntro="true").json()["submitters"]
    vendors = f"{customer.server.url}/sign/{jane['uuid']}?skipIntro=true"
    answer = httpx2.get(vendors, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, jane["signatureLink"])
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_nobody_but_a_named_proxy_says_where_a_request_comes_from(
    customer: Customer, header: str
) -> None:
    forged = {"Forwarded": "for=203.0.113.9"}.get(header, "203.0.113.9")
    files, texts = parts(files=[("contract.pdf", contract())])
    headers = {header: forged}
    made = customer.api.post(f"{BASE}/signatures", files=files, data=texts, headers=headers).json()
    assert customer.read(made["uuid"])["senderInformation"]["ipAddress"] == "127.0.0.1"


@pytest.mark.parametrize("asked", ["true", "false"])
def test_a_sender_may_append_what_skips_the_intro_as_the_vendor_says(
    customer: Customer, asked: str
) -> None:
    """ "append ?skipIntro=true when skipIntro was set": our link has it already then."""
    (jane,) = customer.create(skipIntro=asked).json()["submitters"]
    page = httpx2.get(jane["signatureLink"] + "?skipIntro=true")
    assert page.status_code == 200
    assert '<body data-step="read"' in page.text


@pytest.mark.parametrize("uuid", ["9d4c5b8e-3f1a-4c55-9a54-3d0c1f8e2b77", "nonsense", "x" * 300])
def test_a_person_with_a_link_of_that_form_that_leads_nowhere_is_told(
    customer: Customer, uuid: str
) -> None:
    answer = httpx2.get(f"{customer.server.url}/sign/{uuid}", headers={"Accept-Language": "fr"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html lang="fr"' in answer.text


def test_a_submission_from_creation_to_the_audit_document(
    customer: Customer, webhook_receiver: WebhookReceiver
) -> None:
    for event in ("sent", "signed", "completed"):
        url = f"{webhook_receiver.url}/{event}"
        answer = customer.api.post(f"{BASE}/webhooks/{event}-webhook-url", json={"url": url})
        assert answer.json() == {f"{event}WebhookUrl": url}
    made = customer.create(signers=[signer(firstname="Jane"), signer(firstname="Jo")]).json()
    jane, jo = made["submitters"]
    sign(jane["signatureLink"])
    assert [each["status"] for each in customer.read(made["uuid"])["submitters"]] == [
        "completed", "sent",
    ]  # fmt: skip
    sign(jo["signatureLink"])
    done = customer.when_done(made["uuid"])
    for submitter in done["submitters"]:
        assert submitter["status"] == "completed"
        assert submitter["signerInformation"]["ipAddress"] == "127.0.0.1"
        (signed,) = submitter["signedDocuments"]
        file = httpx2.get(signed["url"])
        assert file.content.startswith(b"%PDF-")
        assert file.headers["content-type"] == signed["mime"]
    assert httpx2.get(done["auditDocument"]["url"]).content.startswith(b"%PDF-")
    events = [request.json()["event"] for request in webhook_receiver.wait_for(4)]
    assert sorted(events) == ["completed", "sent", "signed", "signed"]
    for request in webhook_receiver.requests:
        assert request.path == f"/{request.json()['event']}"


def test_an_invitation_and_a_reminder_lead_to_the_signing_page(customer: Customer) -> None:
    made = customer.create(sendEmail="true", signers=[signer(email="lea@ex.example")]).json()
    (lea,) = made["submitters"]
    url = f"{customer.server.url}/sandbox/mail.json?to=lea@ex.example"

    def mails() -> list[Any]:
        return list(httpx2.get(url).json()["messages"])

    wait_until(lambda: len(mails()) == 1, "the invitation")
    assert lea["signatureLink"] in mails()[0]["links"]
    reminded = customer.api.post(f"{BASE}/submitters/{lea['uuid']}/remind")
    assert reminded.status_code == 200, reminded.text
    wait_until(lambda: len(mails()) == 2, "the reminder")
    sign(lea["signatureLink"])
    customer.when_done(made["uuid"])
    assert len(mails()) == 2


def test_a_refusal_is_told_and_stays(customer: Customer, webhook_receiver: WebhookReceiver) -> None:
    url = f"{webhook_receiver.url}/signed"
    customer.api.post(f"{BASE}/webhooks/signed-webhook-url", json={"url": url})
    made = customer.create().json()
    page = made["submitters"][0]["signatureLink"]
    declined = httpx2.post(f"{page}/decline", json={"reason": "Wrong price"})
    assert declined.status_code == 200, declined.text
    assert customer.read(made["uuid"])["submitters"][0]["status"] == "refused"
    wait_until(lambda: "refused" in told(webhook_receiver), "the webhook")


def told(receiver: WebhookReceiver) -> list[str]:
    return [request.json()["event"] for request in receiver.requests]


def test_every_signature_in_the_result_is_valid(customer: Customer, tmp_path: Path) -> None:
    made = customer.create(signers=[signer(), signer(firstname="Jo")]).json()
    for submitter in made["submitters"]:
        sign(submitter["signatureLink"])
    done = customer.when_done(made["uuid"])
    path = tmp_path / "signed.pdf"
    path.write_bytes(httpx2.get(done["submitters"][0]["signedDocuments"][0]["url"]).content)
    ran = subprocess.run(
        [require_tool("pdfsig"), "-nocert", str(path)],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert ran.stdout.count("Signature is Valid.") >= 4, ran.stdout
    assert "Invalid" not in ran.stdout


BAD_FILES = [
    ("html", b"<!doctype html><p>", "Only PDF files are supported"),
    ("empty", b"", "Only PDF files are supported"),
    ("truncated", contract()[:300], "Damaged PDF files are not supported"),
    ("locked", encrypted("secret", "owner"), "Password-protected PDF files are not supported"),
    ("no pages", without_pages(), "PDF files without pages are not supported"),
    ("dynamic form", xfa(dynamic=True), "XFA forms are not supported"),
]


@pytest.mark.parametrize(
    ("data", "text"), [row[1:] for row in BAD_FILES], ids=[row[0] for row in BAD_FILES]
)
def test_a_file_that_cannot_be_signed_is_refused_where_it_comes_in(
    customer: Customer, data: bytes, text: str
) -> None:
    assert_refused(customer.create(files=[("contract.pdf", data)]), text)
    assert customer.create().status_code == 200


@pytest.mark.parametrize(
    "page", [{"Rotate": 90}, {"CropBox": [0, 0, 200, 300]}], ids=["rotated", "cropped"]
)
def test_a_box_must_lie_on_the_page_as_it_is_shown(customer: Customer, page: Any) -> None:
    data = with_boxes(**page)
    text = "Signer 1 (Lea Roux), Field 1: Area is outside the page"
    assert_refused(customer.create(files=[("contract.pdf", data)]), text)
    inside = signer(fields=[field(area={"x": 20, "y": 200, "w": 100, "h": 40, "page": 0})])
    assert customer.create(files=[("contract.pdf", data)], signers=[inside]).status_code == 200


def test_a_file_beyond_the_limit_is_a_413(customer: Customer) -> None:
    large = b"%PDF-1.7" + bytes(51 << 20)
    assert_refused(customer.create(files=[("contract.pdf", large)]), "File too large", 413)
    assert customer.create().status_code == 200


def test_the_originals_can_be_had_until_all_have_signed(customer: Customer) -> None:
    made = customer.create().json()
    documents = customer.api.get(f"{BASE}/submissions/{made['uuid']}/documents").json()
    assert httpx2.get(documents["documents"][0]["url"]).content == contract()


def test_the_environments_of_one_account_never_meet(customer: Customer) -> None:
    made = customer.create().json()
    test_token = {"Authorization": f"Bearer {customer.tokens['test_token']}"}
    path = f"{BASE}/submissions/{made['uuid']}"
    assert_refused(customer.api.get(path, headers=test_token), "Submission unknown")
    assert customer.api.get(f"{BASE}/submissions", headers=test_token).json()["data"] == []


def test_the_same_key_gives_the_same_bytes(customer: Customer) -> None:
    files, texts = parts(files=[("contract.pdf", contract())])
    key = {"Idempotency-Key": "order-77"}
    answers = [
        customer.api.post(f"{BASE}/signatures", files=files, data=texts, headers=key)
        for _ in range(2)
    ]
    assert answers[0].status_code == 200
    assert answers[0].content == answers[1].content


def test_eight_equal_requests_at_once_make_one_submission(customer: Customer) -> None:
    files, texts = parts(files=[("contract.pdf", contract())], name="Eight at once")
    request = customer.api.build_request(
        "POST",
        f"{BASE}/signatures",
        files=files,
        data=texts,
        headers={"Idempotency-Key": "eight-at-once"},
    )
    content, headers = request.read(), request.headers
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda _: httpx2.post(request.url, content=content, headers=headers, timeout=30),
                range(8),
            )
        )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    found = customer.api.get(f"{BASE}/submissions", params={"name": "Eight at once"}).json()
    assert found["meta"]["pagination"]["total"] == 1


@pytest.mark.parametrize("name", ["Zoë 😀", "Đặng Văn", "عمر", "李 小龍", "Ωμέγα", "יעל"])
def test_a_name_in_any_script_can_be_sent_and_signed(customer: Customer, name: str) -> None:
    made = customer.create(
        name=f"Avtal {name}",
        files=[(f"{name}.pdf", contract())],
        signers=[signer(firstname=name, fields=[field(document=f"{name}.pdf")])],
    ).json()
    sign(made["submitters"][0]["signatureLink"])
    (submitter,) = customer.when_done(made["uuid"])["submitters"]
    assert submitter["firstname"] == name
    assert submitter["signedDocuments"][0]["name"] == f"{name}.pdf"


def test_every_type_of_field_can_be_filled(customer: Customer) -> None:
    kinds = ("signature", "text", "date", "checkbox", "initials", "stamp")
    fields = [
        field(type=kind, name=kind, area={"x": 50, "y": 60 * n, "w": 200, "h": 40, "page": 1})
        for n, kind in enumerate(kinds)
    ]
    made = customer.create(signers=[signer(fields=fields)]).json()
    page = made["submitters"][0]["signatureLink"]
    offered = {each["name"]: each for each in httpx2.get(f"{page}/state").json()["fields"]}
    assert offered.keys() == set(kinds)
    body = {
        "method": "typed",
        "consent": True,
        "signature": {"text": "Lea Roux"},
        "fields": {offered["text"]["id"]: "Nouméa", offered["checkbox"]["id"]: "true"},
    }
    answer = httpx2.post(f"{page}/complete", json=body, timeout=30)
    assert answer.status_code == 200, answer.text
    assert customer.when_done(made["uuid"])["submitters"][0]["status"] == "completed"


def test_a_thousand_signers_can_be_sent_and_one_can_sign(customer: Customer) -> None:
    signers = [signer(firstname=f"Lea {number}") for number in range(1000)]
    answer = customer.create(signers=signers)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["submitters"]) == 1000
    sign(answer.json()["submitters"][999]["signatureLink"])
    assert customer.read(answer.json()["uuid"])["submitters"][999]["status"] == "completed"


def test_a_body_that_stops_half_way_leaves_the_server_well(customer: Customer) -> None:
    whole = customer.api.build_request(
        "POST", f"{BASE}/signatures", files=[("file", ("c.pdf", contract()))], data={"name": "Q"}
    )
    headers = {"Content-Type": whole.headers["content-type"]}
    answer = customer.api.post(f"{BASE}/signatures", content=whole.read()[:-30], headers=headers)
    assert_refused(answer, "Multipart body ends half way")
    assert customer.create().status_code == 200


def test_a_download_link_is_good_for_an_hour(customer: Customer) -> None:
    made = customer.create().json()
    path = f"{BASE}/submissions/{made['uuid']}/documents"
    url = customer.api.get(path).json()["documents"][0]["url"]
    assert httpx2.get(url).status_code == 200
    customer.server.run("sandbox", "advance", "61m")
    assert httpx2.get(url).status_code == 403
    fresh = customer.api.get(path).json()["documents"][0]["url"]
    assert httpx2.get(fresh).status_code == 200
