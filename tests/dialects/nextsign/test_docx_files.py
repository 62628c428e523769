"""DOCX files of every kind, as the programs of a customer send them to a running server."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest

from tests.adapters.test_office import contract, linking
from tests.docx.test_bad_files import bomb_of
from tests.support.docx import Making, docx
from tests.support.server import RunningServer
from tests.support.tools import require_tool
from tests.support.webhooks import WebhookReceiver

from .customer import Customer, inline, new_customer

pytestmark = pytest.mark.slow


@pytest.fixture
def customer(running_server: RunningServer) -> Iterator[Customer]:
    require_tool("soffice")
    made = new_customer(running_server)
    yield made
    made.api.close()


def paper(data: bytes) -> dict[str, Any]:
    return inline(data, name="offer.docx")


def uploaded(data: bytes, customer: Customer) -> str:
    body = {
        "name": "offer.docx",
        "file": base64.b64encode(data).decode(),
        "type": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
    answer = customer.call("POST", "/v3/file/upload", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["url"])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (bomb_of(70 << 20, 4), "Document is too large: offer.docx"),
        (
            docx("x", making=Making(parts={"word/vbaProject.bin": b"x"})),
            "Documents with macros are not supported: offer.docx",
        ),
        (docx("x")[:600], "Document is damaged: offer.docx"),
    ],
    ids=["a bomb", "macros", "half"],
)
def test_what_cannot_be_signed_is_refused_with_the_reason(
    data: bytes, why: str, customer: Customer
) -> None:
    refused = customer.post(documents=[paper(data)])
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["description"] == why
    assert customer.call("GET", "/cases/get").json()["cases"] == []


def test_a_picture_that_lies_elsewhere_is_not_fetched(
    customer: Customer, webhook_receiver: WebhookReceiver
) -> None:
    made = customer.create(documents=[paper(linking(f"{webhook_receiver.url}/spy.png"))])
    assert customer.fetch(made["documents"][0]["document_id"]).startswith(b"%PDF-")
    assert webhook_receiver.requests == []


def test_three_hundred_pages_become_a_case_and_a_pdf(customer: Customer) -> None:
    long = contract(300)
    made = customer.create(documents=[paper(long)])
    body = {"documents": [{"file": uploaded(long, customer), "name": "long.docx"}]}
    converted = customer.api.post("/api/v2/document/convert", json=body).json()
    assert converted["status"] == {"code": 200, "message": "OK"}
    for data in (
        customer.fetch(made["documents"][0]["document_id"]),
        customer.api.get(converted["documents"][0]["file"]).content,
    ):
        with pikepdf.open(io.BytesIO(data)) as document:
            assert len(document.pages) >= 300
