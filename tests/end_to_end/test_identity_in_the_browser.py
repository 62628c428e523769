"""People prove who they are in a browser, sign in their order, and nobody's number leaks."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Page, expect

from countersign.domain.envelope import Envelope
from countersign.domain.task import Person
from tests.support.bankid import PASSWORD, BankIdServer, bankid_server
from tests.support.browser import PHONE, OpenPage
from tests.support.installed import Installed, live, signer

ASTRID = "196408233234"
FORMS = (ASTRID, f"{ASTRID[:8]}-{ASTRID[8:]}", ASTRID[2:], f"{ASTRID[2:8]}-{ASTRID[8:]}")
CODE = {"identity": ("email_code",)}
EID = {"identity": ("bankid_se",), "methods": ("bankid_se",)}


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Installed]:
    with live(tmp_path / "data") as house:
        yield house


@pytest.fixture(scope="module")
def bankid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankIdServer]:
    with bankid_server(tmp_path_factory.mktemp("bankid")) as server:
        yield server


@pytest.fixture
def with_bankid(tmp_path: Path, bankid: BankIdServer) -> Iterator[Installed]:
    """No sandbox: a customer of BankID."""
    with live(
        tmp_path / "data",
        sandbox=False,
        bankid_certificate=str(bankid.client),
        bankid_password=PASSWORD,
        bankid_ca=str(bankid.authority),
        bankid_root=str(bankid.root),
        bankid_url=bankid.url,
    ) as house:
        yield house


def address(house: Installed, envelope: Envelope, number: int = 0) -> str:
    return house.ports.links.signing(envelope.tasks[number])


def finish(page: Page) -> None:
    page.get_by_test_id("consent").check()
    page.get_by_test_id("finish").click()
    expect(page.get_by_test_id("done")).to_be_visible()


@pytest.mark.allow_console_errors("400 \\(Bad Request\\)")
def test_two_people_sign_in_order_each_with_a_code(sandbox: Installed, open_page: OpenPage) -> None:
    first_task = signer(0, **CODE)
    envelope = sandbox.send(first_task, signer(1, after=(0,), language="sv", **CODE))
    second = open_page(locale="sv-SE", **PHONE)
    second.goto(address(sandbox, envelope, 1))
    expect(second.get_by_test_id("next")).to_have_count(0)

    first = open_page(locale="en-GB", **PHONE)
    first.goto(address(sandbox, envelope))
    first.get_by_test_id("start").click()
    expect(first.get_by_text("p•••@people.example")).to_be_visible()
    code = sandbox.await_mail("p0@people.example")["code"]
    first.get_by_test_id("identity-code").fill(f"{(int(code) + 1) % 1_000_000:06}")
    first.get_by_test_id("identity-submit").click()
    expect(first.get_by_text("This is not the code.")).to_be_visible()
    sign_with_code(first, code)

    second.reload()
    second.get_by_test_id("start").click()
    sign_with_code(second, sandbox.await_mail("p1@people.example")["code"])
    sandbox.await_status(envelope, "completed")


def sign_with_code(page: Page, code: str) -> None:
    page.get_by_test_id("identity-code").fill(code)
    page.get_by_test_id("identity-submit").click()
    expect(page.get_by_test_id("page-0")).to_be_visible()
    page.get_by_test_id("next").click()
    page.get_by_test_id("method-typed").check(force=True)
    finish(page)


def to_qr_code(page: Page, house: Installed, envelope: Envelope) -> None:
    page.goto(address(house, envelope))
    page.get_by_test_id("start").click()
    page.get_by_test_id("identity-submit").click()
    expect(page.get_by_test_id("identity-qr")).to_be_visible()


def sent_to_astrid(house: Installed) -> Envelope:
    person = Person(name="Astrid Berg", email="astrid@people.example", national_id=ASTRID)
    return house.send(signer(0, person=person, **EID))


def code_shown(page: Page) -> str:
    return page.get_by_test_id("identity-qr").get_attribute("data-code") or ""


def test_a_bankid_is_scanned_and_signs_without_drawing_and_its_number_leaks_nowhere(
    with_bankid: Installed,
    bankid: BankIdServer,
    open_page: OpenPage,
    capfd: pytest.CaptureFixture[str],
) -> None:
    envelope = sent_to_astrid(with_bankid)
    page = open_page(locale="sv-SE", **PHONE)
    to_qr_code(page, with_bankid, envelope)
    first_code = code_shown(page)
    expect(page.get_by_test_id("identity-qr")).not_to_have_attribute("data-code", first_code)
    expect(page.get_by_test_id("identity-open")).to_have_attribute(
        "href", re.compile("^bankid:///.*autostarttoken=")
    )
    order = bankid.phone.scan(code_shown(page))
    expect(page.get_by_test_id("identity-qr")).to_be_hidden()
    bankid.phone.approve(order, ASTRID, "Astrid Berg")
    expect(page.get_by_test_id("page-0")).to_be_visible()
    assert "Lease" in order.text

    page.get_by_test_id("next").click()
    expect(page.get_by_test_id("signature-canvas")).to_have_count(0)
    seen = [page.content()]
    finish(page)
    seen.append(page.content())
    with_bankid.await_status(envelope, "completed")
    link = with_bankid.link(envelope)
    seen += [with_bankid.client.get(link + path).text for path in ("", "/state")]
    log = "".join(capfd.readouterr())
    assert "identity_proved" in log
    seen += [log, repr(with_bankid.found(envelope))]
    assert not [number for number in FORMS for text in seen if number in text]
    # So looking finds something: in the database, or in its log until that is merged
    assert any(name.startswith("countersign.db") for name in where(with_bankid, "Astrid Berg"))
    assert where(with_bankid, *FORMS) == []


def where(house: Installed, *texts: str) -> list[str]:
    """In which files of the installation, or compressed in its PDFs, one of these stands."""
    house.installation.database.close()  # brings the log into the database's file
    found = []
    for path in (path for path in house.installation.settings.data.rglob("*") if path.is_file()):
        data = path.read_bytes()
        contents = [data, *(streams(data) if data.startswith(b"%PDF-") else ())]
        if any(text.encode() in content for text in texts for content in contents):
            found.append(path.name)
    return found


def streams(data: bytes) -> list[bytes]:
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            found = [part for part in pdf.objects if isinstance(part, pikepdf.Stream)]
            return [part.read_bytes() for part in found if part.get("/Filter") != "/DCTDecode"]
    except pikepdf.PdfError:
        return []


def test_who_breaks_it_off_is_told_and_begins_again(
    with_bankid: Installed, bankid: BankIdServer, open_page: OpenPage
) -> None:
    envelope = sent_to_astrid(with_bankid)
    page = open_page(locale="en-GB", **PHONE)
    to_qr_code(page, with_bankid, envelope)
    bankid.phone.refuse(bankid.phone.scan(code_shown(page)))
    expect(page.get_by_text("The identification was broken off.")).to_be_visible()
    page.get_by_test_id("identity-submit").click()
    expect(page.get_by_test_id("identity-qr")).to_be_visible()
    page.get_by_test_id("identity-cancel").click()
    expect(page.get_by_test_id("identity-qr")).to_be_hidden()
    expect(page.get_by_test_id("identity-submit")).to_be_visible()


def test_whoever_comes_back_from_the_app_finds_the_order_going_on(
    with_bankid: Installed, bankid: BankIdServer, open_page: OpenPage
) -> None:
    envelope = sent_to_astrid(with_bankid)
    page = open_page(locale="en-GB", **PHONE)
    to_qr_code(page, with_bankid, envelope)
    link = page.get_by_test_id("identity-open").get_attribute("href") or ""
    order = bankid.phone.open_here(link)
    page.reload()
    bankid.phone.approve(order, ASTRID, "Astrid Berg")
    expect(page.get_by_test_id("page-0")).to_be_visible()


def test_where_only_signing_needs_an_eid_the_document_shows_first(
    sandbox: Installed, open_page: OpenPage
) -> None:
    envelope = sandbox.send(signer(0, methods=("nbid", "bankid_se")))
    page = open_page(locale="sv-SE", **PHONE)
    page.goto(address(sandbox, envelope))
    page.get_by_test_id("start").click()
    expect(page.get_by_test_id("page-0")).to_be_visible()
    page.get_by_test_id("next").click()
    expect(page.get_by_role("heading", name="Visa att det är du")).to_be_focused()
    page.get_by_role("button", name="Tillbaka till dokumentet").click()
    expect(page.get_by_test_id("page-0")).to_be_visible()

    page.get_by_test_id("next").click()
    page.get_by_test_id("eid-bankid_se").click()
    expect(page.get_by_text("legitimera dig med BankID.")).to_be_visible()
    page.reload()
    page.get_by_test_id("identity-simulate").click()
    expect(page.get_by_test_id("consent")).to_be_visible()
    expect(page.get_by_test_id("method-nbid")).to_have_count(0)
    finish(page)
    act = sandbox.await_status(envelope, "completed").tasks[0].act
    assert act
    assert act.method == "bankid_se"
