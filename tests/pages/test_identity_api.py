"""The signing page's own API where it asks who somebody is, on a whole sandbox installation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from countersign import app
from countersign.domain.envelope import Envelope
from countersign.domain.errors import DomainError
from countersign.domain.task import Action, Area, FieldKind, Person
from countersign.usecases.check_code import check_code
from countersign.usecases.ports import Ports
from countersign.usecases.send_envelope import NewField
from tests.contracts.threads import at_once
from tests.support.installed import Installed, installed, signer
from tests.support.processes import wait_until

pytestmark = pytest.mark.slow

ASTRID, SOMEBODY = "196408233234", "191212121212"
CODE = {"identity": ("email_code",)}
EID = {"identity": ("bankid_se",), "methods": ("bankid_se",)}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with installed(tmp_path_factory.mktemp("installed")) as house:
        yield house


def post(house: Installed, link: str, path: str, body: Any = None) -> Any:
    return house.client.post(f"{link}/{path}", json=body)


def coded(house: Installed, number: int) -> tuple[Envelope, str]:
    """An envelope of somebody who needs a code, and their link."""
    envelope = house.send(signer(number, **CODE))
    return envelope, house.link(envelope)


def address(envelope: Envelope, number: int = 0) -> str:
    return envelope.tasks[number].person.email or ""


def test_two_people_sign_in_order_with_codes(house: Installed) -> None:
    envelope = house.send(signer(0, **CODE), signer(1, after=(0,), language="sv", **CODE))
    for number, subject in enumerate(("Your code for Lease", "Din kod för Lease")):
        link = house.link(envelope, number)
        sent = house.client.post(f"{link}/identity/email_code")
        assert (sent.status_code, sent.json()) == (
            202,
            {"status": "sent", "sent_to": "p•••@people.example", "hint": None},
        )
        mail = house.await_mail(address(envelope, number))
        assert mail["subject"] == subject
        assert mail["code"] in mail["text"]
        assert mail["links"] == []
        assert post(house, link, "complete", {"consent": True}).status_code == 403
        document = f"{link}/documents/{envelope.documents[0].id}"
        assert house.client.get(document).status_code == 404
        proved = post(
            house, link, "identity/email_code", {"code": f" {mail['code'][:3]} {mail['code'][3:]}"}
        )
        assert (proved.status_code, proved.json()["status"]) == (200, "proved")
        assert house.client.get(document).status_code == 200
        assert house.client.get(f"{link}/state").json()["identity"]["due"] == []
        typed = {"method": "typed", "consent": True, "signature": {"text": "P"}}
        assert post(house, link, "complete", typed).status_code == 200
    house.await_status(envelope, "completed")


def test_what_stands_in_fields_shows_to_nobody_who_has_not_proved_who_they_are(
    house: Installed,
) -> None:
    """The sender filled it in for the right person; it is a part of the document."""
    area = Area(0, 0.1, 0.5, 0.3, 0.08)
    field = NewField(
        document=0, kind=FieldKind.TEXT, name="Salary", area=area, value="61,000 kroner"
    )
    people = [signer(n, fields=(field,), **CODE) for n in range(2)]
    envelope = house.send(people[0], replace(people[1], after=(0,), identity=()))
    for number in range(2):
        link = house.link(envelope, number)
        for path in (link, f"{link}/state"):
            assert "61,000 kroner" not in house.client.get(path).text
    link = house.link(envelope)
    house.client.post(f"{link}/identity/email_code")
    code = house.await_mail(address(envelope))["code"]
    assert post(house, link, "identity/email_code", {"code": code}).status_code == 200
    for path in (link, f"{link}/state"):
        assert "61,000 kroner" in house.client.get(path).text


def test_the_second_in_order_gets_no_code_before_the_first_has_signed(house: Installed) -> None:
    envelope = house.send(signer(0), signer(1, after=(0,), **CODE))
    answer = house.client.post(f"{house.link(envelope, 1)}/identity/email_code")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_your_turn")


def test_wrong_codes_are_told_and_counted(house: Installed) -> None:
    envelope, link = coded(house, 2)
    house.client.post(f"{link}/identity/email_code")
    code = house.await_mail(address(envelope))["code"]
    wrong = {"code": another(code)}
    for _ in range(5):
        refused = post(house, link, "identity/email_code", wrong)
        assert refused.status_code == 400
        assert refused.json()["error"]["fields"] == {"code": "wrong"}
    locked = post(house, link, "identity/email_code", {"code": code})
    assert (locked.status_code, locked.json()["error"]["code"]) == (429, "too_many_tries")
    assert 0 < int(locked.headers["retry-after"]) <= 30
    again = house.client.post(f"{link}/identity/email_code")
    assert (again.status_code, again.json()["error"]["code"]) == (429, "too_many_tries")


def test_what_is_not_asked_for_is_not_offered(house: Installed) -> None:
    _, link = coded(house, 3)
    for method in ("sms_code", "bankid_se", "nonsense"):
        answer = house.client.post(f"{link}/identity/{method}")
        assert answer.status_code == 400
        assert answer.json()["error"]["fields"] == {"method": "not offered"}
    assert house.client.get(f"{link}/identity/bankid_se").status_code == 400
    assert house.client.post("/s/nobody/identity/email_code").status_code == 404
    assert post(house, link, "identity/email_code", {"code": 123456}).status_code == 400


def with_eid(house: Installed) -> tuple[Envelope, str]:
    person = Person(name="Astrid Berg", email="astrid@people.example", national_id=ASTRID)
    envelope = house.send(signer(0, person=person, **EID))
    return envelope, house.link(envelope)


def test_a_simulated_eid_identifies_and_signs(house: Installed) -> None:
    envelope, link = with_eid(house)
    begun = house.client.post(f"{link}/identity/bankid_se").json()
    assert (begun["status"], begun["simulated"]) == ("pending", True)
    assert house.client.get(f"{link}/identity/bankid_se").json()["status"] == "pending"
    astrid = {"simulate": {"national_id": "19640823-3234", "name": "Astrid Berg"}}
    proved = post(house, link, "identity/bankid_se", astrid)
    assert (proved.status_code, proved.json()["status"]) == (200, "proved")
    signed = post(house, link, "complete", {"method": "bankid_se", "consent": True})
    assert signed.status_code == 200
    house.await_status(envelope, "completed")


def test_a_simulated_eid_of_somebody_else_is_refused(house: Installed) -> None:
    _, link = with_eid(house)
    other = {"simulate": {"national_id": SOMEBODY, "name": "Bo Ek"}}
    refused = post(house, link, "identity/bankid_se", other)
    assert refused.status_code == 400
    assert refused.json()["error"]["fields"] == {"national_id": "somebody else"}
    broken_off = post(house, link, "identity/bankid_se", {"simulate": {"cancel": True}})
    assert broken_off.json() == {"status": "failed", "sent_to": None, "hint": "userCancel"}
    stopped = post(house, link, "identity/bankid_se", {"cancel": True})
    assert stopped.json()["status"] == "idle"
    signed = post(house, link, "complete", {"method": "bankid_se", "consent": True})
    assert signed.status_code == 403


def test_a_reviewer_confirms_with_consent_alone(house: Installed) -> None:
    reviewing = signer(1, actions={0: Action.REVIEW}, fields=(), optional=True)
    envelope = house.send(signer(0), reviewing)
    link = house.link(envelope, 1)
    assert house.client.get(f"{link}/state").json()["documents"][0]["action"] == "review"
    assert post(house, link, "complete", {"consent": True}).status_code == 200
    typed = {"method": "typed", "consent": True, "signature": {"text": "P"}}
    assert post(house, house.link(envelope), "complete", typed).status_code == 200
    done = house.await_status(envelope, "completed")
    acts = [part.task_id for part in done.documents[0].segments if part.kind == "act"]
    assert acts == [envelope.tasks[0].id]


def test_the_deadline_follows_the_sandboxs_clock(tmp_path: Path) -> None:
    with installed(tmp_path) as house:
        due = house.ports.clock() + timedelta(days=3)
        envelope = house.send(signer(0), due_at=due)
        house.advance(timedelta(days=2))
        assert house.client.get(f"{house.link(envelope)}/state").status_code == 200
        house.advance(timedelta(days=1, seconds=1))
        house.await_status(envelope, "expired")
        assert house.client.get(f"{house.link(envelope)}/state").status_code == 410


def test_somebody_is_reminded_when_the_sandboxs_days_have_passed(tmp_path: Path) -> None:
    with installed(tmp_path) as house:
        settings = house.send(signer(0)).settings
        settings = replace(settings, send_invitations=True, reminder_days=2)
        envelope = house.send(signer(5), settings=settings)
        house.await_mail(address(envelope))
        house.advance(timedelta(days=2, seconds=1))
        assert house.await_mail(address(envelope), 2)["subject"].startswith("Reminder")


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b"[]",
        b"{",
        b'{"code":null,"simulate":null}',
        b'{"code":"\\u0000"}',
        b'{"code":"\\ud800"}',
        b'{"code":"' + b"1" * 41 + b'"}',
        b'{"code":["1","2"]}',
        b'{"simulate":{"cancel":"yes"}}',
        b'{"simulate":[]}',
        b"\xff\xfe",
    ],
)
def test_nonsense_is_refused_and_harms_nothing(house: Installed, body: bytes) -> None:
    for person in (CODE, EID):
        envelope = house.send(signer(4, **person))
        (method,) = envelope.tasks[0].identity
        path = f"{house.link(envelope)}/identity/{method}"
        headers = {"content-type": "application/json"}
        answer = house.client.post(path, content=body, headers=headers)
        assert answer.status_code in (200, 202, 400), answer.text
        assert house.found(envelope).tasks[0].identified == ()


def test_fifty_guesses_at_once_at_two_servers_get_five_tries(
    tmp_path: Path, database_url: str
) -> None:
    with installed(tmp_path, database_url=database_url) as house:
        envelope, link = coded(house, 0)
        house.client.post(f"{link}/identity/email_code")
        code = house.await_mail(address(envelope))["code"]
        with app.opened(house.installation.settings) as second:
            servers = (house.ports, second.ports)
            answers = at_once(50, lambda n: guess(envelope, another(code), servers[n % 2]))
        assert Counter(answers) == {"Invalid": 5, "TooManyTries": 45}


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def guess(envelope: Envelope, code: str, ports: Ports) -> str:
    try:
        check_code(envelope.tasks[0].id, "email_code", code, ports)
    except DomainError as refusal:
        return type(refusal).__name__
    return "right"


def test_where_people_only_read_the_envelope_is_completed_all_the_same(house: Installed) -> None:
    envelope = house.send(signer(0, actions={0: Action.VIEW}, fields=()))
    assert post(house, house.link(envelope), "complete", {"consent": True}).status_code == 200
    done = house.await_status(envelope, "completed")
    wait_until(lambda: house.found(envelope).audit is not None, "the audit document")
    assert not done.was_signed


@pytest.mark.parametrize("path", ["complete", "documents/x/upload", "authorize", "identity/cpr"])
def test_of_strangers_no_body_is_read(house: Installed, path: str) -> None:
    """Nine megabytes for each connection of whoever has no link would soon be all the memory."""
    headers = {"content-type": "application/json"}
    answer = house.client.post(f"/s/no-link/{path}", content=b"[" * (2 << 20), headers=headers)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
