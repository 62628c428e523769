"""The dashboard as people use it: first start, sign-in, a sent contract, the verify page."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.pages.test_signing_access import CUT_OFF, SMALL_TARGETS, axe, violations
from tests.support.browser import DESK, PHONE, OpenPage
from tests.support.customer import Customer, sign_all
from tests.support.network import free_port
from tests.support.processes import wait_until
from tests.support.server import RunningServer, serve

__all__ = ["axe"]  # the fixture
PASSWORD = "wooden boats in grey rain"
OWNER = "olga@acme.test"
FIRST_CHECK = 30_000  # milliseconds; the processes that look at strangers' files start with it
SIZES = {"phone": PHONE, "desk": DESK}


@contextmanager
def named_server(folder: Path) -> Iterator[RunningServer]:
    """Reached by a name: browsers know passkeys for names only."""
    port = free_port()
    settings = {"PUBLIC_URL": f"http://localhost:{port}"}
    with serve(folder, "--sandbox", port=port, settings=settings) as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Set up already."""
    with named_server(tmp_path_factory.mktemp("dashboard")) as running:
        form = {"company": "Acme AB", "name": "Olga Öberg", "email": OWNER, "password": PASSWORD}
        done = httpx2.post(way_in(running), data=form, headers={"Origin": running.url})
        assert done.status_code == 303, done.text
        yield running


def way_in(server: RunningServer) -> str:
    """The link that a first start prints."""

    def lines() -> list[str]:
        return [line for line in server.output if line.startswith("Set up the dashboard")]

    wait_until(lambda: bool(lines()), "the link to set up")
    return lines()[0].partition(": ")[2].strip()


def begin(page: Page, server: RunningServer) -> None:
    page.goto(way_in(server))
    page.get_by_label("Your company").fill("Acme AB")
    page.get_by_label("Your name").fill("Olga Öberg")
    page.get_by_label("E-mail address").fill(OWNER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_test_id("start").click()
    expect(page.get_by_test_id("empty")).to_be_visible()


def sign_in(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.url}/dashboard")
    page.get_by_label("E-mail address").fill(OWNER)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_test_id("sign-in").click()
    page.wait_for_url("**/dashboard/envelopes")


def make_key(page: Page) -> str:
    page.goto(page.url.partition("/dashboard")[0] + "/dashboard/credentials")
    page.get_by_label("API", exact=True).select_option("signature-nc")
    page.get_by_label("Name").fill("The shop")
    page.get_by_test_id("make-key").click()
    return page.get_by_test_id("secret").inner_text()


def test_from_the_first_start_to_a_checked_signature(
    open_page: OpenPage, axe: str, tmp_path: Path
) -> None:
    with named_server(tmp_path / "data") as server:
        _from_the_first_start(server, open_page, axe, tmp_path)


def _from_the_first_start(
    server: RunningServer, open_page: OpenPage, axe: str, tmp_path: Path
) -> None:
    page = open_page(locale="en-GB", accept_downloads=True, **DESK)
    begin(page, server)
    customer = Customer(server.url, make_key(page))
    sent = customer.send("Søren Ångström", "Lea Roux")
    sign_all(sent)
    wait_until(lambda: customer.is_completed(sent), "the envelope to be completed")

    page.get_by_test_id("sign-out").click()
    sign_in(page, server)
    expect(page.get_by_test_id("envelopes").get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="Lease").click()
    expect(page.get_by_test_id("status")).to_have_text("completed")
    expect(page.get_by_alt_text("Page 1").first).to_be_visible()
    wait_until(
        lambda: (
            page.evaluate("[...document.images].filter(i => i.complete && i.naturalWidth).length")
            > 0
        ),
        "a page to be shown",
    )
    with page.expect_download() as download:
        page.get_by_test_id("download").first.click()
    file = tmp_path / "contract.pdf"
    download.value.save_as(file)

    page.goto(f"{server.url}/verify")
    page.get_by_test_id("verify-file").set_input_files(file)
    page.get_by_test_id("verify-submit").click()
    expect(page.get_by_test_id("verdict")).to_have_attribute(
        "data-verdict", "valid", timeout=FIRST_CHECK
    )
    expect(page.get_by_test_id("signature")).to_have_count(5)
    expect(page.get_by_text("Søren Ångström").first).to_be_visible()
    assert violations(page, axe) == []

    _walk(open_page, page, server, axe, sent.id)


def _walk(open_page: OpenPage, owner: Page, server: RunningServer, axe: str, envelope: str) -> None:
    """Every page at both widths: nothing sticks out, targets are large, axe finds nothing."""
    owner.goto(f"{server.url}/dashboard/webhooks")
    owner.get_by_label("Address").fill("https://127.0.0.1:9/hook")
    owner.get_by_test_id("add-webhook").click()
    owner.goto(f"{server.url}/dashboard/members")
    owner.get_by_label("Name", exact=True).fill("Bo Ek")
    owner.get_by_label("E-mail address").fill("bo@acme.test")
    owner.get_by_test_id("invite").click()
    owner.goto(f"{server.url}/dashboard/me")
    owner.get_by_test_id("begin-app").click()
    expect(owner.get_by_test_id("app-secret")).to_be_visible()
    assert violations(owner, axe) == []
    state = owner.context.storage_state()
    inside = ["envelopes", f"envelopes/{envelope}", "members", "credentials", "webhooks", "audit",
              "operator", "me", "envelopes?q=nothing"]  # fmt: skip
    for size in SIZES.values():
        for scheme in ("light", "dark"):
            page = open_page(locale="en-GB", color_scheme=scheme, storage_state=state, **size)
            for path in [f"dashboard/{name}" for name in inside]:
                _look_at(page, f"{server.url}/{path}", axe)
            stranger = open_page(locale="en-GB", color_scheme=scheme, **size)
            for path in ("dashboard/sign-in", "verify"):
                _look_at(stranger, f"{server.url}/{path}", axe)


def _look_at(page: Page, address: str, axe: str) -> None:
    page.goto(address)
    if shots := os.environ.get("DASHBOARD_SHOTS"):  # to look at with one's own eyes
        name = re.sub(r"[^a-z]+", "-", address.partition("/dashboard")[2] or "verify")
        width = page.viewport_size["width"] if page.viewport_size else 0
        scheme = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        page.screenshot(path=f"{shots}/{name}-{width}-{scheme}.png", full_page=True)
    assert violations(page, axe) == [], address
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0, f"{address} is {width} px too wide"
    small = page.evaluate(SMALL_TARGETS)
    assert [one for one in small if "<a " not in one] == [], address
    assert page.evaluate(CUT_OFF) == [], address


def plug_in(page: Page) -> None:
    """A device with passkeys, whose owner agrees to everything."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_signs_in_without_a_word(server: RunningServer, open_page: OpenPage) -> None:
    page = open_page(locale="en-GB", **DESK)
    sign_in(page, server)
    plug_in(page)
    page.goto(f"{server.url}/dashboard/me")
    page.get_by_label("Name of a new one").fill("Olga's laptop")
    page.get_by_test_id("add-passkey").click()
    expect(page.get_by_text("The passkey was added.")).to_be_visible()
    expect(page.get_by_text("Olga's laptop")).to_be_visible()

    page.get_by_test_id("sign-out").click()
    page.get_by_test_id("use-passkey").click()
    page.wait_for_url("**/dashboard/envelopes")
    page.goto(f"{server.url}/dashboard/me")
    expect(page.get_by_text(re.compile("with passkey"))).to_be_visible()

    page.get_by_role("button", name="Remove Olga's laptop").click()
    expect(page.get_by_text("The passkey was removed.")).to_be_visible()


@pytest.mark.allow_console_errors("401", "Failed to load resource")
def test_a_passkey_that_was_removed_signs_nobody_in(
    server: RunningServer, open_page: OpenPage
) -> None:
    page = open_page(locale="en-GB", **DESK)
    plug_in(page)
    sign_in(page, server)
    page.goto(f"{server.url}/dashboard/me")
    page.get_by_test_id("add-passkey").click()
    expect(page.get_by_text("The passkey was added.")).to_be_visible()
    page.get_by_role("button", name="Remove This device").click()
    expect(page.get_by_text("The passkey was removed.")).to_be_visible()
    page.get_by_test_id("sign-out").click()
    page.get_by_test_id("use-passkey").click()
    expect(page.get_by_text("The passkey was not used.")).to_be_visible()


@pytest.mark.allow_console_errors("422")
def test_a_dropped_file_is_checked(server: RunningServer, open_page: OpenPage) -> None:
    page = open_page(locale="en-GB", **DESK)
    page.goto(f"{server.url}/verify")
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(["not a pdf"], "a.pdf", {type: "application/pdf"}));
          document.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true}));
        }"""
    )
    expect(page.get_by_role("alert")).to_contain_text(
        "cannot be read as a PDF", timeout=FIRST_CHECK
    )


def test_everything_can_be_done_by_keyboard(server: RunningServer, open_page: OpenPage) -> None:
    page = open_page(locale="en-GB", **DESK)
    page.goto(f"{server.url}/dashboard/sign-in")
    email = page.get_by_label("E-mail address")
    expect(email).to_be_focused()
    page.keyboard.type(OWNER)
    expect(email).to_have_value(OWNER)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    expect(page.get_by_label("Password", exact=True)).to_have_value(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/dashboard/envelopes")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
