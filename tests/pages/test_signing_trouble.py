"""Reloads, lost connections and refusals: nothing that a person did is lost."""

import pytest
from playwright.sync_api import Page, expect

from tests.pages.fake_signing_server import FakeSigning
from tests.pages.signing_steps import (
    decoded,
    draw_with_finger,
    draw_with_mouse,
    go_to_signature,
)
from tests.support.browser import OpenPage

UNCOVERED = """selector => {
  const box = document.querySelector(selector).getBoundingClientRect()
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
  return top?.matches(selector)
}"""

lost = pytest.mark.allow_console_errors("Failed to load resource")


def try_to_finish(page: Page) -> None:
    page.get_by_test_id("method-typed").check()
    page.get_by_test_id("consent").check()
    page.get_by_test_id("finish").click()


def test_a_reload_keeps_what_was_filled_in_and_drawn(desk: Page, fake: FakeSigning) -> None:
    go_to_signature(desk, fake)
    draw_with_mouse(desk)
    drawn = desk.get_by_test_id("field-sig").get_by_role("img")
    before = decoded(drawn.get_attribute("src"))
    desk.reload()
    expect(desk.get_by_test_id("finish")).to_be_visible()
    expect(desk.get_by_test_id("field-place")).to_have_value("Göteborg")
    expect(desk.get_by_test_id("field-terms")).to_be_checked()
    after = decoded(drawn.get_attribute("src"))
    assert after.size == before.size
    assert after.getchannel("A").getbbox() == before.getchannel("A").getbbox()


def test_another_language_keeps_what_was_filled_in(desk: Page, fake: FakeSigning) -> None:
    go_to_signature(desk, fake)
    desk.get_by_test_id("language").select_option("sv")
    expect(desk.get_by_test_id("finish")).to_have_text("Skriv under")
    expect(desk.locator("html")).to_have_attribute("lang", "sv")
    expect(desk.get_by_test_id("field-place")).to_have_value("Göteborg")


@lost
def test_a_server_away_for_a_moment_is_asked_again(desk: Page, fake: FakeSigning) -> None:
    fake.failures = [(503, "unavailable", {})]
    go_to_signature(desk, fake)
    try_to_finish(desk)
    expect(desk.get_by_test_id("done")).to_be_visible()


@lost
def test_without_a_network_the_same_button_sends_the_same_again(
    desk: Page, fake: FakeSigning
) -> None:
    desk.clock.install()
    go_to_signature(desk, fake)
    draw_with_mouse(desk)
    desk.get_by_test_id("consent").check()
    desk.context.set_offline(True)
    desk.get_by_test_id("finish").click()
    for _ in range(3):
        expect(desk.get_by_test_id("finish")).to_have_text("No answer yet. Trying again…")
        desk.clock.run_for(5_000)
    expect(desk.locator("#problem")).to_contain_text("Nothing is lost")
    desk.context.set_offline(False)
    desk.get_by_role("button", name="Try again").click()
    expect(desk.get_by_test_id("done")).to_be_visible()
    assert fake.sent_to("complete")[0]["signature"]["image"]


@lost
def test_a_refusal_is_said_in_the_readers_language_with_the_servers_words(
    desk: Page, fake: FakeSigning
) -> None:
    fake.failures = [(409, "conflict", {})]
    go_to_signature(desk, fake)
    desk.get_by_test_id("language").select_option("fi")
    try_to_finish(desk)
    expect(desk.locator("#problem")).to_contain_text("Tämä ei onnistunut.")
    expect(desk.locator("#problem")).to_contain_text("(The server says: conflict.)")


@lost
def test_the_servers_words_stand_beside_the_field_they_are_about(
    desk: Page, fake: FakeSigning
) -> None:
    fake.failures = [(400, "invalid", {"place": "This place is unknown."})]
    go_to_signature(desk, fake)
    try_to_finish(desk)
    expect(desk.get_by_test_id("field-place")).to_be_focused()
    expect(desk.locator("#error-place")).to_have_text("This place is unknown.")


@lost
def test_a_refusal_without_a_field_stands_above_the_button(desk: Page, fake: FakeSigning) -> None:
    fake.failures = [(429, "too_many_tries", {})]
    go_to_signature(desk, fake)
    try_to_finish(desk)
    expect(desk.locator("#problem")).to_have_text("The server says: too_many_tries.")


@lost
@pytest.mark.parametrize(
    ("code", "status", "notice", "shown"),
    [
        ("already_completed", 409, "completed", "Thank you, this is done"),
        ("not_your_turn", 409, "blocked", "It is not your turn yet"),
        ("gone", 410, "expired", "The time to sign is over"),
    ],
)
def test_a_task_that_moved_on_shows_its_proper_page(
    desk: Page, fake: FakeSigning, code: str, status: int, notice: str, shown: str
) -> None:
    go_to_signature(desk, fake)
    fake.failures = [(status, code, {})]
    fake.notice = notice
    try_to_finish(desk)
    expect(desk.get_by_text(shown)).to_be_visible()


def test_what_is_missing_is_said_beside_it(phone: Page, fake: FakeSigning) -> None:
    phone.goto(fake.link)
    for _ in range(4):
        phone.get_by_test_id("next").click()
    phone.get_by_test_id("finish").click()
    expect(phone.get_by_text("Please fill in this field.")).to_be_visible()
    assert phone.evaluate(UNCOVERED, "#error-place"), "something lies over the message"
    expect(phone.get_by_test_id("field-place")).to_be_focused()
    phone.get_by_test_id("field-place").fill("Oslo")
    phone.get_by_test_id("field-terms").check()
    phone.get_by_test_id("field-sig").click()
    phone.get_by_test_id("finish").click()
    expect(phone.locator("#signature-error")).to_have_text("Please draw your signature in the box.")
    expect(phone.locator("#consent-error")).to_have_text("Please tick the box to agree.")
    assert not fake.sent_to("complete")


@pytest.mark.parametrize(
    ("notice", "shown"),
    [
        ("not_found", "This link leads nowhere"),
        ("blocked", "It is not your turn yet"),
        ("expired", "The time to sign is over"),
        ("cancelled", "This request was withdrawn"),
        ("declined", "The price is not what we agreed."),
        ("completed", "Agreement.pdf"),
    ],
)
def test_every_other_link_has_its_page(
    phone: Page, fake: FakeSigning, notice: str, shown: str
) -> None:
    fake.notice = notice
    phone.goto(fake.link)
    expect(phone.get_by_text(shown)).to_be_visible()


def test_without_javascript_the_document_can_still_be_read(
    open_page: OpenPage, fake: FakeSigning
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(fake.link)
    link = page.get_by_role("link", name="Agreement.pdf")
    expect(link).to_be_visible()
    expect(page.get_by_test_id("next")).to_be_hidden()
    assert page.request.get(fake.url + (link.get_attribute("href") or "")).body()[:5] == b"%PDF-"


def test_back_leads_to_the_step_before_and_out_of_the_first(phone: Page, fake: FakeSigning) -> None:
    phone.goto("about:blank")
    go_to_signature(phone, fake)
    phone.get_by_test_id("finish").click()  # nothing is drawn yet: the person goes back by hand
    phone.get_by_role("button", name="Back to the document").click()
    phone.get_by_test_id("next").click()
    phone.reload()
    expect(phone.get_by_test_id("finish")).to_be_visible()
    phone.go_back()
    expect(phone.get_by_test_id("finish")).to_be_hidden()
    expect(phone.get_by_test_id("page-0")).to_be_visible()
    phone.go_forward()
    expect(phone.get_by_test_id("finish")).to_be_visible()
    phone.go_back()
    phone.go_back()
    expect(phone.get_by_test_id("start")).to_be_visible()
    phone.go_back()
    assert phone.url == "about:blank"


def test_back_leads_out_when_all_is_done(phone: Page, fake: FakeSigning) -> None:
    phone.goto("about:blank")
    go_to_signature(phone, fake)
    draw_with_finger(phone)
    phone.get_by_test_id("consent").check()
    phone.get_by_test_id("finish").click()
    expect(phone.get_by_test_id("done")).to_be_visible()
    phone.wait_for_function("history.state.depth === 0")
    phone.go_back()
    assert phone.url == "about:blank"


def test_a_phone_laid_on_its_side_keeps_all_that_was_drawn(phone: Page, fake: FakeSigning) -> None:
    def shape() -> float:
        image = decoded(phone.locator(".place.filled img").first.get_attribute("src"))
        return image.width / image.height

    go_to_signature(phone, fake)
    draw_with_finger(phone)
    upright = shape()
    phone.set_viewport_size({"width": 844, "height": 390})
    phone.wait_for_function("document.querySelector('canvas').clientWidth > 600")
    assert shape() == pytest.approx(upright, rel=0.1)  # its margin stays


def test_a_code_asked_for_again_is_sent_once(phone: Page, fake: FakeSigning) -> None:
    """However often the person went back to the document in between."""
    fake.state["fields"] = [one for one in fake.state["fields"] if one["type"] == "signature"]
    fake.state["identity"] |= {"due": ["email_code"], "before": "signing"}
    phone.goto(fake.link)
    for _ in range(2):
        phone.get_by_test_id("next").click()
    for _ in range(2):
        phone.get_by_role("button", name="Back to the document").click()
        phone.get_by_test_id("next").click()
    expect(phone.get_by_text("a•••@example.com")).to_be_visible()
    with phone.expect_response("**/identity/email_code*"):
        phone.locator("#send-code").click()
    assert fake.sent_to("identity/email_code") == [None, None]
