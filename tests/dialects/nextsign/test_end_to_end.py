"""The dialect as its users meet it: a real server, the vendor's own sample calls, real PDFs."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pikepdf
import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from countersign.commands import demo_contract
from countersign.dialects.nextsign.methods import EIDS
from tests.contracts.test_files import stored_at
from tests.pages.signing_steps import draw_with_mouse
from tests.support.browser import OpenPage
from tests.support.node import run_module
from tests.support.object_store import S3Endpoint
from tests.support.processes import wait_until
from tests.support.server import StartServer
from tests.support.tools import require_tool
from tests.support.webhooks import WebhookReceiver

from .customer import Customer, inline, new_customer, sign

LEASE = Path(demo_contract.__file__).with_name("lease.docx")

# As in the vendor's documentation; only what stands for something is replaced
CURL = """
curl --location 'https://www.nextsign.dk/api/v2/{company}/cases/get' \\
  -H 'Authorization: Bearer YOUR_API_KEY'
"""
JAVASCRIPT = """
const response = await fetch(
  'https://www.nextsign.dk/api/v2/{company}/cases/get',
  {
    method: 'GET',
    headers: {
      'Authorization': 'Bearer YOUR_API_KEY'
    }
  }
);
"""
PYTHON = """
import requests

url = "https://www.nextsign.dk/api/v2/{company}/cases/get"
headers = {
    "Authorization": "Bearer YOUR_API_KEY"
}

response = requests.get(url, headers=headers)
"""


def own(sample: str, customer: Customer) -> str:
    sample = sample.replace("https://www.nextsign.dk", customer.server.url)
    return sample.replace("{company}", customer.company).replace("YOUR_API_KEY", customer.key)


def output(*command: str) -> Any:
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return json.loads(ran.stdout)


def test_the_vendors_samples_run_in_three_languages(customer: Customer) -> None:
    require_tool("curl")
    made = customer.create()
    listed = output("sh", "-c", own(CURL, customer))
    assert listed["status"] == "company_found"
    assert [case["_id"] for case in listed["cases"]] == [made["_id"]]
    script = own(JAVASCRIPT, customer) + "console.log(JSON.stringify(await response.json()));"
    assert json.loads(run_module(script, environment={})) == listed
    script = own(PYTHON, customer) + "print(response.text)"
    assert output(sys.executable, "-c", script) == listed


def test_a_case_is_signed_in_the_browser_and_its_file_fetched(
    customer: Customer, open_page: OpenPage
) -> None:
    made = customer.create(
        recipients=[
            {
                "name": "Kim Holm",
                "email": "kim@firm.example",
                "redirectUrl": f"{customer.server.url}/sandbox/mail?from=us",
            },
            {"name": "Copy", "email": "copy@firm.example", "signing": False},
        ],
        settings={"lang": "en"},
    )
    (kim, _) = made["recipients"]
    page: Page = open_page()
    page.goto(kim["signingUrl"])
    page.get_by_test_id("next").click()
    page.get_by_test_id("next").click()
    draw_with_mouse(page)
    page.get_by_test_id("consent").check()
    page.get_by_test_id("finish").click()
    page.wait_for_url(f"**/sandbox/mail?from=us&case={made['_id']}&status=signed")
    done = customer.when(made, "signed")
    assert [each["signed"] for each in done["recipients"]] == ["signed", "pending"]
    assert customer.fetch(done["signedDocuments"][0]["file"]).startswith(b"%PDF-")
    for address in ("kim@firm.example", "copy@firm.example"):
        assert any("Signed" in mail["subject"] for mail in customer.mails(address))


def test_what_is_too_large_inside_a_request_goes_by_upload(customer: Customer) -> None:
    large = inline()["file"]
    assert customer.post(documents=[inline(b"%PDF-1.7" + bytes(4_000_000))]).status_code == 413
    body = {"file": f"data:application/pdf;base64,{large}", "name": "nda.pdf"}
    uploaded = customer.call("POST", "/v3/file/upload", json=body).json()
    assert uploaded["url"] == uploaded["file"] == uploaded["location"]
    made = customer.create(documents=[{"name": "nda.pdf", "file": uploaded["url"]}])
    sign(made["recipients"][0])
    assert customer.when(made, "signed")
    assert customer.fetch(uploaded["url"]).startswith(b"%PDF-")


def test_a_template_is_the_interface_of_that_name(customer: Customer) -> None:
    customer.server.run(
        "interface", "add", "--account", customer.account, "--name", "2", "--company", "The Shop"
    )
    for template, shown in ((2, "The Shop"), ("2", "The Shop"), (9, "Acme Limited")):
        made = customer.create(settings={"template": template})
        assert made["settings"]["template"] == template
        state = httpx2.get(f"{made['recipients'][0]['signingUrl']}/state").json()
        assert state["branding"]["name"] == shown


def test_a_sandbox_simulates_mitid_and_compares_the_number(customer: Customer) -> None:
    asked = {
        "name": "Kim Holm",
        "email": "kim@firm.example",
        "needsCpr": True,
        "cpr": "0101901234",
        "signingSchema": "urn:grn:authn:dk:mitid:substantial",
    }
    made = customer.create(recipients=[asked])
    link = made["recipients"][0]["signingUrl"]
    for number, status in (("0202904321", 400), ("0101901234", 200)):
        simulated = {"simulate": {"national_id": number, "name": "Kim Holm"}}
        answer = httpx2.post(f"{link}/identity/mitid", json=simulated)
        assert answer.status_code == status, answer.text
    sign(made["recipients"][0], method="mitid", signature={})
    (kim,) = customer.when(made, "signed")["recipients"]
    assert kim["signer"]["signer_type"] == asked["signingSchema"]
    assert kim["signer"]["identity"]["cprIsMatch"] is True


@pytest.mark.parametrize("schema", ["mitid:low", "se:bankid"])
def test_the_number_is_typed_in_where_the_eid_tells_none(customer: Customer, schema: str) -> None:
    urn = f"urn:grn:authn:{'dk:' if 'mitid' in schema else ''}{schema}"
    asked = {
        "name": "Kim Holm",
        "email": "kim@firm.example",
        "needsCpr": True,
        "cpr": "0101901234",
        "signingSchema": urn,
    }
    made = customer.create(recipients=[asked])
    link, method = made["recipients"][0]["signingUrl"], EIDS[urn]
    simulated = {"simulate": {"name": "Kim Holm"}}
    assert httpx2.post(f"{link}/identity/{method}", json=simulated).status_code == 200
    body = {"method": method, "consent": True, "fields": {}}
    assert httpx2.post(f"{link}/complete", json=body).status_code == 403, "no number yet"
    for number, status in (("0202904321", 400), ("010190-1234", 200)):
        answer = httpx2.post(f"{link}/identity/cpr", json={"national_id": number})
        assert answer.status_code == status, answer.text
    sign(made["recipients"][0], method=method, signature={})
    (kim,) = customer.when(made, "signed")["recipients"]
    assert kim["signer"]["signer_type"] == urn
    assert kim["signer"]["identity"]["cprIsMatch"] is True


def test_a_code_by_mail_is_a_signing_schema(customer: Customer) -> None:
    address = "code@firm.example"
    made = customer.create(
        recipients=[{"name": "Kim", "email": address}], signingSchemas=["sms-email"]
    )
    link = made["recipients"][0]["signingUrl"]
    assert httpx2.post(f"{link}/identity/email_code").status_code == 202
    wait_until(lambda: any(mail["code"] for mail in customer.mails(address)), "the code")
    code = next(mail["code"] for mail in customer.mails(address) if mail["code"])
    assert httpx2.post(f"{link}/identity/email_code", json={"code": code}).status_code == 200
    sign(made["recipients"][0], method="click", signature={})
    assert customer.when(made, "signed")["recipients"][0]["signer"]["signer_type"] == "sms-email"


def test_links_lead_to_files_in_an_object_store_too(
    start_server: StartServer, s3_endpoint: S3Endpoint
) -> None:
    server = start_server("--sandbox", settings={"FILES_URL": stored_at(s3_endpoint)})
    customer = new_customer(server)
    made = customer.create()
    sign(made["recipients"][0])
    file = customer.when(made, "signed")["signedDocuments"][0]["file"]
    asked = customer.call("POST", "/v3/file/view-presigned-url", json={"url": file}).json()
    assert httpx2.get(asked["signedUrl"]).content.startswith(b"%PDF-")
    server.run("sandbox", "advance", "61m")
    assert httpx2.get(asked["signedUrl"]).status_code == 403
    assert customer.call("GET", f"/case/{made['_id']}/delete").json()["status"] == "removed"
    customer.api.close()


# ------------------------------------------------------------------ forms and numbers


def import_form(customer: Customer, folder: Path, *options: str) -> Any:
    (folder / "lease.docx").write_bytes(LEASE.read_bytes())
    made = customer.server.run(
        "form", "import", str(folder / "lease.docx"), "--account", customer.account,
        "--name", "Lease", "--json", *options,
    )  # fmt: skip
    return json.loads(made.stdout)


def test_a_form_that_is_a_docx_is_signed_in_the_browser(
    customer: Customer, open_page: OpenPage, tmp_path: Path
) -> None:
    require_tool("soffice")
    form = import_form(customer, tmp_path)
    assert {each["tag"] for each in form["tags"]} >= {"tenant", "rent", "begins"}
    tags = [
        {"tag": "tenant", "value": "Kim <Holm> & Søn"},
        {"tag": "rent", "value": 4500, "type": "number"},
        {"tag": "begins", "value": "2025-02-03", "type": "date"},
    ]
    body = {
        "tags": tags,
        "recipients": [{"name": "Kim Holm", "email": "kim@firm.example"}],
        "settings": {"lang": "en"},
    }
    answer = customer.call("POST", f"/forms/{form['id']}/submit", json=body)
    assert answer.status_code == 200, answer.text
    made = answer.json()["contract"]
    page = open_page()
    sign_in_browser(page, made["recipients"][0]["signingUrl"])
    done = customer.when(made, "signed")
    text = pdf_text(customer.fetch(done["signedDocuments"][0]["file"]))
    for words in ("Kim <Holm> & Søn", "DKK 4,500 a month", "from 03-02-2025 on"):
        assert words in text
    assert "{{" not in text


def test_a_new_account_of_a_sandbox_has_a_sample_form(customer: Customer) -> None:
    listed = customer.server.run("form", "list", "--account", customer.account).stdout
    id, state, name = listed.split()
    assert (state, name) == ("active", "Lease")
    found = customer.call("GET", f"/forms/{id}/get").json()
    assert {tag["type"] for tag in found["tags"]} == {"text", "number", "date"}


def test_anybody_fills_in_an_open_form_and_signs(
    customer: Customer, open_page: OpenPage, tmp_path: Path, webhook_receiver: WebhookReceiver
) -> None:
    require_tool("soffice")
    (tmp_path / "tags.json").write_text(
        json.dumps(
            [
                {"tag": "tenant", "name": "Your name as tenant"},
                {"tag": "begins", "name": "First day", "type": "date"},
                {"tag": "rent", "type": "number", "value": "4500"},
            ]
        )
    )
    form = import_form(customer, tmp_path, "--public", "--tags", str(tmp_path / "tags.json"))
    customer.server.run(
        "webhook", "add", "--account", customer.account, "--api", "nextsign",
        "--url", f"{webhook_receiver.url}/hook", "--events", "webflow.completed",
    )  # fmt: skip
    page = open_page()
    link = customer.server.url + urlsplit(form["link"]).path  # a command knows no port
    page.goto(f"{link}?lang=en")
    assert page.get_by_test_id("tag-rent").count() == 0, "what the form says nobody changes"
    page.get_by_test_id("tag-tenant").fill("Ole Bang")
    page.get_by_test_id("tag-begins").fill("2026-12-01")
    page.get_by_test_id("form-name").fill("Ole Bang")
    page.get_by_test_id("form-email").fill("ole@people.example")
    page.get_by_test_id("form-submit").click()
    page.wait_for_url("**/s/**")
    finish_in_browser(page)
    wait_until(lambda: bool(webhook_receiver.requests), "the webhook", patience=30)
    body = json.loads(webhook_receiver.requests[0].body)
    assert body["trigger"] == "webflow.completed"
    assert body["case"]["recipients"][0]["email"] == "ole@people.example"
    customer.server.run("form", "set", form["id"], "--account", customer.account, "--public", "no")
    assert httpx2.get(link).status_code == 404


@pytest.mark.allow_console_errors("400")
def test_a_cpr_number_is_typed_in_before_the_document_is_shown(
    customer: Customer, open_page: OpenPage
) -> None:
    asked = {
        "name": "Kim Holm",
        "email": "kim@firm.example",
        "needsCpr": True,
        "cpr": "010190-1234",
        "signingSchema": "draw-cpr",
    }
    made = customer.create(recipients=[asked], settings={"lang": "en"})
    page = open_page()
    page.goto(made["recipients"][0]["signingUrl"])
    page.get_by_test_id("next").click()
    for number, words in (("12", "no CPR number"), ("0202904321", "not the number of the person")):
        page.get_by_test_id("identity-number").fill(number)
        page.get_by_test_id("next").click()
        expect(page.locator("#identity-error")).to_contain_text(words)
    page.get_by_test_id("identity-number").fill("010190-1234")
    page.get_by_test_id("next").click()
    page.wait_for_url("**skipIntro=true")
    finish_in_browser(page)
    done = customer.when(made, "signed")
    assert done["recipients"][0]["signer"]["identity"]["cprIsMatch"] is True
    fields = field_values(customer.fetch(done["signedDocuments"][0]["file"]))
    assert "CPR number, typed in" in fields
    assert not any("0101901234" in value for value in fields)


def test_an_eid_that_tells_no_number_is_followed_by_the_question_for_it(
    customer: Customer, open_page: OpenPage
) -> None:
    asked = {
        "name": "Kim Holm",
        "email": "kim@firm.example",
        "needsCpr": True,
        "cpr": "0101901234",
        "signingSchema": "urn:grn:authn:dk:mitid:low",
    }
    made = customer.create(recipients=[asked], settings={"lang": "en"})
    page = open_page()
    page.goto(made["recipients"][0]["signingUrl"])
    page.get_by_test_id("next").click()
    page.get_by_test_id("identity-simulate").click()
    page.get_by_test_id("identity-number").fill("010190-1234")
    page.get_by_test_id("next").click()
    page.wait_for_url("**skipIntro=true")
    page.get_by_test_id("next").click()
    page.get_by_test_id("consent").check()
    page.get_by_test_id("finish").click()
    expect(page.get_by_test_id("done")).to_be_visible()
    (kim,) = customer.when(made, "signed")["recipients"]
    assert kim["signer"]["identity"]["cprIsMatch"] is True


def sign_in_browser(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_test_id("next").click()
    finish_in_browser(page)


def finish_in_browser(page: Page) -> None:
    """From the document to the signature."""
    page.get_by_test_id("next").click()
    draw_with_mouse(page)
    page.get_by_test_id("consent").check()
    page.get_by_test_id("finish").click()
    expect(page.get_by_test_id("done")).to_be_visible()


def field_values(data: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(data)) as document:
        return [str(field.get("/V", "")) for field in document.Root.AcroForm.Fields]


def pdf_text(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    try:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
    return " ".join(" ".join(pages).split())
