"""Somebody who is asked to read and confirm, without a signature."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.pages.fake_signing_server import FakeSigning

TEXTS = {
    "en": ("asks you to review", "I have read and reviewed the document.", "I have read it"),
    "fr": ("vous invite à examiner", "J’ai lu et examiné le document.", "Je l’ai lu"),
    "sv": ("ber dig granska", "Jag har läst och granskat dokumentet.", "Jag har läst det"),
    "da": ("beder dig gennemgå", "Jeg har læst og gennemgået dokumentet.", "Jeg har læst det"),
}


def to_review(fake: FakeSigning) -> None:
    fake.state["documents"][0]["action"] = "review"
    fake.state["fields"] = []
    fake.state["methods"] = []


@pytest.mark.parametrize("language", TEXTS)
def test_a_reviewer_reads_and_confirms_in_their_language(
    phone: Page, fake: FakeSigning, language: str
) -> None:
    asks, consent, confirm = TEXTS[language]
    to_review(fake)
    fake.state["task"]["language"] = language
    phone.goto(fake.link)
    expect(phone.get_by_role("heading", level=1)).to_contain_text(asks)
    phone.get_by_test_id("next").click()
    expect(phone.get_by_test_id("next")).to_have_text(confirm)
    phone.get_by_test_id("next").click()
    expect(phone.get_by_test_id("signature-canvas")).to_have_count(0)
    phone.get_by_label(consent).check()
    phone.get_by_role("button", name=confirm).click()
    expect(phone.get_by_test_id("done")).to_be_visible()
    assert fake.sent_to("complete") == [{"consent": True}]


def test_without_the_tick_nothing_is_confirmed(phone: Page, fake: FakeSigning) -> None:
    to_review(fake)
    phone.goto(fake.link)
    phone.get_by_test_id("next").click()
    phone.get_by_test_id("next").click()
    phone.get_by_test_id("finish").click()
    expect(phone.get_by_text("Please tick the box to agree.")).to_be_visible()
    assert fake.sent_to("complete") == []
