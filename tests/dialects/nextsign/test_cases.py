"""Cases from creation to every end, as their sender reads them."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from countersign.adapters.fetcher import HttpFetcher
from countersign.adapters.outbound_http import OutboundHttp
from countersign.dialects.nextsign.documents import receive
from countersign.dialects.nextsign.schemas import NewDocument
from countersign.domain.account import Caller
from countersign.domain.erasing import RETENTION
from countersign.domain.errors import Gone, NotFetched, NotFound, NotYourTurn
from countersign.domain.keeping import Hold
from countersign.domain.short_id import long_id
from countersign.usecases.create_account import create_account
from countersign.usecases.send_draft import send_draft
from tests.usecases.fake_docx import MARK
from tests.usecases.fake_engine import pdf
from tests.usecases.fake_fetcher import FakeFetcher

from .house import House, bearer, document, key_of, person, request

HEX = re.compile(r"[0-9a-f]{24}")
KIM = person(name="Kim Holm", email="kim@firm.example", group=1)
EVA = person(name="Eva Lind", email="eva@firm.example", group=2)
COPY = person(name="Copy", email="copy@firm.example", signing=False)


def signed(house: House, made: dict[str, Any]) -> list[str]:
    return [each["signed"] for each in house.read(made)["recipients"]]


def mails(house: House) -> list[tuple[str, str]]:
    """Subject and address of what was mailed since the last time."""
    house.work()
    found = [(mail.subject, mail.recipient) for mail in house.world.mailed]
    house.world.mailed.clear()
    return found


# ------------------------------------------------------------------ what is answered


def test_a_case_is_signed_and_its_signed_file_is_there_to_fetch(house: House) -> None:
    made = house.create()
    (kim,) = made["recipients"]
    assert HEX.fullmatch(made["_id"])
    assert HEX.fullmatch(kim["_id"])
    assert (made["state"], made["case_status"], kim["signed"]) == ("open", "pending", "pending")
    assert made["signedDocuments"] == []
    house.open(kim)
    house.sign(kim)
    house.work()
    done = house.read(made)
    assert (done["state"], done["case_status"]) == ("closed", "signed")
    (kim,) = done["recipients"]
    assert kim["signed"] == "signed"
    assert [entry["type"] for entry in kim["log"]] == ["sent", "opened", "signed"]
    (file,) = done["signedDocuments"]
    assert file["name"] == "nda.pdf"
    link = house.call("POST", "/v3/file/view-presigned-url", json={"url": file["file"]}).json()
    assert link["key"].startswith(f"{house.company}/case/")
    assert not link["cached"]
    fetched = house.client.get(link["signedUrl"], headers={"Authorization": ""})
    assert fetched.status_code == 200
    assert fetched.content.startswith(b"%PDF")


def test_the_answer_is_the_superset_that_programs_read(house: House) -> None:
    answer = house.post(
        referenceId="crm-881",
        folder="Sales",
        user_email="ops@firm.example",
        customMessage=True,
        message="Please sign",
        settings={"reminders": {"send": True, "amount": 2, "daysBetween": 3}, "lang": "da"},
        recipients=[{**KIM, "position": "CEO", "redirectUrl": "https://firm.example/done"}],
    ).json()
    assert (answer["status"], answer["message"]) == ("OK", "Contract created")
    assert answer["contract"] == answer["data"]
    made = answer["data"]
    assert made["companyId"] == house.company
    assert (made["title"], made["referenceId"], made["folder"]) == ("NDA Vega", "crm-881", "Sales")
    assert made["createdAt"] == made["updatedAt"] == "2026-11-20T08:58:00.000Z"
    assert made["settings"] == {
        "reminders": {"send": True, "amount": 2, "daysBetween": 3},
        "availability": {"unlimited": True, "days": 10, "isExpired": False},
        "deletion": {"autoDelete": False, "days": 30},
        "lang": "da",
        "template": None,
        "allowAPI": False,
        "allowedRoles": [],
    }
    (kim,) = made["recipients"]
    assert kim["redirectUrl"] == "https://firm.example/done"
    assert (kim["group"], kim["order"], kim["position"], kim["type"]) == (1, 1, "CEO", "email")
    assert kim["signer"] is None
    (paper,) = made["documents"]
    assert (paper["name"], paper["sign_obligated"]) == ("nda.pdf", True)
    assert re.fullmatch(r"[2-9A-Za-z]{8}", made["nextSignKey"])


def test_the_page_sends_the_browser_back_with_the_case(house: House) -> None:
    made = house.create(recipients=[{**KIM, "redirectUrl": "https://firm.example/done?a=1"}])
    task_id = long_id(made["recipients"][0]["_id"])
    with house.ports.unit_of_work() as uow:
        task = uow.envelopes.of_task(task_id).task(task_id)
    wanted = f"https://firm.example/done?a=1&case={made['_id']}&status=signed"
    assert task.redirect("success") == wanted


def test_null_counts_as_left_out(house: House) -> None:
    nothing = dict.fromkeys(("referenceId", "folder", "autoSend", "message", "signingSchemas"))
    made = house.create(**nothing, recipients=[{**KIM, "phone": None, "cpr": None}])
    assert (made["folder"], made["state"]) == ("Default", "open")


def test_empty_text_counts_as_left_out(house: House) -> None:
    nothing = dict.fromkeys(("referenceId", "folder", "message", "user_email", "emailtemplate"), "")
    names = ("phone", "cpr", "redirectUrl", "signingSchema", "position", "type", "template")
    made = house.create(**nothing, recipients=[{**KIM, **dict.fromkeys(names, "")}])
    assert (made["folder"], made["referenceId"], made["message"]) == ("Default", None, None)
    (kim,) = made["recipients"]
    assert [kim[name] for name in ("phone", "redirectUrl", "signingSchema")] == [None] * 3
    assert kim["type"] == "email"


def test_numbers_of_what_is_switched_off_may_be_nought(house: House) -> None:
    made = house.create(
        settings={
            "reminders": {"send": False, "amount": 0, "daysBetween": 0},
            "availability": {"unlimited": True, "days": 0},
            "deletion": {"autoDelete": False, "days": 0},
        }
    )
    assert made["settings"]["reminders"]["send"] is False
    assert made["settings"]["availability"]["unlimited"] is True
    assert made["settings"]["deletion"]["autoDelete"] is False


@pytest.mark.parametrize("id", ["66aa11bb22cc33dd44ee55aa", 7])
def test_ids_of_templates_are_kept_and_answered(house: House, id: str | int) -> None:
    people = [{**KIM, "template": id}]
    made = house.create(emailtemplate=id, recipients=people, settings={"template": id})
    for case in (made, house.read(made)):
        assert case["emailtemplate"] == case["settings"]["template"] == id
        assert case["recipients"][0]["template"] == id
    assert mails(house) == [("Please sign NDA Vega", "kim@firm.example")]


# ------------------------------------------------------------------ order, copies, denial


def test_groups_sign_one_after_the_other_and_copies_come_at_the_end(house: House) -> None:
    beside = person(name="Ole", email="ole@firm.example", order=1)
    made = house.create(recipients=[EVA, KIM, COPY, beside])
    eva, kim, copy, ole = made["recipients"]
    assert [each["group"] for each in made["recipients"]] == [2, 1, 0, 1]
    assert copy["signingUrl"] is None
    assert mails(house) == [
        ("Please sign NDA Vega", "kim@firm.example"),
        ("Please sign NDA Vega", "ole@firm.example"),
    ]
    with pytest.raises(NotYourTurn):
        house.sign(eva)
    house.sign(kim)
    assert mails(house) == []
    house.sign(ole)
    assert mails(house) == [("Please sign NDA Vega", "eva@firm.example")]
    assert house.read(made)["case_status"] == "pending"
    house.sign(eva)
    owner = house.account.email
    told = [mail for mail in mails(house) if mail[1] != owner]
    assert {subject for subject, _ in told} == {"Signed: NDA Vega"}
    assert {address.partition("@")[0] for _, address in told} == {"eva", "kim", "copy", "ole"}
    assert signed(house, made) == ["signed", "signed", "pending", "signed"]
    assert house.read(made)["case_status"] == "signed"


def test_a_denial_ends_the_case_for_all(house: House) -> None:
    made = house.create(recipients=[KIM, {**EVA, "group": 1}, COPY])
    kim, eva, _ = made["recipients"]
    house.deny(kim, "Too dear")
    denied = house.read(made)
    assert (denied["case_status"], denied["state"]) == ("denied", "closed")
    assert [each["signed"] for each in denied["recipients"]] == ["denied", "pending", "pending"]
    assert denied["recipients"][0]["deniedReason"] == "Too dear"
    assert denied["recipients"][0]["log"][-1]["type"] == "denied"
    with pytest.raises(Gone):
        house.sign(eva)


def test_an_attachment_comes_along_unsigned(house: House) -> None:
    made = house.create(documents=[document(), document(name="terms.pdf", signObligated=False)])
    assert [each["sign_obligated"] for each in made["documents"]] == [True, False]
    house.sign(made["recipients"][0])
    house.work()
    done = house.read(made)
    assert [each["name"] for each in done["signedDocuments"]] == ["nda.pdf"]
    url = done["documents"][1]["document_id"]
    link = house.call("POST", "/v3/file/view-presigned-url", json={"url": url}).json()
    assert house.client.get(link["signedUrl"]).content == pdf()


def test_words_to_single_people_are_in_their_mail_only_when_they_are_wanted(house: House) -> None:
    people = [KIM, {**EVA, "message": "For you alone"}]
    for wanted in (True, False):
        made = house.create(recipients=people, customMessage=wanted, message="For all")
        with house.ports.unit_of_work() as uow:
            tasks = uow.envelopes.get(long_id(made["_id"])).tasks
        words = [task.message for task in tasks]
        assert words == (["For all", "For you alone"] if wanted else ["", ""])


# ------------------------------------------------------------------ drafts, folders, lists


def test_a_draft_is_sent_to_nobody_until_somebody_sends_it(house: House) -> None:
    made = house.create(autoSend=False, settings={"availability": {"days": 10}})
    assert (made["state"], made["case_status"]) == ("draft", "pending")
    assert mails(house) == []
    with pytest.raises(Gone):
        house.sign(made["recipients"][0])
    house.pass_time(days=30)
    send_draft(long_id(made["_id"]), house.ports)
    assert mails(house) == [("Please sign NDA Vega", "kim@firm.example")]
    house.pass_time(days=9)
    assert house.read(made)["state"] == "open"
    house.pass_time(days=2)
    assert house.read(made)["case_status"] == "expired"


def test_cases_are_listed_newest_first_by_status_and_folder(house: House) -> None:
    made = []
    for number in range(5):
        made.append(house.create(title=f"Case {number}", folder="Sales" if number % 2 else "HR"))
        house.world.now += timedelta(minutes=1)
    house.sign(made[0]["recipients"][0])
    house.deny(made[1]["recipients"][0])

    def listed(query: str = "") -> list[str]:
        return [each["title"][-1] for each in house.get(f"/cases/get{query}")["cases"]]

    assert listed() == ["4", "3", "2", "1", "0"]
    assert listed("?status=signed") == ["0"]
    assert listed("?status=denied") == ["1"]
    assert listed("?status=pending") == ["4", "3", "2"]
    assert listed("?folder=Sales") == ["3", "1"]
    assert listed("?folder=sales") == []
    assert listed("?limit=2&index=1") == ["2", "1"]
    assert listed("?limit=x&index=-1") == listed("?limit=1000") == listed()
    assert listed("?status=&limit=&index=&folder=") == listed()
    assert listed("?status=pending&folder=Sales&limit=1&index=0") == ["3"]
    assert listed("?index=7") == []
    answer = house.get("/cases/get?limit=2")
    assert answer["status"] == "company_found"
    assert answer["data"] == {"cases": answer["cases"], "total": 5, "index": 0, "limit": 2}
    assert house.call("GET", "/cases/get?status=lost").status_code == 400


def test_several_cases_come_in_the_order_asked(house: House) -> None:
    first, second = house.create(title="First"), house.create(title="Second")
    ids = f"{second['_id']},{'0' * 24},{first['_id']},{second['_id']}"
    answer = house.get(f"/cases/{ids}/get")
    assert answer["status"] == "cases_found"
    assert [each["title"] for each in answer["cases"]] == ["Second", "First"]


# ------------------------------------------------------------------ reminders, expiry, deletion


def test_reminders_go_out_as_often_as_the_settings_say(house: House) -> None:
    settings = {"reminders": {"send": True, "amount": 2, "daysBetween": 3}}
    made = house.create(settings=settings, recipients=[KIM, EVA])
    assert len(mails(house)) == 1
    house.pass_time(days=2)
    assert mails(house) == []
    house.pass_time(days=1)
    assert mails(house) == [("Reminder: NDA Vega", "kim@firm.example")]
    house.pass_time(days=3)
    assert mails(house) == [("Reminder: NDA Vega", "kim@firm.example")]
    house.pass_time(days=30)
    assert mails(house) == []
    house.sign(made["recipients"][0])
    assert mails(house) == [("Please sign NDA Vega", "eva@firm.example")]
    house.pass_time(days=3)
    assert mails(house) == [("Reminder: NDA Vega", "eva@firm.example")]
    log = [entry["type"] for entry in house.read(made)["recipients"][0]["log"]]
    assert log == ["sent", "reminder", "reminder", "signed"]


def test_nobody_is_reminded_unless_it_is_asked_for(house: House) -> None:
    house.create()
    house.create(settings={"reminders": {"send": True, "amount": 0}})
    mails(house)
    house.pass_time(days=60)
    assert mails(house) == []


def test_a_case_expires_and_keeps_what_was_done(house: House) -> None:
    settings = {"availability": {"unlimited": False, "days": 10}}
    made = house.create(settings=settings, recipients=[KIM, {**EVA, "group": 1}])
    kim, eva = made["recipients"]
    house.sign(kim)
    house.world.now += timedelta(days=10)
    passed = house.read(made)
    assert passed["case_status"] == "expired"  # before any job has run
    house.work()
    expired = house.read(made)
    assert expired["settings"]["availability"] == {
        "unlimited": False,
        "days": 10,
        "isExpired": True,
    }
    assert [each["signed"] for each in expired["recipients"]] == ["signed", "pending"]
    assert expired["title"] == "NDA Vega"
    with pytest.raises(Gone):
        house.sign(eva)
    assert [each["_id"] for each in house.get("/cases/get?status=pending")["cases"]] == [
        made["_id"]
    ]


OPS = "ops@firm.example"


@pytest.mark.parametrize(
    ("ends", "subject"),
    [
        ("signed", "envelope_completed: NDA Vega"),
        ("denied", "task_declined: NDA Vega"),
        ("left", "envelope_expired: NDA Vega"),
    ],
)
def test_whoever_sent_a_case_is_mailed_how_it_ended(house: House, ends: str, subject: str) -> None:
    made = house.create(
        user_email=OPS, settings={"availability": {"days": 5}}, recipients=[KIM, EVA]
    )
    assert OPS not in {to for _, to in mails(house)}
    if ends == "denied":
        house.deny(made["recipients"][0])
    elif ends == "signed":
        for each in made["recipients"]:
            house.sign(each)
    told = mails(house)
    house.pass_time(days=6)
    assert [one for one, to in (*told, *mails(house)) if to == OPS] == [subject]


def test_signed_wins_over_expiry(house: House) -> None:
    made = house.create(settings={"availability": {"days": 1}})
    house.sign(made["recipients"][0])
    house.pass_time(days=3)
    done = house.read(made)
    assert done["case_status"] == "signed"
    assert not done["settings"]["availability"]["isExpired"]


def test_a_deleted_case_leaves_a_record_and_nothing_else(house: House) -> None:
    sue = person(name="Sue Secret", email="sue@secret.example", message="Hush")
    made = house.create(
        title="Secret plan",
        user_email="boss@secret.example",
        folder="Hidden",
        recipients=[sue],
        documents=[document(name="plan.pdf")],
        customMessage=True,
    )
    other = house.create()
    (kim,) = made["recipients"]
    house.sign(kim)
    house.work()
    file = house.read(made)["signedDocuments"][0]["file"]
    link = house.call("POST", "/v3/file/view-presigned-url", json={"url": file}).json()
    answer = house.call("GET", f"/case/{made['_id']}/delete").json()
    assert answer == {"status": "removed", "return": {"acknowledged": True, "deletedCount": 1}}
    for call in ("get", "delete"):
        gone = house.call("GET", f"/case/{made['_id']}/{call}")
        assert (gone.status_code, gone.json()) == (200, {"message": "Case not found"})
    assert [each["_id"] for each in house.get("/cases/get")["cases"]] == [other["_id"]]
    asked = house.call("POST", "/v3/file/view-presigned-url", json={"url": file})
    assert (asked.status_code, asked.json()) == (404, {"error": "file-not-found"})
    assert house.client.get(link["signedUrl"]).status_code == 404
    with pytest.raises(NotFound):
        house.sign(kim)
    house.work()
    state = repr(house.world.memory.state)
    for told in ("Secret plan", "secret.example", "Sue Secret", "plan.pdf", "Hush", "Hidden"):
        assert told not in state
    with house.ports.unit_of_work() as uow:
        record = uow.deletions.get(long_id(made["_id"]))
    assert record.by != RETENTION
    assert record.chain_length > 5
    assert len(record.chain_head) == 64


def test_a_case_under_a_legal_hold_is_not_deleted_by_anybody(house: House) -> None:
    made = house.create(settings={"deletion": {"autoDelete": True, "days": 2}})
    hold = Hold(
        account_id=house.account.id,
        envelope_id=long_id(made["_id"]),
        reason="A lawsuit",
        set_by="o@acme.test",
        set_at=house.world.now,
    )
    with house.ports.unit_of_work() as uow:
        uow.keeping.holds.add(hold)
        uow.commit()
    refused = house.call("GET", f"/case/{made['_id']}/delete")
    assert refused.status_code == 409
    told = "Under a legal hold: it can not be deleted"
    assert refused.json()["errors"] == [{"code": 409, "message": "Conflict", "description": told}]
    house.pass_time(days=5)
    assert house.read(made)["case_status"] == "pending"
    with house.ports.unit_of_work() as uow:
        uow.keeping.holds.remove(house.account.id, hold.envelope_id)
        uow.commit()
    house.pass_time(days=2)
    gone = house.call("GET", f"/case/{made['_id']}/get")
    assert gone.json() == {"message": "Case not found"}


def test_files_go_with_the_last_case_that_needs_them(house: House) -> None:
    first, second = house.create(), house.create()
    for made in (first, second):
        house.sign(made["recipients"][0])
    house.work()
    stored = house.world.files.stored
    house.get(f"/case/{first['_id']}/delete")
    house.pass_time(days=1)
    assert pdf() in stored.values()
    assert house.read(second)["case_status"] == "signed"
    house.get(f"/case/{second['_id']}/delete")
    house.pass_time(days=1)
    assert not stored


def test_a_file_that_somebody_is_about_to_use_stays(house: House) -> None:
    made = house.create()
    house.get(f"/case/{made['_id']}/delete")
    house.work()
    assert pdf() in house.world.files.stored.values()
    again = house.create()
    house.pass_time(days=1)
    house.sign(again["recipients"][0])
    house.work()
    assert house.read(again)["case_status"] == "signed"


@pytest.mark.parametrize("ends", ["signed", "denied", "left"])
def test_a_case_is_deleted_by_its_own_settings(house: House, ends: str) -> None:
    settings = {"deletion": {"autoDelete": True, "days": 30}}
    made = house.create(settings=settings)
    house.pass_time(days=5)
    if ends == "signed":
        house.sign(made["recipients"][0])
    elif ends == "denied":
        house.deny(made["recipients"][0])
    house.pass_time(days=24)
    assert house.read(made)["title"] == "NDA Vega"
    house.pass_time(days=5 if ends != "left" else 0)
    house.pass_time(days=2)
    gone = house.call("GET", f"/case/{made['_id']}/get").json()
    assert gone == {"message": "Case not found"}
    with house.ports.unit_of_work() as uow:
        assert uow.deletions.get(long_id(made["_id"])).by == RETENTION


# ------------------------------------------------------------------ files


def test_a_link_is_handed_out_again_for_a_while_and_expires(house: House) -> None:
    made = house.create()
    url = made["documents"][0]["document_id"]

    def asked() -> Any:
        return house.call("POST", "/v3/file/view-presigned-url", json={"url": url}).json()

    first = asked()
    assert not first["cached"]
    house.world.now += timedelta(minutes=40)
    again = asked()
    assert (again["signedUrl"], again["cached"]) == (first["signedUrl"], True)
    assert house.client.get(first["signedUrl"]).status_code == 200
    house.world.now += timedelta(minutes=20)
    assert house.client.get(first["signedUrl"]).status_code == 403
    fresh = asked()
    assert not fresh["cached"]
    assert house.client.get(fresh["signedUrl"]).content == pdf()


def test_a_link_that_was_changed_opens_nothing(house: House) -> None:
    made = house.create()
    body = {"url": made["documents"][0]["document_id"]}
    link = house.call("POST", "/v3/file/view-presigned-url", json=body).json()["signedUrl"]
    start = link.rindex("/") + 1
    for place in range(start, len(link), 7):
        other = "A" if link[place] != "A" else "B"
        answer = house.client.get(link[:place] + other + link[place + 1 :])
        assert answer.status_code in (403, 404)
        assert b"%PDF" not in answer.content
    assert house.client.get(link).content == pdf()


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\x.pdf", "/a/b.pdf", "Købs-kontrakt.pdf"])
def test_a_name_is_no_path(house: House, name: str) -> None:
    made = house.create(documents=[document(name=name)])
    (paper,) = made["documents"]
    assert paper["name"] == name
    assert re.fullmatch(
        rf".*/d/stored/{house.company}/case/{made['_id']}-0-[A-Za-z0-9-]+\.pdf",
        paper["document_id"],
    )


def test_a_document_at_an_address_is_fetched(house: House) -> None:
    fetcher = house.ports.fetcher
    assert isinstance(fetcher, FakeFetcher)
    fetcher.files["https://files.example/nda.pdf"] = pdf()
    house.create(documents=[{"name": "nda.pdf", "file": "https://files.example/nda.pdf"}])
    answer = house.post(documents=[{"name": "lost.pdf", "file": "https://files.example/lost"}])
    assert answer.status_code == 400
    description = answer.json()["errors"][0]["description"]
    assert description == "Could not fetch document: lost.pdf"


def test_an_upload_becomes_a_document_for_a_day(house: House) -> None:
    form = {"file": ("nda.pdf", pdf(), "application/pdf")}
    made = house.call("POST", "/v3/file/upload", files=form).json()
    assert made["key"].startswith(f"{house.company}/upload/")
    assert (made["name"], made["type"], made["size"]) == ("nda.pdf", "application/pdf", len(pdf()))
    case = house.create(documents=[{"name": "NDA", "file": made["url"]}])
    house.pass_time(days=1)
    house.pass_time(days=1)
    asked = house.call("POST", "/v3/file/view-presigned-url", json={"url": made["url"]})
    assert asked.json() == {"error": "file-not-found"}
    late = house.post(documents=[{"name": "NDA", "file": made["url"]}])
    assert late.status_code == 400
    house.sign(case["recipients"][0])
    house.work()
    assert house.read(case)["case_status"] == "signed"


def test_an_upload_without_a_type_is_known_by_its_name(house: House) -> None:
    for name, status in (("nda.PDF", 200), ("nda.txt", 415)):
        form = {"file": (name, pdf(), "application/octet-stream")}
        assert house.call("POST", "/v3/file/upload", files=form).status_code == status


def test_an_uploaded_docx_becomes_a_pdf_in_the_case(house: House) -> None:
    form = {"file": ("offer.docx", MARK + b"Hello")}
    made = house.call("POST", "/v3/file/upload", files=form).json()
    assert made["key"].endswith(".docx")
    case = house.create(documents=[{"name": "offer.docx", "file": made["url"]}])
    house.sign(case["recipients"][0])
    house.work()
    assert house.read(case)["signedDocuments"][0]["name"] == "offer.pdf"


def test_nothing_is_kept_of_a_request_that_is_refused(house: House) -> None:
    answer = house.call(
        "POST", "/case/create", json=request(documents=[document(), document(b"text")])
    )
    assert answer.status_code == 400
    assert house.world.files.stored == {}


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/x.pdf", "https://10.0.0.1/x.pdf", "http://192.0.2.1/", "https://[::1]/"],
)
def test_an_address_inside_the_house_is_not_called(house: House, tmp_path: Path, url: str) -> None:
    """As outside of a sandbox."""
    with closing(HttpFetcher(OutboundHttp(allow_private=False), tmp_path / "fetched")) as fetcher:
        ports = replace(house.ports, fetcher=fetcher)
        asked = NewDocument(name="nda.pdf", file=url)
        with ports.unit_of_work() as uow:
            (key,) = uow.credentials.of_account(house.account.id, "nextsign")
        with pytest.raises(NotFetched) as refused:
            receive([asked], Caller(house.account, key), ports)
    assert refused.value.name == "nda.pdf"
    assert "://" not in str(refused.value)


# ------------------------------------------------------------------ two companies


def test_one_company_never_sees_anothers_cases(house: House) -> None:
    theirs = house.create(title="Secret")
    file = theirs["documents"][0]["document_id"]
    upload = house.call(
        "POST", "/v3/file/upload", files={"file": ("a.pdf", pdf(), "application/pdf")}
    ).json()["url"]
    other = create_account("Other", "owner@other.example", house.ports)
    house.client.headers.update(bearer(key_of(other, house.ports)))
    house = replace(house, account=other)
    for call in ("get", "delete"):
        answer = house.call("GET", f"/case/{theirs['_id']}/{call}")
        assert (answer.status_code, answer.json()) == (200, {"message": "Case not found"})
    assert house.call("GET", f"/cases/{theirs['_id']}/get").status_code == 404
    assert house.get("/cases/get")["cases"] == []
    for url in (file, upload, file.replace(theirs["companyId"], house.company)):
        answer = house.call("POST", "/v3/file/view-presigned-url", json={"url": url})
        assert answer.status_code in (400, 404)
        made = house.post(documents=[{"name": "nda.pdf", "file": url}])
        assert made.status_code == 400
        assert "Could not fetch document" in made.text
