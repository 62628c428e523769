"""A signing order from its file to its package: somebody brings a photo, somebody reads it, two
sign it, each in a browser; the program that ordered it knows nothing but HTTP."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.dialects.signicat_v1.customer import Customer, address_of, kept, new_customer
from tests.dialects.signicat_v1.orders import ABSENT, document, mail, package, task
from tests.end_to_end.test_bringing_files_in_the_browser import photo
from tests.support.browser import PHONE, OpenPage
from tests.support.processes import wait_until
from tests.support.server import StartServer
from tests.support.signed import assert_verified

pytestmark = [pytest.mark.slow, pytest.mark.allow_console_errors("favicon")]

ASTRID, BO = "199001012385", "198507099805"


@pytest.fixture
def customer(start_server: StartServer) -> Iterator[Customer]:
    made = new_customer(start_server("--sandbox"))
    yield made
    made.api.close()


def shot(page: Page, name: str) -> None:
    """For people to look at, where SHOTS names a folder."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def opened(open_page: OpenPage, link: str, **look: object) -> Page:
    page = open_page(locale="en-GB", **look)
    page.goto(link)
    return page


def finish(page: Page) -> None:
    page.get_by_test_id("consent").check()
    page.get_by_test_id("finish").click()


def to_the_end(page: Page, until: str) -> None:
    """Reads every page until the next step is there."""
    expect(page.get_by_test_id("page-0").locator("img")).to_be_visible()
    while not page.get_by_test_id(until).is_visible():
        page.get_by_test_id("next").click()
        page.wait_for_timeout(300)


def log_in_and_sign(page: Page, name: str, number: str) -> None:
    page.get_by_test_id("start").click()
    to_the_end(page, "identity-simulate")
    page.locator("#simulated-id").fill(number)
    page.locator("#simulated-name").fill(name)
    page.get_by_test_id("identity-simulate").click()
    expect(page.get_by_test_id("consent")).to_be_visible()
    shot(page, f"signs-{name.partition(' ')[0]}")
    finish(page)


def test_one_brings_one_reads_and_two_sign_in_the_browser(
    customer: Customer, open_page: OpenPage, tmp_path: Path
) -> None:
    brought = {"source": "UPLOAD", "documentRef": "photo", "description": "Passport of Kari"}
    unsigned = {"signatureMethods": ABSENT}
    back = f"{customer.server.url}/healthz?o=${{requestId}}&t=${{taskId}}"
    made = customer.order(
        task(
            document(
                "",
                id="photo",
                action="UPLOAD",
                source="UPLOAD",
                documentRef=ABSENT,
                description="Passport of Kari",
            ),
            id="brings",
            dialog={"title": "Welcome, Kari", "message": "We need a photo of your passport."},
            **unsigned,
        ),
        task(
            document("", action="VIEW", **brought),
            id="reads",
            dependsOnTasks=["brings"],
            **unsigned,
        ),
        task(
            document("", **brought, signTextEntry="That this is my passport"),
            id="first",
            dependsOnTasks=["reads"],
            onTaskComplete=back,
            notifications=[mail(recipient="first@people.example")],
        ),
        task(document("", **brought), id="second", language="nb", dependsOnTasks=["reads"]),
        packagingTasks=[package(("first", "doc-1"), ("second", "doc-1"))],
    )

    waits = opened(open_page, address_of(made, "first"), **PHONE)
    expect(waits.get_by_test_id("next")).to_have_count(0)
    shot(waits, "waits")

    brings = opened(open_page, address_of(made, "brings"), **PHONE)
    expect(brings.get_by_text("We need a photo of your passport.")).to_be_visible()
    shot(brings, "welcome")
    brings.get_by_test_id("start").click()
    brings.get_by_test_id("upload-input").set_input_files(photo())
    expect(brings.get_by_test_id("page-0").locator("img")).to_be_visible()
    shot(brings, "brought")
    brings.get_by_test_id("next").click()
    finish(brings)
    expect(brings.get_by_test_id("done")).to_be_visible()
    assert customer.state(made, "brings") == "COMPLETED"

    reads = opened(open_page, address_of(made, "reads"), **PHONE)
    reads.get_by_test_id("start").click()
    to_the_end(reads, "consent")
    finish(reads)
    expect(reads.get_by_test_id("done")).to_be_visible()
    assert "DOCUMENT_VIEWED" in customer.events(made, "reads")

    query = {"to": "first@people.example"}
    wait_until(
        lambda: customer.api.get("/sandbox/mail.json", params=query).json()["messages"],
        "the notification of the first signer's turn",
    )
    first = opened(open_page, address_of(made, "first"), **PHONE)
    log_in_and_sign(first, "Kari Nordmann", ASTRID)
    first.wait_for_url(f"**/healthz?o={made['id']}&t=first")

    second = opened(open_page, address_of(made, "second"))
    expect(second.locator("html")).to_have_attribute("lang", "nb")
    log_in_and_sign(second, "Bo Ek", BO)
    expect(second.get_by_test_id("done")).to_be_visible()
    shot(second, "done")

    whole = kept(customer.package(made), tmp_path)
    assert_verified(whole, ["Kari Nordmann", "Bo Ek"], customer.server.data)
    assert {customer.state(made, id) for id in ("reads", "first", "second")} == {"COMPLETED"}
