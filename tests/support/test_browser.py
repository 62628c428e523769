"""The browser of the test bench: it shows pages, and it does not let a complaint pass."""

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import Complaints, OpenPage
from tests.support.webhooks import Answer, WebhookReceiver

STRICT = {"Content-Type": "text/html", "Content-Security-Policy": "default-src 'none'"}


def test_the_browser_shows_a_page(page: Page, webhook_receiver: WebhookReceiver) -> None:
    webhook_receiver.answer = Answer(
        body=b"<title>Hello</title><link rel=icon href=data:,>",
        headers={"Content-Type": "text/html"},
    )
    page.goto(webhook_receiver.url)
    assert page.title() == "Hello"


def test_a_violation_of_the_content_security_policy_is_a_complaint(
    browser: Browser, webhook_receiver: WebhookReceiver
) -> None:
    webhook_receiver.answer = Answer(body=b"<script>1</script>", headers=STRICT)
    complaints = Complaints(allowed=())
    page = browser.new_page()
    complaints.watch(page)
    page.goto(webhook_receiver.url)
    assert any("Content Security Policy" in text for text in complaints.found)
    page.close()


@pytest.mark.allow_console_errors("status of 410")
def test_a_complaint_that_is_expected_can_be_allowed(
    open_page: OpenPage, webhook_receiver: WebhookReceiver
) -> None:
    webhook_receiver.answer = Answer(410, b"Gone", headers={"Content-Type": "text/html"})
    answer = open_page().goto(webhook_receiver.url)
    assert answer is not None
    assert answer.status == 410
