"""A photo is brought, read and signed in a browser on a phone; forms are filled in, tasks handed
on, codes typed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Page, expect

from countersign.domain.envelope import Envelope
from countersign.domain.task import Action, Dialog, Person
from countersign.usecases.fill_form import fill_form
from countersign.usecases.receive_file import (
    AwaitedFile,
    ReceivedFile,
    StagedBytes,
    inspect_file,
    keep_file,
)
from countersign.usecases.send_envelope import NewTask
from countersign.usecases.sign_code import sign_code
from tests.pdf.samples import contract
from tests.pdf.test_own_form import by_reportlab
from tests.support.browser import PHONE, OpenPage
from tests.support.installed import Installed, live, signer

BRINGS, READS, SIGNS = 0, 1, 2


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Installed]:
    with live(tmp_path / "data", max_signer_upload_mb=1) as house:
        yield house


def person(name: str, actions: dict[int, Action], *after: int, **changes: object) -> NewTask:
    made = NewTask(
        person=Person(name=name, email=f"{name.lower()}@people.example"),
        actions=actions,
        after=after,
        must_view=True,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def lease(house: Installed, pages: int = 3) -> ReceivedFile:
    inspected = inspect_file(StagedBytes(contract(pages)), "Lease.pdf", house.ports)
    return keep_file(inspected, house.ports)


def photo() -> FilePayload:
    """As a phone takes it: sideways, with a note of which side is up."""
    picture = Image.new("RGB", (1600, 1200), (226, 219, 205))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((260, 180, 1340, 1020), 60, fill=(33, 64, 104))
    draw.ellipse((360, 420, 680, 780), fill=(224, 190, 160))
    draw.rectangle((780, 440, 1240, 470), fill="white")
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return {"name": "IMG_0042.JPG", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def file(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": data}


def open_task(open_page: OpenPage, house: Installed, envelope: Envelope, number: int = 0) -> Page:
    page = open_page(locale="en-GB", **PHONE)
    page.goto(house.ports.links.signing(house.found(envelope).tasks[number]))
    return page


def finish(page: Page) -> None:
    page.get_by_test_id("consent").check()
    page.get_by_test_id("finish").click()
    expect(page.get_by_test_id("done")).to_be_visible()


def sign(page: Page) -> None:
    page.get_by_test_id("method-typed").check(force=True)
    finish(page)


def test_a_photo_is_brought_read_and_signed_on_a_phone(
    sandbox: Installed, open_page: OpenPage
) -> None:
    envelope = sandbox.send(
        person("Astrid", {0: Action.UPLOAD}),
        person("Ben", {0: Action.VIEW, 1: Action.VIEW}, BRINGS),
        person("Cleo", {0: Action.SIGN, 1: Action.SIGN}, READS),
        documents=(AwaitedFile(name="Passport of Astrid"), lease(sandbox)),
    )
    brings = open_task(open_page, sandbox, envelope, BRINGS)
    expect(brings.get_by_role("heading", level=1)).to_contain_text("asks you for a file")
    brings.get_by_test_id("start").click()
    brings.get_by_test_id("next").click()
    expect(brings.get_by_text("Please choose a file.")).to_be_visible()
    brings.get_by_test_id("upload-input").set_input_files(photo())
    expect(brings.get_by_test_id("page-0").locator("img")).to_be_visible()
    expect(brings.get_by_text("Choose another file")).to_be_visible()
    brings.get_by_test_id("next").click()
    finish(brings)

    reads = open_task(open_page, sandbox, envelope, READS)
    reads.get_by_test_id("start").click()
    expect(reads.get_by_test_id("page-0").locator("img")).to_be_visible()
    lease_section = reads.get_by_role("region", name="Lease.pdf", exact=True)
    reads.get_by_test_id("next").click()
    expect(reads.get_by_text("Please read this document to its end.").first).to_be_visible()
    while not reads.get_by_test_id("consent").is_visible():
        reads.get_by_test_id("next").click()
        reads.wait_for_timeout(300)
    expect(lease_section).to_have_count(1)
    finish(reads)

    signs = open_task(open_page, sandbox, envelope, SIGNS)
    signs.get_by_test_id("start").click()
    signs.get_by_test_id("next").click()
    sign(signs)
    done = sandbox.await_status(envelope, "completed")
    assert all(document.sealed for document in done.documents)
    assert len(done.tasks[READS].viewed) == 2


@pytest.mark.allow_console_errors("400 \\(Bad Request\\)")
def test_a_file_that_is_no_good_says_why_and_loses_nothing(
    sandbox: Installed, open_page: OpenPage
) -> None:
    envelope = sandbox.send(
        person("Astrid", {0: Action.UPLOAD}), documents=(AwaitedFile(name="Payslip"),)
    )
    page = open_task(open_page, sandbox, envelope)
    page.get_by_test_id("start").click()
    upload = page.get_by_test_id("upload-input")
    upload.set_input_files(file("notes.pdf", b"these are notes"))
    expect(page.get_by_text("This file cannot be read. PDF, JPEG and PNG work.")).to_be_visible()
    upload.set_input_files(file("big.pdf", b"%PDF-" + bytes(1 << 20)))
    expect(page.get_by_text("This file is too large.")).to_be_visible()
    upload.set_input_files(file("payslip.pdf", contract(1)))
    expect(page.get_by_test_id("page-0").locator("img")).to_be_visible()
    first = page.get_by_test_id("page-0").locator("img").get_attribute("src") or ""
    page.get_by_test_id("upload-input").set_input_files(photo())
    expect(page.get_by_test_id("page-0").locator("img")).not_to_have_attribute("src", first)
    page.get_by_test_id("next").click()
    finish(page)
    kept = sandbox.found(envelope).documents[0]
    assert sandbox.ports.files.read(kept.upload).startswith(b"%PDF-")


def test_a_signer_fills_in_the_form_of_the_document(
    sandbox: Installed, open_page: OpenPage
) -> None:
    inspected = inspect_file(StagedBytes(by_reportlab()), "Form.pdf", sandbox.ports)
    known = {"city": "Oslo", "pets": "true", "floor": "1", "rent": "monthly"}
    received, fields = fill_form(
        keep_file(inspected, sandbox.ports), known, sandbox.ports, interactive=True
    )
    task = person("Astrid", {0: Action.SIGN}, fields=fields)
    page = open_task(open_page, sandbox, sandbox.send(task, documents=(received,)))
    page.get_by_test_id("start").click()
    expect(page.get_by_label("Place of signing")).to_have_value("Oslo")
    expect(page.get_by_label("Pets are allowed")).to_be_checked()
    expect(page.get_by_label("floor")).to_have_value("1")
    page.get_by_label("rent: yearly").check()
    expect(page.get_by_label("rent: monthly")).not_to_be_checked()
    page.get_by_label("floor").select_option("2")
    page.get_by_label("place", exact=True).fill("Moss")
    page.get_by_test_id("next").click()
    sign(page)


@pytest.mark.allow_console_errors("410 \\(Gone\\)")
def test_a_task_is_handed_on_from_the_page(sandbox: Installed, open_page: OpenPage) -> None:
    dialog = Dialog(title="One thing first", message="The deposit is due\non the first of May.")
    envelope = sandbox.send(signer(0, may_forward=True, dialog=dialog))
    page = open_task(open_page, sandbox, envelope)
    expect(page.get_by_test_id("dialog")).to_contain_text("The deposit is due")
    page.get_by_test_id("start").click()
    page.get_by_test_id("forward").click()
    page.get_by_test_id("forward-name").fill("Eva Berg")
    page.get_by_test_id("forward-email").fill("eva@people.example")
    page.get_by_test_id("forward-phone").fill("+47 99 99 99 99")
    with page.expect_response("**/forward"):
        page.get_by_test_id("forward-confirm").click()
    expect(page.get_by_text("You have passed this on")).to_be_visible()
    other = open_page(locale="en-GB", **PHONE)
    other.goto(sandbox.await_mail("eva@people.example")["links"][0])
    expect(other.get_by_text("For Eva Berg")).to_be_visible()
    other.get_by_test_id("start").click()
    expect(other.get_by_test_id("forward")).to_have_count(0)
    other.get_by_test_id("next").click()
    sign(other)
    sandbox.await_status(envelope, "completed")


@pytest.mark.allow_console_errors("404 \\(Not Found\\)")
def test_a_code_is_typed(sandbox: Installed, open_page: OpenPage) -> None:
    envelope = sandbox.send(signer(0))
    with sandbox.ports.unit_of_work() as uow:
        code = sign_code(envelope.tasks[0].id, sandbox.ports, uow)
        uow.commit()
    page = open_page(locale="en-GB", **PHONE)
    page.goto(f"{sandbox.installation.settings.public_url}/code")
    page.get_by_test_id("sign-code").fill("AAAAA-AAAAA")
    page.get_by_test_id("next").click()
    expect(page.get_by_text("No document waits under this code.")).to_be_visible()
    page.get_by_test_id("sign-code").fill(code.lower())
    page.get_by_test_id("next").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("asks you to sign")
