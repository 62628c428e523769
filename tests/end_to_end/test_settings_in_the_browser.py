"""The settings in a browser: a preview that follows, a provider that is tried, every page at both
widths."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx2
import pytest
from PIL import Image
from playwright.sync_api import FrameLocator, Page, expect

from countersign.pages.signing.identity import CALLBACK
from tests.end_to_end.test_dashboard_in_the_browser import (
    OWNER,
    PASSWORD,
    SIZES,
    named_server,
    sign_in,
    way_in,
)
from tests.pages.test_signing_access import CUT_OFF, SMALL_TARGETS, axe, violations
from tests.support.browser import DESK, PHONE, OpenPage
from tests.support.openid_provider import CLIENT, HIGH, SECRET, OpenIdProcess, openid_provider
from tests.support.server import RunningServer

__all__ = ["axe"]  # the fixture
PEOPLE = {"astrid": {"name": "Astrid Berg", "national_id": "01019912345"}}
PAGES = ("settings", "settings/interfaces", "settings/providers", "settings/keys",
         "settings/mail", "settings/seal")  # fmt: skip
# The provider's own pages ask for a font on the internet
pytestmark = pytest.mark.allow_console_errors("fonts.googleapis.com|ERR_|favicon|40[04]")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Set up already."""
    with named_server(tmp_path_factory.mktemp("settings")) as running:
        form = {"company": "Acme AB", "name": "Olga Öberg", "email": OWNER, "password": PASSWORD}
        done = httpx2.post(way_in(running), data=form, headers={"Origin": running.url})
        assert done.status_code == 303, done.text
        yield running


@pytest.fixture(scope="module")
def provider(server: RunningServer) -> Iterator[OpenIdProcess]:
    callback = server.environment["COUNTERSIGN_PUBLIC_URL"] + CALLBACK
    with openid_provider(callback, PEOPLE) as running:
        yield running


def home(server: RunningServer) -> str:
    return server.environment["COUNTERSIGN_PUBLIC_URL"] + "/dashboard"


def colour_of(frame: FrameLocator, what: str) -> str:
    script = "element => getComputedStyle(element).backgroundColor"
    return str(frame.locator(what).first.evaluate(script))


def test_the_preview_follows_what_is_typed(
    server: RunningServer, open_page: OpenPage, axe: str, tmp_path: Path
) -> None:
    page = open_page(locale="en-GB", **DESK)
    sign_in(page, server)
    page.goto(f"{home(server)}/settings")
    page.get_by_label("Name", exact=True).fill("Leases")
    page.get_by_test_id("make-project").click()
    signing = page.frame_locator('[data-testid="preview-page"]')
    mail = page.frame_locator('[data-testid="preview-mail"]')
    expect(signing.get_by_role("heading", name="Acme AB asks you to sign")).to_be_visible()

    page.get_by_label("Sender's name").fill("Fjordbo Utleie")
    page.get_by_label("Colour of buttons").fill("#ffd400")
    expect(signing.get_by_role("heading", name="Fjordbo Utleie asks")).to_be_visible()
    expect(mail.get_by_text("Fjordbo Utleie asks you to read and sign:")).to_be_visible()
    expect(page.locator("#contrast")).to_contain_text("Black text on buttons")
    expect(page.locator("#sender")).to_contain_text("Fjordbo Utleie via")
    expect(mail.locator("a.button")).to_have_css("background-color", "rgb(255, 212, 0)")
    page.get_by_test_id("save-project").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(signing.get_by_role("heading", name="Fjordbo Utleie asks")).to_be_visible()

    logo = tmp_path / "logo.png"
    made = BytesIO()
    Image.new("RGB", (300, 80), "#123456").save(made, "PNG")
    logo.write_bytes(made.getvalue())
    page.locator("#logo").set_input_files(logo)
    page.get_by_test_id("save-logo").click()
    shown = signing.get_by_role("img", name="Fjordbo Utleie")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.naturalWidth") == 300
    expect(mail.get_by_role("img", name="Fjordbo Utleie")).to_be_visible()
    assert violations(page, axe) == []

    state = page.context.storage_state()
    for size in SIZES.values():
        for scheme in ("light", "dark"):
            other = open_page(locale="en-GB", color_scheme=scheme, storage_state=state, **size)
            _look_at(other, page.url, axe, "project")
            for path in PAGES:
                _look_at(other, f"{home(server)}/{path}", axe, path.rpartition("/")[2])


def test_a_provider_is_tried_before_people_need_it(
    server: RunningServer, provider: OpenIdProcess, open_page: OpenPage, axe: str
) -> None:
    page = open_page(locale="en-GB", **PHONE)
    sign_in(page, server)
    page.goto(f"{home(server)}/settings/providers")
    page.get_by_label("Name", exact=False).first.fill("nbid")
    page.get_by_label("Issuer").fill(provider.issuer)
    page.get_by_label("Client ID").fill(CLIENT)
    page.get_by_label("Client secret").fill("not the right one")
    page.get_by_test_id("add-provider").click()
    expect(page.get_by_text("publishes what is needed")).to_be_visible()
    _look_at_here(page, axe, "provider")

    _try(page, "astrid", asks=True)
    expect(page.get_by_text("Client ID or secret are wrong")).to_be_visible()
    _look_at_here(page, axe, "trouble")

    page.get_by_role("link", name="Back to its settings").click()
    page.get_by_label("Client secret").fill(SECRET)
    page.get_by_test_id("save-provider").click()
    _try(page, "astrid")
    expect(page.get_by_text("It works, but something is missing")).to_be_visible()

    page.get_by_role("link", name="Back to its settings").click()
    page.get_by_label("Scopes").fill("openid profile nin")
    page.get_by_label("Levels of assurance").fill(HIGH)
    page.get_by_test_id("save-provider").click()
    _try(page, "astrid", asks=True)
    expect(page.get_by_test_id("trouble")).to_have_attribute("data-trouble", "level")

    page.get_by_role("link", name="Back to its settings").click()
    page.get_by_label("Levels of assurance").fill("")
    page.get_by_test_id("save-provider").click()
    _try(page, "astrid")
    expect(page.get_by_role("heading", name="It works")).to_be_visible()
    expect(page.get_by_test_id("national-id")).to_have_text("01019912345")
    expect(page.get_by_test_id("name")).to_have_text("Astrid Berg")
    _look_at_here(page, axe, "tried")
    page.reload()
    expect(page.get_by_text("This was used already")).to_be_visible()

    page.goto(f"{home(server)}/settings/providers/nbid")
    page.get_by_test_id("try").click()
    page.get_by_test_id("go").click()
    page.get_by_text("Cancel").click()
    expect(page.get_by_test_id("trouble")).to_have_attribute("data-trouble", "broken off")


def test_a_redirect_uri_that_is_not_registered_stays_at_the_provider(
    server: RunningServer, open_page: OpenPage
) -> None:
    page = open_page(locale="en-GB", **DESK)
    sign_in(page, server)
    with openid_provider("https://elsewhere.example/callback", PEOPLE) as other:
        page.goto(f"{home(server)}/settings/providers")
        page.get_by_label("Name", exact=False).first.fill("mitid")
        page.get_by_label("Issuer").fill(other.issuer)
        page.get_by_label("Client ID").fill(CLIENT)
        page.get_by_label("Client secret").fill(SECRET)
        page.get_by_test_id("add-provider").click()
        page.get_by_test_id("try").click()
        expect(page.get_by_text("this redirect URI is not registered")).to_be_visible()
        page.get_by_test_id("go").click()
        expect(page.get_by_text("invalid_redirect_uri")).to_be_visible()


def _try(page: Page, login: str, *, asks: bool = False) -> None:
    """The provider `asks` for consent when it has not done so before."""
    page.get_by_test_id("try").click()
    page.get_by_test_id("go").click()
    page.get_by_placeholder("Enter any login").fill(login)
    page.get_by_placeholder("and password").fill("x")
    page.get_by_role("button", name="Sign-in").click()
    if asks:
        page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/dashboard/settings/returned*")


def _look_at(page: Page, address: str, axe: str, name: str) -> None:
    page.goto(address)
    _look_at_here(page, axe, name)


def _look_at_here(page: Page, axe: str, name: str) -> None:
    """Nothing sticks out, targets are large, axe finds nothing."""
    if shots := os.environ.get("DASHBOARD_SHOTS"):  # to look at with one's own eyes
        width = page.viewport_size["width"] if page.viewport_size else 0
        dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        page.screenshot(path=f"{shots}/{name}-{width}-{dark}.png", full_page=True)
    assert violations(page, axe) == [], name
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0, f"{name} is {width} px too wide"
    small = page.evaluate(SMALL_TARGETS)
    assert [one for one in small if "<a " not in one] == [], name
    assert page.evaluate(CUT_OFF) == [], name
