"""What members do with an envelope and its access, on a phone and on a desk."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import Page, expect

from tests.end_to_end.test_dashboard_in_the_browser import SIZES, _look_at, begin, named_server
from tests.pages.test_signing_access import axe
from tests.pdf.samples import contract
from tests.support.browser import DESK, OpenPage
from tests.support.server import RunningServer

__all__ = ["axe"]  # the fixture


def make_key(page: Page, server: RunningServer) -> tuple[str, str]:
    """A key of NextSign, and the company's id."""
    page.goto(f"{server.url}/dashboard/credentials")
    page.get_by_label("API", exact=True).select_option("nextsign")
    page.get_by_label("Name").fill("The shop")
    page.get_by_test_id("make-key").click()
    shown = page.locator("main").inner_text()
    company = shown.partition("/api/v2/")[2].partition("/")[0]
    return page.get_by_test_id("secret").inner_text(), company


def send(server: RunningServer, key: str, company: str) -> None:
    people = [
        {"name": "Lea Roux", "email": "wrong@example.test"},
        {"name": "Søren Ångström", "email": "soren@example.test", "group": 1},
    ]
    file = {"name": "a.pdf", "file": base64.b64encode(contract()).decode(), "fileIsBlob": True}
    body: dict[str, Any] = {
        "title": "Lease",
        "settings": {"availability": {"days": 5}},
        "recipients": people,
        "documents": [file, {**file, "name": "b.pdf"}],
    }
    path = f"{server.url}/api/v2/{company}/case/create"
    made = httpx2.post(path, json=body, headers={"Authorization": f"Bearer {key}"}, timeout=60)
    assert made.status_code == 200, made.text


def invite(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.url}/dashboard/members")
    page.get_by_label("Name", exact=True).fill("Bo Ek")
    page.get_by_label("E-mail address").fill("bo@acme.test")
    page.get_by_test_id("invite").click()


def make_role(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.url}/dashboard/access")
    expect(page.get_by_test_id("empty")).to_be_visible()
    page.get_by_label("Name").fill("Board of directors")
    page.get_by_test_id("make-access-role").click()
    page.get_by_label("Bo Ek").check()
    page.get_by_test_id("change-access-role").click()
    expect(page.get_by_role("status")).to_contain_text("is changed")
    expect(page.get_by_label("Bo Ek")).to_be_checked()


def test_an_envelope_is_looked_after(open_page: OpenPage, axe: str, tmp_path: Path) -> None:
    with named_server(tmp_path / "data") as server:
        page = open_page(locale="en-GB", accept_downloads=True, **DESK)
        begin(page, server)
        send(server, *make_key(page, server))
        invite(page, server)
        make_role(page, server)
        page.goto(f"{server.url}/dashboard/envelopes")
        page.get_by_role("link", name="Lease").click()
        envelope = page.url
        _act(page)
        with page.expect_download() as download:
            page.get_by_test_id("download-all").click()
        assert download.value.suggested_filename == "Lease.zip"
        page.goto(f"{server.url}/dashboard/audit")
        page.get_by_test_id("check-audit").click()
        expect(page.get_by_role("status")).to_contain_text("entries are what was recorded")
        _look(open_page, page, [envelope, f"{server.url}/dashboard/access"], axe)


def _act(page: Page) -> None:
    """Each button says what it did."""
    page.get_by_text("Correct the address").first.click()
    page.get_by_label("E-mail address").first.fill("right@example.test")
    page.get_by_test_id("correct").first.click()
    expect(page.get_by_role("status")).to_contain_text("address is corrected")
    expect(page.get_by_role("cell", name="right@example.test")).to_be_visible()
    page.get_by_test_id("invite-again").click()
    expect(page.get_by_role("status")).to_contain_text("once more")
    page.get_by_label("Until the end of this day").fill("2099-12-31")
    page.get_by_test_id("extend").click()
    expect(page.get_by_role("status")).to_contain_text("more time")
    page.get_by_label("Board of directors").check()
    page.get_by_test_id("set-access").click()
    expect(page.get_by_role("status")).to_contain_text("is set")
    expect(page.get_by_label("Board of directors")).to_be_checked()


def _look(open_page: OpenPage, owner: Page, addresses: list[str], axe: str) -> None:
    state = owner.context.storage_state()
    for size in SIZES.values():
        for scheme in ("light", "dark"):
            page = open_page(locale="en-GB", color_scheme=scheme, storage_state=state, **size)
            for address in addresses:
                _look_at(page, address.partition("?")[0], axe)
