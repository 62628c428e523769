"""Identity providers as members add and try them: every way in which a trial can fail is told."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from countersign.domain.errors import Unavailable
from countersign.domain.openid import OpenIdProvider
from countersign.pages.signing.identity import CALLBACK, TRIAL_RETURN
from countersign.usecases.identity_port import IdentityRequest
from tests.pages.dashboard.office import URL, Office, opened, post, set_up, sign_in, texts
from tests.pages.dashboard.test_envelopes import EVIL
from tests.pages.dashboard.test_sign_in import add_other_account
from tests.support.network import free_port
from tests.support.openid_server import (
    CLIENT,
    SECRET,
    OpenIdServer,
    openid_server,
    unsigned,
)

pytestmark = pytest.mark.slow
TAB = "/dashboard/settings/providers"
ASTRID = {"name": "Astrid Berg", "national_id": "01019912345", "nin": "x"}


@pytest.fixture
def provider() -> Iterator[OpenIdServer]:
    with openid_server() as server:
        yield server


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened(tmp_path) as made:
        yield made


def form(provider: OpenIdServer | None = None, **more: str) -> dict[str, str]:
    return {
        "name": "nbid",
        "issuer": provider.url if provider else "https://127.0.0.1:9",
        "client_id": CLIENT,
        "client_secret": SECRET,
        "scopes": "openid profile",
        "acr_values": "",
        "national_id_claim": "national_id",
        "name_claim": "name",
    } | more


def add(owner: TestClient, provider: OpenIdServer, **more: str) -> None:
    answer = post(owner, TAB, **form(provider, **more))
    assert answer.status_code == 200, texts(answer.text)


def stored(office: Office) -> OpenIdProvider:
    with office.ports.unit_of_work() as uow:
        (found,) = uow.openid_providers.all(uow.accounts.all()[0].id)
    return found


def go(owner: TestClient, name: str = "nbid") -> str:
    """Presses "Try it"; the provider's address that the page leads to."""
    page = post(owner, f"{TAB}/{name}/try")
    assert page.status_code == 200, texts(page.text)
    address = page.text.partition('class="primary short" href="')[2].partition('"')[0]
    return address.replace("&amp;", "&")


def back(browser: TestClient, answer: dict[str, str]) -> Any:
    """The browser comes back to the address that is registered, and goes where that leads."""
    away = browser.get(CALLBACK, params=answer)
    assert away.status_code == 303
    assert away.headers["location"].startswith(f"{TRIAL_RETURN}?")
    return browser.get(away.headers["location"])


def test_a_provider_is_added_changed_and_removed(office: Office, provider: OpenIdServer) -> None:
    owner = set_up(office)
    page = post(owner, TAB, **form(provider))
    assert "publishes what is needed" in texts(page.text)
    assert stored(office).client_secret == SECRET
    for path in (TAB, f"{TAB}/nbid"):
        assert SECRET not in owner.get(path).text
    again = post(owner, TAB, **form(provider))
    assert again.status_code == 409
    assert SECRET not in again.text
    changed = form(provider, client_secret="", acr_values="high low", name="other")
    assert post(owner, f"{TAB}/nbid", **changed).status_code == 200
    assert stored(office).client_secret == SECRET, "an empty one stays"
    assert (stored(office).acr_values, stored(office).name) == (("high", "low"), "nbid")
    post(owner, f"{TAB}/nbid", **form(provider, client_secret="another"))
    assert stored(office).client_secret == "another"
    assert post(owner, f"{TAB}/nbid/remove").status_code == 303
    assert post(owner, f"{TAB}/nbid/remove").status_code == 404
    said = texts(owner.get("/dashboard/audit").text)
    for act in ("added", "changed", "removed"):
        assert f"{act} an identity provider: nbid {provider.url}" in said
    assert SECRET not in said


def test_a_secret_goes_to_no_other_issuer(office: Office, provider: OpenIdServer) -> None:
    """Nobody is shown it; whoever may change the issuer could have it sent to themselves."""
    owner = set_up(office)
    add(owner, provider)
    collector = f"http://127.0.0.1:{free_port()}"
    elsewhere = form(client_secret="", issuer=collector)
    refused = post(owner, f"{TAB}/nbid", **elsewhere)
    assert refused.status_code == 422
    assert "please enter it" in texts(refused.text)
    assert stored(office).issuer == provider.url
    post(owner, f"{TAB}/nbid", **elsewhere | {"client_secret": "its own"})
    assert (stored(office).issuer, stored(office).client_secret) == (collector, "its own")


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"issuer": "http://login.example"}, "https:// address"),
        ({"issuer": "https://login.example/?x"}, "https:// address"),
        ({"name": "drawn"}, "none of the built-in"),
        ({"name": "No Name"}, "small letters"),
        ({"name": "dashboard"}, "stands for the sign-in of members"),
        ({"client_secret": ""}, "client-secret"),
        ({"scopes": ""}, "scope"),
        ({"name_claim": ""}, "name-claim"),
    ],
)
def test_what_is_wrong_is_said(office: Office, wrong: dict[str, str], text: str) -> None:
    owner = set_up(office)
    answer = post(owner, TAB, **form(**wrong))
    assert answer.status_code == 422
    assert text in texts(answer.text)
    assert SECRET not in answer.text
    assert "There is no provider yet." in texts(owner.get(TAB).text)


@pytest.mark.parametrize("slash", ["/", "/realms/other"])
def test_an_issuer_that_publishes_nothing_is_told_at_once(
    office: Office, provider: OpenIdServer, slash: str
) -> None:
    owner = set_up(office)
    said = texts(post(owner, TAB, **form(provider, issuer=provider.url + slash)).text)
    assert "exactly as its /.well-known/openid-configuration does" in said
    page = post(owner, f"{TAB}/nbid/try")
    assert 'data-trouble="nothing published"' in page.text


def test_a_provider_that_is_not_there_is_told_at_once(office: Office) -> None:
    owner = set_up(office)
    nowhere = form(issuer=f"http://127.0.0.1:{free_port()}")
    assert "does not answer" in texts(post(owner, TAB, **nowhere).text)
    assert 'data-trouble="silent"' in post(owner, f"{TAB}/nbid/try").text


def test_a_trial_shows_what_came_and_keeps_none_of_it(
    office: Office, provider: OpenIdServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    owner = set_up(office)
    add(owner, provider)
    address = go(owner)
    asked = parse_qs(urlsplit(address).query)
    assert asked["redirect_uri"] == [URL + CALLBACK], "the one that signers need"
    answer = back(owner, provider.log_in(address, **ASTRID))
    said = texts(answer.text)
    assert "It works" in said
    assert "Astrid Berg" in said
    assert "01019912345" in said
    assert "nonce" in said
    assert "nin x" in said
    audit = owner.get("/dashboard/audit").text
    assert "tried an identity provider: nbid: it works" in texts(audit)
    stored_now = everything_stored(office)
    assert "tried an identity provider" in stored_now
    for where in (caplog.text, audit, stored_now):
        assert "Astrid" not in where
        assert "01019912345" not in where


def everything_stored(office: Office) -> str:
    """The files of the database as they are."""
    files = office.installation.settings.data.glob("countersign.db*")
    return "".join(file.read_bytes().decode("latin-1") for file in files)


def test_what_is_missing_is_told(office: Office, provider: OpenIdServer) -> None:
    owner = set_up(office)
    add(owner, provider, national_id_claim="nin.value", name_claim="full_name")
    answer = back(owner, provider.log_in(go(owner), **ASTRID))
    said = texts(answer.text)
    assert "something is missing" in said
    assert said.count("missing") >= 3
    assert "01019912345" in said, "so that the right claim can be seen"


def clock_of(seconds: int) -> Callable[[OpenIdServer], None]:
    def lie(provider: OpenIdServer) -> None:
        now = int(time.time()) + seconds
        provider.lie = {"iat": now, "exp": now + 300}

    return lie


def without_claims_endpoint(provider: OpenIdServer) -> None:
    provider.userinfo = {"sub": "somebody else"}
    provider.only_userinfo = ("name", "national_id")


def forged(provider: OpenIdServer) -> None:
    provider.sign = unsigned


def failing(provider: OpenIdServer) -> None:
    provider.status = 503


def refusing(provider: OpenIdServer) -> None:
    provider.status = 400


LIES = {
    "slow clock": (clock_of(-3600), "clock"),
    "fast clock": (clock_of(3600), "clock"),
    "userinfo of another": (without_claims_endpoint, "userinfo"),
    "no signature": (forged, "key"),
    "broken": (failing, "nothing published"),
    "not understood": (refusing, "else"),
}


@pytest.mark.parametrize("lie", LIES)
def test_each_way_to_fail_has_its_own_words(
    office: Office, provider: OpenIdServer, lie: str
) -> None:
    tell, trouble = LIES[lie]
    owner = set_up(office)
    add(owner, provider)
    address = go(owner)
    tell(provider)
    answer = back(owner, provider.log_in(address, **ASTRID))
    assert f'data-trouble="{trouble}"' in answer.text, texts(answer.text)
    assert "Astrid" not in answer.text
    assert f"tried an identity provider: nbid: {trouble}" in texts(
        owner.get("/dashboard/audit").text
    )


def test_a_wrong_secret_is_told(office: Office, provider: OpenIdServer) -> None:
    owner = set_up(office)
    add(owner, provider, client_secret="not this one")
    answer = back(owner, provider.log_in(go(owner), **ASTRID))
    assert 'data-trouble="client"' in answer.text
    assert "Client ID or secret are wrong" in texts(answer.text)
    assert "not this one" not in answer.text


def test_another_level_is_told(office: Office, provider: OpenIdServer) -> None:
    owner = set_up(office)
    add(owner, provider, acr_values="high")
    answer = back(owner, provider.log_in(go(owner), **ASTRID, acr="low"))
    assert 'data-trouble="level"' in answer.text


def test_a_redirect_uri_that_is_not_taken_is_told(office: Office, provider: OpenIdServer) -> None:
    owner = set_up(office)
    add(owner, provider)
    page = texts(post(owner, f"{TAB}/nbid/try").text)
    assert f"letter by letter: {URL}{CALLBACK}" in page
    answer = provider.log_in(go(owner), **ASTRID)
    provider.logins[answer["code"]].asked = {
        **provider.logins[answer["code"]].asked,
        "redirect_uri": "https://elsewhere.example/",
    }
    said = back(owner, answer)
    assert 'data-trouble="grant"' in said.text
    assert URL + CALLBACK in said.text


def test_members_name_nothing_inside_the_house(tmp_path: Path, provider: OpenIdServer) -> None:
    """Decision record 46: whoever looks after the server may, others may not."""
    with opened(tmp_path, sandbox=False) as office:
        owner = set_up(office)
        add(owner, provider)
        assert stored(office).inside, "the first owner is the operator"
        with office.ports.unit_of_work() as uow:
            account = uow.accounts.all()[0]
            (member,) = uow.dashboard.members.of_account(account.id)
            uow.dashboard.members.save(replace(member, operator=False))
            uow.commit()
        post(owner, f"{TAB}/nbid", **form(provider, name_claim="nickname"))
        assert stored(office).inside, "the operator named this issuer"
        said = post(owner, f"{TAB}/nbid", **form(provider, issuer=provider.url + "/x"))
        assert "inside the server's own network" in texts(said.text).replace("&#39;", "'")
        assert not stored(office).inside
        post(owner, f"{TAB}/nbid", **form(provider))
        assert not stored(office).inside
        assert 'data-trouble="inside"' in post(owner, f"{TAB}/nbid/try").text
        eids = office.ports.identity.of_account(account.id)
        request = IdentityRequest(
            method="nbid", ip="", text="", digest="", return_url="", browser="b"
        )
        with pytest.raises(Unavailable):
            eids.start(request)
        assert provider.key_requests == 2, "of those that were permitted"


def test_who_breaks_it_off_is_told_so(office: Office, provider: OpenIdServer) -> None:
    owner = set_up(office)
    add(owner, provider)
    answer = back(owner, provider.refuse(go(owner)))
    assert 'data-trouble="broken off"' in answer.text


def test_an_answer_is_good_once_for_one_member_in_one_browser(
    office: Office, provider: OpenIdServer
) -> None:
    owner = set_up(office)
    add(owner, provider)
    brought = provider.log_in(go(owner), **ASTRID)
    query = {"state": brought["state"], "code": brought["code"]}
    other_browser, _ = sign_in(office)
    assert other_browser.get(TRIAL_RETURN, params=query).status_code == 404
    stranger = add_other_account(office)
    assert stranger.get(TRIAL_RETURN, params=query).status_code == 404
    nobody = office.new_browser()
    assert (
        nobody.get(TRIAL_RETURN, params=query).headers["location"].startswith("/dashboard/sign-in")
    )
    assert back(owner, brought).status_code == 200
    assert back(owner, brought).status_code == 404
    assert owner.get(TRIAL_RETURN).status_code == 303
    assert owner.get(TRIAL_RETURN, params={"state": EVIL}).status_code == 404


def test_a_trial_is_of_no_use_to_a_signer(office: Office) -> None:
    """Its mark leads to the dashboard and nowhere else, whatever stands behind it."""
    for state in ("trial.//evil.example", "trial.\r\nX: y", "trial."):
        away = office.new_browser().get(CALLBACK, params={"state": state, "code": "&x=y"})
        assert away.status_code == 303
        assert away.headers["location"].startswith(f"{TRIAL_RETURN}?state=trial.")
        assert "\n" not in away.headers["location"]
    assert office.new_browser().get(CALLBACK, params={"state": "x"}).status_code == 400


def test_another_account_sees_and_tries_nothing(office: Office, provider: OpenIdServer) -> None:
    owner = set_up(office)
    add(owner, provider)
    other = add_other_account(office)
    assert other.get(f"{TAB}/nbid").status_code == 404
    for path in (f"{TAB}/nbid", f"{TAB}/nbid/try", f"{TAB}/nbid/remove"):
        assert post(other, path, **form(provider)).status_code == 404
    assert provider.url not in other.get(TAB).text
    assert stored(office).client_id == CLIENT


def test_forms_of_other_sites_change_nothing(office: Office, provider: OpenIdServer) -> None:
    owner = set_up(office)
    add(owner, provider)
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    for path in (TAB, f"{TAB}/nbid", f"{TAB}/nbid/try", f"{TAB}/nbid/remove"):
        assert post(owner, path, foreign, **form(provider)).status_code == 403


def test_no_field_becomes_markup(office: Office, provider: OpenIdServer) -> None:
    owner = set_up(office)
    add(owner, provider, client_id=EVIL, client_secret="x")
    evil = dict.fromkeys(form(), EVIL) | {"client_secret": "x"}
    pages = [owner.get(TAB), owner.get(f"{TAB}/nbid"), post(owner, TAB, **evil)]
    pages.append(post(owner, f"{TAB}/nbid", **evil))
    post(owner, f"{TAB}/nbid", **form(provider))
    answer = provider.log_in(go(owner), name=EVIL, national_id=EVIL, **{EVIL: EVIL})
    pages.append(back(owner, answer))
    address = go(owner)
    state = parse_qs(urlsplit(address).query)["state"][0]
    pages.append(owner.get(TRIAL_RETURN, params={"error": EVIL, "state": state, "iss": EVIL}))
    pages.append(owner.get("/dashboard/audit"))
    for page in pages:
        assert page.status_code < 500
        assert EVIL not in page.text
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text


def test_nobody_lets_this_server_call_others_without_end(office: Office) -> None:
    owner = set_up(office)
    nowhere = form(issuer=f"http://127.0.0.1:{free_port()}")
    answers = [post(owner, TAB, **nowhere | {"name": f"n{n}"}).status_code for n in range(22)]
    assert answers[-1] == 429
