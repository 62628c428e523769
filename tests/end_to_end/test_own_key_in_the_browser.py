"""A person goes from the signing page to the keeper of their key and back, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.dialects.signicat_v2.keeper import Place, kept_keys
from tests.support.browser import PHONE, OpenPage
from tests.support.csc import OTP, PIN
from tests.support.installed import live

pytestmark = pytest.mark.allow_console_errors("400|favicon")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with kept_keys(tmp_path, live) as place:
        yield place


def to_the_end(page: Page) -> None:
    page.get_by_test_id("start").click()
    expect(page.get_by_test_id("page-0")).to_be_visible()
    page.get_by_test_id("next").click()
    expect(page.get_by_text("You sign with BankID (Norway).")).to_be_visible()


def agree_and_go(page: Page) -> None:
    page.get_by_test_id("consent").check()
    page.get_by_test_id("finish").click()


def test_somebody_signs_with_a_pin_after_the_keeper_knows_them(
    place: Place, open_page: OpenPage
) -> None:
    place.service.person("Åsa Öberg", mode="explicit")
    made = place.client.session(place.client.collection())
    page = open_page(ignore_https_errors=True, locale="en-GB", **PHONE)
    page.goto(made["signatureUrl"])
    to_the_end(page)
    agree_and_go(page)
    page.get_by_role("link", name="Refuse").click()
    expect(page.get_by_text("Nothing was signed. Please try again.")).to_be_visible()
    assert "#" not in page.url

    agree_and_go(page)
    page.get_by_role("link", name="Agree").click()
    expect(page.get_by_label("PIN")).to_be_visible()
    expect(page.get_by_test_id("consent")).to_be_hidden()
    page.get_by_test_id("finish").click()
    expect(page.get_by_text("Please fill in this field.").first).to_be_visible()
    page.get_by_test_id("key-pin").fill("000000")
    page.get_by_test_id("key-otp").fill(OTP)
    page.get_by_test_id("finish").click()
    expect(page.get_by_text("This is not the code.")).to_be_visible()
    page.get_by_test_id("key-pin").fill(PIN)
    page.get_by_test_id("finish").click()
    expect(page.get_by_test_id("done")).to_be_visible()
    assert place.client.state(made) == "SIGNED"


def test_somebody_signs_on_the_keepers_pages_and_others_are_told_why_not(
    place: Place, open_page: OpenPage
) -> None:
    named = {"nationalIdentificationNumber": "01019912345"}
    made = place.client.session(place.client.collection(), signer=named)
    place.service.person("Bo Ek", number="PNONO-02029954321", mode="oauth2code")
    page = open_page(ignore_https_errors=True, locale="en-GB", **PHONE)
    page.goto(made["signatureUrl"])
    to_the_end(page)
    agree_and_go(page)
    page.get_by_role("link", name="Agree").click()
    expect(page.get_by_text("This BankID (Norway) belongs to somebody else.")).to_be_visible()

    place.service.person("Astrid Berg", number="PNONO-01019912345", mode="oauth2code")
    agree_and_go(page)
    page.get_by_role("link", name="Agree").click()
    expect(page.get_by_role("link", name="Agree")).to_be_visible()
    page.get_by_role("link", name="Agree").click()
    expect(page.get_by_role("heading", name="this is done")).to_be_visible()
    assert place.client.state(made) == "SIGNED"
