"""What members do with one envelope: each once, however often it is pressed, and by whomever."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from countersign.domain.envelope import Envelope
from countersign.domain.events import EventKind
from tests.pages.dashboard.office import (
    OWNER,
    URL,
    add_member,
    opened,
    post,
    set_up,
    sign_in,
    texts,
)
from tests.pages.dashboard.test_envelopes import LIST, Desk, page_of, token_of

pytestmark = pytest.mark.slow
RIGHT = "right@example.test"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened(tmp_path_factory.mktemp("actions")) as office:
        owner = set_up(office)
        yield Desk(office, owner, token_of(office, "olga@acme.test"))


def stored(desk: Desk, sent: Any) -> Envelope:
    with desk.office.ports.unit_of_work() as uow:
        return uow.envelopes.get(sent["uuid"])


def kinds(desk: Desk, sent: Any) -> list[EventKind]:
    with desk.office.ports.unit_of_work() as uow:
        return [link.event.kind for link in uow.envelopes.evidence(sent["uuid"])]


def link_of(sent: Any, person: int = 0) -> str:
    link: str = sent["submitters"][person]["signatureLink"]
    return link.partition("?")[0].removeprefix(URL)


def with_deadline(desk: Desk, sent: Any, days: int) -> Envelope:
    with desk.office.ports.unit_of_work() as uow:
        envelope = uow.envelopes.get(sent["uuid"])
        due_at = desk.office.ports.clock() + timedelta(days=days)
        uow.envelopes.save(replace(envelope, due_at=due_at), [])
        uow.commit()
    return stored(desk, sent)


def day(desk: Desk, days: int) -> str:
    return f"{desk.office.ports.clock() + timedelta(days=days):%Y-%m-%d}"


# ------------------------------------------------------------------ addresses


def corrected(desk: Desk, sent: Any, email: str = RIGHT) -> Any:
    task = stored(desk, sent).people[0]
    return post(desk.owner, f"{LIST}/{sent['uuid']}/tasks/{task.id}/address", email=email)


def test_a_corrected_address_gets_the_invitation_and_the_old_link_dies(desk: Desk) -> None:
    sent = desk.send("Wrong", {"name": "Lea Roux", "email": "wrong@example.test"})
    old = link_of(sent)
    assert corrected(desk, sent).headers["location"].endswith("?done=corrected")
    (mail,) = desk.office.mails(RIGHT)
    (new,) = {one for one in mail["links"] if "/s/" in one}
    assert old not in new
    browser = desk.office.browser
    assert browser.get(old).status_code == 410
    body = {"method": "typed", "consent": True, "signature": {"text": "L"}}
    assert browser.post(f"{old}/complete", json=body).status_code == 410
    old_task = sent["submitters"][0]["uuid"]
    followed = browser.get(f"/sign/{old_task}", follow_redirects=True)
    assert followed.status_code == 410
    assert not any(old in one for one in followed.text.split('"') if "/documents/" in one)
    done = browser.post(f"{new.partition('?')[0].removeprefix(URL)}/complete", json=body)
    assert done.status_code == 200, done.text
    desk.office.work()
    envelope = stored(desk, sent)
    assert envelope.status == "completed"
    assert [task.person.email for task in envelope.people] == [RIGHT]
    assert EventKind.TASK_ADDRESS_CHANGED in kinds(desk, sent)
    said = texts(page_of(desk, sent).text)
    assert "The address was corrected" in said
    assert "corrected an address: Wrong" in texts(desk.owner.get("/dashboard/audit").text)
    copies = {mail["subject"] for mail in desk.office.mails("wrong@example.test")}
    assert not any("igned" in subject for subject in copies), copies


def test_the_api_shows_the_person_once_with_the_new_link(desk: Desk) -> None:
    sent = desk.send("Once", {"name": "Lea Roux", "email": "wrong@example.test"})
    corrected(desk, sent)
    headers = {"Authorization": f"Bearer {desk.token}"}
    answer = desk.office.browser.get(f"/api/v3/submissions/{sent['uuid']}", headers=headers)
    (person,) = answer.json()["submitters"]
    assert person["email"] == RIGHT
    assert person["signatureLink"] != sent["submitters"][0]["signatureLink"]


def test_correcting_twice_is_correcting_once(desk: Desk) -> None:
    sent = desk.send("Twice", {"name": "Lea Roux", "email": "wrong@example.test"})
    task = stored(desk, sent).people[0]
    path = f"{LIST}/{sent['uuid']}/tasks/{task.id}/address"
    colleague = add_member(desk.office, desk.owner, "sender", "twice@acme.test")

    def press(browser: Any) -> int:
        return int(post(browser, path, email="twice@example.test").status_code)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(press, [desk.owner, colleague, desk.owner, colleague]))
    assert answers == [303] * 4
    assert kinds(desk, sent).count(EventKind.TASK_ADDRESS_CHANGED) == 1
    assert len(desk.office.mails("twice@example.test")) == 1
    assert post(desk.owner, path, email="other@example.test").status_code == 410


@pytest.mark.parametrize("email", ["", "nobody", "wrong@example.test", "a@b\x00.test", "<a@b.c>"])
def test_an_address_has_to_be_another_one(desk: Desk, email: str) -> None:
    sent = desk.send("Bad", {"name": "Lea Roux", "email": "wrong@example.test"})
    assert corrected(desk, sent, email).status_code == 422
    assert EventKind.TASK_ADDRESS_CHANGED not in kinds(desk, sent)


def test_who_signed_or_was_identified_keeps_the_address(desk: Desk) -> None:
    people = [{"name": "A B", "email": "a@x.test"}, {"name": "C D", "email": "c@x.test"}]
    sent = desk.send("Begun", *people)
    first, second = stored(desk, sent).people
    body = {"method": "typed", "consent": True, "signature": {"text": "L"}}
    assert desk.office.browser.post(f"{link_of(sent)}/complete", json=body).status_code == 200
    path = f"{LIST}/{sent['uuid']}/tasks"
    assert post(desk.owner, f"{path}/{first.id}/address", email=RIGHT).status_code == 409
    with desk.office.ports.unit_of_work() as uow:
        envelope = uow.envelopes.get(sent["uuid"])
        proved = replace(envelope.task(second.id), identified=("email_code",))
        uow.envelopes.save(envelope.with_task(proved), [])
        uow.commit()
    assert post(desk.owner, f"{path}/{second.id}/address", email=RIGHT).status_code == 409
    assert f"{second.id}/address" not in page_of(desk, sent).text


# ------------------------------------------------------------------ invitations, deadlines


def test_an_invitation_is_sent_again_but_not_by_the_minute(desk: Desk) -> None:
    address = "again@example.test"
    sent = desk.send("Again", {"name": "Lea Roux", "email": address})
    before = len(desk.office.mails(address))
    (path,) = re.findall(r'action="([^"]+/invite)"', page_of(desk, sent).text)
    colleague = add_member(desk.office, desk.owner, "sender", "again@acme.test")
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda one: post(one, path).status_code, [desk.owner, colleague]))
    assert sorted(answers) == [303, 429]
    mails = desk.office.mails(address)
    assert len(mails) == before + 1
    assert "eminder" not in mails[0]["subject"]
    assert link_of(sent) in "".join(mails[0]["links"])
    assert "sent an invitation again" in texts(desk.owner.get("/dashboard/audit").text)


def test_a_deadline_moves_once_and_the_old_one_ends_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as office:
        check_deadlines(Desk(office, set_up(office), token_of(office, OWNER)))


def check_deadlines(desk: Desk) -> None:
    sent = desk.send("More time")
    with_deadline(desk, sent, 1)
    path, form = f"{LIST}/{sent['uuid']}/deadline", {"due_at": day(desk, 9)}
    assert "deadline" in page_of(desk, sent).text
    assert post(desk.owner, path, **form).headers["location"].endswith("?done=extended")
    assert post(desk.owner, path, **form).status_code == 303
    assert kinds(desk, sent).count(EventKind.ENVELOPE_DUE_CHANGED) == 1
    due = stored(desk, sent).due_at
    assert due is not None
    assert f"{due:%Y-%m-%d %H:%M:%S}" == f"{day(desk, 9)} 23:59:59"
    clock: Any = desk.office.ports.clock
    clock.advance(timedelta(days=3))
    desk.office.work()
    assert stored(desk, sent).status == "open"
    clock.advance(timedelta(days=7))
    desk.office.work()
    assert stored(desk, sent).status == "expired"
    owner, _ = sign_in(desk.office)
    assert post(owner, path, due_at=day(desk, 20)).status_code == 410


@pytest.mark.parametrize(
    ("due_at", "status"), [("", 422), ("soon", 422), ("2020-01-01", 422), ("9999-12-31", 303)]
)
def test_a_deadline_has_to_be_a_later_day(desk: Desk, due_at: str, status: int) -> None:
    sent = desk.send("When")
    with_deadline(desk, sent, 1)
    assert post(desk.owner, f"{LIST}/{sent['uuid']}/deadline", due_at=due_at).status_code == status


def test_what_has_no_deadline_or_has_passed_it_is_not_extended(desk: Desk) -> None:
    sent = desk.send("None")
    path = f"{LIST}/{sent['uuid']}/deadline"
    assert post(desk.owner, path, due_at=day(desk, 5)).status_code == 409
    with_deadline(desk, sent, -1)
    assert post(desk.owner, path, due_at=day(desk, 5)).status_code == 410


# ------------------------------------------------------------------ documents


def test_all_documents_come_in_one_file(desk: Desk) -> None:
    sent = desk.send("Zip/../me", file="a.pdf")
    desk.sign(sent)
    answer = desk.owner.get(f"{LIST}/{sent['uuid']}/all.zip")
    assert answer.headers["content-type"] == "application/zip"
    assert "Zip_.._me.zip" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as made:
        assert made.testzip() is None
        names = made.namelist()
        assert len(names) == 2
        envelope = stored(desk, sent)
        files = desk.office.ports.files
        for name, document in zip(
            names, [*envelope.documents, *filter(None, [envelope.audit])], strict=True
        ):
            assert made.read(name) == b"".join(files.stream(document.parts))


def checked(desk: Desk, sent: Any) -> Any:
    document = stored(desk, sent).documents[0]
    return post(desk.owner, f"{LIST}/{sent['uuid']}/documents/{document.id}/verify")


def test_both_checks_say_that_a_completed_document_is_good(desk: Desk) -> None:
    sent = desk.send("Sound")
    assert 'data-testid="recorded"' not in checked(desk, sent).text, "nothing to compare with yet"
    desk.sign(sent)
    page = checked(desk, sent).text
    assert 'data-verdict="valid"' in page
    assert 'data-agree="yes"' in page
    said = texts(page)
    for word in ("Lea Roux", "PAdES", "what this server recorded", "Back to the envelope"):
        assert word in said
    assert "SHA-256" not in said, "a label with nothing behind it"


def test_evidence_that_was_changed_makes_the_checks_disagree(desk: Desk) -> None:
    sent = desk.send("Changed")
    desk.sign(sent)
    crime = "UPDATE evidence SET data = '{}' WHERE envelope_id = :id AND number = 1"
    with desk.office.installation.database.engine.connect() as connection:
        connection.execute(text(crime), {"id": sent["uuid"]})
        connection.commit()
    page = checked(desk, sent).text
    assert 'data-verdict="valid"' in page
    assert 'data-agree="no"' in page
    assert "the evidence was changed at link 1" in texts(page)


def test_actions_work_on_postgresql_too(postgres_url: str, tmp_path: Path) -> None:
    with opened(tmp_path, database_url=postgres_url) as office:
        desk = Desk(office, set_up(office), token_of(office, "olga@acme.test"))
        test_correcting_twice_is_correcting_once(desk)
        test_an_invitation_is_sent_again_but_not_by_the_minute(desk)
        test_all_documents_come_in_one_file(desk)


@pytest.mark.parametrize("number", ["-1", "9" * 30, "x"])
def test_a_number_that_no_database_knows_is_refused(desk: Desk, number: str) -> None:
    for query in (f"audit?before={number}", f"batches?after={number}"):
        assert desk.owner.get(f"/dashboard/{query}").status_code == 400
