"""Rules, holds, deletions, exports and keys as an owner uses them in a browser."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.end_to_end.test_dashboard_in_the_browser import (
    SIZES,
    _look_at,
    begin,
    make_key,
    named_server,
    sign_in,
)
from tests.pages.test_signing_access import axe
from tests.support.browser import DESK, OpenPage
from tests.support.customer import Customer, sign_all
from tests.support.processes import wait_until
from tests.support.server import RunningServer

__all__ = ["axe"]  # the fixture
PAGES = ("retention", "retention/deletions", "retention/exports", "credentials")


def test_what_is_kept_held_erased_and_taken_along(
    open_page: OpenPage, axe: str, tmp_path: Path
) -> None:
    with named_server(tmp_path / "data") as server:
        page = open_page(locale="en-GB", accept_downloads=True, **DESK)
        page.on("dialog", lambda dialog: dialog.accept())
        begin(page, server)
        customer = Customer(server.url, make_key(page))
        sent = customer.send("Søren Ångström", "Lea Roux")
        sign_all(sent)
        wait_until(lambda: customer.is_completed(sent), "the envelope to be completed")
        held = customer.send("Bo Ek")
        _held(page, server, held.id)
        _erased(page, server, sent.id)
        _exported(page, server, tmp_path, held.id)
        _looked_at(page, server, open_page, axe)


def _held(page: Page, server: RunningServer, envelope: str) -> None:
    page.goto(f"{server.url}/dashboard/retention")
    page.get_by_label("Envelope", exact=False).last.fill(envelope)
    page.get_by_label("Why").fill("The case of Smith against Jones")
    page.get_by_test_id("hold").click()
    expect(page.get_by_test_id("holds")).to_contain_text("The case of Smith")


def _erased(page: Page, server: RunningServer, envelope: str) -> None:
    page.get_by_label("Erase completed envelopes").fill("2")
    page.get_by_label("Erase all others").fill("2")
    page.get_by_test_id("save-rules").click()
    expect(page.get_by_text("The rules are changed.")).to_be_visible()
    server.run("sandbox", "advance", "3d")
    sign_in(page, server)

    def is_listed() -> bool:
        page.goto(f"{server.url}/dashboard/retention/deletions")
        return envelope in page.content()

    wait_until(is_listed, "the envelope to be erased")
    page.get_by_text(re.compile(r"^\d+ files")).click()
    expect(page.get_by_text("Evidence:")).to_be_visible()


def _exported(page: Page, server: RunningServer, folder: Path, held: str) -> None:
    page.goto(f"{server.url}/dashboard/retention/exports")
    page.get_by_test_id("ask").click()

    def is_ready() -> bool:
        page.goto(f"{server.url}/dashboard/retention/exports")
        return page.get_by_test_id("fetch").count() == 1

    wait_until(is_ready, "the file to be made")
    with page.expect_download() as download:
        page.get_by_test_id("fetch").click()
    path = folder / "export.zip"
    download.value.save_as(path)
    assert f"envelopes/{held}/envelope.json" in zipfile.ZipFile(path).namelist()


def _looked_at(page: Page, server: RunningServer, open_page: OpenPage, axe: str) -> None:
    page.goto(f"{server.url}/dashboard/credentials")
    key = page.get_by_test_id("key").first.get_attribute("href") or ""
    pages = [*(f"{server.url}/dashboard/{path}" for path in PAGES), f"{server.url}{key}"]
    state = page.context.storage_state()
    for size in SIZES.values():
        for scheme in ("light", "dark"):
            other = open_page(locale="en-GB", color_scheme=scheme, storage_state=state, **size)
            for address in pages:
                _look_at(other, address, axe)
