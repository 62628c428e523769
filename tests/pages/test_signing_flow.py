"""A person signs in a real browser; the fake server sees what the page sends."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.pages.fake_signing_server import FakeSigning, field_of
from tests.pages.signing_steps import (
    decoded,
    draw_with_finger,
    draw_with_mouse,
    go_to_signature,
)


def finish(page: Page) -> None:
    page.get_by_test_id("consent").check()
    page.get_by_test_id("finish").click()
    expect(page.get_by_test_id("done")).to_be_visible()


def test_a_drawn_signature_shows_in_its_place_and_is_sent(desk: Page, fake: FakeSigning) -> None:
    go_to_signature(desk, fake)
    expect(desk.get_by_test_id("field-sig")).to_contain_text("Sign here")
    draw_with_mouse(desk)
    expect(desk.get_by_test_id("field-sig").get_by_role("img")).to_be_visible()
    finish(desk)
    [body] = fake.sent_to("complete")
    image = decoded(body["signature"].pop("image"))
    assert image.width > 2 * image.height  # cropped to the ink
    assert image.getchannel("A").getextrema() == (0, 255)  # transparent around it
    assert body == {
        "method": "drawn",
        "signature": {},
        "consent": True,
        "fields": {"place": "Göteborg", "terms": "true"},
    }


@pytest.mark.parametrize("method", ["drawn", "typed"])
def test_initials_and_stamps_show_the_name_as_the_pdf_will(
    desk: Page, fake: FakeSigning, method: str
) -> None:
    fake.state["fields"].append(field_of("stamp", "stamp", 0.5, "Stamp"))
    go_to_signature(desk, fake)
    if method == "drawn":
        draw_with_mouse(desk)
    else:
        desk.get_by_test_id("method-typed").check()
        desk.get_by_test_id("signature-text").fill("A. L.")
    for place, text in {"field-ini": "AL", "field-stamp": "Astrid Lindqvist"}.items():
        expect(desk.get_by_test_id(place).locator(".mark")).to_have_text(text)
        expect(desk.get_by_test_id(place).get_by_role("img")).to_have_count(0)


def test_a_typed_name_is_slanted_at_the_left_of_its_place(desk: Page, fake: FakeSigning) -> None:
    go_to_signature(desk, fake)
    desk.get_by_test_id("method-typed").check()
    place = desk.get_by_test_id("field-sig")
    mark = place.locator(".mark")
    expect(mark).to_have_css("font-style", "italic")
    expect(mark).to_have_css("font-family", re.compile("sans-serif$"))
    box, text = place.bounding_box(), mark.bounding_box()
    assert box is not None
    assert text is not None
    assert text["x"] == pytest.approx(box["x"], abs=2)
    assert text["x"] + text["width"] < box["x"] + box["width"]


def test_a_finger_signs_on_a_phone(phone: Page, fake: FakeSigning) -> None:
    go_to_signature(phone, fake)
    draw_with_finger(phone)
    expect(phone.get_by_test_id("field-sig").get_by_role("img")).to_be_in_viewport()
    finish(phone)
    assert fake.sent_to("complete")[0]["method"] == "drawn"


def test_a_keyboard_alone_is_enough(desk: Page, fake: FakeSigning) -> None:
    def press(*keys: str) -> None:
        for key in keys:
            desk.keyboard.press(key)

    def tab_to(test_id: str) -> None:
        for _ in range(30):
            press("Tab")
            if desk.evaluate("document.activeElement.closest('[data-testid]')?.dataset.testid") == (
                test_id
            ):
                return
        raise AssertionError(f"Tab never reaches {test_id}")

    desk.goto(fake.link)
    tab_to("next")
    press("Enter")
    expect(desk.get_by_test_id("page-0")).to_be_visible()
    tab_to("next")
    press("Enter")
    expect(desk.get_by_test_id("field-place")).to_be_focused()
    desk.keyboard.type("Göteborg")
    tab_to("field-terms")
    press("Space")
    tab_to("next")
    press("Enter")
    tab_to("method-drawn")
    press("ArrowRight")
    tab_to("signature-text")
    press("Control+a")
    desk.keyboard.type("A. Lindqvist")
    tab_to("consent")
    press("Space")
    tab_to("finish")
    press("Enter")
    expect(desk.get_by_test_id("done")).to_be_visible()
    assert fake.sent_to("complete") == [
        {
            "method": "typed",
            "signature": {"text": "A. Lindqvist"},
            "consent": True,
            "fields": {"place": "Göteborg", "terms": "true"},
        }
    ]


def test_an_uploaded_image_is_sent_as_a_small_png(
    desk: Page, fake: FakeSigning, tmp_path: Path
) -> None:
    photo = tmp_path / "signature.jpg"
    Image.new("RGB", (3000, 1000), "white").save(photo)
    go_to_signature(desk, fake)
    desk.get_by_test_id("signature-upload").set_input_files(photo)
    expect(desk.get_by_test_id("field-sig").get_by_role("img")).to_be_visible()
    finish(desk)
    [body] = fake.sent_to("complete")
    assert body["method"] == "drawn"
    assert decoded(body["signature"]["image"]).size == (1200, 400)


def test_a_file_that_is_no_image_is_refused_where_it_was_chosen(
    desk: Page, fake: FakeSigning, tmp_path: Path
) -> None:
    wrong = tmp_path / "signature.png"
    wrong.write_text("no image")
    go_to_signature(desk, fake)
    desk.get_by_test_id("signature-upload").set_input_files(wrong)
    expect(desk.locator("#signature-error")).to_contain_text("not an image")


def test_a_link_that_skips_the_intro_shows_the_document(phone: Page, fake: FakeSigning) -> None:
    fake.state["skip_intro"] = True
    phone.goto(fake.link)
    expect(phone.get_by_test_id("page-0")).to_be_visible()
    expect(phone.get_by_test_id("start")).to_have_count(0)


def test_a_task_without_a_place_signs_at_the_end(phone: Page, fake: FakeSigning) -> None:
    fake.state["fields"] = []
    phone.goto(fake.link)
    phone.get_by_test_id("next").click()
    phone.get_by_test_id("next").click()
    phone.get_by_test_id("method-typed").check()
    finish(phone)
    assert fake.sent_to("complete")[0]["signature"] == {"text": "Astrid Lindqvist"}


def test_a_click_is_enough_where_it_is_the_method(phone: Page, fake: FakeSigning) -> None:
    fake.state.update(methods=["click"], fields=[])
    phone.goto(fake.link)
    phone.get_by_test_id("next").click()
    phone.get_by_test_id("next").click()
    finish(phone)
    assert fake.sent_to("complete") == [{"method": "click", "consent": True, "fields": {}}]


def test_a_reviewer_gives_consent_alone(phone: Page, fake: FakeSigning) -> None:
    fake.state.update(methods=[], fields=[])
    fake.state["documents"][0]["action"] = "review"
    phone.goto(fake.link)
    phone.get_by_test_id("next").click()
    phone.get_by_test_id("next").click()
    finish(phone)
    assert fake.sent_to("complete") == [{"consent": True}]


def test_next_leads_to_finish_even_past_empty_fields(phone: Page, fake: FakeSigning) -> None:
    phone.goto(fake.link)
    for _ in range(5):
        if phone.get_by_test_id("next").is_visible():
            phone.get_by_test_id("next").click()
    expect(phone.get_by_test_id("finish")).to_be_visible()


def test_declining_needs_a_second_click_and_sends_the_reason(
    phone: Page, fake: FakeSigning
) -> None:
    phone.goto(fake.link)
    phone.get_by_test_id("decline").click()
    phone.get_by_test_id("decline-reason").fill("Wrong price")
    assert not fake.sent_to("decline")
    phone.get_by_test_id("decline-confirm").click()
    expect(phone.get_by_text("This request was declined")).to_be_visible()
    assert fake.sent_to("decline") == [{"reason": "Wrong price"}]


def test_forwarding_names_the_other_person(phone: Page, fake: FakeSigning) -> None:
    fake.state["task"]["may"] = ["decline", "forward"]
    fake.state["skip_intro"] = True
    phone.goto(fake.link)
    phone.get_by_test_id("forward").click()
    dialog = phone.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Bo Ek")
    dialog.get_by_label("E-mail").fill("bo@example.com")
    dialog.get_by_role("button", name="Pass it on").click()
    expect(phone.get_by_text("withdrawn")).to_be_visible()
    assert fake.sent_to("forward") == [{"name": "Bo Ek", "email": "bo@example.com"}]


def test_an_email_code_opens_the_document(phone: Page, fake: FakeSigning) -> None:
    fake.state["identity"] = {
        "due": ["email_code"],
        "before": "reading",
        "chosen": False,
        "done": [],
        "simulated": False,
    }
    phone.goto(fake.link)
    phone.get_by_test_id("next").click()
    expect(phone.get_by_text("a•••@example.com")).to_be_visible()
    phone.get_by_test_id("identity-code").fill("123456")
    phone.get_by_test_id("identity-submit").click()
    expect(phone.get_by_test_id("page-0")).to_be_visible()
    assert fake.sent_to("identity/email_code") == [None, {"code": "123456"}]


def test_a_simulated_eid_takes_one_click(phone: Page, fake: FakeSigning) -> None:
    fake.state["identity"] = {
        "due": ["bankid_se"],
        "before": "reading",
        "chosen": False,
        "done": [],
        "simulated": True,
    }
    phone.goto(fake.link)
    phone.get_by_test_id("start").click()
    phone.get_by_test_id("identity-simulate").click()
    expect(phone.get_by_test_id("page-0")).to_be_visible()
    [body] = fake.sent_to("identity/bankid_se")
    assert body["simulate"]["name"] == "Astrid Lindqvist"


def test_the_end_offers_the_signed_copy_and_goes_where_the_sender_wants(
    desk: Page, fake: FakeSigning
) -> None:
    fake.state["after"] = {"type": "redirect", "message": "Welcome!", "url": fake.url + "/there"}
    go_to_signature(desk, fake)
    desk.get_by_test_id("method-typed").check()
    desk.route("**/there", lambda route: route.fulfill(body="arrived"))
    finish(desk)
    expect(desk.get_by_text("Welcome!")).to_be_visible()
    expect(desk.get_by_text("You can come back to this link later")).to_be_visible()
    expect(desk.get_by_text("You will be taken to 127.0.0.1")).to_be_visible()
    desk.wait_for_url("**/there")


def test_the_end_waits_for_whoever_is_still_there(desk: Page, fake: FakeSigning) -> None:
    fake.state["after"] = {"type": "redirect", "message": None, "url": fake.url + "/there"}
    desk.clock.install()
    go_to_signature(desk, fake)
    desk.get_by_test_id("method-typed").check()
    desk.route("**/there", lambda route: route.fulfill(body="arrived"))
    finish(desk)
    with desk.expect_download() as download:
        desk.get_by_test_id("download").click()
    assert download.value.suggested_filename.endswith(".pdf")
    desk.clock.run_for(60_000)
    expect(desk.get_by_test_id("done")).to_be_visible()
    expect(desk.get_by_text("You will be taken to")).to_be_hidden()
    desk.get_by_role("link", name="Continue").click()
    desk.wait_for_url("**/there")


@pytest.mark.parametrize("zoom", [1, 2])
def test_fields_stay_in_their_place_at_every_zoom(desk: Page, fake: FakeSigning, zoom: int) -> None:
    fake.state["skip_intro"] = True
    fake.state["fields"] = [field_of("sig", "signature", 0.3, "Customer", page=0)]
    desk.goto(fake.link)
    for _ in range(zoom - 1):
        desk.get_by_role("button", name="Zoom in").click()
    page_box = desk.get_by_test_id("page-0").bounding_box()
    box = desk.get_by_test_id("field-sig").bounding_box()
    assert page_box is not None
    assert box is not None
    assert (box["x"] - page_box["x"]) / page_box["width"] == pytest.approx(0.4, abs=0.01)
    assert (box["y"] - page_box["y"]) / page_box["height"] == pytest.approx(0.3, abs=0.01)


def test_the_words_of_the_document_are_on_the_page(desk: Page, fake: FakeSigning) -> None:
    fake.state["skip_intro"] = True
    desk.goto(fake.link)
    clause = desk.get_by_text("1. The Supplier delivers the services").first
    expect(clause).to_be_visible()
    box = clause.bounding_box()
    page_box = desk.get_by_test_id("page-0").bounding_box()
    assert box is not None
    assert page_box is not None
    baseline = (841.89 - 700) / 841.89
    assert (box["y"] - page_box["y"]) / page_box["height"] == pytest.approx(baseline, abs=0.02)
