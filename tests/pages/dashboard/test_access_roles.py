"""Access roles: what is for some is seen by nobody else, on no page."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from countersign.domain.short_id import short_id
from countersign.usecases.create_credential import CreateCredential, create_credential
from tests.pages.dashboard.office import OWNER, Office, add_member, opened, post, set_up, texts
from tests.pages.dashboard.test_envelopes import LIST, Desk, names, token_of
from tests.pages.dashboard.test_sign_in import add_other_account
from tests.pdf.samples import contract

pytestmark = pytest.mark.slow
ACCESS = "/dashboard/access"


@dataclass
class House:
    """`board` has the access role of that name, `other` has none."""

    desk: Desk
    board: TestClient
    other: TestClient
    admin: TestClient
    role: str


def make_role(owner: TestClient, name: str, *addresses: str) -> str:
    assert post(owner, ACCESS, name=name).status_code == 303
    page = owner.get(ACCESS).text
    section = next(one for one in page.split("<section")[1:] if f"<h2>{name}</h2>" in one)
    (id,) = set(re.findall(r'action="/dashboard/access/([\w-]+)"', section))
    ids = dict(
        re.findall(r'name="member" value="([\w-]+)"[^<]*<span class="soft">([^ <]+)', section)
    )
    chosen = [one for one, email in ids.items() if email in addresses]
    assert len(chosen) == len(addresses)
    saved = owner.post(
        f"{ACCESS}/{id}",
        data={"name": name, "member": chosen},
        headers={"Origin": "http://sign.test", "Sec-Fetch-Site": "same-origin"},
    )
    assert saved.status_code == 303, texts(saved.text)
    return id


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("access")) as office:
        yield made_house(office)


def made_house(office: Office) -> House:
    owner = set_up(office)
    board = add_member(office, owner, "sender", "board@acme.test")
    other = add_member(office, owner, "sender", "other@acme.test")
    admin = add_member(office, owner, "admin")
    role = make_role(owner, "Board", "board@acme.test")
    return House(Desk(office, owner, token_of(office, OWNER)), board, other, admin, role)


def restrict(house: House, sent: Any, browser: TestClient | None = None, *roles: str) -> Any:
    path = f"{LIST}/{sent['uuid']}/access"
    return post(browser or house.desk.owner, path, role=roles[0] if roles else house.role)


def test_only_members_of_the_role_owners_and_admins_see_it(house: House) -> None:
    sent = house.desk.send("Merger", {"name": "Lea Roux", "email": "secret@find.test"})
    assert restrict(house, sent).status_code == 303
    for browser in (house.desk.owner, house.admin, house.board):
        assert "Merger" in names(browser.get(LIST))
        assert browser.get(f"{LIST}/{sent['uuid']}").status_code == 200
    queries: list[dict[str, str]] = [
        {}, {"q": "merger"}, {"q": "secret@find.test"}, {"state": "open"}, {"api": "signature-nc"},
        {"since": "2020-01-01"},
    ]  # fmt: skip
    for query in queries:
        assert "Merger" not in house.other.get(LIST, params=query).text
        assert "Merger" in house.board.get(LIST, params=query).text
    assert names(house.board.get(LIST, params={"q": "secret@find.test"})) == ["Merger"]


def test_no_page_or_button_of_it_works_for_others(house: House) -> None:
    sent = house.desk.send("Secret")
    house.desk.sign(sent)
    page = house.desk.owner.get(f"{LIST}/{sent['uuid']}").text
    restrict(house, sent)
    with house.desk.office.ports.unit_of_work() as uow:
        task = uow.envelopes.get(sent["uuid"]).tasks[0]
    paths = set(re.findall(rf'(?:href|src|action)="({LIST}/{sent["uuid"]}[^"]*)"', page))
    base = f"{LIST}/{sent['uuid']}"
    paths |= {f"{base}{end}" for end in ("", "/cancel", "/deadline", "/access", "/all.zip")}
    paths |= {f"{base}/tasks/{task.id}/{end}" for end in ("remind", "invite", "address")}
    assert len(paths) >= 10
    for path in paths:
        seen = house.board.get(path).status_code
        assert house.other.get(path).status_code in (404, 405), path
        assert post(house.other, path, email="x@y.test", role=house.role).status_code in (404, 405)
        assert seen in (200, 404, 405), path


def test_who_has_the_role_no_longer_sees_it_no_longer(house: House) -> None:
    role = make_role(house.desk.owner, "Passing", "other@acme.test")
    sent = house.desk.send("Passing by")
    restrict(house, sent, None, role)
    assert house.other.get(f"{LIST}/{sent['uuid']}").status_code == 200
    assert post(house.desk.owner, f"{ACCESS}/{role}", name="Passing").status_code == 303
    assert house.other.get(f"{LIST}/{sent['uuid']}").status_code == 404
    assert post(house.desk.owner, f"{ACCESS}/{role}/remove").status_code == 303
    assert house.other.get(f"{LIST}/{sent['uuid']}").status_code == 404, "it doesn't open by itself"
    page = house.desk.owner.get(f"{LIST}/{sent['uuid']}").text
    assert "is gone" in texts(page)
    opened_up = post(house.desk.owner, f"{LIST}/{sent['uuid']}/access")
    assert opened_up.status_code == 303
    assert house.other.get(f"{LIST}/{sent['uuid']}").status_code == 200
    audit = texts(house.desk.owner.get("/dashboard/audit").text)
    for said in ("made an access role", "changed an access role", "removed an access role"):
        assert said in audit
    assert "set who may see an envelope: Passing by" in audit


def test_senders_do_not_open_what_is_not_theirs(house: House) -> None:
    sent = house.desk.send("Closed")
    restrict(house, sent)
    assert restrict(house, sent, house.board).status_code == 403
    assert post(house.board, f"{LIST}/{sent['uuid']}/access").status_code == 403
    assert "/access" not in house.board.get(f"{LIST}/{sent['uuid']}").text.split("<main")[1]
    assert house.other.get(f"{LIST}/{sent['uuid']}").status_code == 404
    for path in (ACCESS, f"{ACCESS}/{house.role}", f"{ACCESS}/{house.role}/remove"):
        assert post(house.board, path, name="Mine").status_code == 403


def test_roles_and_members_are_the_accounts_own(house: House) -> None:
    stranger = add_other_account(house.desk.office)
    theirs = make_role(stranger, "Theirs")
    for path in (f"{ACCESS}/{house.role}", f"{ACCESS}/{house.role}/remove"):
        assert post(stranger, path, name="Mine").status_code == 404
    assert "Board" not in stranger.get(ACCESS).text
    sent = house.desk.send("Ours")
    assert restrict(house, sent, None, theirs).status_code == 422
    assert restrict(house, sent, None, "nothing").status_code == 422
    with house.desk.office.ports.unit_of_work() as uow:
        outsider = uow.dashboard.members.joined("eve@other.test")
    if outsider is not None:
        answer = post(house.desk.owner, f"{ACCESS}/{house.role}", name="Board", member=outsider.id)
        assert answer.status_code == 422
    assert post(house.desk.owner, ACCESS, name="bOARD").status_code == 409
    assert post(house.desk.owner, ACCESS, name=" ").status_code == 422


# ------------------------------------------------------------------ NextSign


def nextsign(office: Office, role: str, **changes: Any) -> Any:
    with office.ports.unit_of_work() as uow:
        member = uow.dashboard.members.joined(OWNER)
        assert member is not None
        keys = uow.credentials.of_account(member.account_id, "nextsign")
    name = f"key {len(keys)}"
    command = CreateCredential(account_id=member.account_id, api="nextsign", name=name)
    secret = create_credential(command, office.ports).secret
    body: dict[str, Any] = {
        "title": "Case",
        "settings": {"allowedRoles": [role] if role else []},
        "recipients": [{"name": "Kim Holm", "email": "kim@firm.test"}],
        "documents": [
            {"name": "a.pdf", "file": base64.b64encode(contract()).decode(), "fileIsBlob": True}
        ],
    } | changes
    company = short_id(member.account_id)
    headers = {"Authorization": f"Bearer {secret}"}
    made = office.browser.post(f"/api/v2/{company}/case/create", json=body, headers=headers)
    listed = office.browser.get(f"/api/v2/{company}/cases/get", headers=headers)
    return made, listed


def test_a_case_names_the_roles_that_see_it(house: House) -> None:
    role = short_id(house.role)
    made, listed = nextsign(house.desk.office, role, title="Board case")
    assert made.status_code == 200, made.text
    assert made.json()["contract"]["settings"]["allowedRoles"] == [role]
    assert "Board case" in listed.text, "keys see every case"
    assert "Board case" in names(house.board.get(LIST))
    assert "Board case" not in names(house.other.get(LIST))


def test_the_sender_of_a_case_sees_it(house: House) -> None:
    role = short_id(house.role)
    sender = {"user_email": "Other@acme.test"}
    made, _ = nextsign(house.desk.office, role, title="My case", **sender)
    assert made.json()["contract"]["user_email"] == "Other@acme.test"
    assert "My case" in names(house.other.get(LIST))
    page = re.findall(r'href="(/dashboard/envelopes/[\w-]+)">My case', house.other.get(LIST).text)
    assert post(house.other, f"{page[0]}/access").status_code == 303, "the sender may open it"


@pytest.mark.parametrize("role", ["nobody", "0123456789abcdef01234567", "' OR 1=1 --"])
def test_a_role_that_there_is_not_is_refused(house: House, role: str) -> None:
    made, listed = nextsign(house.desk.office, role, title="Refused")
    assert made.status_code == 400
    (error,) = made.json()["errors"]
    assert error["description"] == f"Role not found: {role}"
    assert "Refused" not in listed.text


def test_access_works_on_postgresql_too(postgres_url: str, tmp_path: Path) -> None:
    with opened(tmp_path, database_url=postgres_url) as office:
        house = made_house(office)
        test_only_members_of_the_role_owners_and_admins_see_it(house)
        test_who_has_the_role_no_longer_sees_it_no_longer(house)
        test_the_sender_of_a_case_sees_it(house)
