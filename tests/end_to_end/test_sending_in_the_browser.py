"""Sending from the dashboard, as people do it: from the first start to the signed file, by mouse, by
keyboard alone and by touch."""

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
