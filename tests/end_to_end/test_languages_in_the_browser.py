"""Every page that a signer meets, in all fifteen languages, on the narrowest of phones: no text is
cut off, leaves the screen, leaves its button or stands on another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from countersign.languages import LANGUAGE_NAMES
from tests.pages.fake_signing_server import FakeSigning, running
from tests.support.browser import PATIENCE, PHONE

NARROW = {**PHONE, "viewport": {"width": 320, "height": 640}, "device_scale_factor": 1}
LANGUAGES = list(LANGUAGE_NAMES)
LAYOUT = Path(__file__).with_name("layout.js").read_text()
EIDS = ["nbid", "mitid", "ftn"]
# What is due, and whether a sandbox asks in the eID's place
WAYS_IN = [(["artifact"], False), (["cpr"], False), (EIDS, True), (EIDS, False)]
NOTICES = [
    "blocked",
    "forwarded",
    "expired",
    "cancelled",
    "declined",
    "completed",
    "finished",
    "not_found",
]


@pytest.fixture(scope="module")
def fake_server() -> Iterator[FakeSigning]:
    with running(FakeSigning()) as fake:
        yield fake


@pytest.fixture
def fake(fake_server: FakeSigning) -> FakeSigning:
    fake_server.reset()
    return fake_server


@pytest.fixture(scope="module")
def narrow_phone(browser: Browser) -> Iterator[BrowserContext]:
    """One for all languages, since making one takes longer than a page."""
    with browser.new_context(**NARROW) as context:  # type: ignore[arg-type]
        yield context


@pytest.fixture
def narrow(narrow_phone: BrowserContext) -> Iterator[Page]:
    """A tab of its own: a tab remembers how far one got."""
    with narrow_phone.new_page() as page:
        page.set_default_timeout(PATIENCE)
        yield page


def open_in(page: Page, fake: FakeSigning, language: str) -> None:
    # Page images take the most time, and their places are known before they come
    page.goto(f"{fake.link}?lang={language}", wait_until="domcontentloaded")
    assert page.locator("html").get_attribute("lang") == language


def assert_fits(page: Page, where: str) -> None:
    assert page.evaluate(LAYOUT) == [], where


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_from_intro_to_done_fits(narrow: Page, fake: FakeSigning, language: str) -> None:
    fake.state["task"]["may"] = ["decline", "forward", "postpone", "chat"]
    fake.state["methods"] = ["drawn", "typed", "click"]
    open_in(narrow, fake, language)
    assert_fits(narrow, "intro")
    narrow.get_by_test_id("next").click()
    expect(narrow.get_by_test_id("page-0")).to_be_visible()
    assert_fits(narrow, "reading")
    assert_what_opens_over_it_fits(narrow)
    narrow.get_by_test_id("next").click()
    narrow.get_by_test_id("field-place").fill("Göteborg")
    assert_fits(narrow, "a field")
    narrow.get_by_test_id("next").click()
    narrow.get_by_test_id("field-terms").check()
    narrow.get_by_test_id("next").click()
    assert_the_signature_fits(narrow)
    finish(narrow)
    assert_fits(narrow, "done")


def assert_what_opens_over_it_fits(page: Page) -> None:
    for button in ("decline", "forward"):
        page.get_by_test_id(button).click()
        assert_fits(page, button)
        page.keyboard.press("Escape")
    page.get_by_test_id("chat-open").click()
    assert_fits(page, "chat")
    page.get_by_test_id("chat-close").click()


def assert_the_signature_fits(page: Page) -> None:
    page.get_by_test_id("finish").wait_for()
    page.get_by_test_id("finish").click()  # nothing is drawn and agreed to yet
    assert_fits(page, "signature")
    for method in ("uploaded", "click", "typed"):
        page.get_by_test_id(f"method-{method}").check(force=True)
        assert_fits(page, method)


def finish(page: Page) -> None:
    page.get_by_test_id("signature-text").fill("A. Lindqvist")
    page.get_by_test_id("consent").check()
    page.get_by_test_id("finish").click()
    expect(page.get_by_test_id("done")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_asking_for_a_code_fits(narrow: Page, fake: FakeSigning, language: str) -> None:
    fake.state["identity"] |= {"due": ["email_code"], "before": "reading"}
    open_in(narrow, fake, language)
    narrow.get_by_test_id("next").click()
    expect(narrow.get_by_test_id("identity-code")).to_be_visible()
    narrow.get_by_test_id("identity-submit").click()
    assert_fits(narrow, "code")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_way_to_show_who_one_is_fits(narrow: Page, fake: FakeSigning, language: str) -> None:
    for due, simulated in WAYS_IN:
        fake.reset()
        asked = {"due": due, "choice": due, "before": "reading", "simulated": simulated}
        fake.state["identity"] |= asked
        open_in(narrow, fake, language)
        narrow.evaluate("sessionStorage.clear()")
        narrow.get_by_test_id("next").click()
        expect(narrow.locator("#identify h1")).to_be_visible()
        assert_fits(narrow, str(due))
    expect(narrow.get_by_test_id("eid-mitid")).to_be_visible()
    fake.standing = {"status": "idle", "qr": "bankid.1", "open_on_phone": "bankid:///"}
    narrow.get_by_test_id("identity-submit").click()
    expect(narrow.get_by_test_id("identity-qr")).to_be_visible()
    assert_fits(narrow, "QR code")


@pytest.mark.parametrize("language", LANGUAGES)
def test_bringing_a_file_and_reading_to_the_end_fit(
    narrow: Page, fake: FakeSigning, language: str
) -> None:
    (read,) = fake.state["documents"]
    brought = {**read, "id": "brought", "name": "Passport of Astrid", "action": "upload"}
    fake.state["documents"] = [{**brought, "awaited": True}, {**read, "to_view": True}]
    dialog = {"title": "Welcome", "message": "We need your passport.\nThank you."}
    fake.state["task"] |= {"dialog": dialog, "sign_entries": ["The lease of flat 7"]}
    fake.state["task"]["may"] = ["decline", "forward", "postpone"]
    open_in(narrow, fake, language)
    expect(narrow.get_by_test_id("dialog")).to_be_visible()
    assert_fits(narrow, "dialog")
    narrow.get_by_test_id("next").click()
    narrow.get_by_test_id("next").click()
    expect(narrow.locator("#upload-error-0")).to_be_visible()
    assert_fits(narrow, "no file yet")
    fake.state["documents"][0] |= {"awaited": False}
    open_in(narrow, fake, language)
    narrow.get_by_test_id("next").click()
    expect(narrow.locator("[data-unread]")).to_be_visible()
    assert_fits(narrow, "unread")


@pytest.mark.parametrize("language", LANGUAGES)
def test_typing_a_code_fits(narrow: Page, fake: FakeSigning, language: str) -> None:
    for wrong in ("", "wrong", "too_many"):
        narrow.goto(f"{fake.url}/code?lang={language}&wrong={wrong}")
        assert narrow.locator("html").get_attribute("lang") == language
        assert_fits(narrow, f"code {wrong}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_with_nothing_to_do_fit(narrow: Page, fake: FakeSigning, language: str) -> None:
    for kind in NOTICES:
        fake.notice = kind
        open_in(narrow, fake, language)
        assert_fits(narrow, kind)
