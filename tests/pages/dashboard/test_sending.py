"""Drafts over HTTP: kept, overtaken, refused, sent once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from countersign.domain.branding import Branding
from countersign.domain.envelope import Envelope
from countersign.domain.project import ProjectSettings, new_project
from countersign.pages.dashboard.sending.offers import offered_proofs
from countersign.usecases.change_account import change_account
from tests.contracts.threads import at_once
from tests.pages.dashboard.office import CLICK, OWNER, Office, add_member, set_up, texts
from tests.pages.dashboard.test_sign_in import add_other_account
from tests.pdf import foreign
from tests.pdf.samples import contract, encrypted, with_text_field
from tests.support.docx import docx, paragraph, run
from tests.support.webhooks import WebhookReceiver

ASKS_JSON = {**CLICK, "Accept": "application/json"}
FIELD = {"kind": "signature", "name": "Here", "page": 0, "x": 0.2, "y": 0.5, "w": 0.3, "h": 0.06}
LEA = {"key": "lea", "name": "Lea Roux", "email": "lea@people.test"}


def begin(browser: TestClient) -> str:
    answer = browser.post("/dashboard/drafts", data={"x": "y"}, headers=CLICK)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def add(
    browser: TestClient, draft: str, data: bytes, name: str = "lease.pdf", id: str = "d1"
) -> Any:
    files = {"file": (name, data, "application/octet-stream")}
    return browser.post(f"{draft}/documents", data={"id": id}, files=files, headers=ASKS_JSON)


def save(browser: TestClient, draft: str, version: int, **content: Any) -> Any:
    body = {"version": version, "content": content}
    return browser.post(draft, json=body, headers=CLICK)


def page_data(browser: TestClient, draft: str) -> Any:
    html = browser.get(draft).text
    return json.loads(html.partition('id="draft">')[2].partition("</script>")[0])


def send(browser: TestClient, draft: str, version: int) -> Any:
    return browser.post(f"{draft}/send", json={"version": version}, headers=CLICK)


def envelope_of(office: Office, id: str) -> Envelope:
    with office.ports.unit_of_work() as uow:
        return uow.envelopes.get(id)


@pytest.fixture
def owner(office: Office) -> TestClient:
    return set_up(office)


@pytest.fixture
def draft(owner: TestClient) -> str:
    """With a document."""
    made = begin(owner)
    assert add(owner, made, contract()).status_code == 200
    return made


# ------------------------------------------------------------------ kept


def test_what_was_written_is_there_when_one_comes_back(owner: TestClient, draft: str) -> None:
    field = {**FIELD, "id": "f1", "document": "d1", "person": "lea"}
    saved = save(owner, draft, 1, name="Lease", people=[LEA], fields=[field], message="Hello")
    assert saved.json() == {"version": 2}
    data = page_data(owner, draft)
    assert data["version"] == 2
    assert data["content"]["message"] == "Hello"
    assert data["content"]["people"][0]["name"] == "Lea Roux"
    assert data["content"]["fields"] == [{**field, "required": True, "options": []}]
    assert [one["name"] for one in data["documents"]] == ["lease.pdf"]
    assert "Lease" in owner.get("/dashboard/envelopes?state=draft").text
    assert "Lease" in owner.get("/dashboard/envelopes").text
    assert "Lease" not in owner.get("/dashboard/envelopes?state=draft&q=other").text


def test_what_arrives_twice_is_kept_once(owner: TestClient, draft: str) -> None:
    assert save(owner, draft, 1, name="Lease").json() == {"version": 2}
    assert save(owner, draft, 1, name="Lease").json() == {"version": 2}
    assert add(owner, draft, contract(), id="d1").json()["id"] == "d1"
    assert len(page_data(owner, draft)["documents"]) == 1


def test_the_later_of_two_windows_is_told(owner: TestClient, draft: str) -> None:
    assert save(owner, draft, 1, name="One").status_code == 200
    later = save(owner, draft, 1, name="Two")
    assert later.status_code == 409
    assert page_data(owner, draft)["content"]["name"] == "One"
    assert send(owner, draft, 1).status_code == 409


def test_documents_come_in_the_order_that_was_chosen(owner: TestClient, draft: str) -> None:
    add(owner, draft, contract(1), "second.pdf", "d2")
    save(owner, draft, 1, order=["d2", "d1"])
    data = page_data(owner, draft)
    assert [one["id"] for one in data["documents"]] == ["d2", "d1"]
    assert owner.get(data["documents"][0]["pages"][0]["image"]).content[8:12] == b"WEBP"
    removed = owner.post(f"{draft}/documents/d2/remove", data={"x": "y"}, headers=CLICK)
    assert removed.status_code == 200
    assert [one["id"] for one in page_data(owner, draft)["documents"]] == ["d1"]


def test_a_form_in_the_pdf_is_proposed(owner: TestClient, draft: str) -> None:
    answer = add(owner, draft, with_text_field("city"), "form.pdf", "d2").json()
    (found,) = answer["proposed"]
    assert (found["kind"], found["name"]) == ("text", "city")


def test_a_discarded_draft_is_gone_with_its_files(owner: TestClient, draft: str) -> None:
    image = page_data(owner, draft)["documents"][0]["pages"][0]["image"]
    answer = owner.post(f"{draft}/discard", data={"x": "y"}, headers=CLICK)
    assert answer.headers["location"].endswith("done=discarded")
    assert owner.get(draft).status_code == 404
    assert owner.get(image).status_code == 404
    assert save(owner, draft, 1, name="Late").status_code == 404
    assert add(owner, draft, contract()).status_code == 404


# ------------------------------------------------------------------ bad files


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.pdf", b"hello", "This is no PDF"),
        ("a.pdf", b"", "The file is empty."),
        ("a.pdf", encrypted("secret", "secret"), "password"),
        ("a.docx", b"PK\x03\x04 and no more", "."),
        ("a.png", b"\x89PNG\r\n\x1a\n broken", "This is no PDF"),
    ],
)
def test_a_bad_file_is_refused_in_words(
    owner: TestClient, draft: str, name: str, data: bytes, why: str
) -> None:
    answer = add(owner, draft, data, name, "d9")
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert why in error
    assert error[0].isupper()
    assert len(page_data(owner, draft)["documents"]) == 1


def test_without_libreoffice_a_word_document_is_refused_in_words(
    office: Office, owner: TestClient, draft: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office.installation.office, "_program", None)
    answer = add(owner, draft, docx(paragraph(run("Hello"))), "a.docx", "d9")
    assert answer.status_code == 422
    assert "LibreOffice" in answer.json()["error"]


def test_a_file_that_is_too_large_is_not_read(owner: TestClient, draft: str) -> None:
    answer = add(owner, draft, b"%PDF-" + bytes(52 << 20), "large.pdf", "d9")
    assert answer.status_code == 413
    assert answer.json() == {"error": "This is too large."}


def test_a_name_from_another_machine_is_shown_as_a_name_only(owner: TestClient, draft: str) -> None:
    add(owner, draft, contract(), "C:\\folder\\..\\lease\u202e.pdf", "d2")
    assert page_data(owner, draft)["documents"][1]["name"] == "lease.pdf"


# ------------------------------------------------------------------ who may


def test_other_sites_change_nothing(owner: TestClient, draft: str) -> None:
    elsewhere = {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}
    body = {"version": 1, "content": {"name": "Evil"}}
    assert owner.post(draft, json=body, headers=elsewhere).status_code == 403
    assert owner.post(f"{draft}/send", json={"version": 1}, headers=elsewhere).status_code == 403
    files = {"file": ("a.pdf", contract(), "application/pdf")}
    assert (
        owner.post(
            f"{draft}/documents", data={"id": "x"}, files=files, headers=elsewhere
        ).status_code
        == 403
    )
    assert page_data(owner, draft)["version"] == 1


def test_a_viewer_sees_no_drafts_and_changes_none(
    office: Office, owner: TestClient, draft: str
) -> None:
    save(owner, draft, 1, name="Secret plan")
    viewer = add_member(office, owner, "viewer")
    assert viewer.get(draft).status_code == 403
    assert save(viewer, draft, 2, name="Mine").status_code == 403
    assert add(viewer, draft, contract(), id="d2").status_code == 403
    listed = viewer.get("/dashboard/envelopes?state=draft").text
    assert "Secret plan" not in listed
    assert "New envelope" not in listed


def test_another_account_finds_nothing(office: Office, draft: str) -> None:
    stranger = add_other_account(office)
    assert stranger.get(draft).status_code == 404
    assert save(stranger, draft, 1, name="Mine").status_code == 404
    assert send(stranger, draft, 1).status_code == 404


def test_a_draft_is_its_writers_and_theirs_who_read_everything(
    office: Office, owner: TestClient
) -> None:
    writer = add_member(office, owner, "sender")
    other = add_member(office, owner, "sender", "other@acme.test")
    admin = add_member(office, owner, "admin")
    draft = begin(writer)
    save(writer, draft, 1, name="Secret plan")
    assert "Secret plan" not in other.get("/dashboard/envelopes?state=draft").text
    assert other.get(draft).status_code == 404
    assert save(other, draft, 2, name="Mine").status_code == 404
    assert add(other, draft, contract()).status_code == 404
    assert other.post(f"{draft}/discard", data={"x": "y"}, headers=CLICK).status_code == 404
    assert "Secret plan" in admin.get("/dashboard/envelopes?state=draft").text
    assert admin.get(draft).status_code == 200


# ------------------------------------------------------------------ sent


def test_what_is_missing_is_said_where_it_is_to_be_put_right(owner: TestClient) -> None:
    empty = begin(owner)
    assert set(send(owner, empty, 1).json()["problems"]) == {"documents", "people"}
    bo = {"key": "bo", "name": " ", "email": "bo", "phone": "x", "proof": "voodoo"}
    save(owner, empty, 1, people=[bo], due="2001-01-01")
    wrong = send(owner, empty, 2)
    assert wrong.status_code == 422
    assert set(wrong.json()["problems"]) == {
        "documents", "people.bo.name", "people.bo.email", "people.bo.phone", "people.bo.proof",
        "due",
    }  # fmt: skip


def test_a_field_of_nobody_is_not_sent(owner: TestClient, draft: str) -> None:
    field = {**FIELD, "id": "f1", "document": "d1", "person": "gone"}
    save(owner, draft, 1, people=[LEA], fields=[field])
    assert set(send(owner, draft, 2).json()["problems"]) == {"fields"}


@pytest.mark.parametrize(
    "content",
    [
        {"fields": [{"id": "f"}]},
        {"people": [{"key": "<b>"}]},
        {"message": "x" * 5001},
        {"reminder_days": 0},
        {"name": "\ud800"},
        {"name": "a\x00b"},
        {"unknown": 1},
    ],
    ids=lambda content: next(iter(content)),
)
def test_what_no_page_sends_is_refused(owner: TestClient, draft: str, content: Any) -> None:
    body = json.dumps({"version": 1, "content": content})
    headers = {**CLICK, "Content-Type": "application/json"}
    answer = owner.post(draft, content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert page_data(owner, draft)["version"] == 1


def test_sent_twice_is_sent_once(office: Office, owner: TestClient, draft: str) -> None:
    field = {**FIELD, "id": "f1", "document": "d1", "person": "lea"}
    copy = {"key": "cc", "name": "Cc", "email": "cc@people.test", "role": "copy"}
    save(owner, draft, 1, name="Lease", people=[copy, LEA], fields=[field], message="Please",
         due="2099-12-31", reminder_days=3)  # fmt: skip
    first, second = send(owner, draft, 2), send(owner, draft, 2)
    assert first.status_code == 200, first.text
    assert first.json() == second.json()
    assert owner.get(first.json()["to"]).status_code == 200
    assert (
        owner.get(draft).headers["location"] == f"/dashboard/envelopes/{draft.rpartition('/')[2]}"
    )
    assert save(owner, draft, 2, name="Again").status_code == 404
    assert len(office.mails("lea@people.test")) == 1
    assert office.mails("cc@people.test") == []
    assert "Please" in office.mails("lea@people.test")[0]["text"]
    assert "sent an envelope" in owner.get("/dashboard/audit").text
    envelope = envelope_of(office, draft.rpartition("/")[2])
    assert (envelope.origin, envelope.settings.reminder_days) == ("dashboard", 3)
    assert envelope.due_at.isoformat() == "2099-12-31T23:59:59+00:00"
    assert [len(task.fields) for task in envelope.tasks] == [0, 1]
    with office.ports.unit_of_work() as uow:
        sender = uow.dashboard.members.get(uow.dashboard.access.of_envelope(envelope.id).sender)
    assert sender.email == OWNER, "whom access roles never keep from it"


def test_pressed_in_two_windows_at_once_it_is_sent_once(
    office: Office, owner: TestClient, draft: str
) -> None:
    save(owner, draft, 1, people=[LEA])
    browsers = [office.new_browser() for _ in range(4)]
    for browser in browsers:
        browser.cookies.update(owner.cookies)
    answers = at_once(4, lambda number: send(browsers[number], draft, 2))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len(office.mails("lea@people.test")) == 1
    assert owner.get("/dashboard/audit").text.count("sent an envelope") == 1


def test_a_signed_pdf_takes_one_signature_field_and_says_so(owner: TestClient, draft: str) -> None:
    signed = foreign.signed_contract(foreign.Authority())
    assert add(owner, draft, signed, "signed.pdf", "d2").status_code == 200
    field = {**FIELD, "id": "f1", "document": "d2", "person": "lea"}
    save(owner, draft, 1, people=[LEA], fields=[{**field, "kind": "text"}])
    assert "already signed" in send(owner, draft, 2).json()["problems"]["fields"]
    save(owner, draft, 2, people=[LEA], fields=[field])
    assert send(owner, draft, 3).status_code == 200


def test_the_look_of_a_project_is_used(office: Office, owner: TestClient, draft: str) -> None:
    with office.ports.unit_of_work() as uow:
        (account,) = uow.accounts.all()
    look = ProjectSettings(branding=Branding(company_name="Acme Homes"), chat=True)
    project = new_project(account.id, "Homes", look, office.ports.clock())
    with office.ports.unit_of_work() as uow:
        uow.projects.add(project)
        uow.commit()
    assert "Homes" in owner.get(draft).text
    save(owner, draft, 1, people=[LEA], project=project.id)
    assert "Acme Homes" in owner.get(f"{draft}/preview/lea").text
    assert owner.get(f"{draft}/preview/lea/logo").status_code == 404
    assert send(owner, draft, 2).status_code == 200
    envelope = envelope_of(office, draft.rpartition("/")[2])
    assert (envelope.project_id, envelope.settings.chat) == (project.id, True)


def test_a_project_of_somebody_else_is_not_used(owner: TestClient, draft: str) -> None:
    save(owner, draft, 1, people=[LEA], project="somebody-elses")
    assert set(send(owner, draft, 2).json()["problems"]) == {"project"}


def test_the_last_day_ends_where_the_account_is(
    office: Office, owner: TestClient, draft: str
) -> None:
    with office.ports.unit_of_work() as uow:
        (account,) = uow.accounts.all()
    change_account(account.id, {"time_zone": "Europe/Copenhagen"}, office.ports)
    assert "Europe/Copenhagen" in owner.get(draft).text
    save(owner, draft, 1, people=[LEA], due="2099-07-31")
    assert send(owner, draft, 2).status_code == 200
    due = envelope_of(office, draft.rpartition("/")[2]).due_at
    assert due is not None
    assert due.isoformat() == "2099-07-31T21:59:59+00:00"


def test_whoever_signs_in_turn_is_asked_in_turn(
    office: Office, owner: TestClient, draft: str
) -> None:
    people = [
        {"key": "b", "name": "B", "email": "b@people.test", "turn": 2, "proof": "email_code"},
        {"key": "a", "name": "A", "email": "a@people.test", "turn": 1, "proof": "bankid_se"},
    ]
    save(owner, draft, 1, people=people, ordered=True)
    assert send(owner, draft, 2).status_code == 200
    assert len(office.mails("a@people.test")) == 1
    assert office.mails("b@people.test") == []
    second, first = envelope_of(office, draft.rpartition("/")[2]).tasks
    assert (first.methods, first.identity) == (("bankid_se",), ("bankid_se",))
    assert (second.methods, second.identity) == (("drawn", "typed"), ("email_code",))


def test_programs_are_told_in_the_dashboards_own_words(
    office: Office, owner: TestClient, draft: str, webhook_receiver: WebhookReceiver
) -> None:
    form = {"api": "dashboard", "url": webhook_receiver.url, "events": "envelope.sent"}
    made = owner.post("/dashboard/webhooks", data=form, headers=CLICK)
    assert made.status_code == 200, texts(made.text)
    save(owner, draft, 1, name="Lease", people=[LEA])
    assert send(owner, draft, 2).status_code == 200
    office.work()
    (call,) = webhook_receiver.requests
    told = call.json()
    assert (told["event"], told["person"]) == ("envelope.sent", None)
    assert told["envelope"] == {"id": draft.rpartition("/")[2], "name": "Lease", "status": "open"}
    assert call.headers["webhook-signature"]


# ------------------------------------------------------------------ the preview


def test_a_preview_shows_the_page_and_signs_nothing(owner: TestClient, draft: str) -> None:
    field = {**FIELD, "id": "f1", "document": "d1", "person": "lea"}
    lea = {**LEA, "proof": "bankid_se", "language": "da"}
    save(owner, draft, 1, name="Lease", people=[lea], fields=[field])
    shown = owner.get(f"{draft}/preview/lea")
    assert shown.status_code == 200
    assert 'lang="da"' in shown.text
    assert "This is a preview." in texts(shown.text)
    image = owner.get(f"{draft}/preview/lea/documents/d1/pages/0.webp?width=640")
    assert image.content[8:12] == b"WEBP"
    words = owner.get(f"{draft}/preview/lea/documents/d1/pages/0.json").json()
    assert any("Contract" in run["text"] for run in words)
    for act in ("complete", "decline", "forward"):
        refused = owner.post(f"{draft}/preview/lea/{act}", json={}, headers=CLICK)
        assert refused.status_code == 409, act
        assert refused.json()["error"]["code"] == "preview"
    assert owner.post(f"{draft}/preview/lea/open", headers=CLICK).status_code == 204
    assert owner.get(f"{draft}/preview/nobody").status_code == 404


def test_a_preview_of_half_a_draft_shows_what_there_is(owner: TestClient) -> None:
    empty = begin(owner)
    save(owner, empty, 1, people=[{"key": "x"}], due="never")
    assert owner.get(f"{empty}/preview/x").status_code == 422
    add(owner, empty, contract())
    assert owner.get(f"{empty}/preview/x").status_code == 200


# ------------------------------------------------------------------ evil words


EVIL = '"><img src=x onerror=alert(1)></script><script>alert(2)</script>{{7*7}}'


def test_what_is_written_is_text_wherever_it_is_shown(owner: TestClient, draft: str) -> None:
    add(owner, draft, contract(), f"{EVIL.replace('/', '')}.pdf", "d2")
    field = {
        **FIELD,
        "id": "f1",
        "document": "d1",
        "person": "lea",
        "name": EVIL,
        "options": [EVIL],
    }
    lea = {**LEA, "name": EVIL, "phone": EVIL[:40], "language": "<x>", "proof": "<script>"}
    save(owner, draft, 1, name=EVIL, people=[lea], fields=[field], message=EVIL, due="<script>")
    for path in (
        draft,
        f"{draft}/preview/lea",
        "/dashboard/envelopes",
        "/dashboard/envelopes?state=draft",
    ):
        html = owner.get(path).text
        assert "<img src=x" not in html, path
        assert "<script>alert" not in html, path


def test_ways_to_know_people_that_are_called_the_same_are_told_apart() -> None:
    offered = offered_proofs(["nbid", "bankid_no", "freja"], ())
    assert offered["nbid"] == "BankID (Norway) · nbid"
    assert offered["bankid_no"] == "BankID (Norway) · bankid_no"
    assert offered["freja"] == "Freja"
