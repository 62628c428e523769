"""Members sign in where their company signs in: whoever was invited gets in, nobody else does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.pages.dashboard.office import Office, opened, post, set_up, sign_in, texts
from tests.support.openid_server import CLIENT, SECRET, OpenIdServer, openid_server

pytestmark = pytest.mark.slow
MEMBERS = "/dashboard/members"


@pytest.fixture
def provider() -> Iterator[OpenIdServer]:
    with openid_server() as server:
        yield server


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened(tmp_path) as made:
        yield made


def with_provider(office: Office, provider: OpenIdServer) -> tuple[TestClient, str]:
    """The owner's browser, and the address that is told to members."""
    owner = set_up(office)
    form = {"issuer": provider.url, "client_id": CLIENT, "client_secret": SECRET}
    done = post(owner, f"{MEMBERS}/sso", **form)
    assert done.status_code == 303, texts(done.text)
    page = owner.get(MEMBERS).text
    assert SECRET not in page
    with office.ports.unit_of_work() as uow:
        account = uow.accounts.all()[0]
    address = f"/dashboard/sso/{account.id}"
    assert address in page
    return owner, address


def come(office: Office, address: str, provider: OpenIdServer, **claims: Any) -> Any:
    """A new browser goes to the provider and comes back; what it is answered."""
    browser = office.new_browser()
    assert browser.get(address).status_code == 200, "so that the browser is known"
    away = browser.get(address)
    assert away.status_code == 303, texts(away.text)
    back = provider.log_in(away.headers["location"], **claims)
    answer = browser.get("/dashboard/sso-return", params=back)
    return browser, answer, back


def invite(owner: TestClient, email: str) -> None:
    form = {"email": email, "name": "Ida", "role": "sender"}
    assert post(owner, f"{MEMBERS}/invite", **form).status_code == 303


def test_who_was_invited_gets_in_without_a_password(office: Office, provider: OpenIdServer) -> None:
    owner, address = with_provider(office, provider)
    invite(owner, "ida@acme.test")
    browser, answer, _ = come(office, address, provider, email="Ida@acme.test")
    assert answer.status_code == 303, texts(answer.text)
    assert browser.get("/dashboard/me").status_code == 200
    assert "joined: single sign-on" in texts(owner.get("/dashboard/audit").text)
    again, answer, _ = come(office, address, provider, email="ida@acme.test")
    assert again.get("/dashboard/me").status_code == 200
    assert sign_in(office, "ida@acme.test", "")[1].status_code == 401, "there is no password"


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"email": "stranger@acme.test"}, 403),
        ({"email": "ida@acme.test", "email_verified": False}, 303),
        ({"email": "not an address"}, 303),
        ({}, 303),
    ],
    ids=["nobody invited", "not verified", "no address", "no claim"],
)
def test_others_do_not_get_in(
    office: Office, provider: OpenIdServer, claims: dict[str, Any], status: int
) -> None:
    owner, address = with_provider(office, provider)
    invite(owner, "ida@acme.test")
    browser, answer, _ = come(office, address, provider, **claims)
    assert answer.status_code == status
    assert "countersign_session" not in browser.cookies
    assert browser.get("/dashboard/me").status_code == 303


def test_an_answer_is_good_once_and_in_its_browser(office: Office, provider: OpenIdServer) -> None:
    owner, address = with_provider(office, provider)
    invite(owner, "ida@acme.test")
    browser, _, back = come(office, address, provider, email="ida@acme.test")
    again = browser.get("/dashboard/sso-return", params=back)
    assert again.status_code == 404
    other = office.new_browser()
    other.get("/dashboard/sign-in")
    assert other.get("/dashboard/sso-return", params=back).status_code == 404
    assert other.get("/dashboard/sso-return").status_code == 404


def test_the_provider_of_members_is_no_eid_of_signers(
    office: Office, provider: OpenIdServer
) -> None:
    with_provider(office, provider)
    with office.ports.unit_of_work() as uow:
        account = uow.accounts.all()[0]
    assert "dashboard" not in office.ports.identity.of_account(account.id).methods


def test_single_sign_on_ends(office: Office, provider: OpenIdServer) -> None:
    owner, address = with_provider(office, provider)
    assert post(owner, f"{MEMBERS}/sso/end").status_code == 303
    browser = office.new_browser()
    browser.get(address)
    assert browser.get(address).status_code == 404
    assert post(owner, f"{MEMBERS}/sso/end").status_code == 409
    wrong = {"issuer": "http://evil.example", "client_id": "x", "client_secret": "y"}
    assert post(owner, f"{MEMBERS}/sso", **wrong).status_code == 422
