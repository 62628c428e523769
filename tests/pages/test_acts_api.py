"""The signing page's own API where people bring files, read, hand on, type codes and come by a
ticket; on a whole sandbox installation."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

from countersign.domain.branding import Branding
from countersign.domain.envelope import Envelope
from countersign.domain.identity import TICKET
from countersign.domain.interface import Interface
from countersign.domain.task import Action, Dialog, Person
from countersign.pages.code import OF_ADDRESS
from countersign.usecases.add_interface import add_interface, remove_interface
from countersign.usecases.fill_form import fill_form, form_output, generated_form
from countersign.usecases.receive_file import (
    AwaitedFile,
    StagedBytes,
    inspect_file,
    keep_file,
)
from countersign.usecases.send_envelope import NewTask
from countersign.usecases.sign_code import sign_code
from countersign.usecases.ticket import issue_ticket
from tests.contracts.threads import at_once
from tests.pdf.samples import contract
from tests.pdf.test_own_form import by_reportlab
from tests.support.installed import Installed, installed, signer
from tests.support.processes import wait_until

pytestmark = pytest.mark.slow

BRINGS, READS, SIGNS = 0, 1, 2
LARGEST_MB = 1


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    folder = tmp_path_factory.mktemp("installed")
    with installed(folder, max_signer_upload_mb=LARGEST_MB) as house:
        yield house


def person(action: Action, *after: int, **changes: object) -> NewTask:
    who = Person(name=f"{action}er", email=f"{action}@people.example")
    made = NewTask(person=who, actions={0: action}, after=after, must_view=True, methods=("typed",))
    return replace(made, **changes)  # type: ignore[arg-type]


def passport(house: Installed) -> Envelope:
    tasks = person(Action.UPLOAD), person(Action.VIEW, BRINGS), person(Action.SIGN, READS)
    return house.send(*tasks, documents=(AwaitedFile(name="Passport"),))


def photo(size: tuple[int, int] = (800, 600)) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", size, (20, 90, 160)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def bring(house: Installed, envelope: Envelope, data: bytes, number: int = BRINGS) -> Any:
    path = f"{house.link(envelope, number)}/documents/{envelope.documents[0].id}/upload"
    return house.client.post(path, files={"file": ("IMG_0042.jpg", data, "image/jpeg")})


def look(house: Installed, envelope: Envelope, number: int = READS) -> Any:
    path = f"{house.link(envelope, number)}/documents/{envelope.documents[0].id}/viewed"
    return house.client.post(path)


def complete(house: Installed, envelope: Envelope, number: int, **fields: str) -> Any:
    body = {"method": "typed", "consent": True, "signature": {"text": "Ada"}, "fields": fields}
    return house.client.post(f"{house.link(envelope, number)}/complete", json=body)


def state(house: Installed, envelope: Envelope, number: int = 0) -> Any:
    return house.client.get(f"{house.link(envelope, number)}/state").json()


def refusal(answer: Any) -> tuple[int, str, dict[str, str]]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["fields"]


# ------------------------------------------------------------------ files


def test_a_photo_is_brought_read_and_signed(house: Installed) -> None:
    envelope = passport(house)
    (before,) = state(house, envelope)["documents"]
    assert (before["awaited"], before["pages"]) == (True, [])
    brought = bring(house, envelope, photo())
    assert brought.status_code == 200
    (page,) = brought.json()["pages"]
    assert page["height"] > page["width"]
    image = house.client.get(
        f"{house.link(envelope)}/documents/{before['id']}/pages/0.webp?width=200&v=1"
    )
    assert image.headers["content-type"] == "image/webp"
    assert complete(house, envelope, BRINGS).status_code == 200
    assert state(house, envelope, READS)["documents"][0]["to_view"] is True
    assert look(house, envelope).status_code == 204
    assert state(house, envelope, READS)["documents"][0]["to_view"] is False
    assert complete(house, envelope, READS).status_code == 200
    assert complete(house, envelope, SIGNS).status_code == 200
    done = house.await_status(envelope, "completed")
    assert done.documents[0].sealed


def test_a_pdf_stays_what_it_is(house: Installed) -> None:
    envelope, data = passport(house), contract()
    assert bring(house, envelope, data).status_code == 200
    document = house.found(envelope).documents[0]
    assert house.ports.files.read(document.upload) == data


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"MZ a program", "not_image"),
        (b"%PDF-1.7 half of", "broken"),
        (photo()[:900], "not_image"),
    ],
    ids=["empty", "another kind", "half a PDF", "half a photo"],
)
def test_a_bad_file_is_refused_and_the_good_one_stays(
    house: Installed, data: bytes, why: str
) -> None:
    envelope = passport(house)
    bring(house, envelope, photo())
    before = house.found(envelope).documents[0]
    assert refusal(bring(house, envelope, data)) == (400, "invalid", {"file": why})
    assert house.found(envelope).documents[0] == before


def test_a_file_that_is_too_large_is_refused(house: Installed) -> None:
    envelope = passport(house)
    answer = bring(house, envelope, b"%PDF-1.7" + bytes(LARGEST_MB << 20))
    assert refusal(answer)[:2] == (413, "too_large")
    assert state(house, envelope)["upload_limit"] == LARGEST_MB << 20


def test_no_file_and_two_files_are_refused(house: Installed) -> None:
    envelope = passport(house)
    path = f"{house.link(envelope)}/documents/{envelope.documents[0].id}/upload"
    two = [("file", ("a.pdf", contract())), ("file", ("b.pdf", contract()))]
    for files in ([("other", ("a.pdf", contract()))], two):
        assert refusal(house.client.post(path, files=files))[2] == {"file": "missing"}


def test_strangers_and_those_who_are_done_bring_nothing(house: Installed) -> None:
    envelope = passport(house)
    document = envelope.documents[0].id
    file = {"file": ("a.pdf", contract())}
    stranger = house.client.post(f"/s/{'x' * 43}/documents/{document}/upload", files=file)
    assert refusal(stranger)[0] == 404
    assert refusal(bring(house, envelope, photo(), READS))[:2] == (409, "not_your_turn")
    bring(house, envelope, photo())
    complete(house, envelope, BRINGS)
    assert refusal(bring(house, envelope, photo((90, 90))))[:2] == (409, "already_completed")


def test_many_files_at_once_leave_one(house: Installed) -> None:
    envelope = passport(house)
    answers = at_once(4, lambda n: bring(house, envelope, photo((100 + n, 90))))
    assert {answer.status_code for answer in answers} == {200}
    versions = {answer.json()["version"] for answer in answers}
    assert house.found(envelope).documents[0].upload.sha256[:12] in versions


def test_nothing_is_completed_before_all_is_brought_and_read(house: Installed) -> None:
    envelope = passport(house)
    document = envelope.documents[0].id
    assert refusal(complete(house, envelope, BRINGS))[2] == {document: "upload it first"}
    bring(house, envelope, photo())
    complete(house, envelope, BRINGS)
    assert refusal(complete(house, envelope, READS))[2] == {document: "read it first"}


def test_a_document_that_waits_for_its_file_is_not_found(house: Installed) -> None:
    envelope = passport(house)
    path = f"{house.link(envelope)}/documents/{envelope.documents[0].id}"
    for part in ("", "/pages/0.webp", "/pages/0.json"):
        assert house.client.get(path + part).status_code == 404
    assert house.client.get(house.link(envelope)).status_code == 200


# ------------------------------------------------------------------ forms


def test_the_signer_fills_in_the_form_of_the_document(house: Installed) -> None:
    inspected = inspect_file(StagedBytes(by_reportlab()), "form.pdf", house.ports)
    known = {"city": "Oslo", "pets": "true", "rent": "monthly"}
    received, fields = fill_form(
        keep_file(inspected, house.ports), known, house.ports, interactive=True
    )
    task = replace(person(Action.SIGN), fields=fields)
    envelope = house.send(task, documents=(received,))
    shown = {field["name"]: field for field in state(house, envelope)["fields"]}
    assert shown["Place of signing"]["value"] == "Oslo"
    assert shown["Pets are allowed"]["value"] == "true"
    assert shown["floor"]["options"] == ["1", "2"]
    wrong = complete(house, envelope, 0, **{shown["floor"]["id"]: "9"})
    assert refusal(wrong)[2] == {shown["floor"]["id"]: "not one of the choices"}
    empty = complete(house, envelope, 0)
    assert refusal(empty)[2] == {shown["place"]["id"]: "required"}
    given = {
        shown["place"]["id"]: "Moss",
        shown["floor"]["id"]: "2",
    }
    both = complete(house, envelope, 0, **given, **{shown["rent: yearly"]["id"]: "true"})
    assert refusal(both)[2] == {shown["rent: yearly"]["id"]: "choose one"}
    given |= {shown["rent: monthly"]["id"]: "", shown["rent: yearly"]["id"]: "true"}
    unticked = complete(house, envelope, 0, **given, **{shown["Pets are allowed"]["id"]: ""})
    assert refusal(unticked)[2] == {shown["Pets are allowed"]["id"]: "required"}
    assert complete(house, envelope, 0, **given).status_code == 200
    done = house.await_status(envelope, "completed")
    document = done.documents[0]
    output = form_output(done, document.id, house.ports)
    assert output == {
        "city": "Oslo",
        "pets": "Yes",
        "rent": "yearly",
        "place": "Moss",
        "number": "17",
        "secret": "",
        "floor": "2",
    }
    generated = generated_form(done, document.id, house.ports)
    assert house.ports.engine.form_values(generated) == output


def test_a_form_that_was_filled_in_before_is_signed_as_it_is(house: Installed) -> None:
    inspected = inspect_file(StagedBytes(by_reportlab()), "form.pdf", house.ports)
    received, _ = fill_form(keep_file(inspected, house.ports), {"city": "Пермь"}, house.ports)
    envelope = house.send(person(Action.SIGN), documents=(received,))
    words = house.client.get(
        f"{house.link(envelope)}/documents/{envelope.documents[0].id}/pages/0.json"
    ).json()
    assert "Пермь" in [run["text"] for run in words]
    assert complete(house, envelope, 0).status_code == 200
    house.await_status(envelope, "completed")


# ------------------------------------------------------------------ handing on


def hand_on(house: Installed, envelope: Envelope, **changes: str) -> Any:
    body = {"name": "Eva Berg", "email": "eva@people.example", **changes}
    return house.client.post(f"{house.link(envelope)}/forward", json=body)


def test_a_task_that_is_handed_on_is_mailed_and_signed_by_the_other(house: Installed) -> None:
    envelope = house.send(signer(0, may_forward=True), signer(1))
    assert "forward" in state(house, envelope)["task"]["may"]
    assert hand_on(house, envelope).json() == {"status": "forwarded", "redirect_url": None}
    page = house.client.get(house.link(envelope))
    assert page.status_code == 410
    assert "You have passed this on" in page.text
    assert refusal(house.client.get(f"{house.link(envelope)}/state"))[:2] == (410, "gone")
    mail = house.await_mail("eva@people.example")
    link = mail["links"][0].removeprefix(house.installation.settings.public_url)
    shown = house.client.get(f"{link}/state").json()
    assert shown["task"]["name"] == "Eva Berg"
    assert "forward" not in shown["task"]["may"]
    body = {"method": "typed", "consent": True, "signature": {"text": "Eva"}}
    assert house.client.post(f"{link}/complete", json=body).status_code == 200
    assert complete(house, envelope, 1).status_code == 200
    house.await_status(envelope, "completed")


def test_a_task_is_handed_on_after_another_has_signed(house: Installed) -> None:
    """The signatures of a document keep their places."""
    envelope = house.send(signer(0, methods=("typed",)), signer(1, may_forward=True))
    assert complete(house, envelope, 0).status_code == 200
    answer = house.client.post(
        f"{house.link(envelope, 1)}/forward",
        json={"name": "Liv", "email": "liv@people.example"},
    )
    assert answer.status_code == 200
    link = house.await_mail("liv@people.example")["links"][0]
    path = link.removeprefix(house.installation.settings.public_url)
    body = {"method": "typed", "consent": True, "signature": {"text": "Liv"}}
    assert house.client.post(f"{path}/complete", json=body).status_code == 200
    house.await_status(envelope, "completed")


def test_what_may_not_be_handed_on_stays(house: Installed) -> None:
    envelope = house.send(signer(0))
    assert "forward" not in state(house, envelope)["task"]["may"]
    assert refusal(hand_on(house, envelope))[0] == 409
    wrong = hand_on(house, house.send(signer(0, may_forward=True)), email="nobody")
    assert refusal(wrong)[2] == {"email": "must be an e-mail address"}


# ------------------------------------------------------------------ what is said


def test_the_sender_says_something_first_and_a_line_about_each_document(house: Installed) -> None:
    task = person(
        Action.SIGN,
        dialog=Dialog(title="Before you sign", message="Have your papers at hand."),
        sign_text="I sign:",
        sign_entries={0: "- the lease of 2027"},
    )
    envelope = house.send(task)
    page = house.client.get(f"{house.link(envelope)}?skipIntro=true").text
    assert "Have your papers at hand." in page
    assert "I sign:\n- the lease of 2027" in page
    assert complete(house, envelope, 0).status_code == 200
    done = house.await_status(envelope, "completed")
    act = done.tasks[0].act
    assert act is not None
    assert act.consent == "I sign:\n- the lease of 2027"


# ------------------------------------------------------------------ interfaces


def test_a_task_looks_as_the_interface_says_that_it_names(house: Installed) -> None:
    out = io.BytesIO()
    Image.new("RGB", (60, 20), (10, 90, 30)).save(out, "PNG")
    wanted = Interface(
        account_id=house.caller.account.id,
        name="shop",
        created_at=house.ports.clock(),
        branding=Branding(company_name="The Shop", primary_color="#0a5a1e"),
        hidden=("decline", "download"),
        skip_intro=True,
    )
    add_interface(wanted, out.getvalue(), house.ports)
    envelope = house.send(signer(0, interface="shop", may_forward=True), signer(1))
    shown, other = state(house, envelope), state(house, envelope, 1)
    assert (shown["branding"]["name"], other["branding"]["name"]) == ("The Shop", "Acme")
    assert shown["branding"]["accent"] == "#0a5a1e"
    assert (shown["task"]["may"], other["task"]["may"]) == (["forward"], ["decline"])
    assert (shown["skip_intro"], other["skip_intro"]) == (True, False)
    assert house.client.get(shown["branding"]["logo"]).headers["content-type"] == "image/png"
    page = house.client.get(house.link(envelope)).text
    assert "The Shop" in page
    assert 'data-testid="download"' not in page
    remove_interface(house.caller.account.id, "shop", house.ports)
    assert state(house, envelope)["branding"]["name"] == "Acme"


# ------------------------------------------------------------------ codes


def code_of(house: Installed, envelope: Envelope) -> str:
    with house.ports.unit_of_work() as uow:
        made = sign_code(envelope.tasks[0].id, house.ports, uow)
        uow.commit()
    return made


def test_a_code_leads_to_the_signing_page(house: Installed) -> None:
    envelope = house.send(signer(0))
    code = code_of(house, envelope)
    assert house.client.get("/code").status_code == 200
    typed = house.client.post("/code", data={"sign_code": code.lower()}, follow_redirects=False)
    linked = house.client.get(f"/code?sign_code={code}", follow_redirects=False)
    for answer in (typed, linked):
        assert answer.status_code == 303
        assert answer.headers["location"].endswith(house.link(envelope))
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_whoever_guesses_codes_is_stopped(tmp_path: Path) -> None:
    with installed(tmp_path / "data") as house:
        code = code_of(house, house.send(signer(0)))
        for _ in range(OF_ADDRESS):
            answer = house.client.post("/code", data={"sign_code": "00000-00000"})
            assert answer.status_code == 404
            assert "No document waits under this code." in answer.text
        answer = house.client.post("/code", data={"sign_code": code}, follow_redirects=False)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) <= 600
        assert "Too many tries" in answer.text


# ------------------------------------------------------------------ tickets


def asking(house: Installed) -> Envelope:
    return house.send(signer(0, identity_choice=("nbid", TICKET)))


def ticket_of(house: Installed, envelope: Envelope) -> str:
    with house.ports.unit_of_work() as uow:
        made = issue_ticket([task.id for task in envelope.tasks], house.ports, uow)
        uow.commit()
    return made


def test_a_ticket_opens_the_page_once(house: Installed) -> None:
    envelope = asking(house)
    ticket = ticket_of(house, envelope)
    assert house.client.head(f"{house.link(envelope)}?artifact={ticket}").status_code == 200
    assert state(house, envelope)["identity"]["due"] == ["nbid", "artifact"]
    page = house.client.get(f"{house.link(envelope)}?artifact={ticket}")
    assert page.status_code == 200
    assert state(house, envelope)["identity"] == {
        "due": [],
        "choice": [],
        "before": None,
        "chosen": False,
        "done": ["artifact"],
        "simulated": True,
    }


def test_a_ticket_opens_the_page_behind_a_code_too(house: Installed) -> None:
    envelope = asking(house)
    code, ticket = code_of(house, envelope), ticket_of(house, envelope)
    page = house.client.get(f"/code?sign_code={code}&artifact={ticket}")
    assert page.status_code == 200
    assert page.url.path == urlsplit(house.link(envelope)).path
    assert state(house, envelope)["identity"]["done"] == ["artifact"]


def test_a_ticket_that_is_too_old_leaves_the_other_ways(house: Installed) -> None:
    envelope = asking(house)
    ticket = ticket_of(house, envelope)
    before = house.ports.clock()
    house.advance(timedelta(seconds=31))
    # A process sees within a tenth of a second that the clock was moved
    wait_until(lambda: house.ports.clock() > before + timedelta(seconds=30), "the clock")
    page = house.client.get(f"{house.link(envelope)}?artifact={ticket}")
    assert 'data-method="nbid"' in page.text
    assert "eid-artifact" not in page.text
    assert state(house, envelope)["identity"]["due"] == ["nbid", "artifact"]


def test_where_only_a_ticket_leads_in_the_page_says_so(house: Installed) -> None:
    envelope = house.send(signer(0, identity=(TICKET,)))
    page = house.client.get(f"{house.link(envelope)}?artifact=guessed")
    assert page.status_code == 200
    assert "Go back to the page that you came from" in page.text
