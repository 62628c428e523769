"""For everybody: assistive technology, small screens, four languages, no policy violations."""

import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.pages.fake_signing_server import FakeSigning
from tests.pages.signing_steps import go_to_signature
from tests.support.browser import PHONE, OpenPage
from tests.support.node import FRONTEND, require_node_package

CUT_OFF = """() => [...document.querySelectorAll("button, p, h1, h2, span, a, label")]
  .filter(e => e.checkVisibility() && !e.closest(".visually-hidden, .page, .sender, .chat-name"))
  .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline")
  .map(e => e.textContent.trim())"""
SMALL_TARGETS = """() => [...document.querySelectorAll("button, a, select, .segment, .consent")]
  .filter(e => e.checkVisibility() && !e.closest(".page"))
  .filter(e => e.getBoundingClientRect().height < 44)
  .map(e => e.outerHTML)"""


@pytest.fixture(scope="module")
def axe() -> str:
    require_node_package("axe-core")
    return (FRONTEND / "node_modules/axe-core/axe.min.js").read_text()


def violations(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_step(
    open_page: OpenPage, fake: FakeSigning, axe: str, scheme: str
) -> None:
    page = open_page(color_scheme=scheme, locale="en-GB", **PHONE)
    fake.state["branding"]["accent"] = "#ffd400"
    page.goto(fake.link)
    assert violations(page, axe) == []
    page.get_by_test_id("decline").click()
    assert violations(page, axe) == []
    page.keyboard.press("Escape")
    go_to_signature(page, fake)
    assert violations(page, axe) == []
    page.get_by_test_id("finish").click()
    page.get_by_test_id("method-typed").check()
    assert violations(page, axe) == []
    page.get_by_test_id("consent").check()
    page.get_by_test_id("finish").click()
    expect(page.get_by_test_id("done")).to_be_visible()
    assert violations(page, axe) == []


def test_axe_finds_nothing_where_identity_is_asked_for(
    phone: Page, fake: FakeSigning, axe: str
) -> None:
    fake.state["identity"] = {
        "due": ["email_code"],
        "before": "reading",
        "chosen": False,
        "done": [],
        "simulated": False,
    }
    phone.goto(fake.link)
    phone.get_by_test_id("next").click()
    phone.get_by_test_id("next").click()
    expect(phone.locator("#identity-error")).to_be_visible()
    assert violations(phone, axe) == []


@pytest.mark.parametrize("language", ["en", "fr", "sv", "da"])
def test_a_qr_code_to_scan_is_for_everybody(
    open_page: OpenPage, fake: FakeSigning, axe: str, language: str
) -> None:
    fake.state["identity"] = {
        "due": ["bankid_se"],
        "before": "reading",
        "chosen": False,
        "done": [],
        "simulated": False,
    }
    order = {"qr": "bankid.1", "qr_next": ["bankid.2"], "open_on_computer": "bankid:///"}
    fake.standing = {"status": "idle", **order}
    page = open_page(locale=language, color_scheme="dark", **PHONE)
    page.goto(fake.link)
    page.get_by_test_id("start").click()
    page.get_by_test_id("identity-submit").click()
    expect(page.get_by_test_id("identity-qr")).to_be_visible()
    assert violations(page, axe) == []
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(SMALL_TARGETS) == []


def test_axe_finds_nothing_where_one_reviews(phone: Page, fake: FakeSigning, axe: str) -> None:
    fake.state["documents"][0]["action"] = "review"
    fake.state |= {"fields": [], "methods": []}
    phone.goto(fake.link)
    for _ in range(2):
        assert violations(phone, axe) == []
        phone.get_by_test_id("next").click()
    assert violations(phone, axe) == []


@pytest.mark.parametrize("notice", ["blocked", "not_found", "completed", "finished"])
def test_axe_finds_nothing_on_notices(
    phone: Page, fake: FakeSigning, axe: str, notice: str
) -> None:
    fake.notice = notice
    phone.goto(fake.link)
    assert violations(phone, axe) == []


@pytest.mark.parametrize("language", ["en", "fr", "sv", "da"])
def test_no_text_is_cut_and_every_target_is_large_on_a_small_phone(
    open_page: OpenPage, fake: FakeSigning, language: str
) -> None:
    page = open_page(**{**PHONE, "viewport": {"width": 320, "height": 568}})
    fake.state["task"]["language"] = language
    page.goto(fake.link)
    for step in ("next", "next", "next", "next", "finish"):
        assert page.evaluate(CUT_OFF) == []
        assert page.evaluate(SMALL_TARGETS) == []
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        page.get_by_test_id(step).click()


def test_a_low_box_grows_to_a_full_target_while_one_writes_in_it(
    phone: Page, fake: FakeSigning
) -> None:
    phone.goto(fake.link)
    phone.get_by_test_id("next").click()
    phone.get_by_test_id("next").click()
    place = phone.get_by_test_id("field-place")
    expect(place).to_be_focused()
    box = place.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert float(place.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")) >= 16


def test_each_step_moves_the_focus_to_its_heading(desk: Page, fake: FakeSigning) -> None:
    desk.goto(fake.link)
    desk.get_by_test_id("next").click()
    expect(desk.get_by_role("heading", name="Read the document")).to_be_focused()
    desk.get_by_test_id("field-sig").click()
    expect(desk.get_by_role("heading", name="Your signature")).to_be_focused()


def test_a_screen_reader_hears_that_the_signature_is_placed(desk: Page, fake: FakeSigning) -> None:
    go_to_signature(desk, fake)
    desk.get_by_test_id("method-typed").check()
    expect(desk.locator("#announcer")).to_have_text(
        "Your signature is in its place in the document."
    )


def test_field_two_of_three_brings_the_person_there(phone: Page, fake: FakeSigning) -> None:
    phone.set_viewport_size({"width": 390, "height": 500})
    phone.goto(fake.link)
    for _ in range(3):
        phone.get_by_test_id("next").click()
    position = phone.get_by_role("button", name="Field 2 of 3")
    phone.evaluate("scrollTo(0, 0)")
    expect(phone.get_by_test_id("field-terms")).not_to_be_in_viewport()
    position.click()
    expect(phone.get_by_test_id("field-terms")).to_be_in_viewport()
    expect(phone.get_by_test_id("field-terms")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_with_colours_forced_paper_stays_white_and_what_is_written_on_it_dark(
    open_page: OpenPage, fake: FakeSigning, scheme: str
) -> None:
    """The picture of a page is white in any case, and the pen draws in a dark blue."""
    page = open_page(forced_colors="active", color_scheme=scheme, locale="en-GB", **PHONE)
    go_to_signature(page, fake)
    page.get_by_test_id("method-typed").check(force=True)
    for place in ("#signature-text", "[data-testid=field-place]"):
        picture = Image.open(io.BytesIO(page.locator(place).screenshot())).convert("L")
        paper = picture.getpixel((picture.width - 12, picture.height // 2))
        assert paper > 200, place
        assert picture.getextrema()[0] < 100, place


SMALL = {**PHONE, "viewport": {"width": 320, "height": 568}}


def box_of(page: Page, selector: str) -> Any:
    found = page.locator(selector).bounding_box()
    assert found is not None
    return found


def bottom_of(page: Page, selector: str) -> float:
    box = box_of(page, selector)
    return float(box["y"] + box["height"])


def test_the_end_of_a_long_card_stands_clear_of_the_panel(
    open_page: OpenPage, fake: FakeSigning
) -> None:
    page = open_page(locale="en-GB", **SMALL)
    fake.state["envelope"]["name"] = "Agreement on services between the parties named in it " * 4
    page.goto(fake.link)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert bottom_of(page, "#intro > :last-child") <= box_of(page, "#panel")["y"]


def test_names_of_any_length_leave_room_to_sign(open_page: OpenPage, fake: FakeSigning) -> None:
    page = open_page(locale="en-GB", **SMALL)
    fake.state["methods"] = ["click"]
    fake.state["task"]["name"] = "Wolfeschlegelsteinhausenbergerdorff " * 12
    fake.state["fields"][0]["name"] = "The place at which the undersigned has signed " * 5
    page.goto(fake.link)
    page.get_by_test_id("next").click()
    page.get_by_test_id("next").click()
    assert box_of(page, "#panel")["height"] < 200
    for _ in range(2):
        page.get_by_test_id("next").click()
    assert bottom_of(page, ".clicked strong") <= box_of(page, ".consent")["y"]


OUT_OF_SIGHT = """() => [...document.querySelectorAll("button, a, h1, h2, .facts li")]
  .filter(e => e.checkVisibility() && !e.closest(".visually-hidden, .page"))
  .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(e => e.textContent.trim())"""


def out_of_sight_on_the_way(page: Page, fake: FakeSigning, steps: int) -> list[str]:
    page.goto(fake.link)
    found = page.evaluate(OUT_OF_SIGHT)
    for _ in range(steps):
        page.get_by_test_id("next").click()
        found += page.evaluate(OUT_OF_SIGHT)
    return list(found)


def test_a_file_name_without_blanks_pushes_nothing_off_a_small_phone(
    open_page: OpenPage, fake: FakeSigning
) -> None:
    name = "Employment_agreement_2026_Jane_Doe_final_version.pdf"
    fake.state["documents"][0]["name"] = name
    fake.state["envelope"]["name"] = name
    page = open_page(locale="en-GB", **SMALL)
    assert out_of_sight_on_the_way(page, fake, 4) == []


def test_text_of_twice_the_size_fits_a_phone(open_page: OpenPage, fake: FakeSigning) -> None:
    phone = open_page(locale="en-GB", **SMALL)
    sizes = {"fontSizes": {"standard": 32, "fixed": 26}}
    phone.context.new_cdp_session(phone).send("Page.setFontSizes", sizes)
    assert out_of_sight_on_the_way(phone, fake, 4) == []
    assert phone.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    assert box_of(phone, ".document h2")["height"] < 100


def test_the_senders_name_is_read_beside_a_long_title(desk: Page, fake: FakeSigning) -> None:
    fake.state["envelope"]["name"] = "Agreement on services between the parties named in it " * 4
    desk.goto(fake.link)
    assert desk.locator(".sender").evaluate("e => e.scrollWidth <= e.clientWidth")
