"""The chat on the signing page: asking before one signs."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.pages.fake_signing_server import BASE, FakeSigning
from tests.pages.test_signing_access import CUT_OFF, SMALL_TARGETS, axe, violations
from tests.support.browser import DESK, PHONE, OpenPage

__all__ = ["axe"]
SENDER = "Nordvik Consulting"


@pytest.fixture
def chat(fake: FakeSigning) -> FakeSigning:
    fake.state["task"]["may"].append("chat")
    return fake


def open_chat(page: Page, chat: FakeSigning) -> None:
    page.goto(chat.link)
    page.get_by_test_id("chat-open").click()
    expect(page.get_by_test_id("chat-messages")).to_be_attached()


def write(page: Page, text: str) -> None:
    page.get_by_test_id("chat-text").fill(text)
    page.get_by_test_id("chat-send").click()


def test_a_question_is_asked_and_answered(phone: Page, chat: FakeSigning) -> None:
    open_chat(phone, chat)
    expect(phone.get_by_text(f"No messages yet. Ask {SENDER}")).to_be_visible()
    write(phone, "Is § 3 final?\nI wonder.")
    mine = phone.locator(".message.own")
    expect(mine.locator("strong")).to_have_text("You")
    expect(mine.locator(".message-text")).to_have_text("Is § 3 final?\nI wonder.")
    expect(phone.get_by_test_id("chat-text")).to_have_value("")
    chat.say("It is. <b>Really</b>")
    theirs = phone.locator(".message:not(.own)")
    expect(theirs.locator(".message-text")).to_have_text("It is. <b>Really</b>")
    expect(theirs.locator("strong")).to_have_text(SENDER)
    assert chat.sent_to("messages") == [{"text": "Is § 3 final?\nI wonder."}]


def test_news_show_as_a_dot_and_are_said_until_they_are_read(
    phone: Page, chat: FakeSigning
) -> None:
    chat.say("Hello")
    chat.say("Are you there?")
    phone.goto(chat.link)
    opener = phone.get_by_role("button", name="Messages, 2 new")
    expect(opener).to_be_visible()
    expect(phone.locator("#chat-dot")).to_be_visible()
    expect(phone.locator("#announcer")).to_have_text(f"New message from {SENDER}")
    opener.click()
    expect(phone.locator(".message")).to_have_count(2)
    phone.get_by_test_id("chat-close").click()
    expect(phone.get_by_role("button", name="Messages", exact=True)).to_be_focused()
    expect(phone.locator("#chat-dot")).to_be_hidden()
    phone.reload()
    expect(phone.get_by_test_id("chat-open")).to_be_visible()
    expect(phone.locator(".message")).to_have_count(2)
    expect(phone.locator("#chat-dot")).to_be_hidden()


@pytest.mark.allow_console_errors("net::ERR_FAILED")
def test_what_could_not_be_sent_stays_and_arrives_once(phone: Page, chat: FakeSigning) -> None:
    open_chat(phone, chat)
    phone.route(f"**{BASE}/messages", lambda route: route.abort())
    write(phone, "Can you hear me?")
    error = phone.get_by_text("Your message was not sent.")
    expect(error).to_be_visible()
    expect(phone.get_by_test_id("chat-text")).to_have_value("Can you hear me?")
    expect(phone.get_by_test_id("chat-text")).to_be_focused()
    phone.unroute(f"**{BASE}/messages")
    phone.get_by_test_id("chat-send").click()
    expect(phone.locator(".message.own")).to_have_count(1)
    expect(error).to_be_hidden()
    (key,) = [key for key in chat.keys if key]
    assert len(key) >= 16


@pytest.mark.allow_console_errors("429")
def test_somebody_too_quick_is_asked_to_wait(phone: Page, chat: FakeSigning) -> None:
    open_chat(phone, chat)
    chat.failures = [(429, "too_many_tries", {})]
    write(phone, "Again")
    expect(phone.get_by_text("Please wait a minute.")).to_be_visible()
    write(phone, "Again")
    expect(phone.locator(".message.own")).to_have_count(1)


def test_nothing_is_not_sent(phone: Page, chat: FakeSigning) -> None:
    open_chat(phone, chat)
    write(phone, "  \n ")
    expect(phone.get_by_text("Please write something first.")).to_be_visible()
    assert chat.sent_to("messages") == []


def test_what_was_begun_survives_a_reload(phone: Page, chat: FakeSigning) -> None:
    open_chat(phone, chat)
    phone.get_by_test_id("chat-text").fill("I was just about to")
    phone.reload()
    phone.get_by_test_id("chat-open").click()
    expect(phone.get_by_test_id("chat-text")).to_have_value("I was just about to")


def test_after_the_end_one_reads_and_writes_no_more(phone: Page, chat: FakeSigning) -> None:
    chat.say("Hello")
    chat.chat_ended = True
    chat.notice = "completed"
    open_chat(phone, chat)
    expect(phone.locator(".message")).to_have_count(1)
    expect(phone.get_by_text("you can read what was written")).to_be_visible()
    expect(phone.get_by_test_id("chat-text")).to_be_hidden()


def test_there_is_no_chat_where_there_is_none(phone: Page, fake: FakeSigning) -> None:
    phone.goto(fake.link)
    expect(phone.get_by_test_id("start")).to_be_visible()
    expect(phone.get_by_test_id("chat-open")).to_have_count(0)


def test_on_a_phone_what_is_covered_is_out_of_reach(phone: Page, chat: FakeSigning) -> None:
    open_chat(phone, chat)
    expect(phone.get_by_role("heading", name="Messages")).to_be_focused()
    inert = "[...document.querySelectorAll('#content, .top')].every(part => part.inert)"
    assert phone.evaluate(inert) is True
    phone.keyboard.press("Escape")
    assert phone.evaluate(inert) is False
    expect(phone.get_by_test_id("chat-open")).to_be_focused()


def test_at_a_desk_it_works_by_keyboard_and_the_document_stays(
    desk: Page, chat: FakeSigning
) -> None:
    chat.state["skip_intro"] = True
    desk.goto(chat.link)
    before = desk.get_by_test_id("page-0").bounding_box()
    desk.get_by_test_id("chat-open").focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_test_id("chat-text")).to_be_focused()
    assert desk.get_by_test_id("page-0").bounding_box() == before
    desk.keyboard.type("One line")
    desk.keyboard.press("Shift+Enter")
    desk.keyboard.type("and another")
    desk.keyboard.press("Enter")
    expect(desk.locator(".message-text")).to_have_text("One line\nand another")
    desk.keyboard.press("Escape")
    expect(desk.get_by_test_id("chat-text")).to_be_hidden()


def test_at_a_desk_the_chat_gives_way_to_the_next_step(desk: Page, chat: FakeSigning) -> None:
    chat.state["skip_intro"] = True
    open_chat(desk, chat)
    desk.get_by_test_id("next").focus()
    expect(desk.get_by_test_id("chat-text")).to_be_hidden()
    expect(desk.get_by_test_id("next")).to_be_visible()


def test_times_are_those_of_the_readers_own_clock(open_page: OpenPage, chat: FakeSigning) -> None:
    chat.say("Hello", at="2026-03-01T13:05:00.000Z")
    shown = {}
    for locale in ("en-GB", "en-US"):
        page = open_page(locale=locale, timezone_id="Europe/Stockholm", **PHONE)
        open_chat(page, chat)
        time = page.locator(".message time")
        expect(time).to_be_visible()
        shown[locale] = (time.text_content() or "").replace("\u202f", " ")
    assert shown == {"en-GB": "1 Mar 2026, 14:05", "en-US": "Mar 1, 2026, 2:05 PM"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_in_the_chat(
    open_page: OpenPage, chat: FakeSigning, axe: str, scheme: str, device: dict[str, Any]
) -> None:
    page = open_page(color_scheme=scheme, locale="en-GB", **device)
    chat.state["branding"]["accent"] = "#ffd400"
    open_chat(page, chat)
    assert violations(page, axe) == []
    chat.say("Hello")
    write(page, "Hello yourself")
    expect(page.locator(".message")).to_have_count(2)
    write(page, "")
    assert violations(page, axe) == []


@pytest.mark.parametrize("language", ["fr", "sv", "da"])
def test_every_language_fits_a_small_phone(
    open_page: OpenPage, chat: FakeSigning, language: str
) -> None:
    size = {"viewport": {"width": 320, "height": 568}}
    page = open_page(locale=language, **{**PHONE, **size})
    chat.state["task"]["language"] = language
    open_chat(page, chat)
    write(page, "Nordvik" * 40)
    expect(page.locator(".message")).to_have_count(1)
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
