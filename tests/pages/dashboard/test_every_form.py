"""Every form of every page, found by following the pages themselves: no field becomes markup, no
other site presses a button, and nobody changes what their role does not let them change."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import inspect, text
from starlette.testclient import TestClient

from countersign.domain.member import Role
from countersign.domain.rights import RIGHTS
from countersign.domain.short_id import short_id
from countersign.httpkit import Operation, Runtime
from countersign.pages.dashboard.access import right_of
from countersign.pages.dashboard.api import operations
from countersign.usecases.create_credential import CreateCredential, create_credential
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
)
from tests.pages.dashboard.test_envelopes import LIST, Desk, token_of
from tests.pdf.samples import contract

pytestmark = pytest.mark.slow

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)><b/{{7*7}}"
MARKS = ("<script>alert", "<img src=x", "<b/", "javascript:alert", "{{7*7}}</b")
# That end what others are needed for; tried by themselves, last
LAST = ("/sign-out", "/cancel", "/remove", "/revoke", "/sso/end", "/sessions", "/discard")
NOT_TEXT = {"checkbox", "radio", "submit", "button", "file"}


@dataclass
class FoundForm:
    action: str
    method: str
    fields: dict[str, tuple[str, str]]  # name → (type, value)


class Forms(HTMLParser):
    """All forms and links of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[FoundForm] = []
        self.links: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            method = given.get("method", "get").lower()
            self.forms.append(FoundForm(given.get("action", ""), method, {}))
        elif tag in ("input", "select", "textarea", "button") and self.forms:
            if "formaction" in given:
                forms = self.forms[-1]
                self.forms.append(FoundForm(given["formaction"], "post", dict(forms.fields)))
            if name := given.get("name"):
                kind = given.get("type", tag)
                self.forms[-1].fields[name] = (kind, given.get("value", ""))
        elif tag == "a" and given.get("href", "").startswith("/dashboard"):
            self.links.add(given["href"])


def crawl(browser: TestClient) -> dict[str, str]:
    """Every page that links lead to: address → HTML."""
    seen: dict[str, str] = {}
    waiting = [LIST, "/dashboard/me"]
    while waiting:
        path = waiting.pop()
        if path in seen or "/documents/" in path or path.endswith(".zip"):
            continue
        answer = browser.get(path)
        assert answer.status_code < 500, path
        seen[path] = answer.text
        if answer.headers.get("content-type", "").startswith("text/html"):
            waiting += [one for one in Forms(answer.text).links if kind_of(one) not in kinds(seen)]
    return seen


def kinds(paths: Any) -> set[str]:
    return {kind_of(path) for path in paths}


def kind_of(path: str) -> str:
    """A hundred envelopes are looked at by one of them, but for those a test names by itself."""
    return path if "?" not in path else path.partition("?")[0] + "?…"


def forms_of(browser: TestClient) -> list[FoundForm]:
    found = [form for html in crawl(browser).values() for form in Forms(html).forms]
    return list({(form.action, *form.fields): form for form in found}.values())


def check_markup(html: str, where: str) -> None:
    for mark in MARKS:
        assert mark not in html, f"{where}: {html[max(0, html.find(mark) - 200) :][:300]}"
    assert "49" not in re.findall(r"<b/(\d+)", html), where


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened(tmp_path) as made:
        yield made


def evil_words(desk: Desk) -> None:
    """What senders and signers can say, through each API and the signing page."""
    office, browser = desk.office, desk.office.browser
    person = {"name": EVIL[:60], "email": "evil@example.test"}
    for act in ("decline", "complete", "open"):
        sent = desk.send(EVIL, person, file=f"{EVIL}.pdf")
        path = sent["submitters"][0]["signatureLink"].partition("?")[0].removeprefix(URL)
        headers = {"user-agent": EVIL, "accept-language": EVIL, "x-forwarded-for": EVIL}
        signing = {"method": "typed", "consent": True, "signature": {"text": EVIL[:60]}}
        bodies = {"decline": {"reason": EVIL}, "complete": signing, "open": {}}
        assert browser.get(path, headers=headers).status_code == 200
        browser.post(f"{path}/open", headers=headers)
        with_chat(office, sent["uuid"])
        said = browser.post(f"{path}/messages", json={"text": EVIL}, headers=headers)
        assert said.status_code < 300, said.text
        answer = browser.post(f"{path}/{act}", json=bodies[act], headers=headers)
        assert answer.status_code < 300, answer.text
        office.work()
    nextsign_case(office)


def with_chat(office: Office, envelope_id: str) -> None:
    with office.ports.unit_of_work() as uow:
        envelope = uow.envelopes.get(envelope_id)
        chatty = replace(envelope, settings=replace(envelope.settings, chat=True))
        uow.envelopes.save(chatty, [])
        uow.commit()


def nextsign_case(office: Office) -> None:
    with office.ports.unit_of_work() as uow:
        member = uow.dashboard.members.joined(OWNER)
    assert member is not None
    command = CreateCredential(account_id=member.account_id, api="nextsign", name=EVIL[:60])
    secret = create_credential(command, office.ports).secret
    person = {"name": EVIL, "email": "e@firm.test", "position": EVIL, "message": EVIL}
    file = {"name": EVIL, "file": base64.b64encode(contract()).decode(), "fileIsBlob": True}
    body = {
        "title": EVIL,
        "folder": EVIL,
        "referenceId": EVIL,
        "message": EVIL,
        "customMessage": True,
        "user_name": EVIL,
        "settings": {},
        "recipients": [person],
        "documents": [file],
    }
    path = f"/api/v2/{short_id(member.account_id)}/case/create"
    made = office.browser.post(path, json=body, headers={"Authorization": f"Bearer {secret}"})
    assert made.status_code == 200, made.text


def filled(form: FoundForm, evil: str) -> dict[str, str]:
    """Good values, but for the field named `evil`."""
    usual = {"email": "good@acme.test", "password": PASSWORD, "url": "https://hooks.example/x"}
    found = {}
    for name, (kind, value) in form.fields.items():
        good = value or usual.get(kind, "") or usual.get(name, "x")
        found[name] = EVIL[:190] if name == evil else good
    return found


def test_no_field_that_anybody_can_fill_becomes_markup(office: Office) -> None:
    owner = set_up(office, company=EVIL[:60])
    owner.headers["user-agent"] = EVIL
    add_member(office, owner, "viewer")
    post(owner, "/dashboard/access", name=EVIL[:60])
    desk = Desk(office, owner, token_of(office, OWNER, EVIL[:60]))
    evil_words(desk)
    tried = 0
    for last in (False, True):
        for form in forms_of(owner):
            if form.action.endswith(LAST) is not last or "/sign-out" in form.action:
                continue
            for name, (kind, _value) in [*form.fields.items(), ("", ("text", ""))]:
                if kind in NOT_TEXT:
                    continue
                tried += 1
                given = filled(form, name)
                if form.method == "post":
                    answer = owner.post(form.action, data=given, headers=CLICK)
                else:
                    answer = owner.get(form.action, params=given)
                assert answer.status_code < 500, (form.action, name, answer.status_code)
                check_markup(answer.text, f"{form.action} {name}")
        office.work()
        for path, html in crawl(owner).items():
            check_markup(html, path)
    assert tried > 60, "or the pages were not followed"
    for page in ("/dashboard/audit", "/dashboard/webhooks", "/dashboard/operator"):
        assert "&lt;script&gt;alert" in owner.get(page).text or page.endswith("operator")
    for mail in office.mails("good@acme.test"):
        check_markup(mail["html"], "a mail")


def everything(office: Office, folder: Path) -> list[Operation]:
    runtime = Runtime(folder / "unused", handler_threads=1)
    outside = cast(Any, SimpleNamespace(verify=None, events={}, server=None, largest_file=1))
    return operations(office.installation.desk, runtime, outside)


def real_path(operation: Operation, ids: dict[str, str]) -> str:
    path = re.sub(r"\{\w+:int\}", "0", operation.path)
    return re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], "nothing"), path)


def stored(office: Office) -> dict[str, list[Any]]:
    """Everything in the database but who was here when, and which tries are counted."""
    engine = office.installation.database.engine
    names = [
        name
        for name in inspect(engine).get_table_names()
        if not name.startswith(("sessions", "rate_", "hits", "guesses", "name_index", "alembic"))
    ]
    with engine.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))]
            for name in names
        }


def things(office: Office, owner: TestClient, victim: str) -> dict[str, str]:
    """Ids of what there is: an envelope and what belongs to it, `victim` as the member, …"""
    desk = Desk(office, owner, token_of(office, OWNER, f"key for {victim}"))
    sent = desk.send("Matrix")
    post(owner, "/dashboard/webhooks", api="signature-nc", url="https://hooks.example/x")
    post(owner, "/dashboard/access", name=f"Role for {victim}")
    with office.ports.unit_of_work() as uow:
        envelope = uow.envelopes.get(sent["uuid"])
        account_id = envelope.account_id
        members = {one.email: one.id for one in uow.dashboard.members.of_account(account_id)}
        return {
            "envelope_id": envelope.id,
            "document_id": envelope.documents[0].id,
            "task_id": envelope.tasks[0].id,
            "member_id": members[victim],
            "role_id": uow.dashboard.access.of_account(account_id)[0].id,
            "key_id": uow.credentials.of_account(account_id, "signature-nc")[0].id,
            "endpoint_id": uow.webhooks.endpoints(account_id, "signature-nc")[0].id,
        }


def test_each_role_tries_each_action_on_each_other_role(office: Office, tmp_path: Path) -> None:
    owner = set_up(office)
    roles = {role.value: add_member(office, owner, role.value) for role in Role}
    for victim in Role:
        ids = things(office, owner, f"{victim.value}@acme.test")
        for role, browser in roles.items():
            before = stored(office)
            for operation in everything(office, tmp_path):
                right = right_of(operation)
                if right is None or Role(role) in RIGHTS[right]:
                    continue
                path = real_path(operation, ids)
                form = {"role": "owner", "name": "Mine", "email": "eve@evil.test", "reason": "x"}
                given = {"data": form} if operation.method == "POST" else {}
                answer = browser.request(operation.method, path, headers=CLICK, **given)
                assert answer.status_code == 403, (role, operation.title, answer.status_code)
            assert stored(office) == before, f"a {role} changed something"


def test_an_administrator_does_nothing_to_an_owner(office: Office) -> None:
    owner = set_up(office)
    add_member(office, owner, "owner")
    admin = add_member(office, owner, "admin")
    ids = things(office, owner, "owner@acme.test")
    before = stored(office)["members"]
    for action in ("role", "remove", "invite"):
        path = f"/dashboard/members/{ids['member_id']}/{action}"
        assert post(admin, path, role="viewer").status_code == 403
    assert stored(office)["members"] == before


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "https://evil.test"}, {"Origin": URL, "Sec-Fetch-Site": "cross-site"}],
    ids=["no word of it", "another origin", "another site"],
)
def test_no_button_is_pressed_from_another_site(
    office: Office, tmp_path: Path, headers: dict[str, str]
) -> None:
    owner = set_up(office)
    add_member(office, owner, "viewer")
    ids = things(office, owner, "viewer@acme.test")
    before = stored(office)
    for operation in everything(office, tmp_path):
        if operation.method == "POST":
            answer = owner.post(real_path(operation, ids), data={"x": "y"}, headers=headers)
            assert answer.status_code == 403, operation.title
    assert stored(office) == before
    assert owner.get("/dashboard/me").status_code == 200, "still signed in"


def test_no_page_is_shown_in_a_frame(office: Office) -> None:
    owner = set_up(office)
    things(office, owner, OWNER)
    pages = [*crawl(owner), "/dashboard/nothing", f"{LIST}/nothing"]
    assert len(pages) > 9
    for browser, paths in ((owner, pages), (office.new_browser(), ["/dashboard/sign-in"])):
        for path in paths:
            headers = browser.get(path).headers
            assert headers["x-frame-options"] == "DENY", path
            assert "frame-ancestors 'none'" in headers["content-security-policy"], path
            assert "script-src 'self'" in headers["content-security-policy"], path


EXTRA = {
    "operator": "1",
    "account_id": "other",
    "id": "mine",
    "version": "99",
    "joined_at": "2020-01-01",
    "totp_secret": "JBSWY3DPEHPK3PXP",
    "is_sender": "1",
    "restricted": "1",
    "place": "1",
    "hash": "00",
}


def test_fields_that_no_form_has_change_nothing(office: Office) -> None:
    """What each form of an administrator stores is the same with a dozen fields more."""
    owner = set_up(office)
    admin = add_member(office, owner, "admin")
    things(office, owner, "admin@acme.test")
    for form in forms_of(admin):
        if form.method == "post" and not form.action.endswith(LAST):
            more = {"role": "owner", **EXTRA, **filled(form, "")}
            assert admin.post(form.action, data=more, headers=CLICK).status_code < 500
    with office.ports.unit_of_work() as uow:
        accounts = uow.accounts.all()
        members = uow.dashboard.members.of_account(accounts[0].id)
    assert len(accounts) == 1
    owners = {one.email for one in members if one.role is Role.OWNER}
    assert owners == {OWNER}
    assert {one.email for one in members if one.operator} == {OWNER}
    assert all(one.totp_secret == "" for one in members)
    assert all(one.joined_at is None or one.joined_at.year > 2020 for one in members)
