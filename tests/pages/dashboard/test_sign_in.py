"""Ways into the dashboard, and out: what is good once is good once, and nobody is locked out."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from countersign.adapters.database.member_tables import sessions
from countersign.adapters.database.transaction import Transaction
from countersign.domain.member import Role
from countersign.domain.one_time import STEP, code_at
from countersign.usecases.create_account import create_account
from countersign.usecases.join_dashboard import invite_owner, offer_set_up
from countersign.usecases.recover_member import let_member_in
from tests.pages.dashboard.office import (
    CLICK,
    OWNER,
    PASSWORD,
    URL,
    Office,
    add_member,
    opened,
    post,
    set_up,
    sign_in,
    texts,
)

pytestmark = pytest.mark.slow
ME = "/dashboard/me"


def is_in(browser: TestClient) -> bool:
    return browser.get(ME).status_code == 200


def advance(office: Office, by: timedelta) -> None:
    clock: Any = office.ports.clock
    clock.advance(by)


# ------------------------------------------------------------------ the first start


def test_the_first_one_sets_the_installation_up_and_is_signed_in(office: Office) -> None:
    browser = set_up(office)
    page = browser.get(ME)
    assert page.status_code == 200
    assert "Acme AB" in page.text
    assert "Olga Öberg" in page.text
    assert offer_set_up(office.installation.desk) is None


def test_the_address_to_set_up_is_good_once(office: Office) -> None:
    first, second = (offer_set_up(office.installation.desk) for _ in range(2))
    assert first
    assert second
    path = first.removeprefix(URL)
    form = {"company": "Acme", "name": "O", "email": OWNER, "password": PASSWORD}
    assert post(office.new_browser(), path, **form).status_code == 303
    for used in (first, second):
        again = post(office.new_browser(), used.removeprefix(URL), **form)
        assert again.status_code == 404
    assert office.new_browser().get(path).status_code == 404


def test_the_address_to_set_up_expires(office: Office) -> None:
    address = offer_set_up(office.installation.desk) or ""
    advance(office, timedelta(days=1))
    assert office.browser.get(address.removeprefix(URL)).status_code == 410


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"password": "short"}, "12 characters or more"),
        ({"password": "x" * 201}, "200 characters at most"),
        ({"password": "Password123456"}, "first that somebody would try"),
        ({"email": "nobody"}, "not an e-mail address"),
        ({"email": "a@b\r\nBcc: c@d"}, "not an e-mail address"),
        ({"name": " "}, "a name is needed"),
        ({"company": ""}, "a name is needed"),
        ({"name": "n" * 201}, "a name is needed"),
    ],
)
def test_what_does_not_fit_is_said_and_can_be_mended(
    office: Office, change: dict[str, str], said: str
) -> None:
    path = (offer_set_up(office.installation.desk) or "").removeprefix(URL)
    form = {"company": "Acme", "name": "Olga", "email": OWNER, "password": PASSWORD}
    browser = office.new_browser()
    refused = post(browser, path, **{**form, **change})
    assert refused.status_code == 422
    assert said in texts(refused.text).replace("This password can't be used: ", "")
    assert (change.get("password") or PASSWORD) not in refused.text
    assert post(browser, path, **form).status_code == 303


# ------------------------------------------------------------------ password


def test_address_and_password_sign_in_whatever_the_case(office: Office) -> None:
    set_up(office)
    browser, answer = sign_in(office, email=f" {OWNER.upper()} ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/dashboard/envelopes")
    assert is_in(browser)


def test_a_wrong_password_and_an_unknown_address_look_the_same(office: Office) -> None:
    set_up(office)
    _, wrong = sign_in(office, password="another one that is long")
    _, unknown = sign_in(office, email="nobody@acme.test")
    assert wrong.status_code == unknown.status_code == 401
    assert texts(wrong.text) == texts(unknown.text)
    assert "session" not in wrong.headers.get("set-cookie", "")


def test_after_sign_in_one_goes_on_to_where_one_wanted_and_never_to_another_site(
    office: Office,
) -> None:
    set_up(office)
    browser = office.new_browser()
    asked = browser.get("/dashboard/members")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/dashboard/sign-in?next=/dashboard/members"
    wishes = {
        "/dashboard/members": "/dashboard/members",
        "https://evil.test/": "/dashboard/envelopes",
        "//evil.test": "/dashboard/envelopes",
        "/dashboard//evil.test": "/dashboard/envelopes",
        "/dashboard/\\evil.test": "/dashboard/envelopes",
        "/dashboard/\r\nX: y": "/dashboard/envelopes",
    }
    for wish, goes_to in wishes.items():
        browser.cookies.delete("countersign_session")
        browser.get("/dashboard/sign-in", params={"next": wish})
        answer = post(browser, "/dashboard/sign-in", email=OWNER, password=PASSWORD, next=wish)
        assert answer.headers["location"] == goes_to


def test_whoever_guesses_waits_longer_and_longer_and_others_do_not(office: Office) -> None:
    set_up(office)
    guesser, _ = sign_in(office, password="wrong wrong wrong")
    answers = [
        post(guesser, "/dashboard/sign-in", email=OWNER, password="wrong wrong wrong")
        for _ in range(5)
    ]
    assert [one.status_code for one in answers] == [401] * 4 + [429]
    assert "Please wait 2 seconds" in texts(answers[-1].text)
    # Even the right one is not looked at now, or guessing would go on
    assert post(guesser, "/dashboard/sign-in", email=OWNER, password=PASSWORD).status_code == 429
    elsewhere = TestClient(
        office.browser.app, URL, follow_redirects=False, client=("203.0.113.9", 1)
    )
    elsewhere.get("/dashboard/sign-in")
    assert post(elsewhere, "/dashboard/sign-in", email=OWNER, password=PASSWORD).status_code == 303
    advance(office, timedelta(seconds=3))
    assert post(guesser, "/dashboard/sign-in", email=OWNER, password=PASSWORD).status_code == 303
    # and all is forgotten
    assert sign_in(office, password="wrong wrong wrong")[1].status_code == 401


def test_of_one_place_only_so_many_tries_are_heard_at_all(office: Office) -> None:
    browser = office.new_browser()
    browser.get("/dashboard/sign-in")
    codes = [
        post(browser, "/dashboard/sign-in/link", email=f"u{number}@x.test").status_code
        for number in range(61)
    ]
    assert codes == [200] * 60 + [429]


# ------------------------------------------------------------------ sessions


def test_a_session_is_new_at_each_sign_in_and_the_old_one_ends(office: Office) -> None:
    browser = set_up(office)
    before = browser.cookies["countersign_session"]
    browser.get("/dashboard/sign-in")
    post(browser, "/dashboard/sign-in", email=OWNER, password=PASSWORD)
    after = browser.cookies["countersign_session"]
    assert before != after
    assert is_in(browser)
    browser.cookies.set("countersign_session", before, path="/dashboard", domain="sign.test")
    thief = office.new_browser()
    thief.cookies.set("countersign_session", before)
    assert not is_in(thief)


def test_of_a_session_only_a_hash_is_stored(office: Office) -> None:
    browser = set_up(office)
    token = browser.cookies["countersign_session"]
    with Transaction(office.installation.database) as tx:
        stored = tx.read(sessions.select()).all()
    assert len(stored) == 1
    assert token not in repr(stored)


def test_cookies_are_for_the_dashboard_and_out_of_reach_of_scripts(office: Office) -> None:
    answer = office.new_browser().get("/dashboard/sign-in")
    (cookie,) = answer.headers.get_list("set-cookie")
    assert "httponly" in cookie.lower()
    assert "samesite=lax" in cookie.lower()
    assert "path=/dashboard" in cookie.lower()


def test_sessions_end_when_idle_and_at_last_in_any_case(office: Office) -> None:
    idle = set_up(office)
    advance(office, timedelta(hours=7, minutes=59))
    assert is_in(idle)
    advance(office, timedelta(hours=8))
    assert not is_in(idle)
    busy, _ = sign_in(office)
    for _ in range(7 * 24 // 6 - 1):
        advance(office, timedelta(hours=6))
        assert is_in(busy)
    advance(office, timedelta(hours=6))
    assert not is_in(busy)


def test_signing_out_ends_the_session_on_the_server(office: Office) -> None:
    browser = set_up(office)
    token = browser.cookies["countersign_session"]
    answer = post(browser, "/dashboard/sign-out")
    assert answer.headers["location"] == "/dashboard/sign-in"
    assert "countersign_session" not in browser.cookies
    thief = office.new_browser()
    thief.cookies.set("countersign_session", token)
    assert not is_in(thief)
    assert post(browser, "/dashboard/sign-out").status_code == 303, "twice does no harm"


def test_other_browsers_are_listed_and_can_be_signed_out(office: Office) -> None:
    here = set_up(office)
    there, _ = sign_in(office)
    names = re.findall(r'name="session" value="(\w+)"', here.get(ME).text)
    assert len(names) == 1
    assert is_in(there)
    assert post(here, f"{ME}/sessions/end", session=names[0]).status_code == 303
    assert not is_in(there)
    third, _ = sign_in(office)
    post(here, f"{ME}/sessions/end")
    assert not is_in(third)
    assert is_in(here)
    assert post(here, f"{ME}/sessions/end", session="0" * 16).status_code == 404


# ------------------------------------------------------------------ link


def test_a_link_signs_in_once_and_only_in_the_browser_that_asked(office: Office) -> None:
    set_up(office)
    browser = office.new_browser()
    browser.get("/dashboard/sign-in")
    assert post(browser, "/dashboard/sign-in/link", email=OWNER).status_code == 200
    link = office.link(OWNER)
    scanner = office.new_browser()
    assert scanner.get(link).status_code == 403
    scanner.get("/dashboard/sign-in")
    refused = post(scanner, link)
    assert refused.status_code == 403
    assert "in the browser in which you asked" in texts(refused.text)
    assert browser.get(link).status_code == 200
    assert browser.get(link).status_code == 200, "looking uses nothing up"
    assert post(browser, link).status_code == 303
    assert is_in(browser)
    assert post(browser, link).status_code == 404


def test_a_link_expires_after_a_quarter_of_an_hour(office: Office) -> None:
    set_up(office)
    browser = office.new_browser()
    browser.get("/dashboard/sign-in")
    post(browser, "/dashboard/sign-in/link", email=OWNER)
    advance(office, timedelta(minutes=15))
    assert post(browser, office.link(OWNER)).status_code == 410


def test_nobody_learns_who_is_a_member_by_asking_for_links(office: Office) -> None:
    set_up(office)
    browser = office.new_browser()
    browser.get("/dashboard/sign-in")
    known = post(browser, "/dashboard/sign-in/link", email=OWNER)
    unknown = post(browser, "/dashboard/sign-in/link", email="xlga@acme.test")
    assert known.status_code == unknown.status_code == 200
    assert texts(known.text).replace(OWNER, "") == texts(unknown.text).replace("xlga@acme.test", "")
    assert office.mails("xlga@acme.test") == []


def test_without_cookies_nothing_is_bound_to_a_browser_so_nothing_is_sent(office: Office) -> None:
    set_up(office)
    before = len(office.mails(OWNER))
    answer = post(office.new_browser(), "/dashboard/sign-in/link", email=OWNER)
    assert answer.status_code == 400
    assert "refuses cookies" in texts(answer.text)
    assert len(office.mails(OWNER)) == before


# ------------------------------------------------------------------ the code of an app


def with_app(office: Office, browser: TestClient) -> tuple[str, list[str]]:
    """Secret and recovery codes of an app that the browser's owner has set up."""
    page = post(browser, f"{ME}/app").text
    (secret,) = re.findall(r'data-testid="app-secret">(\w+)<', page)
    (ticket,) = re.findall(r'name="ticket" value="([\w-]+)"', page)
    wrong = post(browser, f"{ME}/app/confirm", ticket=ticket, code="000000")
    assert wrong.status_code == 422
    done = post(browser, f"{ME}/app/confirm", ticket=ticket, code=current(office, secret))
    assert done.status_code == 200, texts(done.text)
    return secret, re.findall(r"\b[a-z2-7]{5}-[a-z2-7]{5}\b", done.text)


def current(office: Office, secret: str) -> str:
    return code_at(secret, int(office.ports.clock().timestamp()) // STEP)


def ticket_of(answer: Any) -> str:
    assert answer.status_code == 200, texts(answer.text)
    (ticket,) = re.findall(r'name="ticket" value="([\w-]+)"', answer.text)
    return str(ticket)


def test_an_app_is_asked_after_the_password_and_each_code_is_good_once(office: Office) -> None:
    owner = set_up(office)
    secret, _ = with_app(office, owner)
    browser, answer = sign_in(office)
    assert "countersign_session" not in browser.cookies
    ticket = ticket_of(answer)
    used = current(office, secret)
    assert post(browser, "/dashboard/sign-in/code", ticket=ticket, code=used).status_code == 401
    advance(office, timedelta(seconds=STEP))
    fresh = current(office, secret)
    assert post(browser, "/dashboard/sign-in/code", ticket=ticket, code=fresh).status_code == 303
    assert is_in(browser)
    other, answer = sign_in(office)
    again = post(other, "/dashboard/sign-in/code", ticket=ticket_of(answer), code=fresh)
    assert again.status_code == 401, "somebody who looked over the shoulder"


def test_the_step_of_the_code_is_bound_to_the_browser(office: Office) -> None:
    secret, _ = with_app(office, set_up(office))
    _, answer = sign_in(office)
    advance(office, timedelta(seconds=STEP))
    other = office.new_browser()
    other.get("/dashboard/sign-in")
    form = {"ticket": ticket_of(answer), "code": current(office, secret)}
    assert post(other, "/dashboard/sign-in/code", **form).status_code == 403


def test_codes_can_not_be_guessed(office: Office) -> None:
    with_app(office, set_up(office))
    browser, answer = sign_in(office)
    ticket = ticket_of(answer)
    codes = [
        post(browser, "/dashboard/sign-in/code", ticket=ticket, code=f"{n:06}").status_code
        for n in range(7)
    ]
    assert codes == [401] * 5 + [429] * 2


def test_recovery_codes_are_good_once_each(office: Office) -> None:
    _, codes = with_app(office, set_up(office))
    assert len(set(codes)) == 10
    for code, status in ((codes[0].upper(), 303), (codes[0], 401), (codes[1], 303)):
        browser, answer = sign_in(office)
        done = post(browser, "/dashboard/sign-in/code", ticket=ticket_of(answer), code=code)
        assert done.status_code == status


def test_a_link_does_not_get_past_the_app(office: Office) -> None:
    with_app(office, set_up(office))
    browser = office.new_browser()
    browser.get("/dashboard/sign-in")
    post(browser, "/dashboard/sign-in/link", email=OWNER)
    ticket_of(post(browser, office.link(OWNER)))
    assert not is_in(browser)


def test_taking_the_app_away_takes_a_code(office: Office) -> None:
    browser = set_up(office)
    _, codes = with_app(office, browser)
    assert post(browser, f"{ME}/app/remove", code="123456").status_code == 422
    assert post(browser, f"{ME}/app/remove", code=codes[0]).status_code == 303
    assert sign_in(office)[1].status_code == 303


# ------------------------------------------------------------------ a new password


def test_a_new_password_takes_the_old_one_and_signs_others_out(office: Office) -> None:
    here = set_up(office)
    there, _ = sign_in(office)
    new = "seven herons over the lake"
    path = f"{ME}/password"
    assert post(here, path, current="not this one", password=new).status_code == 422
    assert post(here, path, current=PASSWORD, password="password1234").status_code == 422
    assert post(here, path, current=PASSWORD, password=new).status_code == 303
    assert is_in(here)
    assert not is_in(there)
    assert sign_in(office)[1].status_code == 401
    assert sign_in(office, password=new)[1].status_code == 303


# ------------------------------------------------------------------ other sites


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Origin": URL, "Sec-Fetch-Site": "cross-site"},
        {"Origin": URL, "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://sign.test.evil.test"},
    ],
)
def test_forms_of_other_sites_change_nothing(office: Office, headers: dict[str, str]) -> None:
    browser = set_up(office)
    for path in (f"{ME}/password", "/dashboard/members/invite", "/dashboard/sign-out"):
        answer = post(browser, path, headers=headers, password="x")
        assert answer.status_code == 403
        assert "another site" in texts(answer.text)
    assert is_in(browser)
    assert post(office.new_browser(), "/dashboard/sign-in", headers=headers).status_code == 403


def test_pages_are_shown_in_no_frame_and_kept_by_nobody(office: Office) -> None:
    browser = set_up(office)
    for path in (ME, "/dashboard/sign-in?next=x", "/dashboard/nothing-here"):
        headers = (
            office.new_browser().get(path).headers if "?" in path else browser.get(path).headers
        )
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "same-origin"


# ------------------------------------------------------------------ members


def test_a_member_is_invited_joins_and_leaves(office: Office) -> None:
    owner = set_up(office)
    sender = add_member(office, owner, "sender")
    assert is_in(sender)
    members = owner.get("/dashboard/members").text
    assert "sender@acme.test" in members
    ids = dict(re.findall(r"/members/([\w-]+)/(remove)", members))
    removed = [
        post(owner, f"/dashboard/members/{one}/remove").status_code
        for one in ids
        if one != own_id(office)
    ]
    assert removed == [303]
    assert not is_in(sender)
    assert sign_in(office, "sender@acme.test")[1].status_code == 401


def own_id(office: Office, email: str = OWNER) -> str:
    with office.ports.unit_of_work() as uow:
        member = uow.dashboard.members.joined(email)
    assert member is not None
    return member.id


def test_an_account_never_loses_its_last_owner(office: Office) -> None:
    owner = set_up(office)
    path = f"/dashboard/members/{own_id(office)}"
    for action, form in (("role", {"role": "viewer"}), ("remove", {})):
        refused = post(owner, f"{path}/{action}", **form)
        assert refused.status_code == 409
        assert "needs an owner" in texts(refused.text)
    add_member(office, owner, "owner", "second@acme.test")
    assert post(owner, f"{path}/role", role="viewer").status_code == 303


def test_an_invitation_is_good_once_and_a_new_one_replaces_it(office: Office) -> None:
    owner = set_up(office)
    form = {"email": "New@acme.test", "name": "New", "role": "viewer"}
    assert post(owner, "/dashboard/members/invite", **form).status_code == 303
    assert post(owner, "/dashboard/members/invite", **form).status_code == 409
    first = office.link("new@acme.test")
    page = owner.get("/dashboard/members").text
    (again,) = re.findall(r'action="(/dashboard/members/[\w-]+/invite)"', page)
    assert post(owner, again).status_code == 303
    second = office.link("new@acme.test")
    joining = {"name": "New", "password": PASSWORD}
    assert post(office.new_browser(), first, **joining).status_code == 404
    assert post(office.new_browser(), second, **joining).status_code == 303
    assert post(office.new_browser(), second, **joining).status_code == 404


def test_members_of_another_account_are_out_of_reach(office: Office) -> None:
    set_up(office)
    other = add_other_account(office)
    for action, form in (("role", {"role": "viewer"}), ("remove", {}), ("invite", {})):
        answer = post(other, f"/dashboard/members/{own_id(office)}/{action}", **form)
        assert answer.status_code == 404
    assert OWNER not in other.get("/dashboard/members").text
    assert "set up the installation" not in other.get("/dashboard/audit").text


def add_other_account(office: Office) -> TestClient:
    account = create_account("Other Ltd", "eve@other.test", office.ports)
    link = invite_owner(account, office.installation.desk).removeprefix(URL)
    browser = office.new_browser()
    assert post(browser, link, name="Eve", password=PASSWORD).status_code == 303
    return browser


def test_an_address_that_has_joined_elsewhere_is_told_so(office: Office) -> None:
    set_up(office)
    other = add_other_account(office)
    form = {"email": OWNER, "name": "Olga", "role": "admin"}
    assert post(other, "/dashboard/members/invite", **form).status_code == 303
    refused = post(office.new_browser(), office.link(OWNER), name="Olga", password=PASSWORD)
    assert refused.status_code == 409
    assert "joined another account" in texts(refused.text)
    assert sign_in(office)[1].status_code == 303, "the first account is as it was"


def test_an_administrator_makes_no_owner_and_unmakes_none(office: Office) -> None:
    owner = set_up(office)
    admin = add_member(office, owner, "admin")
    form = {"email": "new@acme.test", "name": "New", "role": "owner"}
    assert post(admin, "/dashboard/members/invite", **form).status_code == 403
    mine, theirs = own_id(office, "admin@acme.test"), own_id(office)
    for path, role in (
        (f"{mine}/role", "owner"),
        (f"{theirs}/role", "viewer"),
        (f"{theirs}/remove", ""),
    ):
        assert post(admin, f"/dashboard/members/{path}", role=role).status_code == 403
    assert post(owner, f"/dashboard/members/{mine}/role", role="emperor").status_code == 422
    said = admin.get("/dashboard/members").text
    assert '<option value="owner"' not in said


def test_fields_that_no_form_has_change_nothing(office: Office) -> None:
    owner = set_up(office)
    form = {"email": "v@acme.test", "name": "V", "role": "viewer", "operator": "1", "version": "9"}
    post(owner, "/dashboard/members/invite", **form, account_id="other", id="x")
    joining = {"name": "V", "password": PASSWORD, "role": "owner", "operator": "true"}
    viewer = office.new_browser()
    post(viewer, office.link("v@acme.test"), **joining, email="other@acme.test")
    with office.ports.unit_of_work() as uow:
        member = uow.dashboard.members.joined("v@acme.test")
    assert member is not None
    assert (member.role.value, member.operator) == ("viewer", False)


def test_behind_https_cookies_never_travel_in_the_clear(tmp_path: Path) -> None:
    with opened(tmp_path, public_url="https://sign.test") as office:
        browser = TestClient(office.browser.app, "https://sign.test", follow_redirects=False)
        (cookie,) = browser.get("/dashboard/sign-in").headers.get_list("set-cookie")
        assert "; secure" in cookie.lower()


def test_whoever_lost_everything_is_let_in_by_the_operator(office: Office) -> None:
    browser = set_up(office)
    with_app(office, browser)
    with office.ports.unit_of_work() as uow:
        account = uow.accounts.all()[0]
    link = let_member_in(account.id, OWNER, Role.VIEWER, office.installation.desk)
    assert not is_in(browser)
    assert sign_in(office)[1].status_code == 401
    new = "a red kite above the town"
    again = office.new_browser()
    assert post(again, link.removeprefix(URL), name="Olga", password=new).status_code == 303
    assert is_in(again), "without the app"
    with office.ports.unit_of_work() as uow:
        member = uow.dashboard.members.joined(OWNER)
    assert member is not None
    assert (member.role, member.operator) == (Role.OWNER, True), "as before"


def test_what_members_do_is_in_the_audit_log(office: Office) -> None:
    owner = set_up(office)
    add_member(office, owner, "viewer")
    sign_in(office, password="wrong wrong wrong")
    said = texts(owner.get("/dashboard/audit").text)
    for action in ("set up the installation", "invited: viewer@acme.test as viewer", "joined",
                   "signed in: password", "failed to sign in: password"):  # fmt: skip
        assert action in said
    assert "testclient" in said


def test_scripts_get_json_when_they_are_refused(office: Office) -> None:
    answer = office.new_browser().post(f"{ME}/passkeys", json={}, headers=CLICK)
    assert answer.status_code == 401
    assert "error" in answer.json()
