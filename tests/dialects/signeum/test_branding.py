"""The sender's name, logo and colours on the pages of a real server."""

from __future__ import annotations

import io

import httpx2
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.dialects.signeum.organization import Organization, new_organization, person
from tests.pages.test_signing_access import axe, violations
from tests.support.browser import PHONE, OpenPage
from tests.support.processes import wait_until
from tests.support.server import RunningServer

__all__ = ["axe"]  # the fixture

COMPANY = {"companyName": "Fjordbo", "primaryColor": "#ffd400", "secondaryColor": "#1e1e3c"}


def picture(size: tuple[int, int] = (300, 100), format: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 20, 30)).save(out, format)
    return out.getvalue()


@pytest.fixture(scope="module")
def organization(running_server: RunningServer) -> Organization:
    return new_organization(running_server)


@pytest.fixture(scope="module")
def branded(organization: Organization) -> str:
    """A project with everything."""
    project = organization.project("Branded", branding=COMPANY)
    organization.set_logo(project, picture())
    return project


def path_of_logo(link: str) -> str:
    state = httpx2.get(f"{link}/state").json()
    return str(state["branding"]["logo"])


def mail_to(address: str, server: RunningServer) -> dict[str, str]:
    """The newest, as soon as there is one."""

    def mails() -> list[dict[str, str]]:
        url = f"{server.url}/sandbox/mail.json"
        return list(httpx2.get(url, params={"to": address}, timeout=30).json()["messages"])

    wait_until(lambda: bool(mails()), f"a mail to {address}")
    return mails()[0]


def test_logo_and_colours_are_on_the_page(
    organization: Organization, branded: str, phone: Page
) -> None:
    [link] = organization.send(branded, [person("Elsa Berg")])
    phone.goto(link)
    logo = phone.get_by_role("img", name="Fjordbo")
    expect(logo).to_be_visible()
    assert logo.evaluate("image => image.naturalWidth") == 300
    expect(phone.get_by_role("heading", name="Fjordbo asks you to sign")).to_be_visible()
    expect(phone.get_by_test_id("next")).to_have_css("background-color", "rgb(255, 212, 0)")
    expect(phone.get_by_test_id("next")).to_have_css("color", "rgb(0, 0, 0)")
    expect(phone.locator("header.top")).to_have_css("border-top-color", "rgb(30, 30, 60)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_branded_page(
    organization: Organization, branded: str, open_page: OpenPage, axe: str, scheme: str
) -> None:
    page = open_page(color_scheme=scheme, locale="en-GB", **PHONE)
    people = [person("Elsa Berg", signingOrder=1), person("Nils Holm", signingOrder=2)]
    for link in organization.send(branded, people):
        page.goto(link)
        assert violations(page, axe) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_widgets_demo(
    running_server: RunningServer, open_page: OpenPage, axe: str, scheme: str
) -> None:
    page = open_page(color_scheme=scheme, locale="en-GB", **PHONE)
    page.goto(f"{running_server.url}/sandbox/widget")
    assert violations(page, axe) == []


def test_the_logo_may_be_kept_for_long_and_is_nothing_but_a_picture(
    running_server: RunningServer, organization: Organization, branded: str
) -> None:
    [link] = organization.send(branded, [person("Elsa Berg")])
    answer = httpx2.get(running_server.url + path_of_logo(link))
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in answer.headers["cache-control"]
    assert "private" in answer.headers["cache-control"], "its address is a secret"
    assert httpx2.get(f"{running_server.url}/s/unknown/logo").status_code == 404


def test_what_is_out_keeps_the_logo_that_it_was_sent_with(
    organization: Organization, running_server: RunningServer
) -> None:
    project = organization.project("Changing", branding=COMPANY)
    organization.set_logo(project, picture())
    [before] = organization.send(project, [person("Elsa Berg")])
    first = path_of_logo(before)
    organization.set_logo(project, picture((200, 100), "JPEG"))
    [after] = organization.send(project, [person("Elsa Berg")])
    assert path_of_logo(before) == first
    widths = [
        Image.open(io.BytesIO(httpx2.get(running_server.url + path).content)).width
        for path in (first, path_of_logo(after))
    ]
    assert widths == [300, 200]


def test_an_address_that_was_chosen_once_is_not_shown_when_nothing_is_to_be(
    organization: Organization,
) -> None:
    redirect = {"type": "redirect", "redirectUrl": "https://www.example.com/thanks"}
    project = organization.project("Quietly ending", postSigning=redirect)
    settings = {"settings": {"postSigning": {"type": "none"}}}
    organization.call("PATCH", f"/projects/{project}", json=settings)
    [link] = organization.send(project, [person("Elsa Berg")])
    after = httpx2.get(f"{link}/state").json()["after"]
    assert after == {"type": "none", "message": None, "url": None}


def test_without_a_logo_there_is_none_to_get(organization: Organization) -> None:
    project = organization.project("Plain")
    [link] = organization.send(project, [person("Elsa Berg")])
    assert path_of_logo(link) == ""
    assert httpx2.get(f"{link}/logo").status_code == 404


def test_white_label_pages_and_mails_do_not_name_countersign(
    running_server: RunningServer, organization: Organization, page: Page
) -> None:
    project = organization.project("Quiet", branding=COMPANY, emailNotificationsEnabled=False)
    people = [person("Vera Dahl", otpEnabled=True), person("Nils Holm", signingOrder=2)]
    first, later = organization.send(project, people)
    for link in (first, later):
        page.goto(link)
        assert "Countersign" not in page.inner_text("body") + page.title()
    expect(page.get_by_text("Keep this link")).to_be_visible()
    page.goto(first)
    page.get_by_test_id("next").click()
    expect(page.get_by_test_id("identity-code")).to_be_visible()
    code = mail_to(people[0]["email"], running_server)
    assert code["code"]
    assert "Countersign" not in code["text"] + code["html"]


def test_the_mail_shows_the_logo_in_the_mailbox(
    running_server: RunningServer, organization: Organization, branded: str, page: Page
) -> None:
    someone = person("Mailbox Reader")
    organization.send(branded, [someone])
    mail = mail_to(someone["email"], running_server)
    page.goto(f"{running_server.url}/sandbox/mail/{mail['id']}")
    logo = page.get_by_role("img", name="Fjordbo")
    expect(logo).to_be_visible()
    assert logo.evaluate("image => image.naturalWidth") == 300
