"""Templates, forms, and sending one to 500 people, as members do it; and what a kill leaves."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from countersign import app
from countersign.settings import Settings
from tests.end_to_end.test_dashboard_in_the_browser import (
    OWNER,
    PASSWORD,
    SIZES,
    _look_at,
    named_server,
    sign_in,
    way_in,
)
from tests.pages.test_signing_access import axe
from tests.pdf.samples import contract
from tests.support.browser import DESK, OpenPage
from tests.support.docx import docx, paragraph
from tests.support.processes import wait_until
from tests.support.server import RunningServer, StartServer

__all__ = ["axe"]  # the fixture
MANY = 500
PATIENCE = 120.0  # seconds for all of them on a slow machine
AFTER_A_KILL = 90.0  # seconds: longer than the lease of a job that died with its server
HEAD = "Landlord name;Landlord e-mail;Tenant name;Tenant e-mail"


def people(count: int, wrong: int = -1) -> str:
    return "\n".join(
        [
            HEAD,
            *(
                f"Lan {n};lan{n}{'' if n == wrong else '@'}many.test;Ten {n};ten{n}@many.test"
                for n in range(count)
            ),
        ]
    )


@contextmanager
def set_up(running: RunningServer) -> Iterator[httpx2.Client]:
    """The browser of the owner, without a screen."""
    form = {"company": "Acme AB", "name": "Olga Öberg", "email": OWNER, "password": PASSWORD}
    with httpx2.Client(base_url=running.url, headers={"Origin": running.url}, timeout=60) as client:
        assert client.post(way_in(running), data=form).status_code == 303
        yield client


def upload(name: str, data: bytes) -> Any:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with named_server(tmp_path_factory.mktemp("many")) as running, set_up(running):
        yield running


@pytest.fixture
def desk(server: RunningServer, open_page: OpenPage) -> Page:
    page = open_page(locale="en-GB", accept_downloads=True, **DESK)
    sign_in(page, server)
    return page


def make_template(page: Page, name: str) -> None:
    page.get_by_role("link", name="Templates and forms").click()
    page.get_by_test_id("new-template").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Document").set_input_files(upload("lease.pdf", contract()))
    page.get_by_label("Role 1").fill("Landlord")
    page.get_by_label("Role 2").fill("Tenant")
    page.get_by_test_id("make-template").click()
    for person in ("Landlord", "Tenant"):
        page.get_by_test_id("editor-person").select_option(label=person)
        page.get_by_test_id("tool-signature").press("Enter")
    page.get_by_test_id("save-fields").click()
    expect(page.get_by_text("Saved as a new version.")).to_be_visible()
    expect(page.get_by_text("2 fields")).to_be_visible()


def bring(page: Page, template: str, data: str) -> None:
    page.get_by_role("link", name="Send to many", exact=True).first.click()
    page.get_by_test_id("new-batch").click()
    page.get_by_label("What is sent").select_option(label=template)
    page.get_by_label("Who gets it").set_input_files(upload("people.csv", data.encode()))
    page.get_by_test_id("bring").click()


def test_five_hundred_people_are_sent_a_template(
    server: RunningServer, desk: Page, open_page: OpenPage, axe: str, tmp_path: Path
) -> None:
    make_template(desk, "Lease")
    bring(desk, "Lease", people(MANY, wrong=7))
    expect(desk.get_by_test_id("verdict")).to_contain_text("1 of 500 rows")
    expect(desk.get_by_test_id("problems")).to_contain_text("lan7many.test is not an e-mail")
    draft = desk.url
    with desk.expect_download() as download:
        desk.get_by_test_id("to-correct").click()
    file = tmp_path / "correct.csv"
    download.value.save_as(file)
    desk.get_by_role("link", name="Bring the corrected file").click()
    corrected = file.read_text("utf-8").replace("lan7many.test", "lan7@many.test")
    desk.get_by_label("Who gets it").set_input_files(upload("again.csv", corrected.encode()))
    desk.get_by_test_id("bring").click()
    began = time.monotonic()
    desk.get_by_test_id("send-all").click()
    expect(desk.get_by_test_id("progress")).to_contain_text("Being sent")
    done = desk.locator("[data-number=done]")
    wait_until(lambda: 0 < int(done.inner_text()) <= MANY, "progress without a reload")
    expect(desk.get_by_test_id("result")).to_be_visible(timeout=PATIENCE * 1000)
    print(f"{MANY} envelopes in {time.monotonic() - began:.1f} s")
    expect(desk.get_by_test_id("progress")).to_contain_text("500 sent")
    ended = desk.url
    desk.get_by_role("link", name="lan0@many.test").click()
    expect(desk.get_by_test_id("status")).to_have_text("open")
    assert_sent_once(server.data, MANY)

    _make_form(desk)
    form = desk.url
    desk.goto(f"{server.url}/dashboard/templates")
    desk.get_by_test_id("templates").get_by_role("link", name="Lease", exact=True).click()
    template = desk.url
    pages = ("batches", "batches/new", "templates", "templates/new", "forms/new")
    inside = [
        *(draft, ended, f"{ended}?show=failed", template, f"{template}/fields"),
        *(f"{template}/versions/1", form, f"{form}/versions/1"),
        *(f"{server.url}/dashboard/{path}" for path in pages),
    ]
    state = desk.context.storage_state()
    for size in SIZES.values():
        for scheme in ("light", "dark"):
            page = open_page(locale="en-GB", color_scheme=scheme, storage_state=state, **size)
            for path in inside:
                _look_at(page, path.replace("?done=changed", ""), axe)


def _make_form(page: Page) -> None:
    page.get_by_role("link", name="Templates and forms").click()
    page.get_by_test_id("new-form").click()
    page.get_by_label("Name", exact=True).fill("Offer")
    made = docx(paragraph("Rent {{rent}} from {{begins}}"))
    page.get_by_label("Documents").set_input_files(upload("offer.docx", made))
    page.get_by_test_id("make-form").click()
    page.get_by_label("Kind").first.select_option("number")
    page.get_by_test_id("save-tags").click()
    page.get_by_test_id("public").check()
    page.get_by_test_id("save-open").click()
    expect(page.get_by_test_id("public-link")).to_contain_text("/f/")
    page.goto(page.url.partition("?")[0])


def assert_sent_once(data: Path, count: int) -> None:
    wait_until(lambda: len(mails(data)) == count, "all mails", patience=PATIENCE)
    assert mails(data) == {f"lan{n}@many.test": 1 for n in range(count)}


def mails(data: Path) -> dict[str, int]:
    """How many each landlord got."""
    with (
        app.opened(Settings(data=data, sandbox=True, workers=False)) as opened,
        opened.ports.unit_of_work() as uow,
    ):
        found = Counter(mail.recipient for mail in uow.messages.newest(10_000))
    return {to: number for to, number in found.items() if re.fullmatch(r"lan\d+@many\.test", to)}


def test_progress_is_seen_without_a_script(server: RunningServer, open_page: OpenPage) -> None:
    page = open_page(locale="en-GB", java_script_enabled=False, **DESK)
    page.goto(f"{server.url}/dashboard/sign-in")
    page.get_by_label("E-mail address").fill(OWNER)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_test_id("sign-in").click()
    page.get_by_role("link", name="Templates and forms").click()
    page.get_by_test_id("new-template").click()
    page.get_by_label("Name", exact=True).fill("Plain")
    page.get_by_label("Document").set_input_files(upload("lease.pdf", contract()))
    page.get_by_label("Role 1").fill("Landlord")
    page.get_by_label("Role 2").fill("Tenant")
    page.get_by_test_id("make-template").click()
    bring(page, "Plain", people(60).replace("many.test", "plain.test"))
    page.get_by_test_id("send-all").click()

    def ended() -> bool:
        if page.get_by_test_id("reload").count():
            page.get_by_test_id("reload").click()
        return page.get_by_test_id("result").count() == 1

    wait_until(ended, "the end, by reloading", patience=PATIENCE)
    expect(page.get_by_test_id("progress")).to_contain_text("60 sent")


def test_a_server_that_is_killed_sends_the_rest_and_nothing_twice(
    start_server: StartServer,
) -> None:
    server = start_server("--sandbox")
    with set_up(server) as client:
        _killed_twice(server, client, start_server)


def _killed_twice(server: RunningServer, client: httpx2.Client, start_server: StartServer) -> None:
    count = 120
    template = client.post(
        "/dashboard/templates",
        data={"name": "Lease", "role.0.label": "Landlord", "role.1.label": "Tenant"},
        files={"file": ("lease.pdf", contract(), "application/pdf")},
    ).headers["location"]
    (template_id,) = re.findall(r"/templates/([\w-]+)/fields", template)
    batch = client.post(
        "/dashboard/batches",
        data={"source": f"template:{template_id}"},
        files={"file": ("people.csv", people(count).encode(), "text/csv")},
    ).headers["location"]
    assert client.post(f"{batch}/send", data={"x": "y"}).status_code == 303
    for enough in (1, 40):
        wait_until(lambda enough=enough: _numbers(client, batch)["done"] >= enough, "some rows")
        server.kill()
        server = start_server("--sandbox", port=server.port)
    wait_until(lambda: _numbers(client, batch)["ended"], "the end", patience=AFTER_A_KILL)
    assert _numbers(client, batch)["sent"] == count
    assert_sent_once(server.data, count)


def _numbers(client: httpx2.Client, batch: str) -> dict[str, Any]:
    return dict(client.get(f"{batch}/progress").json())
