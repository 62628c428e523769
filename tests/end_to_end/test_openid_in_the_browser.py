"""A person goes from the signing link to their own eID's pages and back, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from countersign.domain.envelope import Envelope
from countersign.domain.openid import OpenIdProvider
from countersign.domain.project import ProjectSettings
from countersign.domain.task import Person
from countersign.pages.signing.identity import CALLBACK
from countersign.usecases.add_identity_provider import add_identity_provider
from countersign.usecases.create_project import create_project
from tests.pages.web_pages import web_site
from tests.support.browser import PHONE, OpenPage
from tests.support.installed import Installed, live, signer
from tests.support.openid_provider import CLIENT, SECRET, openid_provider

ASTRID = "01019912345"
PEOPLE = {
    "astrid": {"name": "Astrid Berg", "national_id": ASTRID},
    "bo": {"name": "Bo Ek", "national_id": "02029954321"},
}
# As widget.js frames the signing page
MAY = (
    'sandbox="allow-scripts allow-same-origin allow-forms allow-popups'
    ' allow-popups-to-escape-sandbox"'
)

# The provider's own pages ask for a font on the internet
pytestmark = pytest.mark.allow_console_errors("fonts.googleapis.com|ERR_|favicon")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Installed]:
    with live(tmp_path / "data", sandbox=False) as house:
        callback = house.installation.settings.public_url + CALLBACK
        with openid_provider(callback, PEOPLE) as provider:
            for name in ("nbid", "mitid"):
                known = OpenIdProvider(
                    account_id=house.caller.account.id,
                    name=name,
                    issuer=provider.issuer,
                    client_id=CLIENT,
                    client_secret=SECRET,
                    scopes=("profile", "nin"),
                    created_at=house.ports.clock(),
                )
                add_identity_provider(known, house.ports)
            yield house


def sent_to_astrid(house: Installed) -> Envelope:
    person = Person(name="Astrid Berg", email="astrid@people.example", national_id=ASTRID)
    return house.send(signer(0, person=person, methods=("nbid",)))


def to_the_provider(page: Page) -> None:
    page.get_by_test_id("identity-submit").click()
    expect(page.get_by_placeholder("Enter any login")).to_be_visible()


def log_in(page: Page, login: str) -> None:
    page.get_by_placeholder("Enter any login").fill(login)
    page.get_by_placeholder("and password").fill("x")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


def test_who_comes_back_goes_on_signing_and_others_are_told_why_not(
    house: Installed, open_page: OpenPage
) -> None:
    envelope = sent_to_astrid(house)
    page = open_page(locale="en-GB", **PHONE)
    page.goto(house.ports.links.signing(envelope.tasks[0]))
    page.get_by_test_id("start").click()
    expect(page.get_by_text("identify yourself with BankID (Norway)")).to_be_visible()

    to_the_provider(page)
    page.get_by_text("Cancel").click()
    expect(page.get_by_text("The identification was broken off.")).to_be_visible()
    assert "#" not in page.url

    to_the_provider(page)
    page.go_back()
    expect(page.get_by_test_id("identity-submit")).to_be_visible()

    to_the_provider(page)
    log_in(page, "bo")
    expect(page.get_by_text("This BankID (Norway) belongs to somebody else.")).to_be_visible()

    to_the_provider(page)
    log_in(page, "astrid")
    expect(page.get_by_test_id("page-0")).to_be_visible()
    page.get_by_test_id("next").click()
    page.get_by_test_id("consent").check()
    page.get_by_test_id("finish").click()
    expect(page.get_by_test_id("done")).to_be_visible()
    done = house.await_status(envelope, "completed")
    act = done.tasks[0].act
    assert act
    assert act.method == "nbid"


def test_who_reads_first_comes_back_from_the_provider_to_where_they_sign(
    house: Installed, open_page: OpenPage
) -> None:
    person = Person(name="Astrid Berg", email="astrid@people.example", national_id=ASTRID)
    envelope = house.send(signer(0, person=person, methods=("nbid", "mitid")))
    page = open_page(locale="en-GB", **PHONE)
    page.goto(house.ports.links.signing(envelope.tasks[0]))
    page.get_by_test_id("start").click()
    expect(page.get_by_test_id("page-0")).to_be_visible()
    page.get_by_test_id("next").click()
    to_the_provider(page)
    log_in(page, "bo")
    expect(page.get_by_text("This BankID (Norway) belongs to somebody else.")).to_be_visible()

    to_the_provider(page)
    log_in(page, "astrid")
    expect(page.get_by_test_id("page-0")).to_be_visible()
    page.get_by_test_id("consent").check()
    page.get_by_test_id("finish").click()
    expect(page.get_by_test_id("done")).to_be_visible()
    house.await_status(envelope, "completed")


def test_in_a_frame_the_eid_is_opened_in_a_tab_and_the_frame_goes_on(
    house: Installed, page: Page
) -> None:
    """Its pages refuse to be framed, and browsers keep no cookie in a frame of another site."""
    with web_site() as site:
        settings = ProjectSettings(widget_origins=(site.origin,))
        project = create_project(house.caller.account.id, "Widget", settings, house.ports)
        sent = house.send(signer(0, methods=("nbid",)), project_id=project.id)
        link = f"{house.ports.links.signing(sent.tasks[0])}?embed={site.origin}"
        host = f'<!doctype html><link rel="icon" href="data:,"><iframe {MAY} src="{link}"></iframe>'
        page.goto(site.put(host))
        frame = page.frame_locator("iframe")
        frame.get_by_test_id("start").click()
        frame.get_by_test_id("identity-submit").click()
        expect(frame.get_by_text("opens in a new tab")).to_be_visible()
        with page.context.expect_page() as opened:
            frame.get_by_test_id("identity-open").click()
        tab = opened.value
        to_the_provider(tab)
        log_in(tab, "bo")
        expect(tab.get_by_test_id("page-0")).to_be_visible()
        expect(frame.get_by_test_id("page-0")).to_be_visible()
