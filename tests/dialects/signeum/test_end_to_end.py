"""The dialect as its users meet it: a real server, the vendor's own sample calls, real PDFs."""

from __future__ import annotations

import base64
import json
import shlex
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.pdf.samples import contract, encrypted, without_pages
from tests.support.processes import wait_until
from tests.support.server import RunningServer, StartServer
from tests.support.tools import require_tool
from tests.support.webhooks import Answer, WebhookReceiver

from .house import person
from .test_errors import assert_refused
from .test_fields import wrong_with

ANNA = {"name": "Anna Lindström", "email": "anna@people.example", "role": "signer"}
ERIK = {"name": "Erik Johansson", "email": "erik@people.example", "role": "signer"}
ENOUGH = 40  # calls; a test makes some ten, and a key has a hundred a minute
PERSONAL_NUMBER = "199001012385"

# As in the vendor's documentation and in its order; only what stands for something is replaced
PROJECTS = "https://api.signeum.se/api/v1/organizations/{orgId}/projects"
DOCUMENTS = "https://api.signeum.se/api/v1/organizations/{orgId}/documents"
SAMPLES = {
    "create a project": f"""
curl -X POST {PROJECTS} \\
-H "Authorization: Bearer ds_your_api_key" \\
-H "Content-Type: application/json" \\
-d '{{ "name": "Customer Contracts" }}'
""",
    "list projects": f"""
curl {PROJECTS} \\
-H "Authorization: Bearer ds_your_api_key"
""",
    "read a project": f"""
curl {PROJECTS}/{{projectId}} \\
-H "Authorization: Bearer ds_your_api_key"
""",
    "create a document": f"""
curl -X POST {PROJECTS}/{{projectId}}/documents \\
-H "Authorization: Bearer ds_your_api_key" \\
-H "Content-Type: application/json" \\
-d '{{
"name": "Service Agreement 2026",
"document": {{
"type": "base64",
"content": "JVBERi0xLjQK..."
}},
"participants": [
{{
"name": "Anna Lindström",
"email": "[email]",
"role": "signer",
"signingOrder": 1,
"language": "sv"
}},
{{
"name": "Erik Johansson",
"email": "[email]",
"role": "signer",
"signingOrder": 2,
"language": "sv"
}}
],
"signingDeadline": "2026-04-15T23:59:59Z",
"callbackUrl": "https://your-app.com/webhooks/signeum"
}}'
""",
    "list documents": f"""
curl {PROJECTS}/{{projectId}}/documents?status=pending&limit=10 \\
-H "Authorization: Bearer ds_your_api_key"
""",
    "read a document": f"""
curl {DOCUMENTS}/{{documentId}} \\
-H "Authorization: Bearer ds_your_api_key"
""",
    "cancel a document": f"""
curl -X PUT {DOCUMENTS}/{{documentId}}/cancel \\
-H "Authorization: Bearer ds_your_api_key" \\
-H "Content-Type: application/json" \\
-d '{{ "reason": "Agreement needs to be updated" }}'
""",
    "download a document": f"""
curl {DOCUMENTS}/{{documentId}}/download \\
-H "Authorization: Bearer ds_your_api_key"
""",
    "list templates": """
curl https://api.signeum.se/api/v1/organizations/{orgId}/templates \\
-H "Authorization: Bearer ds_your_api_key"
""",
    "use a template": f"""
curl -X POST {PROJECTS}/{{projectId}}/documents \\
-H "Authorization: Bearer ds_your_api_key" \\
-H "Content-Type: application/json" \\
-d '{{
"name": "Employment Agreement — Anna Lindström",
"templateId": "t1a2b3c4-...",
"participants": [
{{
"name": "Acme Corp",
"email": "[email]",
"role": "signer",
"language": "en"
}},
{{
"name": "Anna Lindström",
"email": "[email]",
"role": "signer",
"language": "sv"
}}
],
"roleMapping": {{ "0": 0, "1": 1 }},
"callbackUrl": "https://your-app.com/webhooks/signeum"
}}'
""",
}


@dataclass
class Customer:
    """An organization of a running server; `api` calls below its address with its key."""

    server: RunningServer
    organization: str
    key: str
    api: httpx2.Client
    calls: int = 0

    def __post_init__(self) -> None:
        self.api.event_hooks = {"request": [self._count]}

    def _count(self, _request: httpx2.Request) -> None:
        self.calls += 1

    @cached_property
    def standard(self) -> str:
        return self.project("Standard Signing")

    def project(self, name: str) -> str:
        found = self.api.get("projects", params={"search": name}).json()["projects"]
        return str(found[0]["id"])

    def post(self, project: str = "", **changes: Any) -> Any:
        body = {"name": "Lease", "document": inline(), "participants": [ANNA], **changes}
        path = f"projects/{project or self.standard}/documents"
        return self.api.post(path, json={k: v for k, v in body.items() if v is not None})

    def create(self, project: str = "", **changes: Any) -> Any:
        answer = self.post(project, **changes)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def read(self, made: Any) -> Any:
        return self.api.get(f"documents/{made['document']['id']}").json()

    def when_completed(self, made: Any) -> Any:
        def is_completed() -> bool:
            time.sleep(0.3)  # a hundred calls a minute are all there are
            return bool(self.read(made)["document"]["status"] == "completed")

        wait_until(is_completed, "the sealed document", patience=30)
        return self.read(made)

    def download(self, made: Any) -> bytes:
        url = self.api.get(f"documents/{made['document']['id']}/download").json()["downloadUrl"]
        return bytes(httpx2.get(url).content)

    def mails(self, to: str) -> list[Any]:
        answer = httpx2.get(f"{self.server.url}/sandbox/mail.json", params={"to": to})
        return list(answer.json()["messages"])

    def run_sample(self, what: str, **stands_for: str) -> Any:
        """Runs a sample call with curl, as it is written but for a shell: that would take `&`."""
        sample = SAMPLES[what].replace("https://api.signeum.se", self.server.url)
        sample = sample.replace("ds_your_api_key", self.key)
        for name, value in {"{orgId}": self.organization, **stands_for}.items():
            sample = sample.replace(name, value)
        command = shlex.split(sample.replace("\\\n", " "))
        ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
        return json.loads(ran.stdout)


def inline(data: bytes | None = None) -> dict[str, str]:
    content = base64.b64encode(contract() if data is None else data).decode()
    return {"type": "base64", "content": content}


def new_customer(server: RunningServer) -> Customer:
    made = server.run(
        "account", "create", "--name", "Acme Limited", "--email", "owner@acme.example", "--json"
    )
    keys = json.loads(made.stdout)["signeum"]
    organization, key = keys["organization_id"], keys["api_key"]
    base = f"{server.url}/api/v1/organizations/{organization}/"
    headers = {"Authorization": f"Bearer {key}"}
    return Customer(
        server, organization, key, httpx2.Client(base_url=base, headers=headers, timeout=60)
    )


@pytest.fixture(scope="module")
def customers() -> Iterator[list[Customer]]:
    made: list[Customer] = []
    yield made
    for each in made:
        each.api.close()


@pytest.fixture
def fresh(running_server: RunningServer, customers: list[Customer]) -> Customer:
    """One who has done nothing yet."""
    customers.append(new_customer(running_server))
    return customers[-1]


@pytest.fixture
def customer(running_server: RunningServer, customers: list[Customer]) -> Customer:
    """One who may have documents, and has calls left in this minute."""
    if not customers or customers[-1].calls > ENOUGH:
        customers.append(new_customer(running_server))
    return customers[-1]


def act(link: str, **more: Any) -> Any:
    """Signs or reviews through the signing page's own API."""
    body = {"method": "typed", "consent": True, "signature": {"text": "Anna"}, "fields": {}, **more}
    httpx2.post(f"{link}/open", json={}).raise_for_status()
    return httpx2.post(f"{link}/complete", json=body, timeout=30)


def sign(link: str, **more: Any) -> None:
    answer = act(link, **more)
    assert answer.status_code == 200, answer.text


def links(made: Any) -> list[str]:
    return [each["signingUrl"] for each in made["signingUrls"]]


def in_days(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


# ------------------------------------------------------------------ the vendor's samples


def test_the_vendors_curl_samples_run_in_their_order(
    fresh: Customer, webhook_receiver: WebhookReceiver, tmp_path: Path
) -> None:
    require_tool("curl")
    customer = fresh
    own = {
        "[email]": "somebody@people.example",
        "JVBERi0xLjQK...": inline()["content"],
        "2026-04-15T23:59:59Z": in_days(29),
        "https://your-app.com/webhooks/signeum": f"{webhook_receiver.url}/webhooks/signeum",
    }
    project = customer.run_sample("create a project")["project"]
    assert (project["name"], project["isDefault"]) == ("Customer Contracts", False)
    listed = customer.run_sample("list projects")
    assert listed["pagination"] == {"page": 1, "limit": 20, "total": 3, "totalPages": 1}
    own["{projectId}"] = project["id"]
    assert customer.run_sample("read a project", **own)["project"] == project
    made = customer.run_sample("create a document", **own)
    assert [each["name"] for each in made["participants"]] == ["Anna Lindström", "Erik Johansson"]
    assert links(made)[0].startswith(f"{customer.server.url}/s/")
    own["{documentId}"] = made["document"]["id"]
    (document,) = customer.run_sample("list documents", **own)["documents"]
    assert document["id"] == made["document"]["id"]
    assert document["signingDeadline"] == own["2026-04-15T23:59:59Z"]
    assert customer.run_sample("read a document", **own)["participants"][0]["status"] == "pending"
    cancelled = customer.run_sample("cancel a document", **own)["document"]
    assert cancelled["cancelReason"] == "Agreement needs to be updated"
    signed = customer.create(project["id"])
    sign(links(signed)[0])
    customer.when_completed(signed)
    own["{documentId}"] = signed["document"]["id"]
    download = customer.run_sample("download a document", **own)
    assert httpx2.get(download["downloadUrl"]).content.startswith(b"%PDF-")
    own["t1a2b3c4-..."] = import_template(customer, tmp_path)
    templates = customer.run_sample("list templates", **own)["templates"]
    (agreement,) = (each for each in templates if each["id"] == own["t1a2b3c4-..."])
    assert [role["label"] for role in agreement["signerRoles"]] == ["Employer", "Employee"]
    made = customer.run_sample("use a template", **own)
    for link in links(made):
        sign(link)
    customer.when_completed(made)
    paths = {request.path for request in webhook_receiver.requests}
    assert paths == {"/webhooks/signeum"}


def import_template(customer: Customer, folder: Path) -> str:
    (folder / "agreement.pdf").write_bytes(contract())
    made = customer.server.run(
        "template", "import", str(folder / "agreement.pdf"), "--account", customer.organization,
        "--name", "Employment Agreement", "--roles", "Employer,Employee", "--json",
    )  # fmt: skip
    return str(json.loads(made.stdout)["id"])


# ------------------------------------------------------------------ whole documents


def test_two_people_sign_in_order_the_second_with_a_code(
    customer: Customer, webhook_receiver: WebhookReceiver
) -> None:
    first, second = "first@people.example", "second@people.example"
    made = customer.create(
        participants=[
            ANNA | {"email": first, "signingOrder": 1, "language": "sv"},
            ERIK | {"email": second, "signingOrder": 2, "otpEnabled": True},
            person(name="Rut", email="rut@people.example", role="reviewer"),
        ],
        callbackUrl=f"{webhook_receiver.url}/hook",
    )
    anna, erik, _rut = links(made)
    early = act(erik)
    assert (early.status_code, early.json()["error"]["code"]) == (409, "not_your_turn")
    wait_until(lambda: customer.mails(first) != [], "the invitation")
    assert anna in customer.mails(first)[0]["links"]
    assert customer.mails(second) == []
    sign(anna)
    assert customer.read(made)["document"]["status"] == "in_progress"
    wait_until(lambda: customer.mails(second) != [], "the second invitation")
    assert act(erik).json()["error"]["code"] == "identity_required"
    httpx2.post(f"{erik}/identity/email_code").raise_for_status()

    def code() -> Any:
        return next((mail["code"] for mail in customer.mails(second) if mail["code"]), None)

    wait_until(lambda: code() is not None, "the code")
    httpx2.post(f"{erik}/identity/email_code", json={"code": code()}).raise_for_status()
    sign(erik)
    done = customer.when_completed(made)
    assert [each["status"] for each in done["participants"]] == ["signed", "signed", "pending"]
    assert done["participants"][1]["otpEnabled"] is True
    calls = webhook_receiver.wait_for(5)
    assert [each.json()["eventType"] for each in calls] == [
        "document.viewed",
        "document.signed",
        "document.viewed",
        "document.signed",
        "document.completed",
    ]
    for each in calls:
        assert each.json()["documentId"] == made["document"]["id"]
        assert each.headers["X-Signeum-Event"] == each.json()["eventType"]
    ids = {each.headers["X-Signeum-Delivery"] for each in calls}
    told = customer.api.get(f"documents/{made['document']['id']}/webhooks").json()["deliveries"]
    assert ids == {each["id"] for each in told}
    assert len(ids) == 5


def test_every_signature_in_the_result_is_valid(customer: Customer, tmp_path: Path) -> None:
    made = customer.create(participants=[ANNA, ERIK])
    for link in links(made):
        sign(link)
    customer.when_completed(made)
    path = tmp_path / "signed.pdf"
    path.write_bytes(customer.download(made))
    ran = subprocess.run(
        [require_tool("pdfsig"), "-nocert", str(path)],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert ran.stdout.count("Signature is Valid.") >= 4, ran.stdout
    assert "Invalid" not in ran.stdout


def test_a_personal_number_is_proved_and_shown_nowhere(customer: Customer) -> None:
    project = customer.project("eID Signing")
    made = customer.create(project, participants=[ANNA | {"personalNumber": PERSONAL_NUMBER}])
    (link,) = links(made)
    simulate = {"simulate": {"national_id": PERSONAL_NUMBER, "name": "Anna Lindström"}}
    step = f"{link}/identity/bankid_se"
    httpx2.post(step, json={}).raise_for_status()
    httpx2.post(step, json=simulate).raise_for_status()
    sign(link, method="bankid_se", signature={})
    done = customer.when_completed(made)
    assert done["participants"][0]["signatureMode"] == "bankid_se"
    path = f"documents/{made['document']['id']}"
    shown = [json.dumps(made), json.dumps(done), *customer.server.output]
    shown += [customer.api.get(f"{path}/{part}").text for part in ("audit", "webhooks")]
    shown += [json.dumps(customer.mails("")), httpx2.get(f"{link}/state").text]
    assert not any(PERSONAL_NUMBER in text for text in shown)
    assert PERSONAL_NUMBER.encode() not in customer.download(made)


def test_a_cancelled_document_tells_who_was_asked(customer: Customer) -> None:
    asked = "asked@people.example"
    made = customer.create(participants=[ANNA | {"email": asked}])
    wait_until(lambda: len(customer.mails(asked)) == 1, "the invitation")
    path = f"documents/{made['document']['id']}/cancel"
    assert customer.api.put(path, json={"reason": "Wrong price"}).status_code == 200
    wait_until(lambda: len(customer.mails(asked)) == 2, "the news")
    assert act(links(made)[0]).status_code == 410


def test_chat_goes_both_ways_and_is_told(
    customer: Customer, webhook_receiver: WebhookReceiver
) -> None:
    made = customer.create(callbackUrl=webhook_receiver.url)
    (link,) = links(made)
    asked = httpx2.post(f"{link}/messages", json={"text": "Why page 2? 😀"})
    assert asked.status_code == 201, asked.text
    path = f"documents/{made['document']['id']}/messages"
    assert customer.api.post(path, json={"body": "A typo."}).status_code == 201
    first, second = customer.api.get(path).json()["messages"]
    anna = made["participants"][0]
    assert first["author"] == {
        "type": "participant", "participantId": anna["id"], "name": anna["name"],
    }  # fmt: skip
    assert (first["body"], second["body"]) == ("Why page 2? 😀", "A typo.")
    told = [each.json() for each in webhook_receiver.wait_for(2)]
    assert [each["message"]["body"] for each in told] == [first["body"], "A typo."]
    assert told[0]["participant"]["email"] == anna["email"]


def test_a_project_that_mails_nothing_sends_no_mail_at_all(customer: Customer) -> None:
    settings = {"emailNotificationsEnabled": False}
    answer = customer.api.post("projects", json={"name": "White", "settings": settings})
    quiet = person(email="quiet@people.example")
    made = customer.create(answer.json()["project"]["id"], participants=[quiet])
    sign(links(made)[0])
    customer.when_completed(made)
    loud = customer.create(participants=[person(email="loud@people.example")])
    wait_until(lambda: customer.mails("loud@people.example") != [], "the invitation of another")
    assert loud["document"]["status"] == "pending"
    assert customer.mails("quiet@people.example") == []


def test_a_deadline_follows_the_sandboxes_clock(start_server: StartServer) -> None:
    customer = new_customer(start_server("--sandbox"))
    made = customer.create(signingDeadline=in_days(3))
    assert_late = customer.post(signingDeadline=in_days(31))
    message = "Signing deadline cannot be more than 30 days ahead"
    assert wrong_with(assert_late) == {"signingDeadline": message}
    customer.server.run("sandbox", "advance", "4d")

    def status() -> str:
        time.sleep(0.3)
        return str(customer.read(made)["document"]["status"])

    wait_until(lambda: status() == "expired", "the deadline")
    assert act(links(made)[0]).status_code == 410
    customer.api.close()


def test_the_vendors_form_of_a_link_leads_to_the_page(customer: Customer) -> None:
    made = customer.create()
    (link,) = links(made)
    token = link.rpartition("/")[2]
    answer = httpx2.get(f"{customer.server.url}/sign/{token}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, link)


# ------------------------------------------------------------------ documents by address


def test_a_document_is_fetched_from_an_address(
    customer: Customer, webhook_receiver: WebhookReceiver
) -> None:
    moved = Answer(302, headers={"Location": f"{webhook_receiver.url}/there.pdf"})
    webhook_receiver.next_answers = [moved]
    webhook_receiver.answer = Answer(body=contract(), headers={"Content-Type": "application/pdf"})
    source = {"type": "url", "url": f"{webhook_receiver.url}/here.pdf"}
    made = customer.create(document=source)
    sign(links(made)[0])
    customer.when_completed(made)
    assert [each.path for each in webhook_receiver.requests] == ["/here.pdf", "/there.pdf"]


BAD_ANSWERS = {
    "not there": Answer(404, body=contract()),
    "a failure": Answer(500),
    "no PDF": Answer(body=b"<!doctype html>"),
    "empty": Answer(),
    "100 MB": Answer(body=b"%PDF-1.7" + bytes(100 << 20)),
    "to a file": Answer(302, headers={"Location": "file:///etc/passwd"}),
    "slow": Answer(body=contract(), delay=11),
}


@pytest.mark.parametrize("answer", BAD_ANSWERS.values(), ids=BAD_ANSWERS.keys())
def test_what_does_not_come_is_told_at_the_address(
    customer: Customer, webhook_receiver: WebhookReceiver, answer: Answer
) -> None:
    webhook_receiver.answer = answer
    started = time.monotonic()
    refused = customer.post(document={"type": "url", "url": f"{webhook_receiver.url}/x.pdf"})
    assert time.monotonic() - started < 15
    assert wrong_with(refused) == {"document.url": "Could not fetch document"}
    assert customer.create()["document"]["status"] == "pending"


@pytest.mark.parametrize(
    "url", ["nonsense", "ftp://files.example/x", "http://", "https://[::1", ""]
)
def test_what_is_no_address_is_told(customer: Customer, url: str) -> None:
    answer = customer.post(document={"type": "url", "url": url})
    assert wrong_with(answer) == {"document.url": "Could not fetch document"}


def test_a_server_for_real_fetches_from_no_private_address(
    start_server: StartServer, webhook_receiver: WebhookReceiver
) -> None:
    customer = new_customer(start_server())
    webhook_receiver.answer = Answer(body=contract())
    port = webhook_receiver.url.rpartition(":")[2]
    for url in (
        webhook_receiver.url,
        f"https://127.0.0.1:{port}/x.pdf",
        f"https://[::1]:{port}/x.pdf",
        f"https://localhost:{port}/x.pdf",
        "https://169.254.169.254/latest/meta-data",
    ):
        refused = customer.post(document={"type": "url", "url": url})
        assert wrong_with(refused) == {"document.url": "Could not fetch document"}
    assert webhook_receiver.requests == []
    settings = {"postSigning": {"type": "redirect", "redirectUrl": "http://app.example"}}
    refused = customer.api.post("projects", json={"name": "Ours", "settings": settings})
    assert wrong_with(refused) == {"settings.postSigning.redirectUrl": "Must be an https URL"}
    customer.api.close()


# ------------------------------------------------------------------ bad input


BAD_FILES = {
    "html": (b"<!doctype html>", "Invalid base64 PDF"),
    "truncated": (contract()[:300], "Damaged PDF files are not supported"),
    "locked": (
        encrypted("secret", "owner"),
        "Password-protected PDF files are not supported",
    ),
    "no pages": (without_pages(), "PDF files without pages are not supported"),
}


@pytest.mark.parametrize(("data", "message"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_file_that_cannot_be_signed_is_refused_where_it_comes_in(
    customer: Customer, data: bytes, message: str
) -> None:
    assert wrong_with(customer.post(document=inline(data))) == {"document.content": message}


def test_a_file_of_more_than_25_mb_is_refused(customer: Customer) -> None:
    large = inline(b"%PDF-1.7" + bytes(27 << 20))
    assert_refused(customer.post(document=large), 413, "VALIDATION_ERROR", "Request body too large")
    assert customer.create()["document"]["status"] == "pending"


@pytest.mark.parametrize("name", ["Zoë 😀", "عمر", "李 小龍"])
def test_a_name_in_any_script_can_be_sent_and_signed(customer: Customer, name: str) -> None:
    made = customer.create(name=f"Avtal {name}", participants=[ANNA | {"name": name}])
    sign(links(made)[0], signature={"text": name})
    done = customer.when_completed(made)
    assert done["participants"][0]["name"] == name
    assert done["document"]["name"] == f"Avtal {name}"


def test_two_organizations_never_meet(customer: Customer) -> None:
    made = customer.create()
    document = made["document"]
    other = new_customer(customer.server)
    with other.api:
        theirs = str(other.api.base_url).replace(other.organization, customer.organization)
        for answer in (
            other.api.get(f"{theirs}documents/{document['id']}"),
            other.api.get(f"{theirs}projects"),
            other.api.get(f"documents/{document['id']}"),
            other.api.put(f"documents/{document['id']}/cancel"),
        ):
            assert_refused(answer, 403, "FORBIDDEN", "Access denied to the resource")
        project = other.api.get(f"projects/{document['projectId']}")
        assert_refused(project, 404, "NOT_FOUND", "Project not found")
        assert_refused(other.post(document["projectId"]), 404, "NOT_FOUND", "Project not found")
    assert customer.read(made)["document"]["status"] == "pending"


def test_eight_equal_requests_at_once_make_one_document(fresh: Customer) -> None:
    customer = fresh
    project = customer.standard
    body = {"name": "Eight", "document": inline(), "participants": [ANNA]}
    url = f"{customer.api.base_url}projects/{project}/documents"
    headers = {"Authorization": f"Bearer {customer.key}", "Idempotency-Key": "eight"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: httpx2.post(url, json=body, headers=headers, timeout=30), range(8))
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    found = customer.api.get(f"projects/{project}/documents").json()
    assert found["pagination"]["total"] == 1


def test_a_key_has_a_hundred_calls_a_minute(fresh: Customer) -> None:
    answers = [fresh.api.get("projects") for _ in range(101)]
    assert [answer.status_code for answer in answers[:100]] == [200] * 100
    assert_refused(answers[100], 429, "RATE_LIMITED", "Rate limit exceeded")
    assert 1 <= int(answers[100].headers["retry-after"]) <= 60
    other = new_customer(fresh.server)
    with other.api:
        assert other.api.get("projects").status_code == 200
