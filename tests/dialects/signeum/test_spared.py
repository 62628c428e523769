"""Reviewers whom nobody waited for, and signers whose document has ended, on a real server."""

from __future__ import annotations

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.dialects.signeum.organization import Organization, new_organization, person
from tests.support.customer import sign
from tests.support.processes import wait_until
from tests.support.server import RunningServer


@pytest.fixture(scope="module")
def organization(running_server: RunningServer) -> Organization:
    return new_organization(running_server)


def completed_without(organization: Organization, reviewer: dict[str, object]) -> str:
    """The reviewer's link, once the only signer has signed and the document is sealed."""
    project = organization.project("Letting")
    signer, review = organization.send(project, [person("Elsa Berg"), reviewer])
    assert sign(signer, "Elsa Berg").status_code == 200

    def status() -> str:
        return str(httpx2.get(f"{signer}/state", timeout=30).json()["envelope"]["status"])

    wait_until(lambda: status() == "completed", "sealing")
    return review


def test_they_may_still_read_what_was_signed(organization: Organization, phone: Page) -> None:
    link = completed_without(organization, person("Rut Ek", "reviewer"))
    phone.goto(link)
    expect(phone.get_by_role("heading", name="The document is complete")).to_be_visible()
    with phone.expect_download() as download:
        phone.get_by_test_id("download").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    answer = httpx2.post(f"{link}/complete", json={"consent": True})
    assert answer.status_code == 410


def test_who_never_proved_who_they_are_is_told_of_the_end_and_no_more(
    organization: Organization, phone: Page
) -> None:
    link = completed_without(organization, person("Rut Ek", "reviewer", otpEnabled=True))
    phone.goto(link)
    expect(phone.get_by_role("heading", name="The document is complete")).to_be_visible()
    expect(phone.get_by_test_id("download")).to_have_count(0)
    [document] = httpx2.get(f"{link}/state").json()["documents"]
    assert httpx2.get(f"{link}/documents/{document['id']}").status_code in (403, 404)


def test_who_has_signed_is_not_promised_a_copy_of_what_another_declined(
    organization: Organization, phone: Page
) -> None:
    people = [person("Elsa Berg"), person("Bo Ek")]
    first, second = organization.send(organization.project("Letting"), people)
    assert sign(first, "Elsa Berg").status_code == 200
    assert httpx2.post(f"{second}/decline", json={"reason": "Wrong flat"}).status_code == 200
    phone.goto(first)
    expect(phone.get_by_text("This request was declined")).to_be_visible()
    expect(phone.get_by_text("You can come back to this link later")).to_be_hidden()
