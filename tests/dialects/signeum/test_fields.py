"""Every message about a single value: what is wrong is named by its path, all at once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.usecases.fake_engine import pdf

from .house import (
    ABSENT,
    ANNA,
    AUDITOR,
    EMPLOYEE,
    EMPLOYER,
    House,
    inline,
    person,
)

pytestmark = pytest.mark.slow

EMAIL = "participants.0.email"
ROLE = "participants.0.role"
NUMBER = "participants.0.personalNumber"
SOURCE = "Either document or templateId is required"
NOT_A_PDF = "Invalid base64 PDF"
DEADLINE = "Signing deadline must be an ISO 8601 date and time with a time zone"
DAYS = "Must be between 1 and 30"
METHODS = "Signing methods must be drawn, typed, none or bankid_se"
NOT_12 = "Personal number must be 12 digits (YYYYMMDDXXXX)"
MAPPING = "Role mapping is incomplete"
LONG = "x" * 256

WRONG: list[tuple[str, Any, str, str]] = [
    ("name", ABSENT, "name", "Document name is required"),
    ("name", "", "name", "Document name is required"),
    ("name", None, "name", "Document name is required"),
    ("name", 5, "name", "Document name is required"),
    ("name", LONG, "name", "Document name must be 1-255 characters"),
    ("name", "  ", "name", "Document name must not be blank or contain control characters"),
    ("name", "a\nb", "name", "Document name must not be blank or contain control characters"),
    ("name", "a\u202eb", "name", "Document name must not be blank or contain control characters"),
    ("document", ABSENT, "document", SOURCE),
    ("document", None, "document", SOURCE),
    ("templateId", "a-template", "document", SOURCE),
    ("templateId", 5, "templateId", "Template id must be a string"),
    ("document", "JVBERi0=", "document", "Document must be an object"),
    ("document", {}, "document.type", "Type must be base64 or url"),
    ("document", {"type": "zip"}, "document.type", "Type must be base64 or url"),
    ("document", {"type": "base64"}, "document.content", NOT_A_PDF),
    ("document", {"type": "base64", "content": 5}, "document.content", NOT_A_PDF),
    ("document", {"type": "base64", "content": "*"}, "document.content", NOT_A_PDF),
    ("document", {"type": "base64", "content": "å"}, "document.content", NOT_A_PDF),
    ("document", {"type": "base64", "content": "JVBERi0"}, "document.content", NOT_A_PDF),
    ("document", {"type": "base64", "content": ""}, "document.content", NOT_A_PDF),
    ("document", inline(b"<!doctype html>"), "document.content", NOT_A_PDF),
    (
        "document",
        inline(b"%PDF-1.7 half"),
        "document.content",
        "Damaged PDF files are not supported",
    ),
    (
        "document",
        inline(b"%PDF-1.7 /Encrypt %%EOF"),
        "document.content",
        "Password-protected PDF files are not supported",
    ),
    (
        "document",
        inline(b"%PDF-1.7 %%EOF"),
        "document.content",
        "PDF files without pages are not supported",
    ),
    ("document", {"type": "url"}, "document.url", "Could not fetch document"),
    ("document", {"type": "url", "url": 5}, "document.url", "Could not fetch document"),
    ("participants", ABSENT, "participants", "At least 1 participant is required"),
    ("participants", [], "participants", "At least 1 participant is required"),
    ("participants", {}, "participants", "At least 1 participant is required"),
    ("participants", [person()] * 51, "participants", "At most 50 participants are allowed"),
    ("participants", [5], "participants.0", "Participant must be an object"),
    (
        "participants",
        [person(role="reviewer")],
        "participants",
        "At least one signer is required",
    ),
    (
        "participants",
        [person(name=ABSENT)],
        "participants.0.name",
        "Participant name is required",
    ),
    (
        "participants",
        [person(name=LONG)],
        "participants.0.name",
        "Participant name must be 1-255 characters",
    ),
    ("participants", [person(email=ABSENT)], EMAIL, "Invalid email"),
    ("participants", [person(email="elsa")], EMAIL, "Invalid email"),
    ("participants", [person(email="a@b@c.se")], EMAIL, "Invalid email"),
    ("participants", [person(email="a@b.se\nBcc: x@y.se")], EMAIL, "Invalid email"),
    ("participants", [person(email=f"{'a' * 250}@b.se")], EMAIL, "Invalid email"),
    ("participants", [person(role=ABSENT)], ROLE, "Role must be signer or reviewer"),
    ("participants", [person(role="approver")], ROLE, "Role must be signer or reviewer"),
    (
        "participants",
        [person(signingOrder=0)],
        "participants.0.signingOrder",
        "Signing order must be a positive integer",
    ),
    (
        "participants",
        [person(signingOrder=1.5)],
        "participants.0.signingOrder",
        "Signing order must be a positive integer",
    ),
    (
        "participants",
        [person(signingOrder=True)],
        "participants.0.signingOrder",
        "Signing order must be a positive integer",
    ),
    (
        "participants",
        [person(language="de")],
        "participants.0.language",
        "Language must be sv or en",
    ),
    (
        "participants",
        [person(otpEnabled="yes")],
        "participants.0.otpEnabled",
        "Must be true or false",
    ),
    ("participants", [person(personalNumber="900101-2384")], NUMBER, NOT_12),
    ("participants", [person(personalNumber=199001012384)], NUMBER, NOT_12),
    ("participants", [person(personalNumber="١٩٩٠٠١٠١٢٣٨٤")], NUMBER, NOT_12),
    (
        "participants",
        [person(personalNumber="199001012384")],
        NUMBER,
        "Personal number is not valid",
    ),
    (
        "participants",
        [person(personalNumber="199013012384")],
        NUMBER,
        "Personal number is not valid",
    ),
    ("signingDeadline", "2026-11-25T10:00:00", "signingDeadline", DEADLINE),
    ("signingDeadline", "2026-11-25", "signingDeadline", DEADLINE),
    ("signingDeadline", "tomorrow", "signingDeadline", DEADLINE),
    ("signingDeadline", 1795600000, "signingDeadline", DEADLINE),
    (
        "signingDeadline",
        "2026-11-20T08:00:00Z",
        "signingDeadline",
        "Signing deadline must be in the future",
    ),
    (
        "signingDeadline",
        "0001-01-01T00:00:00+14:00",
        "signingDeadline",
        "Signing deadline must be in the future",
    ),
    (
        "signingDeadline",
        "2026-12-21T08:59:00Z",
        "signingDeadline",
        "Signing deadline cannot be more than 30 days ahead",
    ),
    (
        "signingDeadline",
        "9999-12-31T23:59:59-14:00",
        "signingDeadline",
        "Signing deadline cannot be more than 30 days ahead",
    ),
    ("autoReminderDays", 0, "autoReminderDays", DAYS),
    ("autoReminderDays", 31, "autoReminderDays", DAYS),
    ("autoReminderDays", "3", "autoReminderDays", DAYS),
    ("autoReminderDays", 1.5, "autoReminderDays", DAYS),
    ("allowedSigningMethods", "drawn", "allowedSigningMethods", METHODS),
    ("allowedSigningMethods", ["stamp"], "allowedSigningMethods.0", METHODS),
    (
        "allowedSigningMethods",
        [],
        "allowedSigningMethods",
        "At least one signing method is required",
    ),
    (
        "allowedSigningMethods",
        ["drawn", "bankid_se"],
        "allowedSigningMethods",
        "Signing methods must be drawn, typed or none",
    ),
    (
        "callbackUrl",
        "ftp://app.example",
        "callbackUrl",
        "Callback URL must be an http(s) URL of at most 255 characters",
    ),
    (
        "callbackUrl",
        f"https://app.example/{LONG}",
        "callbackUrl",
        "Callback URL must be an http(s) URL of at most 255 characters",
    ),
    ("roleMapping", 5, "roleMapping", MAPPING),
    ("roleMapping", {"0": "0"}, "roleMapping", MAPPING),
    ("roleMapping", {"first": 0}, "roleMapping", MAPPING),
    ("roleMapping", {"0": -1}, "roleMapping", MAPPING),
]


def wrong_with(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert (error["code"], error["message"]) == ("VALIDATION_ERROR", "Validation failed")
    fields: dict[str, str] = error["details"]["fields"]
    return fields


@pytest.mark.parametrize(
    ("name", "value", "path", "message"), WRONG, ids=[f"{row[2]} {row[3]}" for row in WRONG]
)
def test_a_wrong_value_of_a_document_is_named(
    house: House, name: str, value: Any, path: str, message: str
) -> None:
    assert wrong_with(house.post(**{name: value})) == {path: message}
    assert house.get(f"/projects/{house.standard}/documents")["documents"] == []


def test_all_that_is_wrong_is_told_at_once(house: House) -> None:
    people = [person(email="x", role="y"), person(name="", language="z", signingOrder=-1)]
    answer = house.post(name="", document=ABSENT, participants=people, autoReminderDays=99)
    assert wrong_with(answer) == {
        "name": "Document name is required",
        "document": SOURCE,
        "participants.0.email": "Invalid email",
        "participants.0.role": "Role must be signer or reviewer",
        "participants.1.name": "Participant name is required",
        "participants.1.language": "Language must be sv or en",
        "participants.1.signingOrder": "Signing order must be a positive integer",
        "autoReminderDays": DAYS,
    }


def test_what_needs_the_project_the_clock_and_the_file_is_told_at_once(house: House) -> None:
    answer = house.post(
        house.eid,
        document=inline(b"no pdf"),
        participants=[person(), person(role="reviewer"), person(personalNumber=ANNA), person()],
        signingDeadline="2026-11-19T10:00:00Z",
    )
    assert wrong_with(answer) == {
        "document.content": NOT_A_PDF,
        "participants.0.personalNumber": "Personal number is required for eID signing",
        "participants.3.personalNumber": "Personal number is required for eID signing",
        "signingDeadline": "Signing deadline must be in the future",
    }


@pytest.mark.parametrize(
    "mapping",
    [
        {"0": 0},
        {"0": 0, "1": 0},
        {"0": 0, "1": 1, "2": 2},
        {"0": 0, "1": 7},
        {"0": 0, "2": 1},
        {"0": 2, "1": 0},
        {},
    ],
    ids=["misses", "repeats", "third role", "exceeds", "no such role", "wrong kind", "empty"],
)
def test_a_mapping_gives_each_role_to_one_participant_of_its_kind(
    house: House, mapping: dict[str, int]
) -> None:
    template = house.template(EMPLOYER, EMPLOYEE)
    people = [person(), person(), person(role="reviewer")]
    answer = house.post(
        document=ABSENT, templateId=template.id, participants=people, roleMapping=mapping
    )
    assert wrong_with(answer) == {"roleMapping": MAPPING}


def test_without_a_mapping_each_role_needs_the_participant_of_its_index(house: House) -> None:
    template = house.template(EMPLOYER, AUDITOR)
    answer = house.post(document=ABSENT, templateId=template.id, participants=[person()])
    assert wrong_with(answer) == {"roleMapping": MAPPING}


@pytest.mark.parametrize(
    "deadline", ["2026-11-20T09:00:01Z", "2026-12-20T09:58:00+01:00", "2026-12-20T08:58:00.000Z"]
)
def test_a_deadline_may_be_a_second_or_thirty_days_ahead(house: House, deadline: str) -> None:
    assert house.post(signingDeadline=deadline).status_code == 201


def test_base64_may_come_in_lines(house: House) -> None:
    content = inline()["content"]
    lines = "\r\n".join(content[at : at + 76] for at in range(0, len(content), 76))
    assert house.post(document={"type": "base64", "content": lines}).status_code == 201


@pytest.mark.parametrize("name", ["Zoë 😀", "Đặng Văn", "عمر", "李 小龍", "x" * 255, "O'Brien <b>"])
def test_a_name_in_any_script_is_kept_as_it_is_written(house: House, name: str) -> None:
    made = house.create(name=name, participants=[person(name=name)])
    assert made["document"]["name"] == made["participants"][0]["name"] == name


def test_fifty_participants_and_one_address_for_all_are_fine(house: House) -> None:
    made = house.create(participants=[person(name=f"Elsa {n}") for n in range(50)])
    assert len({each["signingUrl"] for each in made["signingUrls"]}) == 50


def test_a_file_of_25_mb_is_read(house: House) -> None:
    large = pdf(remark="x" * ((25 << 20) - 200))
    assert house.post(document=inline(large)).status_code == 201


def test_a_file_of_more_than_25_mb_is_named(house: House) -> None:
    large = pdf(remark="x" * (25 << 20))
    message = "PDF files of more than 25 MB are not supported"
    assert wrong_with(house.post(document=inline(large))) == {"document.content": message}


PROJECT = [
    ({"name": ABSENT}, "name", "Project name is required"),
    ({"name": ""}, "name", "Project name is required"),
    ({"name": LONG}, "name", "Project name must be 1-255 characters"),
    ({"name": " "}, "name", "Project name must not be blank or contain control characters"),
    ({"settings": {"chatEnabled": "no"}}, "settings.chatEnabled", "Must be true or false"),
    (
        {"settings": {"emailNotificationsEnabled": None}},
        "settings.emailNotificationsEnabled",
        "Must be true or false",
    ),
    (
        {"settings": {"allowedSigningMethods": ["drawn", "bankid_se"]}},
        "allowedSigningMethods",
        "Cannot mix standard and eID signing methods",
    ),
    (
        {"settings": {"allowedSigningMethods": []}},
        "settings.allowedSigningMethods",
        "At least one signing method is required",
    ),
    (
        {"settings": {"allowedSigningMethods": ["sms"]}},
        "settings.allowedSigningMethods.0",
        METHODS,
    ),
    ({"settings": {"autoReminderDays": 31}}, "settings.autoReminderDays", DAYS),
    (
        {"settings": {"branding": {"companyName": LONG}}},
        "settings.branding.companyName",
        "Company name must have at most 255 characters",
    ),
    (
        {"settings": {"branding": {"logoUrl": "http://logo.example"}}},
        "settings.branding.logoUrl",
        "Must be an https URL",
    ),
    (
        {"settings": {"branding": {"primaryColor": "red"}}},
        "settings.branding.primaryColor",
        "Must be a colour like #1a5fb4",
    ),
    (
        {"settings": {"branding": {"secondaryColor": "#fff"}}},
        "settings.branding.secondaryColor",
        "Must be a colour like #1a5fb4",
    ),
    (
        {"settings": {"postSigning": {"type": "dance"}}},
        "settings.postSigning.type",
        "Must be none, message or redirect",
    ),
    (
        {"settings": {"postSigning": {"message": "x" * 2001}}},
        "settings.postSigning.message",
        "Message must have at most 2000 characters",
    ),
    (
        {"settings": {"postSigning": {"redirectUrl": "javascript:alert(1)"}}},
        "settings.postSigning.redirectUrl",
        "Must be an https URL",
    ),
    (
        {"settings": {"widgetOrigins": ["https://app.example/path"]}},
        "settings.widgetOrigins.0",
        "Must be a web origin like https://app.example",
    ),
    ({"settings": 5}, "settings", "Invalid value"),
]


@pytest.mark.parametrize(
    ("changes", "path", "message"), PROJECT, ids=[f"{row[1]} {row[2]}" for row in PROJECT]
)
def test_a_wrong_value_of_a_project_is_named(
    house: House, changes: dict[str, Any], path: str, message: str
) -> None:
    body = {key: value for key, value in {"name": "Ours", **changes}.items() if value is not ABSENT}
    assert wrong_with(house.call("POST", "/projects", json=body)) == {path: message}
    if "name" in body:
        changed = house.call("PATCH", f"/projects/{house.standard}", json=body)
        assert wrong_with(changed) == {path: message}


@pytest.mark.parametrize(
    ("path", "query", "name", "message"),
    [
        ("/projects", "page=0", "page", "Must be a whole number from 1"),
        ("/projects", "page=x", "page", "Must be a whole number from 1"),
        ("/projects", "limit=0", "limit", "Must be between 1 and 100"),
        ("/projects", "limit=101", "limit", "Must be between 1 and 100"),
        (
            "/projects",
            "sort=status:asc",
            "sort",
            "Must be createdAt, updatedAt or name, with :asc or :desc",
        ),
        (
            "/documents",
            "sort=createdAt:down",
            "sort",
            "Must be createdAt, updatedAt or name, with :asc or :desc",
        ),
        (
            "/documents",
            "status=draft",
            "status",
            "Must be pending, in_progress, completed, expired, cancelled or declined",
        ),
    ],
)
def test_a_wrong_parameter_is_named(
    house: House, path: str, query: str, name: str, message: str
) -> None:
    start = "/projects" if path == "/projects" else f"/projects/{house.standard}/documents"
    assert wrong_with(house.call("GET", f"{start}?{query}")) == {name: message}


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4001, 5, None])
def test_a_message_has_1_to_4000_characters(house: House, text: Any) -> None:
    made = house.create()
    path = f"/documents/{made['document']['id']}/messages"
    answer = house.call("POST", path, json={"body": text})
    assert wrong_with(answer) == {"body": "Message must be 1-4000 characters"}


def test_a_reason_has_at_most_1000_characters(house: House) -> None:
    made = house.create()
    path = f"/documents/{made['document']['id']}/cancel"
    answer = house.call("PUT", path, json={"reason": "x" * 1001})
    assert wrong_with(answer) == {"reason": "Reason must have at most 1000 characters"}
