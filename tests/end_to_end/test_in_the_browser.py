"""The whole job as people do it: a contract by the API, two signatures on phones, one valid PDF."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.pages.signing_steps import draw_with_finger
from tests.support.browser import PHONE, OpenPage
from tests.support.customer import new_customer
from tests.support.server import RunningServer
from tests.support.signed import assert_intact, assert_verified

SIGNERS = ["Søren Ångström", "Lea Roux"]


def go_to_signature(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_test_id("next").click()
    expect(page.get_by_test_id("page-0")).to_be_visible()
    page.get_by_test_id("next").click()
    expect(page.get_by_test_id("finish")).to_be_visible()


def finish(page: Page) -> None:
    page.get_by_test_id("consent").check()
    page.get_by_test_id("finish").click()
    expect(page.get_by_test_id("done")).to_be_visible()


def test_a_contract_is_drawn_and_typed_under_on_two_phones(
    running_server: RunningServer, open_page: OpenPage, tmp_path: Path
) -> None:
    customer = new_customer(running_server)
    sent = customer.send(*SIGNERS)

    first = open_page(locale="en-GB", **PHONE)
    go_to_signature(first, sent.links[0])
    draw_with_finger(first)
    finish(first)

    second = open_page(locale="sv-SE", **PHONE)
    go_to_signature(second, sent.links[1])
    second.get_by_test_id("method-typed").check(force=True)
    second.get_by_test_id("signature-text").fill("L. Roux")
    finish(second)

    path = customer.completed_file(sent, tmp_path)
    assert_intact(path, SIGNERS)
    assert_verified(path, SIGNERS, running_server.data)
    first.goto(sent.links[0])  # coming back shows what was signed
    with first.expect_download() as download:
        first.get_by_test_id("download").click()
    assert download.value.path().read_bytes() == path.read_bytes()


@pytest.mark.allow_console_errors("410 ")
def test_who_is_reading_when_the_sender_withdraws_is_told(
    running_server: RunningServer, open_page: OpenPage
) -> None:
    customer = new_customer(running_server)
    sent = customer.send("Lea Roux")
    page = open_page(locale="en-GB", **PHONE)
    page.goto(sent.links[0])
    customer.call("DELETE", f"submissions/{sent.id}").raise_for_status()
    page.get_by_test_id("next").click()
    expect(page.get_by_text("This request was withdrawn")).to_be_visible()
