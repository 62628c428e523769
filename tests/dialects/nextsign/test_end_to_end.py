"""The dialect as its users meet it: a real server, the vendor's own sample calls, real PDFs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.pages.signing_steps import draw_with_mouse
from tests.support.browser import OpenPage
from tests.support.node import run_module
from tests.support.server import RunningServer
from tests.support.tools import require_tool

from .customer import Customer, inline, new_customer, sign

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


@pytest.fixture
def customer(running_server: RunningServer) -> Iterator[Customer]:
    made = new_customer(running_server)
    yield made
    made.api.close()


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
