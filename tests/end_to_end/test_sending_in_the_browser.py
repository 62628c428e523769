"""Sending from the dashboard, as people do it: from the first start to the signed file, by mouse,
by keyboard alone and by touch."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.end_to_end.test_dashboard_in_the_browser import (
    OWNER,
    PASSWORD,
    begin,
    named_server,
    sign_in,
    way_in,
)
from tests.pages.test_signing_access import CUT_OFF, SMALL_TARGETS, axe, violations
from tests.pdf.samples import contract, encrypted, with_text_field
from tests.support.browser import DESK, PHONE, OpenPage
from tests.support.docx import docx, paragraph, run
from tests.support.processes import wait_until
from tests.support.server import RunningServer

__all__ = ["axe"]  # the fixture
SIGNER = "lea@people.test"
SLOW = 60_000  # milliseconds: LibreOffice starts
SIZES = {"phone": PHONE, "desk": DESK}
CUMULATIVE_SHIFT = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => list.getEntries().forEach(e => sum += e.hadRecentInput ? 0 : e.value))
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(sum), 300);
})"""  # noqa: E501


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Set up already."""
    with named_server(tmp_path_factory.mktemp("sending")) as running:
        form = {"company": "Acme AB", "name": "Olga Öberg", "email": OWNER, "password": PASSWORD}
        done = httpx2.post(way_in(running), data=form, headers={"Origin": running.url})
        assert done.status_code == 303, done.text
        yield running


@pytest.fixture
def desk(server: RunningServer, open_page: OpenPage) -> Page:
    page = open_page(locale="en-GB", **DESK)
    sign_in(page, server)
    return page


@pytest.fixture
def phone(server: RunningServer, open_page: OpenPage) -> Page:
    page = open_page(locale="en-GB", **PHONE)
    sign_in(page, server)
    return page


def shot(page: Page, name: str) -> None:
    """To look at with one's own eyes."""
    if shots := os.environ.get("DASHBOARD_SHOTS"):
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=f"{shots}/send-{name}-{width}.png", full_page=name != "fields")


def pdf(name: str, data: bytes) -> dict[str, object]:
    return {"name": name, "mimeType": "application/pdf", "buffer": data}


def add_files(page: Page, *files: dict[str, object]) -> None:
    expect(page.locator("#step-documents")).to_be_visible()
    before = page.get_by_test_id("document").count()
    page.get_by_test_id("files").set_input_files(list(files))  # type: ignore[arg-type]
    expect(page.get_by_test_id("document")).to_have_count(before + len(files), timeout=SLOW)


def add_person(page: Page, name: str, email: str) -> Locator:
    page.get_by_test_id("add-person").click()
    card = page.get_by_test_id("person").last
    card.get_by_test_id("name").fill(name)
    card.get_by_test_id("email").fill(email)
    return card


def go_to(page: Page, step: str) -> None:
    page.get_by_test_id(f"step-{step}").click()
    expect(page.locator(f"#step-{step}")).to_be_visible()


def kept(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text("Saved")


def new_draft(page: Page, server: RunningServer, pages: int = 2) -> None:
    """With a contract and one signer, where fields are placed."""
    page.goto(f"{server.url}/dashboard/envelopes")
    page.get_by_test_id("new-envelope").click()
    add_files(page, pdf("lease.pdf", contract(pages)))
    go_to(page, "people")
    add_person(page, "Lea Roux", SIGNER)
    go_to(page, "fields")


def mail_link(server: RunningServer, to: str) -> str:
    def links() -> list[str]:
        found = httpx2.get(f"{server.url}/sandbox/mail.json", params={"to": to}).json()["messages"]
        return [link for mail in found for link in mail["links"] if "/s/" in link]

    wait_until(lambda: bool(links()), f"a mail to {to}")
    return links()[0]


def newest_mail(server: RunningServer, to: str) -> str:
    found = httpx2.get(f"{server.url}/sandbox/mail.json", params={"to": to}).json()["messages"]
    return str(found[0]["text"])


def centre(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


# ------------------------------------------------------------------ all of it


def test_from_the_first_start_to_the_signed_file(open_page: OpenPage, tmp_path: Path) -> None:
    with named_server(tmp_path / "data") as server:
        page = open_page(locale="en-GB", accept_downloads=True, **DESK)
        begin(page, server)
        page.get_by_test_id("sign-out").click()
        sign_in(page, server)
        new_draft(page, server)
        page.get_by_test_id("tool-signature").click()
        page.locator(".editor-page").first.click(position={"x": 300, "y": 500})
        expect(page.get_by_test_id("placed-signature")).to_have_count(1)
        go_to(page, "message")
        page.get_by_test_id("message").fill("Please sign by Friday.")
        go_to(page, "check")
        page.get_by_test_id("send").click()
        page.wait_for_url(re.compile(r"/dashboard/envelopes/.*done=sent"))
        expect(page.get_by_test_id("status")).to_have_text("open")
        expect(page.get_by_text("Dashboard", exact=False).first).to_be_visible()

        link = mail_link(server, SIGNER)
        assert "Please sign by Friday." in newest_mail(server, SIGNER)
        _signs(open_page(locale="en-GB", **PHONE), link)

        def status() -> str:
            page.reload()
            return page.get_by_test_id("status").inner_text()

        wait_until(lambda: status() == "completed", "the envelope to be completed")
        with page.expect_download() as download:
            page.get_by_test_id("download").first.click()
        assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")


def _signs(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_test_id("next").click()
    page.get_by_test_id("next").click()
    page.get_by_test_id("method-typed").click()
    page.get_by_test_id("signature-text").fill("Lea Roux")
    page.get_by_test_id("consent").check()
    page.get_by_test_id("finish").click()
    expect(page.get_by_test_id("done")).to_be_visible()
    page.goto("about:blank")  # it asks the server how the others are doing


def test_every_step_looks_right_and_axe_finds_nothing(
    server: RunningServer, open_page: OpenPage, axe: str
) -> None:
    owner = open_page(locale="en-GB", **DESK)
    sign_in(owner, server)
    new_draft(owner, server)
    owner.get_by_test_id("tool-signature").click()
    owner.locator(".editor-page").first.click(position={"x": 300, "y": 500})
    add = owner.get_by_test_id("tool-text")
    add.click()
    owner.locator(".editor-page").first.click(position={"x": 300, "y": 300})
    go_to(owner, "people")
    add_person(owner, "Bo Ek", "bo@people.test")
    owner.get_by_test_id("ordered").check()
    kept(owner)
    address = owner.url.partition("#")[0]
    state = owner.context.storage_state()
    for size in SIZES.values():
        for scheme in ("light", "dark"):
            page = open_page(locale="en-GB", color_scheme=scheme, storage_state=state, **size)
            for step in ("documents", "people", "fields", "message", "check"):
                page.goto(f"{address}#{step}")
                page.reload()
                assert page.evaluate(CUMULATIVE_SHIFT) < 0.02, step
                _look_at(page, step, axe, scheme)
            page.goto(f"{address}#check")
            page.get_by_test_id("preview-as").first.click()
            expect(page.get_by_test_id("preview")).to_be_visible()
            _look_at(page, "preview", axe, scheme)
            page.goto(f"{server.url}/dashboard/envelopes")
            _look_at(page, "list", axe, scheme)


def _look_at(page: Page, name: str, axe: str, scheme: str) -> None:
    if name == "fields":
        page.get_by_test_id("placed-text").focus()
    shot(page, name if scheme == "light" else f"{name}-{scheme}")
    assert violations(page, axe) == [], name
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
    small = page.evaluate(SMALL_TARGETS)
    assert [one for one in small if "<a " not in one] == [], name
    assert page.evaluate(CUT_OFF) == [], name


# ------------------------------------------------------------------ the editor


def test_a_field_is_dragged_resized_and_snaps(server: RunningServer, desk: Page) -> None:
    new_draft(desk, server)
    page = desk.locator(".editor-page").first
    expect(page.locator("img")).to_have_js_property("complete", True)
    _drag(desk, centre(desk.get_by_test_id("tool-signature")), middle_of(page))
    placed = desk.get_by_test_id("placed-signature")
    expect(placed).to_have_count(1)
    x, y = centre(placed)
    assert abs(x - centre(page)[0]) < 2, "it snaps to the middle"
    _drag(desk, (x, y), (x + 90, y + 60))
    assert abs(centre(placed)[0] - x - 90) < 10
    _drag(desk, centre(desk.get_by_test_id("tool-text")), (x + 93, y + 200))
    assert abs(centre(desk.get_by_test_id("placed-text"))[0] - centre(placed)[0]) < 1, "aligned"
    width = width_of(desk.get_by_test_id("placed-text"))
    grip = centre(desk.locator(".selected .grip"))
    _drag(desk, grip, (grip[0] + 40, grip[1] + 5))
    after = width_of(desk.get_by_test_id("placed-text"))
    assert abs(after - width - 40) < 3
    kept(desk)
    desk.reload()
    expect(desk.get_by_test_id("placed-text")).to_have_count(1)
    assert abs(width_of(desk.get_by_test_id("placed-text")) - after) < 2


def middle_of(page: Locator) -> tuple[float, float]:
    """Of the page's width, where it can be seen."""
    box = page.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2 + 3, box["y"] + 220


def width_of(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["width"]


def _drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    page.mouse.move(*end)
    page.mouse.up()


def test_the_editor_works_by_keyboard_alone(server: RunningServer, desk: Page) -> None:
    new_draft(desk, server, pages=3)
    desk.get_by_test_id("tool-signature").focus()
    desk.keyboard.press("Enter")
    placed = desk.get_by_test_id("placed-signature")
    expect(placed).to_be_focused()
    x, y = centre(placed)
    for _ in range(5):
        desk.keyboard.press("ArrowRight")
    desk.keyboard.press("ArrowDown")
    assert centre(placed)[0] > x + 20
    assert centre(placed)[1] > y + 2
    width = width_of(placed)
    desk.keyboard.press("Shift+ArrowRight")
    assert width_of(placed) > width + 2
    desk.keyboard.press("Enter")
    expect(desk.get_by_label("Name, as people see it")).to_be_focused()
    desk.keyboard.type("The tenant signs")
    desk.keyboard.press("Escape")
    expect(placed).to_be_focused()
    expect(desk.get_by_role("button", name="The tenant signs · Lea Roux")).to_be_visible()
    desk.keyboard.press("PageDown")
    expect(desk.get_by_role("button", name="Signature on page 2")).to_be_focused()
    desk.get_by_test_id("copy-to-all").focus()
    desk.keyboard.press("Enter")
    expect(placed).to_have_count(3)
    desk.keyboard.press("Enter")  # they are there already
    expect(placed).to_have_count(3)
    placed.first.focus()
    for left in (2, 1, 0):
        desk.keyboard.press("Delete")
        expect(placed).to_have_count(left)
    expect(desk.get_by_test_id("tool-signature")).to_be_focused()
    kept(desk)


def test_the_editor_works_by_touch(server: RunningServer, phone: Page) -> None:
    new_draft(phone, server)
    phone.get_by_test_id("tool-signature").tap()
    page = phone.locator(".editor-page").first
    page.scroll_into_view_if_needed()
    page.tap(position={"x": 180, "y": 150})
    placed = phone.get_by_test_id("placed-signature")
    expect(placed).to_have_count(1)
    x, y = centre(placed)
    touches = phone.context.new_cdp_session(phone)
    way = [(x, y), (x + 10, y + 30), (x + 20, y + 60)]
    for kind, (a, b) in zip(["touchStart", "touchMove", "touchMove"], way, strict=True):
        touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": a, "y": b}]})
    touches.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert abs(centre(placed)[1] - y - 60) < 8
    kept(phone)  # and the browser no longer takes the next tap for the second of two
    phone.get_by_test_id("edit-field").tap()
    phone.get_by_label("Name, as people see it").fill("Tenant")
    phone.get_by_test_id("field-done").tap()
    expect(phone.get_by_test_id("tool-text")).to_be_visible()
    expect(placed).to_contain_text("Tenant")
    kept(phone)


def test_fields_of_the_pdfs_own_form_are_proposed(server: RunningServer, desk: Page) -> None:
    desk.goto(f"{server.url}/dashboard/envelopes")
    desk.get_by_test_id("new-envelope").click()
    add_files(desk, pdf("form.pdf", with_text_field("city")))
    go_to(desk, "people")
    add_person(desk, "Lea Roux", SIGNER)
    go_to(desk, "fields")
    desk.get_by_test_id("adopt").click()
    expect(desk.get_by_test_id("placed-text")).to_contain_text("city")
    expect(desk.get_by_test_id("adopt")).to_be_hidden()


# ------------------------------------------------------------------ half done


def test_a_draft_survives_a_closed_tab(server: RunningServer, open_page: OpenPage) -> None:
    page = open_page(locale="en-GB", **DESK)
    sign_in(page, server)
    new_draft(page, server)
    go_to(page, "message")
    page.get_by_test_id("message").fill("Half a sent")
    kept(page)
    page.get_by_test_id("message").press_sequentially("ence")
    address, other = page.url, page.context.new_page()
    page.close()  # before the pause after a word is over
    wait_until(lambda: _message(other, address) == "Half a sentence", "the last word")
    other.goto(f"{server.url}/dashboard/envelopes")
    other.get_by_test_id("drafts").get_by_role("link", name="lease").first.click()
    expect(other.get_by_test_id("document")).to_have_count(1)


def _message(page: Page, address: str) -> str:
    page.goto("about:blank")
    page.goto(address)
    return page.get_by_test_id("message").input_value()


@pytest.mark.allow_console_errors("409")
def test_the_later_of_two_windows_is_told(server: RunningServer, desk: Page) -> None:
    new_draft(desk, server)
    go_to(desk, "message")
    kept(desk)
    other = desk.context.new_page()
    other.goto(desk.url)
    other.get_by_test_id("message").fill("From the other window")
    kept(other)
    desk.get_by_test_id("message").fill("Too late")
    expect(desk.get_by_text("changed in another window")).to_be_visible()
    desk.get_by_test_id("load-newer").click()
    go_to(desk, "message")
    expect(desk.get_by_test_id("message")).to_have_value("From the other window")


@pytest.mark.allow_console_errors("422")
def test_what_is_missing_is_said_beside_it(server: RunningServer, desk: Page) -> None:
    desk.goto(f"{server.url}/dashboard/envelopes")
    desk.get_by_test_id("new-envelope").click()
    go_to(desk, "people")
    add_person(desk, "Lea Roux", "nobody")
    go_to(desk, "check")
    desk.get_by_test_id("send").click()
    expect(desk.locator("#problems li")).to_have_count(2)
    desk.get_by_role("link", name="Lea Roux: Give a whole e-mail address").click()
    expect(desk.get_by_test_id("email")).to_have_attribute("aria-invalid", "true")
    expect(desk.get_by_test_id("person").get_by_text("Give a whole e-mail")).to_be_visible()


@pytest.mark.allow_console_errors("422")
def test_bad_files_are_refused_beside_the_good_ones(server: RunningServer, desk: Page) -> None:
    desk.goto(f"{server.url}/dashboard/envelopes")
    desk.get_by_test_id("new-envelope").click()
    expect(desk.locator("#step-documents")).to_be_visible()
    word = {"name": "offer.docx", "mimeType": "", "buffer": docx(paragraph(run("An offer")))}
    desk.get_by_test_id("files").set_input_files(
        [pdf("bad.pdf", b"no pdf"), pdf("locked.pdf", encrypted("a", "b")), word]  # type: ignore[list-item]
    )
    refused = desk.get_by_test_id("refused")
    expect(refused).to_have_count(2)
    expect(refused.nth(0)).to_contain_text("This is no PDF")
    expect(refused.nth(1)).to_contain_text("password")
    expect(desk.get_by_test_id("document")).to_contain_text("offer.docx", timeout=SLOW)
    refused.first.get_by_role("button", name="Remove").click()
    expect(refused).to_have_count(1)
    desk.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(["no pdf"], "dropped.pdf", {type: "application/pdf"}));
          document.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true}));
        }"""
    )
    expect(refused).to_have_count(2)


def test_evil_words_run_nowhere(server: RunningServer, desk: Page) -> None:
    evil = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
    desk.on("dialog", lambda dialog: pytest.fail(dialog.message))
    new_draft(desk, server)
    go_to(desk, "people")
    desk.get_by_test_id("person").get_by_test_id("name").fill(evil)
    go_to(desk, "fields")
    desk.get_by_test_id("tool-choice").click()
    desk.locator(".editor-page").first.click(position={"x": 300, "y": 300})
    desk.get_by_label("Name, as people see it").fill(evil)
    desk.get_by_label("To choose from, one a line").fill(f"{evil}\nNo")
    go_to(desk, "message")
    desk.get_by_test_id("message").fill(evil)
    go_to(desk, "check")
    kept(desk)
    desk.reload()
    go_to(desk, "fields")
    expect(desk.get_by_test_id("placed-text")).to_contain_text(evil)
    go_to(desk, "check")
    desk.get_by_test_id("preview-as").click()
    desk.get_by_test_id("next").click()
    desk.get_by_test_id("next").click()
    expect(desk.locator("select option", has_text=evil)).to_have_count(1)
    assert desk.locator("img[src=x]").count() == 0


@pytest.mark.allow_console_errors("409")
def test_nothing_can_be_signed_in_a_preview(server: RunningServer, desk: Page) -> None:
    new_draft(desk, server)
    go_to(desk, "check")
    desk.get_by_test_id("preview-as").click()
    desk.get_by_test_id("next").click()
    image = desk.locator(".page img").first
    expect(image).to_have_js_property("complete", True)
    wait_until(lambda: image.evaluate("image => image.naturalWidth") > 0, "the page's picture")
    desk.get_by_test_id("next").click()
    desk.get_by_test_id("method-typed").click()
    desk.get_by_test_id("signature-text").fill("Lea Roux")
    desk.get_by_test_id("consent").check()
    desk.get_by_test_id("finish").click()
    expect(desk.get_by_text("This is a preview. Nothing can be signed here.")).to_have_count(2)
    desk.get_by_role("link", name="Back to the draft").click()
    expect(desk.get_by_test_id("send")).to_be_visible()


def test_a_page_weighs_less_than_100_kb(server: RunningServer, desk: Page) -> None:
    new_draft(desk, server)
    weight = desk.evaluate(
        """() => performance.getEntriesByType("resource").filter(e => /[.](js|css)/.test(e.name))
             .reduce((sum, e) => sum + e.encodedBodySize, 0)"""
    )
    assert 10_000 < weight < 100_000
