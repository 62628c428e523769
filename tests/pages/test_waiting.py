"""Links on which nothing is to be done yet, or no longer."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.pages.fake_signing_server import FakeSigning

SLOWLY = 6_000  # milliseconds; the first look comes after five seconds


def somebody_else_is_first(fake: FakeSigning) -> None:
    fake.notice = "blocked"
    fake.state["task"]["status"] = "blocked"


def test_who_has_to_wait_is_told_for_how_many_and_that_a_message_comes(
    phone: Page, fake: FakeSigning
) -> None:
    somebody_else_is_first(fake)
    phone.goto(fake.link)
    expect(phone.get_by_role("heading", name="It is not your turn yet")).to_be_visible()
    expect(phone.get_by_text("2 other people have to act before you.")).to_be_visible()
    expect(phone.get_by_text("You will get a message")).to_be_visible()
    assert fake.state["task"]["name"] not in phone.content(), "nobody is named"


def test_the_page_goes_on_by_itself_when_the_turn_comes(phone: Page, fake: FakeSigning) -> None:
    somebody_else_is_first(fake)
    phone.clock.install()
    phone.goto(fake.link)
    with phone.expect_response("**/state"):
        phone.clock.run_for(SLOWLY)
    expect(phone.get_by_role("heading", name="It is not your turn yet")).to_be_visible()
    fake.notice = None
    fake.state["task"]["status"] = "ready"
    with phone.expect_response("**/state"):
        phone.clock.run_for(2 * SLOWLY)
    phone.clock.run_for(50)
    expect(phone.locator("#announcer")).to_have_text("It is your turn now.")
    phone.clock.run_for(2_000)
    expect(phone.get_by_test_id("start")).to_be_visible()


def test_the_page_asks_less_and_less_often(phone: Page, fake: FakeSigning) -> None:
    somebody_else_is_first(fake)
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.clock.install()
    phone.goto(fake.link)
    for _ in range(60):  # an hour, in steps that leave each answer its time
        phone.clock.run_for(60_000)
        phone.wait_for_timeout(5)
    looks = [url for url in asked if url.endswith("/state")]
    assert 20 < len(looks) <= 70


@pytest.mark.allow_console_errors(r"status of 410")
def test_a_link_that_ends_while_one_waits_says_so(phone: Page, fake: FakeSigning) -> None:
    somebody_else_is_first(fake)
    phone.clock.install()
    phone.goto(fake.link)
    fake.notice = "cancelled"
    phone.route(
        "**/state", lambda route: route.fulfill(status=410, json={"error": {"code": "gone"}})
    )
    with phone.expect_response("**/state"):
        phone.clock.run_for(SLOWLY)
    phone.clock.run_for(50)
    phone.clock.run_for(2_000)
    expect(phone.get_by_role("heading", name="This request was withdrawn")).to_be_visible()


def test_the_end_says_when_everybody_has_signed(phone: Page, fake: FakeSigning) -> None:
    fake.notice = "completed"
    phone.goto(fake.link)
    expect(phone.get_by_text("You can come back to this link later")).to_be_visible()
    fake.state["envelope"]["status"] = "completed"
    expect(phone.get_by_text("Everybody has signed: the document is complete.")).to_be_visible()
    expect(phone.get_by_text("You can come back to this link later")).to_be_hidden()


def test_who_was_not_waited_for_may_still_read_what_was_signed(
    phone: Page, fake: FakeSigning
) -> None:
    fake.notice = "finished"
    fake.state["envelope"]["status"] = "completed"
    phone.goto(fake.link)
    expect(phone.get_by_role("heading", name="The document is complete")).to_be_visible()
    expect(phone.get_by_test_id("download")).to_be_visible()
