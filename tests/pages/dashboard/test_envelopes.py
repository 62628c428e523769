"""The list of envelopes and one envelope, as members see them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from countersign.usecases.create_credential import CreateCredential, create_credential
from tests.pages.dashboard.office import Office, add_member, opened, post, set_up, texts
from tests.pages.dashboard.test_sign_in import add_other_account
from tests.pdf.samples import contract

pytestmark = pytest.mark.slow
LIST = "/dashboard/envelopes"
EVIL = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>{{7*7}}%(x)s"


@dataclass
class Desk:
    """An account with a key of its own, and its owner's browser."""

    office: Office
    owner: TestClient
    token: str

    def send(self, name: str = "Lease", *people: dict[str, Any], file: str = "a.pdf") -> Any:
        given = people or ({"name": "Lea Roux", "email": "lea@example.test"},)
        signers = [_signer(one["name"], one["email"], file) for one in given]
        answer = self.office.browser.post(
            "/api/v3/signatures",
            data={"name": name, "signers": json.dumps(signers)},
            files={"file": (file, contract(), "application/pdf")},
            headers={"Authorization": f"Bearer {self.token}"},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def sign(self, sent: Any) -> None:
        for person in sent["submitters"]:
            path = person["signatureLink"].partition("?")[0].removeprefix("http://sign.test")
            body = {"method": "typed", "consent": True, "signature": {"text": "L"}}
            done = self.office.browser.post(f"{path}/complete", json=body)
            assert done.status_code == 200, done.text
        self.office.work()


def _signer(name: str, email: str, file: str) -> dict[str, Any]:
    first, _, last = name.partition(" ")
    area = {"x": 120, "y": 40, "w": 200, "h": 60, "page": 0}
    place = {"type": "signature", "name": "Sign here", "document": file, "area": area}
    return {"firstname": first, "lastname": last, "email": email, "fields": [place]}


def token_of(office: Office, email: str, name: str = "first") -> str:
    with office.ports.unit_of_work() as uow:
        member = uow.dashboard.members.joined(email)
    assert member is not None
    command = CreateCredential(account_id=member.account_id, api="signature-nc", name=name)
    return create_credential(command, office.ports).secret


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened(tmp_path_factory.mktemp("envelopes")) as office:
        owner = set_up(office)
        yield Desk(office, owner, token_of(office, "olga@acme.test"))


def page_of(desk: Desk, sent: Any) -> Any:
    answer = desk.owner.get(f"{LIST}/{sent['uuid']}")
    assert answer.status_code == 200
    return answer


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, texts(answer.text)
    return re.findall(r'<a href="/dashboard/envelopes/[\w-]+">([^<]*)</a>', answer.text)


def test_an_empty_list_says_what_to_do_next(tmp_path: Path) -> None:
    with opened(tmp_path) as office:
        owner = set_up(office)
        assert "Make a key" in texts(owner.get(LIST).text)
        viewer = add_member(office, owner, "viewer")
        said = texts(viewer.get(LIST).text)
        assert "Nothing was sent yet." in said
        assert "Make a key" not in said
        assert "Nothing matches." in texts(owner.get(LIST, params={"q": "x"}).text)


def test_envelopes_are_found_by_state_api_day_and_words(desk: Desk) -> None:
    desk.send("Ärende 1", {"name": "Ann Ähs", "email": "ann@find.test"})
    done = desk.send("Rent", {"name": "Bo Ek", "email": "bo@find.test"})
    desk.sign(done)
    today = f"{desk.office.ports.clock():%Y-%m-%d}"
    tomorrow = f"{desk.office.ports.clock() + timedelta(days=1):%Y-%m-%d}"

    def found(**query: str) -> set[str]:
        return set(names(desk.owner.get(LIST, params=query))) & {"Ärende 1", "Rent"}

    assert found() == {"Ärende 1", "Rent"}
    assert found(q="ÄRENDE") == {"Ärende 1"}
    assert found(q="BO@find.test") == {"Rent"}
    assert found(q="o@find.test") == set()
    assert found(q="%") == set()
    assert found(state="completed") == {"Rent"}
    assert found(state="open") == {"Ärende 1"}
    assert found(state="ended") == set()
    assert found(api="signature-nc") == {"Ärende 1", "Rent"}
    assert found(api="signeum") == set()
    assert found(since=today, until=today) == {"Ärende 1", "Rent"}
    assert found(since=tomorrow) == set()


@pytest.mark.parametrize(
    "query", [{"since": "yesterday"}, {"until": "2026-13-01"}, {"behind": "x"}, {"behind": "W10"}]
)
def test_filters_that_make_no_sense_are_said(desk: Desk, query: dict[str, str]) -> None:
    answer = desk.owner.get(LIST, params=query)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_a_long_list_is_turned_page_by_page_and_loses_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as office:
        desk = Desk(office, set_up(office), token_of(office, "olga@acme.test"))
        sent = [f"Number {number:03}" for number in range(53)]
        for name in sent:
            desk.send(name)
        first = desk.owner.get(LIST)
        (older,) = re.findall(r'href="([^"]+)" rel="next"', first.text)
        second = desk.owner.get(older.replace("&amp;", "&"))
        assert names(first) + names(second) == sent[::-1]
        assert 'rel="next"' not in second.text


def test_filters_are_kept_under_a_name_for_oneself(desk: Desk) -> None:
    form = {"name": "To chase", "state": "open", "q": "rent & more"}
    saved = post(desk.owner, "/dashboard/views", **form)
    assert saved.headers["location"] == f"{LIST}?state=open&q=rent+%26+more"
    page = desk.owner.get(LIST).text
    assert "To chase" in page
    colleague = add_member(desk.office, desk.owner, "viewer")
    assert "To chase" not in colleague.get(LIST).text
    (path,) = re.findall(r'action="(/dashboard/views/[\w-]+/remove)"', page)
    post(colleague, path)
    assert "To chase" in desk.owner.get(LIST).text
    post(desk.owner, path)
    assert "To chase" not in desk.owner.get(LIST).text


def test_an_envelope_shows_documents_people_and_what_happened(desk: Desk) -> None:
    sent = desk.send("Lease", {"name": "Lea Roux", "email": "lea@example.test"})
    desk.sign(sent)
    page = page_of(desk, sent)
    said = texts(page.text)
    for word in ("Lea Roux", "lea@example.test", "Completed", "Sealed", "Sent", "2 pages", "typed"):
        assert word in said
    images = re.findall(r'<img src="([^"]+)"', page.text)
    assert len(images) == 2
    shown = desk.owner.get(images[0])
    assert shown.headers["content-type"] == "image/webp"
    downloads = re.findall(r'href="(/dashboard/[^"]+/documents/[\w-]+)"', page.text)
    files = [desk.owner.get(path) for path in downloads]
    assert all(file.content.startswith(b"%PDF") for file in files)
    assert len(files) == 2, "the contract and the audit"
    checked = post(desk.owner, f"{downloads[0]}/verify")
    assert 'data-verdict="valid"' in checked.text
    assert "Lea Roux" in checked.text


def test_pictures_of_what_was_signed_are_not_those_from_before(desk: Desk) -> None:
    """Browsers keep pictures for an hour by their address."""

    def first_picture() -> str:
        return str(re.findall(r'<img src="([^"]+)"', page_of(desk, sent).text)[0])

    sent = desk.send("To look at")
    before = first_picture()
    unsigned = desk.owner.get(before)
    desk.sign(sent)
    after = first_picture()
    assert after != before
    assert desk.owner.get(after).content != unsigned.content


def test_an_open_envelope_is_reminded_of_and_cancelled_once(desk: Desk) -> None:
    sent = desk.send("To cancel")
    path = f"{LIST}/{sent['uuid']}"
    (remind,) = re.findall(r'action="([^"]+/remind)"', page_of(desk, sent).text)
    assert post(desk.owner, remind).headers["location"] == f"{path}?done=reminded"
    assert post(desk.owner, remind).status_code == 429
    assert "Reminded" in texts(page_of(desk, sent).text)
    assert any("Reminder" in mail["subject"] for mail in desk.office.mails("lea@example.test"))
    assert post(desk.owner, f"{path}/cancel", reason="was wrong").status_code == 303
    said = texts(page_of(desk, sent).text)
    assert "Cancelled" in said
    assert "was wrong" in said
    assert post(desk.owner, remind).status_code == 410
    audit = texts(desk.owner.get("/dashboard/audit").text)
    assert "cancelled an envelope: To cancel" in audit
    assert "reminded somebody: To cancel" in audit


def test_what_is_signed_can_not_be_cancelled(desk: Desk) -> None:
    sent = desk.send("Done")
    desk.sign(sent)
    refused = post(desk.owner, f"{LIST}/{sent['uuid']}/cancel")
    assert refused.status_code == 409
    assert "Done" in refused.text


def test_another_account_sees_nothing_of_it(desk: Desk) -> None:
    sent = desk.send("Secret")
    page = page_of(desk, sent).text
    stranger = add_other_account(desk.office)
    assert names(stranger.get(LIST)) == []
    paths = set(re.findall(rf'(?:href|src|action)="({LIST}/{sent["uuid"]}[^"]*)"', page))
    assert len(paths) >= 5
    for path in paths:
        read = stranger.get(path)
        assert read.status_code in (404, 405), path
        assert post(stranger, path).status_code in (404, 405), path
    assert "Secret" in page_of(desk, sent).text


def test_no_field_of_senders_and_signers_becomes_markup(desk: Desk) -> None:
    sent = desk.send(EVIL, {"name": EVIL[:100], "email": "evil@example.test"}, file=f"{EVIL}.pdf")
    path = sent["submitters"][0]["signatureLink"].partition("?")[0].removeprefix("http://sign.test")
    headers = {"user-agent": EVIL, "accept-language": EVIL}
    desk.office.browser.post(f"{path}/open", headers=headers)
    declined = desk.office.browser.post(f"{path}/decline", json={"reason": EVIL}, headers=headers)
    assert declined.status_code == 200
    desk.office.work()
    pages = [
        page_of(desk, sent).text,
        desk.owner.get(LIST, params={"q": EVIL, "api": EVIL, "state": EVIL}).text,
        desk.owner.get(LIST).text,
    ]
    post(desk.owner, "/dashboard/views", name=EVIL[:60], q=EVIL, api=EVIL, since=EVIL)
    pages.append(desk.owner.get(LIST).text)
    for evil in (EVIL, EVIL[:100], EVIL[:60]):
        assert all(evil not in page for page in pages)
    for page in pages:
        assert "<img src=x" not in page
        assert "<script>alert" not in page
        assert "49" not in re.sub(r"[^{]7\*7", "", page) or "{{7*7}}" in page
    assert "{{7*7}}%(x)s" in pages[0]


def test_no_field_of_members_becomes_markup(tmp_path: Path) -> None:
    with opened(tmp_path) as office:
        owner = set_up(office, company=EVIL)
        evil = EVIL[:60]
        form = {"email": "evil@acme.test", "name": evil, "role": "viewer"}
        assert post(owner, "/dashboard/members/invite", **form).status_code == 303
        member = office.new_browser()
        member.headers["user-agent"] = EVIL
        link = office.link("evil@acme.test")
        pages = [member.get(link).text]
        post(member, link, name=evil, password="wooden boats in grey rain")
        pages += [member.get("/dashboard/me").text]
        post(owner, "/dashboard/members/invite", email=EVIL, name=evil, role=EVIL)
        wrong = post(owner, "/dashboard/members/invite", email=EVIL, name=evil, role="viewer")
        pages += [wrong.text, post(office.new_browser(), "/dashboard/sign-in", email=EVIL).text]
        pages += [owner.get(path).text for path in ("/dashboard/members", "/dashboard/audit")]
        mail = office.mails("evil@acme.test")[0]
        pages += [
            mail["html"],
            office.browser.get("/dashboard/sign-in", params={"next": EVIL}).text,
        ]
    for page in pages:
        assert "<img src=x" not in page
        assert "<script>alert" not in page
        assert EVIL not in page
