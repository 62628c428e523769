"""Members sign in where their company signs in: whoever was invited gets in, nobody else does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from countersign.__main__ import main
from tests.pages.dashboard.office import (
    OWNER,
    PASSWORD,
    Office,
    add_member,
    opened,
    post,
    set_up,
    sign_in,
    texts,
)
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


def test_nobody_comes_as_the_operator_by_an_owners_provider(
    office: Office, provider: OpenIdServer
) -> None:
    """Who sets the provider says who somebody is, and an operator may do more than an owner."""
    operator, address = with_provider(office, provider)
    other = add_member(office, operator, "owner")
    form = {"issuer": provider.url, "client_id": CLIENT, "client_secret": SECRET}
    assert post(other, f"{MEMBERS}/sso", **form).status_code == 303
    browser, answer, _ = come(office, address, provider, email=OWNER)
    assert answer.status_code == 403
    assert "by a provider that an operator has entered" in texts(answer.text)
    assert "countersign_session" not in browser.cookies
    assert come(office, address, provider, email="owner@acme.test")[1].status_code == 303
    assert post(operator, f"{MEMBERS}/sso", **form).status_code == 303
    assert come(office, address, provider, email=OWNER)[1].status_code == 303


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


# ------------------------------------------------------------------ required of all


def required(office: Office, provider: OpenIdServer) -> tuple[TestClient, str]:
    """The browser of the owner, who came by single sign-on, and the address to come to."""
    _, address = with_provider(office, provider)
    owner, answer, _ = come(office, address, provider, email=OWNER)
    assert answer.status_code == 303
    done = post(owner, f"{MEMBERS}/sso/require")
    assert done.headers["location"] == f"{MEMBERS}?done=sso-required"
    return owner, address


def test_who_did_not_come_that_way_can_not_require_it(
    office: Office, provider: OpenIdServer
) -> None:
    owner, _ = with_provider(office, provider)
    assert post(owner, f"{MEMBERS}/sso/require").status_code == 409
    assert sign_in(office)[1].status_code == 303


def test_there_is_nothing_to_require_without_a_provider(office: Office) -> None:
    assert post(set_up(office), f"{MEMBERS}/sso/require").status_code == 409


def test_no_other_way_leads_in_and_open_ones_end(office: Office, provider: OpenIdServer) -> None:
    before = add_member(office, set_up_with(office, provider), "sender")
    link = begin_link(office, "sender@acme.test")
    owner, address = now_required(office, provider)
    assert before.get("/dashboard/me").status_code == 303, "signed out"
    for email in (OWNER, "sender@acme.test"):
        browser, answer = sign_in(office, email)
        assert answer.headers["location"] == address
        assert "countersign_session" not in browser.cookies
    browser, path = link
    assert post(browser, path).headers["location"] == address
    assert post(browser, path).status_code == 404, "used up all the same"
    invite(owner, "new@acme.test")
    joining = office.link("new@acme.test")
    assert office.new_browser().get(joining).headers["location"] == address
    refused = post(office.new_browser(), joining, name="N", password=PASSWORD)
    assert refused.headers["location"] == address
    came, answer, _ = come(office, address, provider, email="new@acme.test")
    assert came.get("/dashboard/me").status_code == 200
    log = texts(owner.get("/dashboard/audit").text)
    assert "failed to sign in: password: only single sign-on is allowed" in log
    assert "required single sign-on" in log


def test_a_wrong_password_tells_nothing_of_it(office: Office, provider: OpenIdServer) -> None:
    required(office, provider)
    assert sign_in(office, password="not the right one")[1].status_code == 401
    assert sign_in(office, "nobody@acme.test")[1].status_code == 401


def test_a_session_of_that_instant_is_good_for_nothing(
    office: Office, provider: OpenIdServer
) -> None:
    set_up_with(office, provider)
    browser, _ = sign_in(office)
    with office.ports.unit_of_work() as uow:
        uow.dashboard.sign_in_rules.require_single_sign_on(uow.accounts.all()[0].id)
        uow.commit()
    assert browser.get("/dashboard/me").status_code == 303


def test_it_is_lifted_by_an_owner_by_another_provider_and_by_its_end(
    office: Office, provider: OpenIdServer
) -> None:
    owner, address = required(office, provider)
    assert post(owner, f"{MEMBERS}/sso/allow").status_code == 303
    assert sign_in(office)[1].headers["location"] != address
    form = {"issuer": provider.url, "client_id": CLIENT, "client_secret": SECRET}
    for path, body in (("sso", form), ("sso/end", {})):
        assert post(owner, f"{MEMBERS}/sso/require").status_code == 303
        assert sign_in(office)[1].headers["location"] == address
        assert post(owner, f"{MEMBERS}/{path}", **body).status_code == 303
        assert sign_in(office)[1].headers["location"] != address


def test_whoever_runs_the_server_has_a_way_out(
    office: Office, provider: OpenIdServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    owner, address = required(office, provider)
    with office.ports.unit_of_work() as uow:
        account = uow.accounts.all()[0]
    assert main(["member", "unlock", "--data", str(tmp_path), "--account", account.id]) == 0
    assert "good again" in capsys.readouterr().out
    assert sign_in(office)[1].headers["location"] != address
    assert "the operator allowed other ways" in texts(owner.get("/dashboard/audit").text)
    assert main(["audit", "--data", str(tmp_path)]) == 0
    assert "entries, the newest is" in capsys.readouterr().out


@pytest.mark.parametrize("operator", [True, False])
def test_only_who_runs_the_server_names_a_provider_inside_its_network(
    operator: bool, tmp_path: Path, provider: OpenIdServer
) -> None:
    with opened(tmp_path, sandbox=False) as office:
        owner = set_up(office)
        with office.ports.unit_of_work() as uow:
            (member,) = uow.dashboard.members.of_account(uow.accounts.all()[0].id)
            uow.dashboard.members.save(replace(member, operator=operator))
            uow.commit()
        form = {"issuer": provider.url, "client_id": CLIENT, "client_secret": SECRET}
        assert post(owner, f"{MEMBERS}/sso", **form).status_code == 303
        browser = office.new_browser()
        address = f"/dashboard/sso/{member.account_id}"
        assert browser.get(address).status_code == 200, "so that the browser is known"
        begun = browser.get(address)
        if operator:
            assert begun.headers["location"].startswith(provider.url)
        else:
            assert begun.status_code == 503
            assert "location" not in begun.headers


def set_up_with(office: Office, provider: OpenIdServer) -> TestClient:
    return with_provider(office, provider)[0]


def now_required(office: Office, provider: OpenIdServer) -> tuple[TestClient, str]:
    """As `required`, where the provider is set up."""
    with office.ports.unit_of_work() as uow:
        address = f"/dashboard/sso/{uow.accounts.all()[0].id}"
    owner, _, _ = come(office, address, provider, email=OWNER)
    assert post(owner, f"{MEMBERS}/sso/require").status_code == 303
    return owner, address


def begin_link(office: Office, email: str) -> tuple[TestClient, str]:
    """A browser that has asked for a link, and the link."""
    browser = office.new_browser()
    browser.get("/dashboard/sign-in")
    assert post(browser, "/dashboard/sign-in/link", email=email).status_code == 200
    return browser, office.link(email)
