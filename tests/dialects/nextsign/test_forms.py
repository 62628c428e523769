"""Forms: what they are, what becomes of one that is submitted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from countersign.domain.form import Form, Tag, TagKind
from countersign.domain.short_id import new_short_id, short_id
from countersign.usecases.create_account import create_account
from countersign.usecases.import_form import ImportForm, import_form
from tests.pdf.samples import contract
from tests.usecases.fake_docx import MARK, FakeConverter
from tests.usecases.fake_engine import pdf

from .customer import Customer
from .house import House, person

LEASE = MARK + b"{{tenant}} pays {{rent}} from {{begins}} on, {{note}}"
TAGS = (
    Tag(id=new_short_id(), name="tenant", label="Tenant"),
    Tag(id=new_short_id(), name="rent", label="Rent", kind=TagKind.NUMBER, value="4500"),
    Tag(id=new_short_id(), name="begins", label="First day", kind=TagKind.DATE),
    Tag(id=new_short_id(), name="note", label="Note", value="secret", sensitive=True),
)
DEFAULTS = {
    "settings": {"reminders": {"send": True, "amount": 3}, "lang": "da"},
    "signingSchemas": ["sms-email"],
    "recipients": [{"name": "Owner", "email": "owner@acme.example", "group": 1}],
}


def form(house: House, **more: Any) -> Form:
    command = ImportForm(
        account_id=house.account.id,
        origin="nextsign",
        name="Lease 2025",
        files=(("lease.docx", LEASE), ("terms.pdf", pdf())),
        tags=TAGS,
        folder="Leases",
        defaults=DEFAULTS,
    )
    return import_form(replace(command, **more), house.ports)


def path(made: Form, call: str) -> str:
    return f"/forms/{short_id(made.id)}/{call}"


def submit(house: House, made: Form, **body: Any) -> Any:
    values = {"tags": [], "recipients": [person()], **body}
    values = {name: value for name, value in values.items() if value is not None}
    return house.call("POST", path(made, "submit"), json=values)


def described(answer: Any) -> str:
    assert answer.status_code == 400, answer.text
    return str(answer.json()["errors"][0]["description"])


def filled(house: House) -> str:
    """What the last document said."""
    converter = house.ports.converter
    assert isinstance(converter, FakeConverter)
    return converter.converted[-1].removeprefix(MARK).decode()


def test_a_form_is_read_without_an_envelope(house: House) -> None:
    made = form(house)
    found = house.get(path(made, "get"))
    assert found["_id"] == short_id(made.id)
    assert found["companyId"] == house.company
    assert (found["title"], found["folder"], found["active"]) == ("Lease 2025", "Leases", True)
    assert found["settings"]["reminders"] == {"send": True, "amount": 3, "daysBetween": 3}
    assert found["settings"]["allowAPI"] is True
    assert [each["name"] for each in found["documents"]] == ["lease.docx", "terms.pdf"]
    assert found["recipients"][0]["name"] == "Owner"
    tags = house.get(path(made, "tags/get"))
    assert tags == found["tags"]
    assert tags[1] == {
        "_id": short_id(TAGS[1].id),
        "name": "Rent",
        "tag": "rent",
        "value": "4500",
        "type": "number",
    }
    assert tags[3]["value"] == ""


def test_tags_of_a_file_are_found_when_nobody_says_them(house: House) -> None:
    made = form(house, tags=None)
    assert [tag.name for tag in made.tags] == ["tenant", "rent", "begins", "note"]


def test_a_submitted_form_becomes_a_case(house: House) -> None:
    made = form(house)
    tags = [
        {"tag": "tenant", "value": "Kim <b>Holm</b> & co"},
        {"tag": "rent", "value": 4500.5, "type": "number"},
        {"tag": "begins", "value": "2025-02-03", "type": "date", "format": "D. MMMM YYYY"},
        {"tag": "nowhere", "value": "left out"},
    ]
    answer = submit(house, made, tags=tags, referenceId="crm-1", user_name="Ida").json()
    assert (answer["status"], answer["message"]) == ("OK", "Contract created")
    case = answer["contract"]
    assert (case["title"], case["folder"], case["state"]) == ("Lease 2025", "Leases", "open")
    assert (case["referenceId"], case["user_name"]) == ("crm-1", "Ida")
    assert case["signingSchemas"] == ["sms-email"]
    assert case["settings"]["reminders"]["amount"] == 3
    assert filled(house) == ("Kim <b>Holm</b> & co pays 4.500,5 from 3. februar 2025 on, secret")
    assert [each["name"] for each in case["documents"]] == ["lease.docx", "terms.pdf"]


def test_what_is_left_out_is_as_the_form_says(house: House) -> None:
    made = form(house)
    assert submit(house, made).status_code == 200
    assert filled(house) == " pays 4.500 from  on, secret"
    submit(house, made, tags=[{"tag": "begins", "value": "2025-12-31"}])
    assert "from 31-12-2025 on" in filled(house)


def test_settings_are_laid_over_the_forms_at_every_depth(house: House) -> None:
    made = form(house)
    given = {"reminders": {"daysBetween": 7}, "lang": "en"}
    case = submit(house, made, settings=given, title="Other", folder="Mine").json()["contract"]
    assert case["settings"]["reminders"] == {"send": True, "amount": 3, "daysBetween": 7}
    assert (case["title"], case["folder"]) == ("Other", "Mine")
    assert filled(house).startswith(" pays 4,500 from")


def test_a_draft_is_not_sent(house: House) -> None:
    case = submit(house, form(house), state="draft").json()["contract"]
    house.work()
    assert case["state"] == "draft"
    assert house.world.mailed == []


WRONG = [
    ({"tags": None}, "Missing tags"),
    ({"recipients": None}, "Missing recipients"),
    ({"tags": [{"value": "x"}]}, "Tag 0: tag is required"),
    ({"tags": [{"tag": "rent"}]}, "Tag 0: value is required"),
    ({"tags": [{"tag": "rent", "value": True}]}, "Tag 0: invalid value"),
    ({"tags": [{"tag": "rent", "value": "much"}]}, "Tag rent: invalid number"),
    ({"tags": [{"tag": "rent", "value": "1e99999"}]}, "Tag rent: invalid number"),
    ({"tags": [{"tag": "begins", "value": "31.02.2025"}]}, "Tag begins: invalid date"),
    ({"tags": [{"tag": "begins", "value": "2025-02-31"}]}, "Tag begins: invalid date"),
    (
        {"tags": [{"tag": "begins", "value": "2025-02-03", "format": "ww YYYY"}]},
        "Tag begins: invalid format: ww",
    ),
    ({"recipients": [person(name="")]}, "Recipient 0: name is required"),
    ({"signingSchemas": ["wax"]}, "Invalid signing schema: wax"),
    ({"state": "closed"}, "Invalid state: one of 'open' or 'draft'"),
]


@pytest.mark.parametrize(("changes", "text"), WRONG, ids=[f"{n}" for n in range(len(WRONG))])
def test_what_is_wrong_with_a_submission_is_told(
    house: House, changes: dict[str, Any], text: str
) -> None:
    assert described(submit(house, form(house), **changes)) == text


def test_a_form_that_is_not_open_is_not_submitted(house: House) -> None:
    closed = form(house)
    with house.ports.unit_of_work() as uow:
        uow.forms.save(replace(closed, is_active=False))
        uow.commit()
    assert described(submit(house, closed)) == "Form is not active"
    by_hand = form(house, defaults={"settings": {"allowAPI": False}})
    assert described(submit(house, by_hand)) == "API is not allowed for this form"


def test_another_companys_form_is_not_there(house: House) -> None:
    other = create_account("Other", "owner@other.example", house.ports)
    theirs = form(house, account_id=other.id)
    assert described(house.call("GET", path(theirs, "get"))) == "Form not found"
    assert described(submit(house, theirs)) == "Form not found"


def test_what_a_form_never_changes_is_stored_once(customer: Customer, tmp_path: Path) -> None:
    (tmp_path / "terms.pdf").write_bytes(contract())
    names = [f"tag_{number}" for number in range(20)]
    (tmp_path / "tags.json").write_text(json.dumps([{"tag": name} for name in names]))
    made = customer.server.run(
        "form", "import", str(tmp_path / "terms.pdf"), "--account", customer.account,
        "--name", "Terms", "--tags", str(tmp_path / "tags.json"), "--json",
    )  # fmt: skip
    path = f"/forms/{json.loads(made.stdout)['id']}/submit"
    people = [{"name": "Kim Holm", "email": "kim@firm.example"}]
    stored = []
    for number in range(4):
        tags = [{"tag": name, "value": f"{name} of case {number}"} for name in names]
        answer = customer.call("POST", path, json={"tags": tags, "recipients": people})
        assert answer.status_code == 200, answer.text
        files = (customer.server.data / "files").rglob("*")
        stored.append({(file, file.stat().st_size) for file in files if file.is_file()})
    assert stored[0]
    assert stored[1] == stored[2] == stored[3] == stored[0]


# ------------------------------------------------------------------ conversion

DOCX_URL, PDF_URL = "https://files.example/offer.docx", "https://files.example/terms.pdf"


@pytest.fixture
def offered(house: House) -> House:
    house.ports.fetcher.files |= {  # type: ignore[attr-defined]
        DOCX_URL: MARK + b"PK{{price}}",
        PDF_URL: pdf(),
        "https://files.example/text": b"text",
    }
    return house


@pytest.mark.parametrize("path", ["/api/v2/document/convert", "/api/v1/document/convert"])
def test_files_are_converted_on_both_paths(offered: House, path: str) -> None:
    body = {
        "tags": [{"tag": "price", "value": 1234567, "type": "number"}],
        "documents": [
            {"file": DOCX_URL, "name": "Offer.docx"},
            {"file": PDF_URL, "name": "terms.pdf"},
        ],
    }
    answer = offered.client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == {"code": 200, "message": "OK"}
    made = answer.json()["documents"]
    assert [each["name"] for each in made] == ["Offer.pdf", "terms.pdf"]
    assert filled(offered) == "PK1.234.567"
    for each in made:
        fetched = offered.client.get(each["file"], headers={"Authorization": ""})
        assert fetched.content == pdf()
    offered.pass_time(days=1, minutes=1)
    assert offered.client.get(made[0]["file"]).status_code in (403, 404)


def test_without_values_tags_stay(offered: House) -> None:
    body = {"documents": [{"file": DOCX_URL, "name": "Offer.docx"}]}
    assert offered.client.post("/api/v2/document/convert", json=body).status_code == 200
    assert filled(offered) == "PK{{price}}"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "Missing documents"),
        ({"documents": []}, "Missing documents"),
        ({"documents": [{"file": "x", "name": "x"}]}, "Document 0: invalid file"),
        (
            {"documents": [{"file": "https://files.example/lost", "name": "lost.docx"}]},
            "Could not fetch document: lost.docx",
        ),
        (
            {"documents": [{"file": "https://files.example/text", "name": "a.txt"}]},
            "Unsupported file type: a.txt",
        ),
    ],
)
def test_what_is_wrong_with_a_conversion(offered: House, body: Any, text: str) -> None:
    answer = offered.client.post("/api/v2/document/convert", json=body)
    assert answer.status_code == 400
    stated = {"code": 400, "message": "Bad Request"}
    assert answer.json() == {"status": stated, "message": text}


def test_converting_needs_a_key(house: House) -> None:
    answer = house.client.post("/api/v2/document/convert", headers={"Authorization": ""}, json={})
    assert answer.status_code == 401
    stated = {"code": 401, "message": "Unauthorized"}
    assert answer.json() == {"status": stated, "message": "Bearer token not found"}
